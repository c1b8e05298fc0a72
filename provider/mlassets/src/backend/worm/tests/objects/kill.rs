//! Death before and after every exchange with a store, and the same call again: nothing is lost and nothing is there
//! twice.
//!
//! The process that dies is this test binary, started again with its orders in the environment. A first one lives
//! and writes down the points that it passes.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use futures_util::StreamExt as _;

use super::{Lab, Meddler, client, path, record};
use crate::backend::worm::{Archive, LockMode, NewBucket, Options, RecordKey};

const ORDERS: &str = "MLASSETS_WORM_OBJECTS_CHILD";

/// How many points a run may pass less than the first one, which a slow server asked again.
const UNREACHED: usize = 2;

/// What is interrupted, and what there is after it was done again.
struct Story {
    prepare: &'static [&'static str],
    order: &'static str,
    entries: u64,
    records: u64,
    /// The fewest points at which it is interrupted.
    fewest: usize,
}

const STORIES: [Story; 6] = [
    Story { prepare: &[], order: "create 10", entries: 1, records: 0, fewest: 12 },
    Story { prepare: &["create 10"], order: "append a", entries: 2, records: 1, fewest: 24 },
    Story {
        prepare: &["create 10", "append a"],
        order: "append b",
        entries: 3,
        records: 2,
        fewest: 20,
    },
    Story {
        prepare: &["create 10", "append a"],
        order: "extend 20",
        entries: 3,
        records: 1,
        fewest: 24,
    },
    Story {
        prepare: &["create 10", "append a"],
        order: "hold a",
        entries: 2,
        records: 1,
        fewest: 16,
    },
    Story {
        prepare: &["create 10", "append a", "hide a", "forge a", "hide entry"],
        order: "restore a",
        entries: 2,
        records: 1,
        fewest: 24,
    },
];

/// The end of a retention, which only a store whose clock the test sets can reach.
const DELETION: Story = Story {
    prepare: &["create 10", "append a", "append b", "pass 21"],
    order: "delete a",
    entries: 4,
    records: 1,
    fewest: 16,
};

/// A copy of the bucket in another one.
#[cfg(feature = "acceptance")]
const COPY: Story = Story {
    prepare: &["create 10", "append a", "append b", "target"],
    order: "copy",
    entries: 3,
    records: 2,
    fewest: 24,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_to_azure_that_died_is_done_again() {
    for story in STORIES.iter().chain([&DELETION]) {
        let lab = || async { Lab::azure(LockMode::Compliance) };
        // The first append has everything in it: a record, its lock, those of the chain, an entry.
        let most = if story.order == "append a" { usize::MAX } else { 6 };
        check(story, most, lab).await;
    }
}

#[cfg(feature = "acceptance")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_to_s3_that_died_is_done_again() {
    for story in STORIES.iter().chain([&COPY]) {
        let most = if story.order == "copy" { 14 } else { 3 };
        check(story, most, || Lab::s3(LockMode::Compliance)).await;
    }
}

/// Interrupts a story at each of its points, or at `most` of them, evenly.
async fn check<L: Future<Output = Lab>>(story: &Story, most: usize, lab: impl Fn() -> L) {
    let (whole, folder) = (prepared(story, lab().await).await, tempfile::TempDir::new().unwrap());
    let log = folder.path().join("passed");
    let done = die(&whole, story.order, &log, None).await;
    assert!(done.status.success(), "{}: {done:?}", story.order);
    intact(&whole, story, "none").await;
    let passed = std::fs::read_to_string(&log).unwrap();
    let passed: Vec<&str> = passed.lines().collect();
    assert!(passed.len() >= story.fewest, "{}: {passed:?}", story.order);
    let chosen: Vec<usize> = if passed.len() <= most {
        (1..=passed.len()).collect()
    } else {
        (0..most).map(|index| 1 + index * (passed.len() - 1) / (most - 1)).collect()
    };
    let (lab, passed, folder) = (&lab, &passed, folder.path());
    let killed: Vec<bool> = futures_util::stream::iter(chosen)
        .map(|nth| async move {
            let point =
                format!("{} at {} ({nth} of {})", story.order, passed[nth - 1], passed.len());
            let lab = prepared(story, lab().await).await;
            let door = door(&lab);
            let dead = die(&lab, story.order, &folder.join(nth.to_string()), Some(nth)).await;
            let killed = dead.status.code().is_none();
            assert!(killed || dead.status.success(), "{point}: {dead:?}");
            obey(&door, &lab.bucket, story.order).await;
            intact(&lab, story, &point).await;
            killed
        })
        .buffer_unordered(3)
        .collect()
        .await;
    let unreached = killed.iter().filter(|killed| !**killed).count();
    assert!(unreached <= UNREACHED, "{}: {unreached} points were not reached", story.order);
}

