//! What each operation does when nothing goes wrong, and what it refuses.

use std::collections::BTreeMap;
use std::fs;
use std::future::{pending, ready};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use crate::backend::artifacts::directory::Directory;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::{Lab, key, new};
use crate::backend::artifacts::{
    Condition, Error, Look, SourceProblem, Store, changed, check_source,
};

/// SHA-256 of `first`.
const FIRST: &str = "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e";

#[tokio::test]
async fn a_life_through_the_door() {
    let lab = Lab::new();
    let store = Store::directory(lab.temp.path().join("store")).unwrap();
    assert_eq!(store.find(key(), None, Look::Bytes, pending()).await.unwrap(), None);
    assert!(store.publish(new(lab.sources()), pending()).await.unwrap());
    lab.is_intact("published");
    assert!(!store.publish(new(lab.sources()), pending()).await.unwrap(), "it was there");

    let found = store.find(key(), None, Look::Bytes, pending()).await.unwrap().unwrap();
    assert_eq!(found.location, lab.path("").display().to_string().trim_end_matches('/'));
    assert!(found.conditions().values().all(|it| *it == Condition::Ok));
    let manifest = found.manifest.unwrap();
    assert_eq!((manifest.artifacts.len(), manifest.total_bytes()), (3, 11));
    assert_eq!(manifest.artifacts["model_ai1"].sha256, FIRST);
    assert_eq!(fs::read_to_string(lab.path("checksums.json")).unwrap(), manifest.text());
    for name in ["ai1.pkl", "ai2.pkl", "theta.yaml", "SHA256SUMS", "checksums.json"] {
        let mode = fs::metadata(lab.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o444, "{name}");
    }

    fs::remove_file(lab.path("ai2.pkl")).unwrap();
    let anchor = Some(manifest.sha256());
    let restored = store.restore(key(), anchor, lab.sources(), pending()).await.unwrap();
    assert_eq!(restored.problems, []);
    store.remove(key()).await.unwrap();
    store.remove(key()).await.unwrap();
    assert_eq!(lab.find(Look::Sizes), None);
    assert_eq!(lab.aside(), 0);
}

#[test]
fn other_bytes_are_refused_by_name() {
    #[track_caller]
    fn check(change: impl FnOnce(&Lab, &mut BTreeMap<String, String>), difference: &str) {
        let lab = Lab::with_version();
        let mut sources = lab.sources();
        change(&lab, &mut sources);
        let result = lab.store.publish(&new(sources), &Meter::default());
        let expected = format!(
            "the version `prod/ranker/v1` is published already with other artifacts:\n- {difference}\nA version never changes: \
             publish these under a new version"
        );
        assert_eq!(lab.text(result), expected);
        lab.is_intact(difference);
    }
    let other = sha256(b"second");
    check(
        |lab, _| drop(lab.source("ai2.pkl", b"second!")),
        &format!(
            "`model_ai2` (`ai2.pkl`) has the SHA-256 {other} there, {} here",
            sha256(b"second!")
        ),
    );
    check(|_, sources| drop(sources.remove("model_ai1")), "`model_ai1` is not among them");
    check(
        |lab, sources| {
            let path = lab.source("more", b"").display().to_string();
            sources.insert("more".to_owned(), path);
        },
        "`more` is not there",
    );
    check(
        |lab, sources| {
            let path = lab.source("renamed.pkl", b"first").display().to_string();
            sources.insert("model_ai1".to_owned(), path);
        },
        "`model_ai1` is the file `ai1.pkl`, not `renamed.pkl`",
    );
}

#[test]
fn a_source_that_cannot_be_used_publishes_nothing() {
    #[track_caller]
    fn check(spoil: impl FnOnce(&std::path::Path), problem: &str) {
        let lab = Lab::new();
        let source = lab.temp.path().join("ai2.pkl");
        fs::remove_file(&source).unwrap();
        spoil(&source);
        let expected = format!("the source of artifact `model_ai2`, `/lab/ai2.pkl`, {problem}");
        assert_eq!(lab.text(lab.publish()), expected);
        assert_eq!((lab.find(Look::Sizes), lab.aside()), (None, 0));
    }
    check(|_| {}, "does not exist");
    check(|path| fs::create_dir(path).unwrap(), "is no regular file");
    check(
        |path| {
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0)
                .unwrap();
        },
        "is no regular file",
    );
    check(|path| symlink("nowhere", path).unwrap(), "does not exist");
}

