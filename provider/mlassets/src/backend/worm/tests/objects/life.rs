//! The life of buckets and records in an object store, law by law.

use std::sync::Arc;

use super::{Lab, Meddler, client, fake::Fake, name, on_each_store, path};
use crate::backend::worm::object::Objects;
use crate::backend::worm::{
    Anchor, Content, Error, LockMode, NewBucket, Options, Problem, content_hash,
};

on_each_store! {
    a_record_is_written_once_and_read_back,
    retention_reaches_what_is_there,
    what_lies_over_a_record_is_noticed_and_taken_away,
    what_lies_over_an_entry_is_noticed_and_taken_away,
    a_legal_hold_comes_and_goes,
    writers_at_once_make_one_chain,
    an_empty_bucket_ends_and_a_used_one_does_not,
    a_bucket_in_use_is_not_made_again,
    an_interrupted_append_is_completed,
    buckets_and_records_are_listed,
}

#[track_caller]
fn anchor_of(found: &crate::backend::worm::Bucket) -> Anchor {
    found.head.clone()
}

async fn a_record_is_written_once_and_read_back(lab: Lab) {
    let made = lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    assert_eq!((made.retention_days, made.record_count, made.head.sequence), (10, 0, 1));
    assert_eq!(made.lock_mode, Some(LockMode::Compliance));
    let first = lab.archive.append(&lab.record("a", "first")).await.unwrap();
    assert!(first.created);
    let record = first.record;
    assert_eq!((record.sequence, record.size, record.mode), (2, 5, None));
    assert_eq!(record.sha256, content_hash(b"first"));
    let lock = record.lock.clone().unwrap();
    let retention = lock.retention.unwrap();
    assert_eq!((retention.mode, lock.legal_hold), (LockMode::Compliance, false));
    assert!(retention.until >= record.retain_until && lock.version.is_some());
    // The same again is the same record; other bytes or another time are not.
    let again = lab.archive.append(&lab.record("a", "first")).await.unwrap();
    assert_eq!((again.created, &again.record), (false, &record));
    let other = lab.archive.append(&lab.record("a", "second")).await.unwrap_err();
    assert!(matches!(other, Error::RecordExists { .. }), "{other}");
    assert_eq!(lab.archive.read_record(&lab.key("a")).await.unwrap(), b"first");
    let found = lab.archive.find_record(&lab.key("a"), Some(&record.anchor())).await.unwrap();
    assert_eq!((found.record, found.problems), (Some(record), vec![]));
    let refused = lab.archive.delete_record(&lab.key("a")).await.unwrap_err();
    assert!(matches!(refused, Error::Retained { .. }), "{refused}");
    let report = lab.archive.verify_bucket(&lab.bucket, None).await.unwrap();
    assert_eq!((report.entries, report.records, report.problems), (2, 1, vec![]));
    let missing = lab.archive.find_record(&lab.key("none"), None).await.unwrap();
    assert_eq!((missing.record, missing.problems), (None, vec![]));
}

async fn retention_reaches_what_is_there(lab: Lab) {
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    let before = lab.archive.append(&lab.record("a", "first")).await.unwrap().record;
    let grown = lab.archive.extend_retention(&lab.bucket, 20).await.unwrap();
    assert_eq!((grown.retention_days, grown.head.sequence), (20, 3));
    let after = lab.archive.find_record(&lab.key("a"), None).await.unwrap();
    assert_eq!(after.problems, []);
    let after = after.record.unwrap();
    assert_eq!(after.retain_until.duration_since(before.retain_until).as_hours(), 240);
    assert!(after.lock.unwrap().retention.unwrap().until >= after.retain_until);
    assert_eq!(lab.archive.verify_bucket(&lab.bucket, None).await.unwrap().problems, []);
    let shrunk = lab.archive.extend_retention(&lab.bucket, 19).await.unwrap_err();
    assert!(matches!(shrunk, Error::RetentionShrinks { in_force: 20, .. }), "{shrunk}");
    // The same again changes nothing.
    let same = lab.archive.extend_retention(&lab.bucket, 20).await.unwrap();
    assert_eq!(same.head.sequence, 3);
}

