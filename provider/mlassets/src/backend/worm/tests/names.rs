//! Which names are allowed, and the folder of a time.

use crate::backend::worm::name::RecordPath;
use crate::backend::worm::{Error, check_bucket, check_record_name, check_record_type, worm_path};

#[track_caller]
fn refused(result: Result<(), Error>, rule: &str) {
    let text = result.unwrap_err().to_string();
    assert!(text.ends_with(rule), "{text}");
}

#[test]
fn buckets_follow_the_rule_of_s3() {
    for good in ["abc", "a-b", "a.b", "0-9", "ml-assets-core-audit", &"a".repeat(63)] {
        check_bucket(good).unwrap();
    }
    for bad in ["", "ab", &"a".repeat(64)] {
        refused(check_bucket(bad), "it must have 3 to 63 characters");
    }
    for bad in ["Abc", "a_b", "a/b", "äbc", "a b", "a\0b", "ab\n"] {
        refused(check_bucket(bad), "only `a` to `z`, `0` to `9`, `.` and `-` are allowed");
    }
    for bad in [".abc", "-abc", "abc.", "abc-", "..."] {
        refused(check_bucket(bad), "it must begin and end with a letter or a digit");
    }
    refused(check_bucket("a..b"), "two dots in a row are not allowed");
    refused(check_bucket("192.168.0.1"), "it must not look like an IP address");
}

#[test]
fn record_types_are_plain() {
    for good in ["a", "config_update", "_", "0", &"a".repeat(64)] {
        check_record_type(good).unwrap();
    }
    for bad in ["", &"a".repeat(65)] {
        refused(check_record_type(bad), "it must have 1 to 64 characters");
    }
    for bad in ["A", "a-b", "a.b", "..", "a/b", "a\0", "é"] {
        refused(check_record_type(bad), "only `a` to `z`, `0` to `9` and `_` are allowed");
    }
}

#[test]
fn record_names_are_one_safe_segment() {
    for good in ["a", "event.json", "a b", "監査.json", "é", "a..b", "-", &"a".repeat(255)] {
        check_record_name(good).unwrap();
    }
    refused(check_record_name(""), "it must not be empty");
    for bad in [&"a".repeat(256), &"監".repeat(86)] {
        refused(check_record_name(bad), "it must not be longer than 255 bytes");
    }
    for bad in [".", "..", ".hidden", "../x"] {
        refused(check_record_name(bad), "it must not begin with a dot");
    }
    for bad in ["a/b", "/a", "a/../b", "a\\b"] {
        refused(check_record_name(bad), "it must be one path segment, without `/` and `\\`");
    }
    for bad in ["a\0", "a\nb", "\u{7f}", "a\u{85}"] {
        refused(check_record_name(bad), "control characters are not allowed");
    }
    for bad in ["a\u{202e}b", "a\u{2028}", "\u{2066}a", "\u{200f}"] {
        let rule = "characters that break lines or change the direction of text are not allowed";
        refused(check_record_name(bad), rule);
    }
    refused(
        check_record_name("e\u{301}"),
        "it must be in Unicode form NFC, or two names could look the same",
    );
}

#[test]
fn the_folder_is_year_then_year_and_month_in_utc() {
    let check = |time: &str, expected: &str| {
        assert_eq!(worm_path("model_distribution", time.parse().unwrap()).unwrap(), expected);
    };
    check("2025-01-15T00:00:00Z", "model_distribution/2025/202501");
    check("2025-01-01T08:59:59+09:00", "model_distribution/2024/202412");
    check("2024-12-31T23:59:59.999999999Z", "model_distribution/2024/202412");
    check("2024-12-31T19:00:00-05:00", "model_distribution/2025/202501");
    check("0001-01-01T00:00:00Z", "model_distribution/0001/000101");
    check("9999-12-30T00:00:00Z", "model_distribution/9999/999912");
    let early = worm_path("a", "0000-12-31T23:59:59Z".parse().unwrap()).unwrap_err();
    assert_eq!(
        early.to_string(),
        "the event time is not allowed: its year must be between 1 and 9999"
    );
    assert_eq!(
        worm_path("A", "2025-01-15T00:00:00Z".parse().unwrap()).unwrap_err().to_string(),
        "the record type is not allowed: only `a` to `z`, `0` to `9` and `_` are allowed"
    );
}

#[test]
fn paths_read_back_and_nothing_else_does() {
    let path = "config_update/2025/202501/a.json";
    assert_eq!(RecordPath::parse(path).unwrap().to_string(), path);
    for bad in [
        "",
        "a",
        "config_update/2025/202501",
        "config_update/2025/202501/a/b",
        "/2025/202501/a",
        "config_update/2025/202401/a",
        "config_update/2025/202513/a",
        "config_update/2025/202500/a",
        "config_update/2025/20251/a",
        "config_update/2025/2025+1/a",
        "config_update/0000/000001/a",
        "config_update/20252/202521/a",
        "config_update/2025/202501/..",
        "config_update/2025/202501/",
        "../2025/202501/a",
    ] {
        assert!(RecordPath::parse(bad).is_err(), "{bad}");
    }
}