/// Tests run in the folder of the crate.
#[test]
fn a_relative_source_stays_below() {
    assert_eq!(check_source("Cargo.toml"), Ok(()));
    assert_eq!(check_source("src/../Cargo.toml"), Ok(()));
    assert_eq!(check_source("../../Cargo.toml"), Err(SourceProblem::Escapes));
    assert!(check_source("src/lib.rs/x").is_err());
    let absolute = std::path::Path::new("../../Cargo.toml").canonicalize().unwrap();
    assert_eq!(check_source(&absolute.display().to_string()), Ok(()));
    assert_eq!(
        SourceProblem::Escapes.to_string(),
        "leads out of the folder in which Terraform runs; write an absolute path if that is meant"
    );
}

#[test]
fn sources_that_changed_are_told_and_missing_ones_are_not() {
    let lab = Lab::with_version();
    let manifest = lab.find(Look::Sizes).unwrap().manifest.unwrap();
    let sums: BTreeMap<_, _> =
        manifest.artifacts.into_iter().map(|(name, artifact)| (name, artifact.sha256)).collect();
    assert_eq!(changed(&lab.sources(), &sums, 2), [""; 0]);
    lab.source("ai2.pkl", b"SECOND");
    fs::remove_file(lab.temp.path().join("ai1.pkl")).unwrap();
    assert_eq!(changed(&lab.sources(), &sums, 2), ["model_ai2"]);
}

#[test]
fn large_files_are_streamed() {
    let lab = Lab::new();
    let bytes: Vec<u8> = (0..=5 * 1024 * 1024).map(|i: u32| (i % 251) as u8).collect();
    let source = lab.source("ai1.pkl", &bytes);
    assert!(lab.publish().unwrap());
    lab.is_intact("large");
    assert_eq!(fs::read(lab.path("ai1.pkl")).unwrap(), bytes);
    let inode = |path| fs::metadata(path).unwrap().ino();
    assert_ne!(inode(lab.path("ai1.pkl")), inode(source), "a copy, not another name");
}

#[tokio::test]
async fn who_asks_to_stop_gets_no_version() {
    let lab = Lab::new();
    let store = Store::directory(lab.temp.path().join("store")).unwrap();
    lab.source("ai1.pkl", &vec![7; 64 * 1024 * 1024]);
    let stopped = store.publish(new(lab.sources()), ready(())).await;
    // The work may have been faster than the wish.
    match stopped {
        Ok(true) => lab.is_intact("it was too late to stop"),
        other => {
            assert!(matches!(other, Err(Error::Stopped)), "{other:?}");
            assert_eq!((lab.find(Look::Sizes), lab.aside()), (None, 0));
        }
    }
    let meter = Meter::default();
    meter.stop();
    let other = Lab::new();
    let text = other.text(other.store.publish(&new(other.sources()), &meter));
    let expected =
        "the operation was stopped before it was complete; nothing was published, run it again";
    assert_eq!(text, expected);
    assert_eq!((other.find(Look::Sizes), other.aside()), (None, 0));
}

#[test]
fn a_root_must_be_absolute_and_there() {
    for root in ["relative", "/a/../b", ""] {
        let error = Directory::new(root.into()).unwrap_err().to_string();
        assert_eq!(error, "the directory of artifacts must be an absolute path without `..`");
    }
    let lab = Lab::new();
    fs::remove_dir_all(lab.temp.path().join("store")).unwrap();
    assert_eq!(
        lab.text(lab.publish()),
        "the directory of artifacts `/lab/store` does not exist; mount the volume or create the directory"
    );
}

#[test]
fn what_is_no_part_of_a_version_is_not_removed() {
    let lab = Lab::with_version();
    fs::write(lab.path("notes.txt"), "mine").unwrap();
    assert_eq!(
        lab.text(lab.store.remove(&key())),
        "the folder `/lab/store/prod/ranker/v1/` holds `notes.txt`, which is no part of the version; move it away, then try \
         again"
    );
    assert_eq!(fs::read_to_string(lab.path("notes.txt")).unwrap(), "mine");
}

#[test]
fn no_link_in_the_store_is_followed() {
    let lab = Lab::new();
    let elsewhere = lab.temp.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, lab.temp.path().join("store/prod")).unwrap();
    assert_eq!(
        lab.text(lab.publish()),
        "`/lab/store/prod` is a symbolic link, expected a folder; the store follows no links, remove it"
    );
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    hex::encode(Sha256::digest(bytes))
}
