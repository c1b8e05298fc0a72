//! Death before and after each step, and on Azure each exchange: there is never half a version, and the same again comes
//! to its end.

use std::fs;
use std::path::Path;

use futures_util::StreamExt as _;
use tokio::task::spawn_blocking;

use super::{Kind, Lab, Manner, on_each_store};
use crate::backend::artifacts::Look;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::child::command;
use crate::backend::artifacts::tests::{key, new, sources};

/// How many die at a time.
const PARALLEL: usize = 4;

on_each_store![whoever_publishes_leaves_no_half_version, whoever_removes_leaves_no_half_version];

async fn whoever_publishes_leaves_no_half_version(kind: Kind) {
    each_moment(kind, "publish").await;
}

async fn whoever_removes_leaves_no_half_version(kind: Kind) {
    each_moment(kind, "remove").await;
}

async fn each_moment(kind: Kind, order: &'static str) {
    let (lab, passed) = interrupted(kind, order, None).await;
    assert_eq!(lab.find(Look::Bytes).await.is_some(), order == "publish", "{passed:?}");
    assert!(passed.len() >= if order == "publish" { 7 } else { 2 }, "{passed:?}");
    let moments = futures_util::stream::iter(1..=passed.len());
    moments.for_each_concurrent(PARALLEL, |moment| dies(kind, order, moment)).await;
}

async fn dies(kind: Kind, order: &'static str, moment: usize) {
    let (lab, passed) = interrupted(kind, order, Some(moment)).await;
    let point = format!("{order}: {}", passed.last().expect("it lived until then"));
    let found = lab.find(Look::Bytes).await;
    let there = ["create.after_manifest", "delete.before_manifest"];
    if !point.contains(".before_call") && !point.contains(".answered") {
        assert_eq!(found.is_some(), there.iter().any(|it| point.ends_with(it)), "{point}");
    }
    assert_eq!(found.map_or(Vec::new(), |found| found.problems), [], "{point}");
    if order == "publish" {
        lab.publish().await.unwrap();
        lab.is_intact(&point).await;
    } else {
        lab.store.remove(&key()).await.unwrap();
        assert_eq!(lab.find(Look::Bytes).await, None, "{point}");
    }
}

/// A lab in which another process does `order` and dies at a moment, and the points that it passed.
async fn interrupted(kind: Kind, order: &str, moment: Option<usize>) -> (Lab, Vec<String>) {
    let lab = Lab::new(kind).await;
    if order == "remove" {
        lab.publish().await.unwrap();
    }
    let log = lab.temp.path().join("passed");
    let mut child = command(lab.temp.path(), &format!("{order}@{kind:?}:{}", lab.bucket));
    child.env("MLASSETS_FAULT_LOG", &log);
    if let Some(moment) = moment {
        child.env("MLASSETS_FAULT", format!(":{moment}"));
    }
    let ended = spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let passed = fs::read_to_string(&log).unwrap_or_default();
    let passed: Vec<_> = passed.lines().map(str::to_owned).collect();
    assert_eq!(ended.status.success(), moment.is_none(), "{order} at {moment:?}: {passed:?}");
    (lab, passed)
}

/// Does `order` in another process, with the sources in `folder`.
pub(in crate::backend::artifacts::tests) fn obey(folder: &Path, order: &str, place: &str) {
    let (kind, bucket) = place.split_once(':').unwrap();
    let kind = if kind == "S3" { Kind::S3 } else { Kind::Azure };
    let store = kind.store(bucket, Manner::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        match order {
            "publish" => {
                store.publish(&new(sources(folder)), &Meter::default()).await.unwrap();
            }
            "remove" => store.remove(&key()).await.unwrap(),
            _ => panic!("unknown order {order}"),
        }
    });
}