async fn what_lies_over_a_record_is_noticed_and_taken_away(lab: Lab) {
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    let record = lab.archive.append(&lab.record("a", "first")).await.unwrap().record;
    let version = record.lock.clone().unwrap().version.unwrap();
    for overwrite in [true, false] {
        if overwrite {
            lab.store.overwrite(&lab.bucket, &path("a"), "forged").await;
        } else {
            lab.store.hide(&lab.bucket, &path("a")).await;
        }
        let found = lab.archive.find_record(&lab.key("a"), Some(&record.anchor())).await.unwrap();
        let hidden = Problem::Hidden { path: path("a"), version: version.clone() };
        assert_eq!(found.problems, [hidden], "{overwrite}");
        // The evidence is there all the time.
        assert_eq!(lab.archive.read_record(&lab.key("a")).await.unwrap(), b"first");
        lab.archive.restore_protection(&lab.key("a")).await.unwrap();
        let found = lab.archive.find_record(&lab.key("a"), Some(&record.anchor())).await.unwrap();
        assert_eq!(found.problems, [], "{overwrite}");
        assert_eq!(found.record.unwrap().lock.unwrap().version.unwrap(), version);
    }
}

async fn what_lies_over_an_entry_is_noticed_and_taken_away(lab: Lab) {
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    let record = lab.archive.append(&lab.record("a", "first")).await.unwrap().record;
    let entry = ".chain/000000000002.json";
    lab.store.overwrite(&lab.bucket, entry, "{}").await;
    lab.store.hide(&lab.bucket, ".chain/000000000001.json").await;
    let report = lab.archive.verify_bucket(&lab.bucket, Some(&record.anchor())).await.unwrap();
    let hidden: Vec<&Problem> = report.problems.iter().collect();
    assert!(matches!(hidden[..], [Problem::Hidden { .. }, Problem::Hidden { .. }]), "{hidden:?}");
    lab.archive.restore_protection(&lab.key("a")).await.unwrap();
    assert_eq!(lab.archive.verify_bucket(&lab.bucket, None).await.unwrap().problems, []);
    lab.archive.append(&lab.record("b", "second")).await.unwrap();
}

async fn a_legal_hold_comes_and_goes(lab: Lab) {
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    lab.archive.append(&lab.record("a", "first")).await.unwrap();
    for hold in [true, true, false] {
        let record = lab.archive.set_legal_hold(&lab.key("a"), hold).await.unwrap();
        assert_eq!(record.lock.unwrap().legal_hold, hold);
        let found = lab.archive.find_record(&lab.key("a"), None).await.unwrap();
        assert_eq!(found.record.unwrap().lock.unwrap().legal_hold, hold);
    }
}

async fn writers_at_once_make_one_chain(lab: Lab) {
    lab.archive.create_bucket(&lab.new_bucket(1)).await.unwrap();
    let lab = Arc::new(lab);
    let writers: Vec<_> = (0..6)
        .map(|i| {
            let lab = Arc::clone(&lab);
            tokio::spawn(async move {
                lab.archive.append(&lab.record(&format!("r{i}"), &format!("{i}"))).await.unwrap()
            })
        })
        .collect();
    let mut sequences = Vec::new();
    for writer in writers {
        sequences.push(writer.await.unwrap().record.sequence);
    }
    sequences.sort_unstable();
    assert_eq!(sequences, [2, 3, 4, 5, 6, 7]);
    let report = lab.archive.verify_bucket(&lab.bucket, None).await.unwrap();
    assert_eq!((report.records, report.problems), (6, vec![]));
}

async fn an_empty_bucket_ends_and_a_used_one_does_not(lab: Lab) {
    let absent = lab.archive.find_bucket(&lab.bucket, None).await.unwrap();
    assert_eq!(absent, None);
    let made = lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    assert_eq!(lab.archive.chain_kept_until(&lab.bucket).await.unwrap(), None);
    lab.archive.delete_bucket(&lab.bucket).await.unwrap();
    assert_eq!(lab.archive.find_bucket(&lab.bucket, None).await.unwrap(), None);
    let lost = lab.archive.find_bucket(&lab.bucket, Some(&anchor_of(&made))).await.unwrap_err();
    assert!(matches!(lost, Error::BucketLost { .. }), "{lost}");
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    lab.archive.append(&lab.record("a", "first")).await.unwrap();
    let refused = lab.archive.delete_bucket(&lab.bucket).await.unwrap_err();
    assert!(matches!(refused, Error::BucketNotEmpty { records: 1, retained: 1, .. }), "{refused}");
    assert!(lab.archive.chain_kept_until(&lab.bucket).await.unwrap().is_some());
}

async fn a_bucket_in_use_is_not_made_again(lab: Lab) {
    let made = lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    assert_eq!(lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap(), made);
    for days in [9, 11] {
        let refused = lab.archive.create_bucket(&lab.new_bucket(days)).await.unwrap_err();
        assert!(matches!(refused, Error::BucketExists { entries: 1, .. }), "{refused}");
    }
    let forged = Anchor { sequence: 1, hash: content_hash(b"") };
    let refused = lab.archive.find_bucket(&lab.bucket, Some(&forged)).await.unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
}

