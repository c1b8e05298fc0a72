//! What happens to a signal, and who sees it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Bench, copy, given};
use crate::backend::signal::{Encoding, Error, Expected, SetSignal};

#[tokio::test]
async fn a_signal_from_its_first_to_its_last_change() {
    let bench = Bench::new();
    assert_eq!(bench.signals.find("halt", None).await.unwrap(), None);

    let set = bench
        .signals
        .set(&SetSignal { expected: Expected::Absent, ..given("drill") })
        .await
        .unwrap();
    assert!(set.is_changed && set.woken == 0);
    let found = bench.signals.find("halt", None).await.unwrap().unwrap();
    assert_eq!(found, set.signal);
    assert_eq!((found.active, found.reason.as_deref(), found.version), (true, Some("drill"), 1));
    assert_eq!((found.actor.as_str(), found.ttl), ("tester", None));
    assert_eq!(found.key, format!("{{{}}}:halt", bench.prefix));

    let again = bench.signals.set(&given("drill")).await.unwrap();
    assert!(!again.is_changed && again.signal == set.signal, "a stop twice is one stop");

    let lifted =
        SetSignal { active: false, reason: None, expected: Expected::Version(1), ..given("") };
    let set = bench.signals.set(&lifted).await.unwrap();
    assert_eq!((set.signal.active, set.signal.reason, set.signal.version), (false, None, 2));

    let history: Vec<(String, BTreeMap<String, String>)> = bench.redis("XRANGE @:events - +").await;
    let versions: Vec<_> = history
        .iter()
        .map(|(_, entry)| (&*entry["name"], &*entry["active"], &*entry["version"]))
        .collect();
    assert_eq!(versions, [("halt", "1", "1"), ("halt", "0", "2")]);
}

#[tokio::test]
async fn signals_are_listed_without_their_history() {
    let bench = Bench::new();
    assert!(bench.signals.list().await.unwrap().is_empty());
    for name in ["halt", "drain"] {
        let set = SetSignal { name: name.to_owned(), ..given("drill") };
        bench.signals.set(&set).await.unwrap();
    }
    let names = bench.signals.list().await.unwrap();
    assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), ["drain", "halt"]);
}

