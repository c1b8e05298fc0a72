//! Calls through a proxy that spoils exchanges with the real servers: whatever breaks, a version is whole or not there, the
//! same again does what was wanted, and where nothing gets through, the error says which step on which server.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;

use super::{Kind, Lab, Manner, on_each_store};
use crate::backend::artifacts::object::Objects;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::{key, new};
use crate::backend::artifacts::{Error, Look};
use crate::backend::http::tests::proxy::{Fault, Proxy, When};

on_each_store![
    what_breaks_leaves_no_half_version,
    a_large_file_survives_what_breaks,
    what_breaks_keeps_no_call_from_being_done_again,
    an_error_names_the_step,
];

/// A call on a version that is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    Verify,
    Restore,
    Remove,
}

const CALLS: [Do; 3] = [Do::Verify, Do::Restore, Do::Remove];

/// How many publications go on at a time.
const PARALLEL: usize = 4;

/// Each fault in every third exchange, and each begins at another one.
const EVERY: usize = 3;

async fn what_breaks_leaves_no_half_version(kind: Kind) {
    let lab = Lab::new(kind).await;
    let proxy = proxy(kind).await;
    through(&lab, &proxy, Duration::from_mins(1)).await.unwrap();
    let exchanges = proxy.seen();
    assert!(exchanges >= 7, "{exchanges}");
    let moments = (0..exchanges).flat_map(|number| {
        let faults = Fault::ALL.into_iter().enumerate();
        faults.filter(move |(i, _)| (number + i) % EVERY == 0).map(move |(_, it)| (it, number))
    });
    let each = |(fault, number)| async move { spoiled(&Lab::new(kind).await, fault, number).await };
    futures_util::stream::iter(moments).for_each_concurrent(PARALLEL, each).await;
}

/// The exchanges that send its parts and put them together.
async fn a_large_file_survives_what_breaks(kind: Kind) {
    let lab = Lab::new(kind).await;
    lab.enlarge(8);
    let proxy = proxy(kind).await;
    through(&lab, &proxy, Duration::from_mins(1)).await.unwrap();
    let writes = proxy.writes();
    assert!(writes.len() >= 7, "{writes:?}");
    let faults = [Fault::CutBefore, Fault::CutAfter, Fault::HalfAnswer];
    for (fault, number) in faults.into_iter().zip(writes.into_iter().skip(2)) {
        let lab = Lab::new(kind).await;
        lab.enlarge(8);
        spoiled(&lab, fault, number).await;
    }
}

/// Publishes while one exchange is spoiled, and then without, if that was of no use.
async fn spoiled(lab: &Lab, fault: Fault, number: usize) {
    let proxy = proxy(lab.kind).await;
    proxy.spoil(fault, When::Only(number));
    // Only who stalls is waited for so long.
    let timeout = if fault == Fault::Stall { 2 } else { 60 };
    let published = through(lab, &proxy, Duration::from_secs(timeout)).await;
    let when = format!("{fault:?} in exchange {number}: {published:?}");
    if let Some(found) = lab.find(Look::Bytes).await {
        assert_eq!(found.problems, [], "{when}");
        return;
    }
    assert!(published.is_err(), "{when}");
    assert!(lab.publish().await.unwrap_or_else(|error| panic!("{when}: {error}")));
    lab.is_intact(&when).await;
}

async fn what_breaks_keeps_no_call_from_being_done_again(kind: Kind) {
    let mut cases = Vec::new();
    for call in CALLS {
        let (lab, proxy) = (call.stage(kind).await, proxy(kind).await);
        call.run(&lab, &proxy).await.unwrap();
        let (exchanges, writes) = (proxy.seen(), proxy.writes());
        assert!(exchanges > 3, "{call:?}: {exchanges}");
        for number in 0..exchanges {
            // A change is cut off after it was made; all else takes turns.
            let fault = if writes.contains(&number) {
                Fault::CutAfter
            } else {
                [Fault::CutBefore, Fault::HalfAnswer, Fault::Busy][number % 3]
            };
            cases.push((call, fault, number));
        }
    }
    let each = |(call, fault, number): (Do, Fault, usize)| async move {
        let (lab, proxy) = (call.stage(kind).await, proxy(kind).await);
        proxy.spoil(fault, When::Only(number));
        let when = format!("{call:?}, {fault:?} in exchange {number}");
        let done = call.run(&lab, &proxy).await;
        // Where the first try has come to its end, the second finds it done.
        let again = if call == Do::Remove || done.is_err() {
            proxy.spoil(fault, When::Only(usize::MAX));
            call.run(&lab, &proxy).await
        } else {
            Ok(())
        };
        assert!(again.is_ok(), "{when}: {done:?}, then {again:?}");
        match call {
            Do::Verify | Do::Restore => lab.is_intact(&when).await,
            Do::Remove => assert_eq!(lab.find(Look::Bytes).await, None, "{when}"),
        }
    };
    futures_util::stream::iter(cases).for_each_concurrent(PARALLEL, each).await;
}

