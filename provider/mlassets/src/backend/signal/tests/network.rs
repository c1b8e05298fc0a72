//! Each call through a proxy that spoils one exchange with a real Redis server: the call comes true, or the error says what
//! was under way and where, after a bounded time. Said again, it leaves one version and one entry of the history, as it
//! does undisturbed.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use url::Url;

use super::server::Server;
use super::{Bench, copy, given, raw, shared};
use crate::backend::signal::{Concern, Config, Encoding, Error, Expected, SetSignal, Signals};
use crate::backend::tests::proxy::{Break, Proxy, When};

const BOUND: Duration = Duration::from_secs(30);
/// How long a disturbed call waits for a connection and for an answer.
const BRIEF: Duration = Duration::from_millis(700);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    Find,
    List,
    Set,
    SetNew,
    Lift,
    SetForAWhile,
    SetWithCopy,
}

const ALL: [Do; 7] =
    [Do::Find, Do::List, Do::Set, Do::SetNew, Do::Lift, Do::SetForAWhile, Do::SetWithCopy];

async fn before(what: Do) -> Bench {
    let bench = Bench::new();
    if !matches!(what, Do::Set | Do::SetNew) {
        bench.signals.set(&given("drill")).await.expect("the test's server answers");
    }
    bench
}

async fn run(what: Do, bench: &Bench, signals: &Signals) -> Result<String, Error> {
    let expected = Expected::Version(1);
    let mirror = copy(&format!("{{{}}}:mirror", bench.prefix), Encoding::Json);
    let set = match what {
        Do::Find => return Ok(signals.find("halt", None).await?.is_some().to_string()),
        Do::List => return Ok(format!("{:?}", signals.list().await?)),
        Do::Set => given("wrong prices"),
        Do::SetNew => SetSignal { expected: Expected::Absent, ..given("wrong prices") },
        Do::Lift => SetSignal { active: false, reason: None, expected, ..given("") },
        Do::SetForAWhile => {
            SetSignal { ttl: Some(Duration::from_hours(1)), expected, ..given("wrong prices") }
        }
        Do::SetWithCopy => SetSignal { copy: Some(mirror), expected, ..given("wrong prices") },
    };
    let signal = signals.set(&set).await?.signal;
    Ok(format!("{} {:?} {}", signal.active, signal.reason, signal.version))
}