/// An append that ends after its object was written leaves an object without an entry.
async fn an_interrupted_append_is_completed(lab: Lab) {
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    lab.archive.append(&lab.record("a", "first")).await.unwrap();
    lab.store.overwrite(&lab.bucket, &path("b"), "second").await;
    let found = lab.archive.find_record(&lab.key("b"), None).await.unwrap();
    assert_eq!(
        (found.record, found.problems),
        (None, vec![Problem::MissingEntry { path: path("b") }])
    );
    let other = lab.archive.append(&lab.record("b", "third")).await.unwrap_err();
    assert!(matches!(other, Error::RecordExists { event_time: None, .. }), "{other}");
    let record = lab.archive.append(&lab.record("b", "second")).await.unwrap().record;
    assert!(record.lock.unwrap().retention.unwrap().until >= record.retain_until);
    assert_eq!(lab.archive.verify_bucket(&lab.bucket, None).await.unwrap().problems, []);
}

async fn buckets_and_records_are_listed(lab: Lab) {
    let other = format!("{}-other", lab.bucket);
    lab.store.add_bucket(&other).await;
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    let listed = lab.archive.list_buckets(&lab.bucket).await.unwrap();
    assert_eq!(listed, [lab.bucket.clone(), other.clone()]);
    let listed = lab.archive.list_buckets(&other).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&other));
    let refused = lab.archive.find_bucket(&other, None).await.unwrap_err();
    assert!(matches!(refused, Error::Unprotected { .. }), "{refused}");
    for name in ["b", "a"] {
        lab.archive.append(&lab.record(name, name)).await.unwrap();
    }
    let records = lab.archive.list_records(&lab.bucket).await.unwrap();
    let paths: Vec<_> = records.into_iter().map(|found| found.record.unwrap().key.path).collect();
    assert_eq!(paths, [path("a"), path("b")]);
}

#[tokio::test]
async fn a_container_that_holds_no_evidence_is_refused_and_says_how_to_make_one() {
    async fn check(prepare: impl Fn(&Fake, &str), expected: &str) {
        let (fake, bucket) = (Fake::start(), name());
        prepare(&fake, &bucket);
        let archive =
            Objects::azure(client(&fake.url()), LockMode::Compliance, Options::new("t")).unwrap();
        let new = NewBucket { name: bucket.clone(), retention_days: 1 };
        let error = archive.create_bucket(&new).await.unwrap_err().to_string();
        let text = error.replace(&bucket, "BUCKET").replace(&fake.url(), "SERVER");
        assert_eq!(text, format!("bucket `BUCKET` in `SERVER` cannot hold evidence: {expected}"));
    }
    check(
        |_, _| (),
        "there is no such container, and the data plane cannot make one that holds evidence; make it with version-level \
         immutability, for instance with `azapi_resource` and `immutableStorageWithVersioning`",
    )
    .await;
    check(
        |fake, bucket| fake.add_container(bucket, false, false),
        "it has neither version-level immutability nor a policy; make it with version-level immutability, and protect it \
         further with `azurerm_storage_container_immutability_policy`",
    )
    .await;
    check(
        |fake, bucket| fake.add_container(bucket, false, true),
        "it has a policy of the container only, so that no end of a retention can be read or extended; make one with \
         version-level immutability",
    )
    .await;
}

#[tokio::test]
async fn foreign_objects_keep_a_bucket_from_becoming_an_archive() {
    let lab = Lab::azure(LockMode::Governance);
    lab.store.overwrite(&lab.bucket, "photo.jpg", "?").await;
    let refused = lab.archive.create_bucket(&lab.new_bucket(1)).await.unwrap_err();
    assert_eq!(
        lab.plain(&refused.to_string()),
        "bucket `BUCKET` is damaged, nothing was changed:\n- `photo.jpg` does not belong here (not a record); remove it"
    );
}

#[tokio::test]
async fn content_may_be_a_file_and_must_be_what_was_announced() {
    let lab = Lab::azure(LockMode::Compliance);
    lab.archive.create_bucket(&lab.new_bucket(1)).await.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from a file").unwrap();
    let mut new = lab.record("a", "");
    new.content = Content::File(file.path().to_owned());
    new.expected_sha256 = Some(content_hash(b"another"));
    let changed = lab.archive.append(&new).await.unwrap_err();
    assert!(matches!(changed, Error::ContentChanged { .. }), "{changed}");
    new.expected_sha256 = Some(content_hash(b"from a file"));
    assert_eq!(lab.archive.append(&new).await.unwrap().record.size, 11);
    assert!(matches!(lab.store, Meddler::Azure(_)));
}
