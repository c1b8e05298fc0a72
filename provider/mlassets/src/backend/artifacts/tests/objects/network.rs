//! Each call through a proxy that spoils exchanges with the real S3 server: whatever breaks, the call comes true or the
//! error says which step on which server, and done again it leaves one whole version and nothing that costs.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::iter;

use super::{Lab, config};
use crate::backend::artifacts::object::Objects;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::{key, new};
use crate::backend::artifacts::{Error, Look, NewVersion};
use crate::backend::aws::{Aws, Config};
use crate::backend::http::tests::proxy::{Fault, Proxy, When};

const BOUND: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    Publish,
    /// With an artifact that goes in parts.
    PublishLarge,
    Verify,
    Restore,
    Remove,
}

async fn before(what: Do) -> Lab {
    let lab = Lab::new().await;
    match what {
        Do::Publish => {}
        Do::PublishLarge => {
            let bytes = vec![7; 16 * 1024 * 1024 + 1];
            fs::write(lab.temp.path().join("ai1.pkl"), bytes).unwrap();
        }
        Do::Verify | Do::Restore | Do::Remove => {
            lab.publish().await.unwrap();
        }
    }
    if what == Do::Restore {
        lab.put("ai1.pkl", "First").await;
        lab.delete("theta.yaml").await;
    }
    lab
}

async fn run(what: Do, lab: &Lab, store: &Objects) -> Result<(), Error> {
    let meter = Meter::default();
    match what {
        Do::Publish | Do::PublishLarge => {
            // One after the other, so that exchanges have the same numbers each time.
            let one_by_one = NewVersion { parallelism: 1, ..new(lab.sources()) };
            store.publish(&one_by_one, &meter).await.map(drop)
        }
        Do::Verify => {
            let found = store.find(&key(), None, Look::Bytes, &meter).await?;
            assert_eq!(found.expect("it is published").problems, []);
            Ok(())
        }
        Do::Restore => store.restore(&key(), None, &lab.sources(), &meter).await.map(drop),
        Do::Remove => store.remove(&key()).await,
    }
}

/// What the bucket has, and that a version in it is whole.
async fn after(lab: &Lab) -> Vec<String> {
    let there = lab.client.list_objects_v2().bucket(&lab.bucket).send().await.unwrap();
    let tell = |object: &aws_sdk_s3::types::Object| {
        format!("{} {}", object.key().unwrap_or_default(), object.size().unwrap_or_default())
    };
    let there: Vec<_> = there.contents().iter().map(tell).collect();
    if !there.is_empty() {
        lab.is_intact("after all").await;
    }
    there
}

/// The parts of uploads that nobody completes. An upload whose beginning was not heard of has none, and costs nothing.
async fn left_parts(lab: &Lab) -> usize {
    let asked = lab.client.list_multipart_uploads().bucket(&lab.bucket).send().await;
    let mut left = 0;
    for upload in asked.unwrap().uploads() {
        let asked = lab.client.list_parts().bucket(&lab.bucket).set_key(upload.key.clone());
        let parts = asked.set_upload_id(upload.upload_id.clone()).send().await.unwrap();
        left += parts.parts().len();
    }
    left
}

async fn proxy() -> Proxy {
    let url = url::Url::parse(&config().endpoint.unwrap()).unwrap();
    Proxy::start(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())).await
}

/// The store of the lab, through the proxy.
fn through(proxy: &Proxy, lab: &Lab, max_attempts: u32, timeout: Duration) -> Objects {
    let endpoint = Some(format!("http://127.0.0.1:{}", proxy.port));
    let first_wait = Duration::from_millis(20);
    let config = Config { endpoint, max_attempts, first_wait, timeout, ..config() };
    Objects::s3(Arc::new(Aws::new(config).unwrap()), &lab.bucket, "ml/").unwrap()
}

#[track_caller]
fn says_where_and_what(proxy: &Proxy, lab: &Lab, error: &Error, label: &str) -> String {
    let text = lab.plain(error);
    let start = format!("http://127.0.0.1:{} failed at ", proxy.port);
    let rest = text.strip_prefix(&start).unwrap_or_else(|| panic!("{label}: {text}"));
    rest.split_once(": ").unwrap_or_else(|| panic!("{label}: {text}")).0.to_owned()
}

