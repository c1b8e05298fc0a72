//! Each call through a proxy that spoils exchanges with the real S3 server: whatever breaks, the call comes true once,
//! and where nothing gets through, the error says which step on which server, after a bounded number of tries.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};

use super::{Lab, Meddler, aws, config, path};
use crate::backend::aws::{Aws, Config};
use crate::backend::http::tests::proxy::{Fault, Proxy, When};
use crate::backend::worm::{Archive, Error, LockMode, NewBucket, Options, RecordKey, Replica};

/// The calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    Create,
    Append,
    Extend,
    Hold,
    Restore,
    Read,
    Verify,
    Copy,
}

const ALL: [Do; 8] =
    [Do::Create, Do::Append, Do::Extend, Do::Hold, Do::Restore, Do::Read, Do::Verify, Do::Copy];

/// In how many exchanges of each call each fault is tried. Each fault begins at another one.
const TIMES: usize = 2;

/// A bucket in which everything but the call has happened, without a proxy.
async fn before(what: Do) -> Lab {
    let lab = Lab::s3(LockMode::Compliance).await;
    if what == Do::Create {
        return lab;
    }
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    if what == Do::Append {
        return lab;
    }
    lab.archive.append(&lab.record("a", "a")).await.unwrap();
    match what {
        Do::Restore => lab.store.hide(&lab.bucket, &path("a")).await,
        Do::Copy => lab.store.add_bucket(&target(&lab.bucket)).await,
        _ => {}
    }
    lab
}

fn target(bucket: &str) -> String {
    format!("{bucket}-copy")
}

/// A future on the heap, since those of the SDK are large.
fn run<'a>(what: Do, lab: &'a Lab, aws: &'a Arc<Aws>) -> BoxFuture<'a, Result<(), Error>> {
    done(what, lab, aws).boxed()
}

async fn done(what: Do, lab: &Lab, aws: &Arc<Aws>) -> Result<(), Error> {
    let options = Options::new("tester");
    let archive = Archive::s3(Arc::clone(aws), LockMode::Compliance, options).unwrap();
    let bucket = lab.bucket.clone();
    let key = RecordKey { bucket: bucket.clone(), path: path("a") };
    match what {
        Do::Create => {
            drop(archive.create_bucket(NewBucket { name: bucket, retention_days: 10 }).await?);
        }
        Do::Append => drop(archive.append(lab.record("a", "a")).await?),
        Do::Extend => drop(archive.extend_retention(&bucket, 20).await?),
        Do::Hold => drop(archive.set_legal_hold(key, true).await?),
        Do::Restore => drop(archive.restore_protection(key).await?),
        Do::Read => assert_eq!(archive.read_record(key).await?, b"a"),
        Do::Verify => assert_eq!(archive.verify_bucket(&bucket, None).await?.problems, []),
        Do::Copy => {
            let replica = Replica::new(Arc::clone(aws), &target(&bucket), "worm/", "STANDARD");
            assert_eq!(replica.catch_up(&archive, &bucket).await?.lag, 0);
        }
    }
    Ok(())
}

/// What there is, asked without the proxy.
async fn after(what: Do, lab: &Lab) -> String {
    let report = lab.archive.verify_bucket(&lab.bucket, None).await.unwrap();
    let versions = lab.archive.versions(&lab.bucket, &path("a")).await.unwrap().len();
    let found = lab.archive.find_record(&lab.key("a"), None).await.unwrap();
    let held = found.record.and_then(|record| record.lock).map(|lock| lock.legal_hold);
    let Meddler::S3(client) = &lab.store else { unreachable!("the lab is on S3") };
    let copied = if what == Do::Copy {
        let listed = client.list_object_versions().bucket(target(&lab.bucket)).send().await;
        listed.unwrap().versions().len()
    } else {
        0
    };
    let (entries, problems) = (report.entries, report.problems);
    format!("{entries} entries, {versions} versions, {held:?}, {copied} copied, {problems:?}")
}

async fn proxy() -> Proxy {
    let url = url::Url::parse(&config().endpoint.unwrap()).unwrap();
    Proxy::start(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())).await
}