async fn prepared(story: &Story, lab: Lab) -> Lab {
    let door = door(&lab);
    for order in story.prepare {
        match (*order, &lab.store) {
            ("hide a", it) => it.hide(&lab.bucket, &path("a")).await,
            ("forge a", it) => it.overwrite(&lab.bucket, &path("a"), "forged").await,
            ("hide entry", it) => it.hide(&lab.bucket, ".chain/000000000001.json").await,
            ("pass 21", Meddler::Azure(fake)) => fake.pass_days(21),
            #[cfg(feature = "acceptance")]
            ("target", it) => it.add_bucket(&target(&lab.bucket)).await,
            _ => obey(&door, &lab.bucket, order).await,
        }
    }
    lab
}

/// What must hold when the call was done again: the chain and each record are whole, and each is there once.
async fn intact(lab: &Lab, story: &Story, point: &str) {
    let report = lab.archive.verify_bucket(&lab.bucket, None).await.unwrap();
    assert_eq!(report.problems, [], "{point}");
    assert_eq!((report.entries, report.records), (story.entries, story.records), "{point}");
    for name in ["a", "b"] {
        let key = RecordKey { bucket: lab.bucket.clone(), path: path(name) };
        let versions = lab.archive.versions(&lab.bucket, &key.path).await.unwrap();
        match lab.archive.read_record(&key).await {
            Ok(bytes) => {
                assert_eq!(bytes, name.as_bytes(), "{point}");
                // A restored one lies under what was put over it, and perhaps under itself.
                assert!(versions.len() == 1 || story.order == "restore a", "{point}: {versions:?}");
            }
            Err(_) => assert!(versions.is_empty(), "{point}: {versions:?}"),
        }
    }
    if story.order == "hold a" {
        let found = lab.archive.find_record(&lab.key("a"), None).await.unwrap();
        assert!(found.record.unwrap().lock.unwrap().legal_hold, "{point}");
    }
    #[cfg(feature = "acceptance")]
    if story.order == "copy" {
        let Meddler::S3(client) = &lab.store else { unreachable!("copies are in S3") };
        let listed = client.list_object_versions().bucket(target(&lab.bucket)).send().await;
        assert_eq!(listed.unwrap().versions().len(), 5, "{point}");
    }
}

/// Runs an order in another process, which dies at the point of that number.
async fn die(lab: &Lab, order: &str, log: &Path, nth: Option<usize>) -> Output {
    let place = match &lab.store {
        Meddler::Azure(fake) => fake.url(),
        #[cfg(feature = "acceptance")]
        Meddler::S3(_) => "s3".to_owned(),
    };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["backend::worm::tests::objects::kill::child", "--exact", "--nocapture"])
        .env(ORDERS, format!("{place}|{}|{order}", lab.bucket))
        .env("MLASSETS_FAULT_LOG", log);
    if let Some(nth) = nth {
        command.env("MLASSETS_FAULT", format!(":{nth}"));
    }
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

/// Does nothing unless [`die`] started this process.
#[tokio::test]
async fn child() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let orders: Vec<&str> = orders.split('|').collect();
    let [place, bucket, order] = orders[..] else { panic!("{orders:?}") };
    obey(&archive(place), bucket, order).await;
}

/// The archive of a lab, through the door.
fn door(lab: &Lab) -> Archive {
    match &lab.store {
        Meddler::Azure(fake) => archive(&fake.url()),
        #[cfg(feature = "acceptance")]
        Meddler::S3(_) => archive("s3"),
    }
}

fn archive(place: &str) -> Archive {
    let (mode, options) = (LockMode::Compliance, Options::new("tester"));
    match place {
        #[cfg(feature = "acceptance")]
        "s3" => Archive::s3(Arc::new(super::aws()), mode, options).unwrap(),
        url => Archive::azure(Arc::clone(&client(url)), mode, options).unwrap(),
    }
}

async fn obey(archive: &Archive, bucket: &str, order: &str) {
    let key = |name: &str| RecordKey { bucket: bucket.to_owned(), path: path(name) };
    match order.split(' ').collect::<Vec<_>>()[..] {
        ["create", days] => {
            let retention_days = days.parse().unwrap();
            let new = NewBucket { name: bucket.to_owned(), retention_days };
            archive.create_bucket(new).await.unwrap();
        }
        ["append", name] => {
            archive.append(record(bucket, name, name)).await.unwrap();
        }
        ["extend", days] => {
            archive.extend_retention(bucket, days.parse().unwrap()).await.unwrap();
        }
        ["hold", name] => {
            archive.set_legal_hold(key(name), true).await.unwrap();
        }
        ["restore", name] => {
            archive.restore_protection(key(name)).await.unwrap();
        }
        ["delete", name] => archive.delete_record(key(name)).await.unwrap(),
        #[cfg(feature = "acceptance")]
        ["copy"] => {
            use crate::backend::worm::Replica;

            let replica =
                Replica::new(Arc::new(super::aws()), &target(bucket), "worm/", "STANDARD");
            let progress = replica.catch_up(archive, bucket).await.unwrap();
            assert_eq!((progress.last_synced_sequence, progress.lag), (3, 0));
        }
        _ => panic!("unknown order {order}"),
    }
}

/// The bucket of a copy.
#[cfg(feature = "acceptance")]
fn target(bucket: &str) -> String {
    format!("{bucket}-copy")
}
