//! Attacks on an archive on S3 by someone with every right in the store: none of them takes or changes what is
//! protected, and what they leave behind is noticed.
//!
//! `tamper` has a thousand and more for the archive in a directory, where each of them costs no request.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{
    BucketVersioningStatus, Delete, ObjectIdentifier, ObjectLockConfiguration, ObjectLockEnabled,
    ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention, ObjectLockRetentionMode,
    VersioningConfiguration,
};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use super::{Lab, Meddler, aws};
use crate::backend::worm::object::Objects;
use crate::backend::worm::tests::Dice;
use crate::backend::worm::{Clock, Error, LockMode, Options, Problem};

const ROUNDS: usize = 168;

/// One version that is protected, with its bytes.
struct Target {
    bucket: String,
    key: String,
    version: String,
    bytes: Vec<u8>,
}

/// What somebody tries, and whether the server lets it happen.
type Attack = for<'a> fn(&'a Client, &'a Target, &'a mut Dice) -> BoxFuture<'a, bool>;

const ATTACKS: [(&str, Attack); 14] = [
    ("delete the version", |client, target, _| delete(client, target, false).boxed()),
    ("delete the version with bypass", |client, target, _| delete(client, target, true).boxed()),
    ("delete it in a batch", |client, target, _| delete_batch(client, target).boxed()),
    ("shorten its retention", |client, target, dice| {
        let days = i64::try_from(dice.below(9)).unwrap() + 1;
        retain(client, target, ObjectLockRetentionMode::Compliance, days, false).boxed()
    }),
    ("shorten its retention with bypass", |client, target, dice| {
        let days = i64::try_from(dice.below(9)).unwrap() + 1;
        retain(client, target, ObjectLockRetentionMode::Compliance, days, true).boxed()
    }),
    ("weaken its mode", |client, target, _| {
        retain(client, target, ObjectLockRetentionMode::Governance, 30, true).boxed()
    }),
    ("end its retention in the past", |client, target, _| {
        retain(client, target, ObjectLockRetentionMode::Compliance, -1, true).boxed()
    }),
    ("write other bytes over it", |client, target, dice| {
        let bytes = format!("forged {}", dice.below(1_000));
        put(client, target, bytes.into_bytes()).boxed()
    }),
    ("truncate it", |client, target, dice| {
        let bytes = target.bytes[..dice.below(target.bytes.len())].to_vec();
        put(client, target, bytes).boxed()
    }),
    ("flip a bit of it", |client, target, dice| {
        let mut bytes = target.bytes.clone();
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 << dice.below(8);
        put(client, target, bytes).boxed()
    }),
    ("hide it", |client, target, _| hide(client, target).boxed()),
    ("stop versioning", |client, target, _| suspend(client, target).boxed()),
    ("take every other protection off", |client, target, _| unlock(client, target).boxed()),
    ("remove the bucket", |client, target, _| remove_bucket(client, target).boxed()),
];

/// Those that a server may let happen: they add versions, they take none.
const ADDING: [&str; 4] =
    ["write other bytes over it", "truncate it", "flip a bit of it", "hide it"];

