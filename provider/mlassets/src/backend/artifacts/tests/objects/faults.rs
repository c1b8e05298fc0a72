//! A publication through a proxy that spoils exchanges with the real servers: whatever breaks, a version is whole or not
//! there, the same again publishes it, and where nothing gets through, the error says which step on which server.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;

use super::{Kind, Lab, Manner, on_each_store};
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::new;
use crate::backend::artifacts::{Error, Look};
use crate::backend::http::tests::proxy::{Fault, Proxy, When};

on_each_store![
    what_breaks_leaves_no_half_version,
    a_large_file_survives_what_breaks,
    an_error_names_the_step,
];

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
    let manner = Manner { tries: Some(3), timeout: Some(timeout), port: Some(proxy.port) };
    let store = lab.kind.store(&lab.bucket, manner);
    store.publish(&new(lab.sources()), &Meter::default()).await
}
