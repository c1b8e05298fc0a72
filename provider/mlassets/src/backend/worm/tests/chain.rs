//! The text and the hash of an entry, which must never change.

use serde_json::{Value, json};

use crate::backend::worm::entry::{Entry, Event, GENESIS};
use crate::backend::worm::{canonical_json, chain_hash};

#[track_caller]
fn check(json: &str, expected: &str) {
    assert_eq!(canonical_json(&serde_json::from_str::<Value>(json).unwrap()), expected);
}

#[test]
fn canonical_json_has_one_text_for_one_value() {
    check("{ }", "{}");
    check("[ ]", "[]");
    check("null", "null");
    check("[1, 2.50, -0, true]", "[1,2.50,-0,true]");
    check(r#"{"b": 1, "a": {"d": [], "c": {}}}"#, r#"{"a":{"c":{},"d":[]},"b":1}"#);
    check(r#"{"\u00e9": "\u0041\n\"", "z": 1}"#, "{\"z\":1,\"é\":\"A\\n\\\"\"}");
}

#[test]
fn the_hash_is_sha256_of_previous_line_feed_and_canonical_text() {
    // printf '%s\n{"a":1,"b":[true]}' 0{64} | sha256sum
    assert_eq!(chain_hash(GENESIS, &json!({"b": [true], "a": 1})), CHAIN_HASH);
    assert_ne!(chain_hash(CHAIN_HASH, &json!({"b": [true], "a": 1})), CHAIN_HASH);
}

const CHAIN_HASH: &str = "bbc9c8b3b79ad85d7e08e3294efbfc1e6cc7644a17dcf1e470c932973d8984cf";

#[test]
fn entries_read_back_and_edited_ones_do_not() {
    let time = "2025-01-15T10:00:00Z".parse().unwrap();
    let bucket = Event::Bucket { name: "audit".to_owned(), retention_days: 10 };
    let first = Entry::new(None, time, "tester", bucket);
    let text = first.text();
    assert_eq!(
        text,
        format!(
            "{{\"actor\":\"tester\",\"hash\":\"{}\",\"kind\":\"bucket\",\"path\":\"audit\",\
             \"previous\":\"{GENESIS}\",\"retention_days\":10,\"sequence\":1,\
             \"written_at\":\"2025-01-15T10:00:00Z\"}}\n",
            first.hash
        )
    );
    let events = [
        Event::Retention { retention_days: 20 },
        Event::Record {
            path: "a/2025/202501/b".to_owned(),
            sha256: "00".to_owned(),
            size: u64::MAX,
            event_time: time,
            retain_until: time,
        },
        Event::Deletion { path: "a/2025/202501/b".to_owned() },
    ];
    for event in events {
        let entry = Entry::new(Some(&first), time, "\"quoted\"", event);
        assert_eq!(Entry::parse(entry.text().as_bytes()), Some(entry));
    }
    for edited in [
        text.replace("\"audit\"", " \"audit\""),
        text.replace('\n', ""),
        text.replace("\"sequence\":1", "\"sequence\":1.0"),
        text.replace("\"sequence\":1", "\"sequence\":1,\"sequence\":1"),
        text.replace("\"sequence\":1", "\"note\":1,\"sequence\":1"),
        text.replace("10:00:00Z", "10:00:00.0Z"),
        text.replace("\"bucket\"", "\"Bucket\""),
        text.replace("tester", "te\\u0073ter"),
    ] {
        assert_ne!(edited, text);
        assert_eq!(Entry::parse(edited.as_bytes()), None, "{edited}");
    }
}