#[tokio::test]
async fn no_attack_takes_or_changes_what_is_protected() {
    let lab = Lab::s3(LockMode::Compliance).await;
    let Meddler::S3(client) = &lab.store else { unreachable!("the lab is on S3") };
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    let mut anchor = None;
    for i in 0..6 {
        let new = lab.record(&format!("record-{i}.json"), &format!("{{\"event\":{i}}}"));
        anchor = Some(lab.archive.append(&new).await.unwrap().record.anchor());
    }
    let targets = targets(client, &lab.bucket).await;
    assert_eq!(targets.len(), 6 + 7);
    let mut dice = Dice(20_250_115);
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        let (name, attack) = ATTACKS[round % ATTACKS.len()];
        let target = &targets[dice.below(targets.len())];
        let happened = attack(client, target, &mut dice).await;
        *done.entry(name).or_default() += 1;
        assert!(
            !happened || ADDING.contains(&name),
            "round {round}: the server lets someone {name}: {}",
            target.key
        );
        // What is protected is there as it was, whoever is asked.
        let there = client.get_object().bucket(&lab.bucket).key(&target.key);
        let there = there.version_id(&target.version).send().await.unwrap();
        assert_eq!(there.object_lock_mode().unwrap().as_str(), "COMPLIANCE", "{name}");
        let bytes = there.body.collect().await.unwrap().to_vec();
        assert_eq!(bytes, target.bytes, "round {round}: {name}");
        if happened && round % 24 < 2 {
            let report = lab.archive.verify_bucket(&lab.bucket, anchor.as_ref()).await.unwrap();
            let hidden = |problem: &Problem| matches!(problem, Problem::Hidden { path, .. } if *path == target.key);
            assert!(report.problems.iter().any(hidden), "round {round}: {name} is not noticed");
        }
    }
    assert!(done.values().all(|times| *times >= 12), "{done:?}");
    for i in 0..6 {
        let key = lab.key(&format!("record-{i}.json"));
        let expected = format!("{{\"event\":{i}}}").into_bytes();
        assert_eq!(lab.archive.read_record(&key).await.unwrap(), expected);
        lab.archive.restore_protection(&key).await.unwrap();
    }
    let report = lab.archive.verify_bucket(&lab.bucket, anchor.as_ref()).await.unwrap();
    assert_eq!(report.problems, []);
}

/// Whoever sets the clock of this machine moves nothing: the store's clock counts.
#[tokio::test]
async fn no_clock_of_this_machine_ends_a_retention() {
    let lab = Lab::s3(LockMode::Compliance).await;
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    for years in [-30, -1, 1, 80] {
        let clock =
            Clock::from_fn(move || Timestamp::now() + SignedDuration::from_hours(24 * 365 * years));
        let options = Options { clock, ..Options::new("tester") };
        let tricked =
            Objects::s3(std::sync::Arc::new(aws()), LockMode::Compliance, options).unwrap();
        let name = format!("r{years}");
        let record = tricked.append(&lab.record(&name, "x")).await.unwrap().record;
        let left = record.retain_until.duration_since(Timestamp::now()).as_hours();
        assert!((239..=240).contains(&left), "{years}: {left} hours");
        let refused = tricked.delete_record(&lab.key(&name)).await.unwrap_err();
        assert!(matches!(refused, Error::Retained { .. }), "{years}: {refused}");
    }
    assert_eq!(lab.archive.verify_bucket(&lab.bucket, None).await.unwrap().problems, []);
}

/// In governance mode someone with a special right can take evidence. That is noticed.
#[tokio::test]
async fn what_governance_lets_happen_is_noticed() {
    let lab = Lab::s3(LockMode::Governance).await;
    let Meddler::S3(client) = &lab.store else { unreachable!("the lab is on S3") };
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    let record = lab.archive.append(&lab.record("a", "first")).await.unwrap().record;
    let targets = targets(client, &lab.bucket).await;
    let target = targets.iter().find(|target| target.key.ends_with("/a")).unwrap();
    assert!(!delete(client, target, false).await);
    assert!(retain(client, target, ObjectLockRetentionMode::Governance, 1, true).await);
    let found = lab.archive.find_record(&lab.key("a"), Some(&record.anchor())).await.unwrap();
    assert!(matches!(found.problems[..], [Problem::LockShort { .. }]), "{:?}", found.problems);
    lab.archive.restore_protection(&lab.key("a")).await.unwrap();
    let found = lab.archive.find_record(&lab.key("a"), None).await.unwrap();
    assert_eq!(found.problems, []);
    assert!(delete(client, target, true).await);
    let found = lab.archive.find_record(&lab.key("a"), None).await.unwrap();
    assert_eq!(found.problems, [Problem::MissingFile { path: target.key.clone() }]);
    let content = crate::backend::worm::Content::Bytes(b"first".to_vec());
    let restored = lab.archive.restore_file(&lab.key("a"), &content).await.unwrap();
    assert!(restored.lock.unwrap().retention.unwrap().until >= record.retain_until);
    // A default that somebody shortened shows as a shorter retention, and is put right.
    drop_default(client, &lab.bucket).await;
    let bucket = lab.archive.find_bucket(&lab.bucket, None).await.unwrap().unwrap();
    assert_eq!(bucket.retention_days, 0);
    lab.archive.extend_retention(&lab.bucket, 10).await.unwrap();
    let bucket = lab.archive.find_bucket(&lab.bucket, None).await.unwrap().unwrap();
    assert_eq!(bucket.retention_days, 10);
}