impl Do {
    /// A store in which the call has something to do.
    async fn stage(self, kind: Kind) -> Lab {
        let lab = Lab::new(kind).await;
        lab.publish().await.unwrap();
        if self == Self::Restore {
            lab.put("ai1.pkl", "First").await;
            lab.delete("theta.yaml").await;
        }
        lab
    }

    async fn run(self, lab: &Lab, proxy: &Proxy) -> Result<(), Error> {
        let (store, meter) = (store(lab, proxy, Duration::from_mins(1)), Meter::default());
        match self {
            Self::Verify => {
                let found = store.find(&key(), None, Look::Bytes, &meter).await?;
                assert_eq!(found.expect("it is published").problems, []);
                Ok(())
            }
            Self::Restore => store.restore(&key(), None, &lab.sources(), &meter).await.map(drop),
            Self::Remove => store.remove(&key()).await,
        }
    }
}

async fn an_error_names_the_step(kind: Kind) {
    let (lab, proxy) = (Lab::new(kind).await, proxy(kind).await);
    let mut said = BTreeSet::new();
    for from in [0, 1, 5] {
        for fault in [Fault::CutAfter, Fault::Busy] {
            proxy.spoil(fault, When::From(from));
            let error = through(&lab, &proxy, Duration::from_mins(1)).await;
            let text = lab.plain(&error.expect_err("not all gets through"));
            assert_eq!(lab.find(Look::Bytes).await, None, "{text}");
            let start = format!("http://127.0.0.1:{}", proxy.port);
            let rest = text.strip_prefix(&start).unwrap_or_else(|| panic!("{text}"));
            let end = rest.match_indices([':', ';']).nth(1).map_or(rest.len(), |(at, _)| at);
            said.insert(format!("SERVER{}", &rest[..end]));
        }
    }
    let said = said.into_iter().collect::<Vec<_>>().join("\n");
    let expected = match kind {
        Kind::S3 => {
            expect_test::expect![[r"
                SERVER failed at listing `ml/prod/ranker/v1/` in bucket `BUCKET`: no answer
                SERVER failed at listing `ml/prod/ranker/v1/` in bucket `BUCKET`: status 503 (503)
                SERVER failed at reading `ml/prod/ranker/v1/checksums.json` in bucket `BUCKET`: no answer
                SERVER failed at reading `ml/prod/ranker/v1/checksums.json` in bucket `BUCKET`: status 503 (503)
                SERVER failed at writing `ml/prod/ranker/v1/SHA256SUMS` in bucket `BUCKET`: no answer
                SERVER failed at writing `ml/prod/ranker/v1/SHA256SUMS` in bucket `BUCKET`: status 503 (503)"]]
        }
        Kind::Azure => {
            expect_test::expect![[r"
                SERVER/mlassets failed at listing `ml/prod/ranker/v1/` in container `BUCKET`: no answer
                SERVER/mlassets failed at listing `ml/prod/ranker/v1/` in container `BUCKET`: status 503 (503)
                SERVER/mlassets failed at reading `ml/prod/ranker/v1/checksums.json` in container `BUCKET`: no answer
                SERVER/mlassets failed at reading `ml/prod/ranker/v1/checksums.json` in container `BUCKET`: status 503 (503)
                SERVER/mlassets failed at writing `ml/prod/ranker/v1/SHA256SUMS` in container `BUCKET`: no answer
                SERVER/mlassets failed at writing `ml/prod/ranker/v1/SHA256SUMS` in container `BUCKET`: status 503 (503)"]]
        }
    };
    expected.assert_eq(&said);
    lab.publish().await.unwrap();
    lab.is_intact("in the end").await;
}

async fn proxy(kind: Kind) -> Proxy {
    let (url, ..) = kind.server();
    Proxy::start(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())).await
}

/// Publishes through the proxy.
async fn through(lab: &Lab, proxy: &Proxy, timeout: Duration) -> Result<bool, Error> {
    store(lab, proxy, timeout).publish(&new(lab.sources()), &Meter::default()).await
}

/// The store of the lab, behind the proxy.
fn store(lab: &Lab, proxy: &Proxy, timeout: Duration) -> Objects {
    let manner = Manner { tries: Some(3), timeout: Some(timeout), port: Some(proxy.port) };
    lab.kind.store(&lab.bucket, manner)
}