/// What the server has: the signal, whether it ends, how long its history is, and its copy.
async fn after(bench: &Bench) -> String {
    let facts: Vec<Option<String>> = bench.redis("HMGET @:halt active reason version").await;
    let ends = bench.redis::<i64>("PTTL @:halt").await > 0;
    let history: usize = bench.redis("XLEN @:events").await;
    let mirror: Option<String> = bench.redis("GET @:mirror").await;
    let mirror =
        mirror.map(|text| serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON"));
    let mirror = mirror.map(|mirror| mirror["version"].to_string());
    format!("{facts:?} {ends} {history} {mirror:?}")
}

async fn proxy(url: &str, fault: Break, when: When) -> Proxy {
    let url = Url::parse(url).expect("a URL of a test");
    let upstream =
        format!("{}:{}", url.host_str().expect("it has a host"), url.port().unwrap_or(6379));
    Proxy::start(upstream, fault, when).await
}

/// The signals of the bench, behind the proxy.
fn through(proxy: &Proxy, bench: &Bench, timeout: Duration) -> Signals {
    let mut url = Url::parse(&bench.url).expect("a URL of a test");
    url.set_host(Some("127.0.0.1")).expect("it has a host");
    url.set_port(Some(proxy.port)).expect("it has a port");
    let config =
        Config { key_prefix: bench.prefix.clone(), timeout, ..Config::new(url.as_str(), "tester") };
    Signals::new(&config).expect("the test's server has an address")
}

/// Disturbs one exchange of a call, and then does the same in peace.
async fn survives(what: Do, fault: Break, number: usize, expected: &(String, String)) {
    let label = format!("{what:?}, {fault:?} of exchange {number}");
    let bench = before(what).await;
    let proxy = proxy(&bench.url, fault, When::Only(number)).await;
    let signals = through(&proxy, &bench, BRIEF);
    let came = tokio::time::timeout(BOUND, run(what, &bench, &signals)).await;
    match came.unwrap_or_else(|_| panic!("{label}: it does not end")) {
        Ok(answer) => assert_eq!(answer, expected.0, "{label}"),
        Err(error) => {
            let text = error.to_string();
            let place = format!("the Redis server 127.0.0.1:{}", proxy.port);
            let step = match what {
                Do::Find => "reading the signal `halt`",
                Do::List => "listing the signals",
                _ => "setting the signal `halt`",
            };
            let says = match &error {
                Error::Lost { .. } | Error::Unreadable { .. } => {
                    text.starts_with(&format!("{step} on {place} "))
                }
                _ => text.starts_with(&format!("{place} cannot be reached: ")),
            };
            assert!(says, "{label}: {text}");
        }
    }
    let again = run(what, &bench, &bench.signals).await;
    assert_eq!(again.as_ref().ok(), Some(&expected.0), "{label}: {again:?}");
    assert_eq!(after(&bench).await, expected.1, "{label}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_survives_each_fault() {
    let mut cases = Vec::new();
    for what in ALL {
        let bench = before(what).await;
        let proxy = proxy(&bench.url, Break::Reset, When::Never).await;
        let answer = run(what, &bench, &through(&proxy, &bench, BOUND)).await.unwrap();
        let expected = (answer, after(&bench).await);
        let changes = usize::from(!matches!(what, Do::Find | Do::List | Do::Set | Do::SetNew));
        let history = format!(" {} ", 1 + changes);
        assert!(expected.1.contains(&history), "{what:?}: {}", expected.1);
        for number in 0..proxy.seen() {
            let faults = Break::QUICK.into_iter().chain(Break::SLOW);
            cases.extend(faults.map(|fault| (what, fault, number, expected.clone())));
        }
    }
    let survived = iter(&cases).map(async |(what, fault, number, expected)| {
        survives(*what, *fault, *number, expected).await;
    });
    survived.buffer_unordered(16).collect::<()>().await;
}

/// A change that another one followed was made, and is not made again.
#[tokio::test]
async fn a_lost_answer_does_not_undo_what_came_after_it() {
    let bench = before(Do::Lift).await;
    let proxy = proxy(&shared(), Break::LostAnswer, When::Only(1)).await;
    let lost = run(Do::Lift, &bench, &through(&proxy, &bench, BRIEF)).await.unwrap_err();
    let (place, text) = (format!("127.0.0.1:{}", proxy.port), lost.to_string());
    assert!(matches!(lost, Error::Lost { .. }), "{text}");
    assert!(
        text.starts_with(&format!(
            "setting the signal `halt` on the Redis server {place} got no answer ("
        )),
        "{text}"
    );
    assert!(text.ends_with("), so it is not known whether it was done; apply again"), "{text}");
    bench.signals.set(&given("again")).await.unwrap();
    let refused = run(Do::Lift, &bench, &bench.signals).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict { found: Some(_), .. }), "{refused}");
    assert_eq!(bench.redis::<usize>("XLEN @:events").await, 3);
}

/// A server that is gone before a replica has confirmed a change may have taken it along.
#[tokio::test]
async fn a_change_that_nobody_confirmed_is_no_safe_one() {
    let primary = Server::start(&["--appendonly", "yes"]).await;
    let port = primary.url("").rsplit_once(':').expect("a port").1.to_owned();
    let _replica = Server::start(&["--replicaof", "127.0.0.1", &port]).await;
    while !raw::<String>(&primary.url(""), "INFO replication").await.contains("state=online") {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let bench = Bench::at(&primary.url(""));
    let proxy = proxy(&primary.url(""), Break::LostAnswer, When::Only(2)).await;
    let set = through(&proxy, &bench, BOUND).set(&given("x")).await.unwrap();
    assert!(set.is_changed);
    assert_eq!(set.concerns, [Concern::Unconfirmed]);
}