/// Everything in a bucket.
async fn targets(client: &Client, bucket: &str) -> Vec<Target> {
    let listed = client.list_object_versions().bucket(bucket).send().await.unwrap();
    let mut targets = Vec::new();
    for version in listed.versions() {
        let (key, id) = (version.key().unwrap(), version.version_id().unwrap());
        let object =
            client.get_object().bucket(bucket).key(key).version_id(id).send().await.unwrap();
        targets.push(Target {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            version: id.to_owned(),
            bytes: object.body.collect().await.unwrap().to_vec(),
        });
    }
    targets
}

async fn delete(client: &Client, target: &Target, bypass: bool) -> bool {
    let delete = client.delete_object().bucket(&target.bucket).key(&target.key);
    let delete = delete.version_id(&target.version);
    delete.set_bypass_governance_retention(bypass.then_some(true)).send().await.is_ok()
}

async fn delete_batch(client: &Client, target: &Target) -> bool {
    let object =
        ObjectIdentifier::builder().key(&target.key).version_id(&target.version).build().unwrap();
    let delete = Delete::builder().objects(object).build().unwrap();
    let answer = client
        .delete_objects()
        .bucket(&target.bucket)
        .delete(delete)
        .bypass_governance_retention(true)
        .send()
        .await;
    answer.is_ok_and(|answer| answer.errors().is_empty())
}

async fn retain(
    client: &Client,
    target: &Target,
    mode: ObjectLockRetentionMode,
    days: i64,
    bypass: bool,
) -> bool {
    let until = Timestamp::now() + SignedDuration::from_hours(24 * days);
    let retention = ObjectLockRetention::builder()
        .mode(mode)
        .retain_until_date(DateTime::from_secs(until.as_second()))
        .build();
    client
        .put_object_retention()
        .bucket(&target.bucket)
        .key(&target.key)
        .version_id(&target.version)
        .retention(retention)
        .set_bypass_governance_retention(bypass.then_some(true))
        .send()
        .await
        .is_ok()
}

async fn put(client: &Client, target: &Target, bytes: Vec<u8>) -> bool {
    let put = client.put_object().bucket(&target.bucket).key(&target.key);
    put.body(ByteStream::from(bytes)).send().await.is_ok()
}

async fn hide(client: &Client, target: &Target) -> bool {
    client.delete_object().bucket(&target.bucket).key(&target.key).send().await.is_ok()
}

async fn suspend(client: &Client, target: &Target) -> bool {
    let configuration =
        VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
    let put = client.put_bucket_versioning().bucket(&target.bucket);
    put.versioning_configuration(configuration).send().await.is_ok()
}

/// Removes the default retention of the bucket, which is allowed.
async fn drop_default(client: &Client, bucket: &str) {
    let enabled = ObjectLockEnabled::Enabled;
    let bare = ObjectLockConfiguration::builder().object_lock_enabled(enabled).build();
    let put = client.put_object_lock_configuration().bucket(bucket);
    put.object_lock_configuration(bare).send().await.unwrap();
}

/// Does all that is allowed to get a version free, and tries to delete it then.
async fn unlock(client: &Client, target: &Target) -> bool {
    drop_default(client, &target.bucket).await;
    let off = ObjectLockLegalHold::builder().status(ObjectLockLegalHoldStatus::Off).build();
    let hold = client.put_object_legal_hold().bucket(&target.bucket).key(&target.key);
    hold.version_id(&target.version).legal_hold(off).send().await.unwrap();
    delete(client, target, true).await
}

async fn remove_bucket(client: &Client, target: &Target) -> bool {
    client.delete_bucket().bucket(&target.bucket).send().await.is_ok()
}