fn through(proxy: &Proxy, max_attempts: u32, timeout: Duration) -> Arc<Aws> {
    let endpoint = Some(format!("http://127.0.0.1:{}", proxy.port));
    let first_wait = Duration::from_millis(20);
    Arc::new(Aws::new(Config { endpoint, max_attempts, first_wait, timeout, ..config() }).unwrap())
}

/// Spoils exchanges of the call, one in each run.
async fn survives(what: Do, faults: &[Fault], timeout: Duration) {
    let proxy = proxy().await;
    let lab = before(what).await;
    run(what, &lab, &through(&proxy, 5, timeout)).await.unwrap();
    let (expected, seen) = (after(what, &lab).await, proxy.seen());
    assert!(seen > 1, "{what:?}: {seen}");
    let chosen = faults.iter().enumerate().flat_map(|(first, fault)| {
        (0..TIMES).map(move |time| (*fault, (first + time * seen.div_ceil(TIMES)) % seen))
    });
    for (fault, number) in chosen {
        let lab = before(what).await;
        proxy.spoil(fault, When::Only(number));
        let came = run(what, &lab, &through(&proxy, 5, timeout)).await;
        assert!(came.is_ok(), "{what:?}, {fault:?} of exchange {number} of {seen}: {came:?}");
        let now = after(what, &lab).await;
        assert_eq!(now, expected, "{what:?}, {fault:?} of exchange {number} of {seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spoilt_exchange_is_made_good() {
    let faults: Vec<Fault> = Fault::ALL.into_iter().filter(|it| *it != Fault::Stall).collect();
    let cases = ALL.map(|what| survives(what, &faults, Duration::from_secs(30)).boxed());
    futures_util::stream::iter(cases).buffer_unordered(4).collect::<()>().await;
}

/// Waiting for it takes its time, so not every call is tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_does_not_come_is_asked_for_again() {
    for what in [Do::Append, Do::Read] {
        survives(what, &[Fault::Stall], Duration::from_secs(3)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_gets_through_the_error_says_so() {
    /// Tries of one call, three times where an answer breaks off.
    const TRIES: usize = 9;
    let mut said = BTreeSet::new();
    for what in ALL {
        let (proxy, lab) = (proxy().await, before(what).await);
        for fault in Fault::ALL.into_iter().filter(|fault| *fault != Fault::Stall) {
            proxy.spoil(fault, When::Always);
            let client = through(&proxy, 3, Duration::from_secs(30));
            let error = run(what, &lab, &client).await.expect_err("nothing gets through");
            assert!(proxy.seen() <= TRIES, "{what:?}, {fault:?}: {} exchanges", proxy.seen());
            let text = error.to_string().replace(&lab.bucket, "BUCKET");
            let start = format!("http://127.0.0.1:{} failed at ", proxy.port);
            let rest = text.strip_prefix(&start).unwrap_or_else(|| panic!("{text}"));
            let (step, problem) = rest.split_once(": ").unwrap();
            let problem = problem.split([':', ';']).next().unwrap();
            said.insert(format!("{step}: {problem}"));
        }
        // Nothing of it came about, or all of it can be done again.
        run(what, &lab, &Arc::new(aws())).await.unwrap();
        assert!(after(what, &lab).await.ends_with("[]"), "{what:?}");
    }
    expect_test::expect![[r"
        creating bucket `BUCKET`: no answer
        creating bucket `BUCKET`: status 502 (502)
        creating bucket `BUCKET`: status 503 (503)
        creating bucket `BUCKET`: the answer makes no sense
        listing `.chain/` in bucket `BUCKET`: no answer
        listing `.chain/` in bucket `BUCKET`: status 502 (502)
        listing `.chain/` in bucket `BUCKET`: status 503 (503)
        listing `.chain/` in bucket `BUCKET`: the answer makes no sense
        listing `` in bucket `BUCKET`: no answer
        listing `` in bucket `BUCKET`: status 502 (502)
        listing `` in bucket `BUCKET`: status 503 (503)
        listing `` in bucket `BUCKET`: the answer makes no sense"]]
    .assert_eq(&said.into_iter().collect::<Vec<_>>().join("\n"));
}