#[tokio::test]
async fn who_has_not_seen_the_newest_version_changes_nothing() {
    let bench = Bench::new();
    bench.signals.set(&given("first")).await.unwrap();
    for expected in [Expected::Absent, Expected::Version(7)] {
        let refused = bench.signals.set(&SetSignal { expected, ..given("other") }).await;
        let Err(Error::Conflict { found: Some(found), .. }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((found.version, found.reason.as_deref()), (1, Some("first")));
    }
    let gone: i64 = bench.redis("DEL @:halt").await;
    assert_eq!(gone, 1);
    let refused =
        bench.signals.set(&SetSignal { expected: Expected::Version(1), ..given("other") }).await;
    assert!(matches!(refused, Err(Error::Conflict { found: None, .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_wins() {
    let bench = std::sync::Arc::new(Bench::new());
    bench.signals.set(&given("first")).await.unwrap();
    let racers: Vec<_> = (0..20)
        .map(|number| {
            let bench = std::sync::Arc::clone(&bench);
            tokio::spawn(async move {
                let set = SetSignal {
                    expected: Expected::Version(1),
                    ..given(&format!("racer {number}"))
                };
                bench.signals.set(&set).await
            })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(_) => won += 1,
            Err(Error::Conflict { found: Some(found), .. }) => assert_eq!(found.version, 2),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_signal_lasts_unless_it_is_to_be_forgotten() {
    let bench = Bench::new();
    let hour = Duration::from_hours(1);
    let brief = bench.signals.set(&SetSignal { ttl: Some(hour), ..given("brief") }).await.unwrap();
    assert!(brief.signal.ttl.is_some_and(|left| left <= hour && left > hour / 2));
    let lasting = bench.signals.set(&given("brief")).await.unwrap();
    assert!(lasting.is_changed, "what would end by itself is no lasting stop");
    assert_eq!(lasting.signal.ttl, None);
    let left: i64 = bench.redis("PTTL @:halt").await;
    assert_eq!(left, -1);
}

#[tokio::test]
async fn a_copy_says_the_same_in_its_own_form() {
    let bench = Bench::new();
    for (number, encoding) in (1..).zip([Encoding::Plain, Encoding::Json, Encoding::Hash]) {
        let copy = copy(&format!("{{{}}}:copy{number}", bench.prefix), encoding);
        let with_copy = SetSignal { copy: Some(copy.clone()), ..given("a \"quoted\" reason") };
        bench.signals.set(&with_copy).await.unwrap();
        let signal = bench.signals.find("halt", Some(&copy)).await.unwrap().unwrap();
        assert!(signal.is_copied);
        assert!(!bench.signals.set(&with_copy).await.unwrap().is_changed);
        match encoding {
            Encoding::Plain => assert_eq!(bench.redis::<String>("GET @:copy1").await, "1"),
            Encoding::Json => {
                let text: String = bench.redis("GET @:copy2").await;
                let expected = serde_json::json!({
                    "active": true, "reason": "a \"quoted\" reason", "actor": "tester",
                    "version": signal.version, "at": signal.at.as_millisecond(),
                });
                assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), expected);
            }
            Encoding::Hash => {
                assert_eq!(
                    bench.redis::<String>("HGET @:copy3 reason").await,
                    "a \"quoted\" reason"
                );
            }
        }
        // Whoever changes or removes the copy is noticed, and the next change repairs it.
        let _: i64 = bench.redis(&format!("DEL @:copy{number}")).await;
        assert!(!bench.signals.find("halt", Some(&copy)).await.unwrap().unwrap().is_copied);
        assert!(bench.signals.set(&with_copy).await.unwrap().is_changed);
        assert!(bench.signals.find("halt", Some(&copy)).await.unwrap().unwrap().is_copied);
    }
    let same =
        SetSignal { copy: Some(copy(&bench.signals.key("halt"), Encoding::Plain)), ..given("x") };
    let refused = bench.signals.set(&same).await.unwrap_err().to_string();
    assert_eq!(refused, "the copy must have another key than the signal and its history");
}

#[tokio::test]
async fn listeners_are_woken() {
    use futures_util::StreamExt as _;

    let bench = Bench::new();
    let client = redis::Client::open(&*bench.url).unwrap();
    let mut listener = client.get_async_pubsub().await.unwrap();
    listener.subscribe(bench.signals.key("halt")).await.unwrap();
    let set = bench.signals.set(&given("wake up")).await.unwrap();
    assert_eq!(set.woken, 1);
    let message: String = listener.on_message().next().await.unwrap().get_payload().unwrap();
    let message: serde_json::Value = serde_json::from_str(&message).unwrap();
    assert_eq!((&message["active"], &message["version"]), (&true.into(), &1.into()));
}

#[tokio::test]
async fn what_is_not_ours_is_left_alone() {
    #[track_caller]
    fn is_foreign<T: std::fmt::Debug>(result: Result<T, Error>, kind: &str) {
        match result {
            Err(Error::Foreign { kind: found, .. }) => assert_eq!(found, kind),
            other => panic!("{other:?}"),
        }
    }

    let bench = Bench::new();
    let _: i64 = bench.redis("RPUSH @:halt 1").await;
    is_foreign(bench.signals.set(&given("x")).await, "list");
    is_foreign(bench.signals.find("halt", None).await, "list");
    let _: i64 = bench.redis("DEL @:halt").await;
    let _: i64 = bench.redis("HSET @:halt active 1").await;
    is_foreign(bench.signals.set(&given("x")).await, "hash");
    is_foreign(bench.signals.find("halt", None).await, "hash");
    let _: i64 = bench.redis("DEL @:halt").await;
    let _: String = bench.redis("SET @:events x").await;
    is_foreign(bench.signals.set(&given("x")).await, "string");
    let _: i64 = bench.redis("DEL @:events").await;
    let _: i64 = bench.redis("SADD @:copy x").await;
    let copy = copy(&format!("{{{}}}:copy", bench.prefix), Encoding::Plain);
    is_foreign(bench.signals.set(&SetSignal { copy: Some(copy), ..given("x") }).await, "set");
    assert_eq!(bench.signals.find("halt", None).await.unwrap(), None, "nothing was changed");
}