/// Spoils one exchange of a call, and then does the same in peace.
async fn survives(what: Do, fault: Fault, number: usize, expected: &[String]) {
    let label = format!("{what:?}, {fault:?} of exchange {number}");
    let (lab, proxy) = (before(what).await, proxy().await);
    proxy.spoil(fault, When::Only(number));
    let patience = if fault == Fault::Stall { 2 } else { 30 };
    let store = through(&proxy, &lab, 5, Duration::from_secs(patience));
    let came = tokio::time::timeout(BOUND, run(what, &lab, &store)).await;
    if let Err(error) = came.unwrap_or_else(|_| panic!("{label}: it does not end")) {
        says_where_and_what(&proxy, &lab, &error, &label);
    }
    let again = run(what, &lab, &lab.store).await;
    assert!(again.is_ok(), "{label}: {again:?}");
    assert_eq!(after(&lab).await, expected, "{label}");
    assert_eq!(left_parts(&lab).await, 0, "{label}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_survives_each_fault() {
    const QUICK: [Fault; 5] =
        [Fault::CutBefore, Fault::HalfAnswer, Fault::BadGateway, Fault::CutAfter, Fault::Busy];
    let mut cases = Vec::new();
    for what in [Do::Publish, Do::PublishLarge, Do::Verify, Do::Restore, Do::Remove] {
        let (lab, proxy) = (before(what).await, proxy().await);
        run(what, &lab, &through(&proxy, &lab, 1, BOUND)).await.unwrap();
        let (seen, expected) = (proxy.seen(), after(&lab).await);
        assert!(seen > 4, "{what:?}: {seen}");
        let writes = proxy.writes();
        if what == Do::PublishLarge {
            // It is begun, sent in two parts, and completed.
            let parts = writes.iter().take(4);
            cases.extend(parts.map(|number| (what, Fault::CutAfter, *number, expected.clone())));
            continue;
        }
        for number in 0..seen {
            // A change is always cut off after it was made; what only reads has every other fault.
            let cut = writes.contains(&number).then_some(Fault::CutAfter);
            let other = (cut.is_some() || number % 2 == 0).then_some(QUICK[(number / 2) % 5]);
            let faults = cut.into_iter().chain(other);
            cases.extend(faults.map(|fault| (what, fault, number, expected.clone())));
        }
        // Waiting takes its time, so one write of each call is waited for.
        let last = writes.last().copied().unwrap_or_default();
        cases.push((what, Fault::Stall, last, expected));
    }
    let survived = iter(&cases).map(async |(what, fault, number, expected)| {
        survives(*what, *fault, *number, expected).await;
    });
    survived.buffer_unordered(6).collect::<()>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_gets_through_the_error_says_so() {
    let mut said = BTreeSet::new();
    for what in [Do::Publish, Do::Verify, Do::Restore, Do::Remove] {
        let (lab, counter) = (before(what).await, proxy().await);
        run(what, &lab, &through(&counter, &lab, 1, BOUND)).await.unwrap();
        for number in 0..counter.seen() {
            let (lab, proxy) = (before(what).await, proxy().await);
            let fault = [Fault::CutBefore, Fault::BadGateway, Fault::Busy][number % 3];
            proxy.spoil(fault, When::From(number));
            let label = format!("{what:?}, {fault:?} from {number}");
            let error = run(what, &lab, &through(&proxy, &lab, 2, BOUND)).await.expect_err(&label);
            // Two tries of each object, of which four are read at a time.
            assert!(proxy.seen() <= number + 8, "{label}: {} exchanges", proxy.seen());
            // Which of the artifacts that are read together fails first is left to chance.
            let mut step = says_where_and_what(&proxy, &lab, &error, &label);
            for name in ["ai1.pkl", "ai2.pkl", "theta.yaml"] {
                step = step.replace(name, "ARTIFACT");
            }
            said.insert(format!("{what:?}: {step}"));
        }
    }
    expect_test::expect![[r"
        Publish: listing `ml/prod/ranker/v1/` in bucket `BUCKET`
        Publish: reading `ml/prod/ranker/v1/checksums.json` in bucket `BUCKET`
        Publish: writing `ml/prod/ranker/v1/ARTIFACT` in bucket `BUCKET`
        Publish: writing `ml/prod/ranker/v1/SHA256SUMS` in bucket `BUCKET`
        Publish: writing `ml/prod/ranker/v1/checksums.json` in bucket `BUCKET`
        Remove: deleting `ml/prod/ranker/v1/ARTIFACT` in bucket `BUCKET`
        Remove: deleting `ml/prod/ranker/v1/SHA256SUMS` in bucket `BUCKET`
        Remove: deleting `ml/prod/ranker/v1/checksums.json` in bucket `BUCKET`
        Remove: listing `ml/prod/ranker/v1/` in bucket `BUCKET`
        Remove: reading `ml/prod/ranker/v1/checksums.json` in bucket `BUCKET`
        Restore: listing `ml/prod/ranker/v1/` in bucket `BUCKET`
        Restore: reading `ml/prod/ranker/v1/ARTIFACT` in bucket `BUCKET`
        Restore: reading `ml/prod/ranker/v1/SHA256SUMS` in bucket `BUCKET`
        Restore: reading `ml/prod/ranker/v1/checksums.json` in bucket `BUCKET`
        Restore: writing `ml/prod/ranker/v1/ARTIFACT` in bucket `BUCKET`
        Verify: listing `ml/prod/ranker/v1/` in bucket `BUCKET`
        Verify: reading `ml/prod/ranker/v1/ARTIFACT` in bucket `BUCKET`
        Verify: reading `ml/prod/ranker/v1/SHA256SUMS` in bucket `BUCKET`
        Verify: reading `ml/prod/ranker/v1/checksums.json` in bucket `BUCKET`"]]
    .assert_eq(&said.into_iter().collect::<Vec<_>>().join("\n"));
}
