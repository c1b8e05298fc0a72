//! Laws of the store, checked on real folders and on real servers of object stores.
//!
//! Tests speak to `Directory`, which is what `Store` does on another thread; `life` goes through the door.

mod child;
#[cfg(feature = "fault-injection")]
mod faults;
mod life;
mod names;
#[cfg(feature = "acceptance")]
mod objects;
mod race;
mod tamper;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::backend::artifacts::directory::Directory;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::{Error, Found, Look, NewVersion, VersionKey};

/// A store in a folder of its own, with sources beside it.
struct Lab {
    temp: TempDir,
    store: Directory,
}

impl Lab {
    fn new() -> Self {
        let temp = TempDir::new().unwrap();
        fs::create_dir(temp.path().join("store")).unwrap();
        let lab = Self { store: Directory::new(temp.path().join("store")).unwrap(), temp };
        lab.source("ai1.pkl", b"first");
        lab.source("ai2.pkl", b"second");
        lab.source("theta.yaml", b"");
        lab
    }

    /// A lab with the version `v1`.
    fn with_version() -> Self {
        let lab = Self::new();
        assert!(lab.publish().unwrap());
        lab
    }

    fn source(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.temp.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn sources(&self) -> BTreeMap<String, String> {
        sources(self.temp.path())
    }

    fn publish(&self) -> Result<bool, Error> {
        self.store.publish(&new(self.sources()), &Meter::default())
    }

    fn find(&self, look: Look) -> Option<Found> {
        self.store.find(&key(), None, look, &Meter::default()).unwrap()
    }

    fn restore(&self) -> Result<Found, Error> {
        let anchor = Self::manifest_sha256();
        self.store.restore(&key(), Some(&anchor), &self.sources(), &Meter::default())
    }

    /// The hash of the manifest that the sources of a new lab have.
    fn manifest_sha256() -> String {
        let other = Self::with_version();
        other.find(Look::Sizes).unwrap().manifest.unwrap().sha256()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join("store/prod/ranker/v1").join(name)
    }

    /// The version is whole, also to a tool that knows nothing of this one, and nothing is left aside.
    #[track_caller]
    fn is_intact(&self, when: &str) {
        let found = self.find(Look::Bytes).unwrap_or_else(|| panic!("{when}: there is no version"));
        assert_eq!(found.problems, [], "{when}");
        let mut check = Command::new("sha256sum");
        check.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(self.path(""));
        let output = check.output().unwrap();
        assert!(output.status.success(), "{when}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(self.aside(), 0, "{when}");
    }

    /// How many stages and locks there are.
    fn aside(&self) -> usize {
        fs::read_dir(self.temp.path().join("store/.stage")).map_or(0, Iterator::count)
    }

    /// The text of an error, with the root's path replaced.
    #[track_caller]
    fn text<T: std::fmt::Debug>(&self, result: Result<T, Error>) -> String {
        let root = self.temp.path().display().to_string();
        result.unwrap_err().to_string().replace(&root, "/lab")
    }
}

fn sources(folder: &Path) -> BTreeMap<String, String> {
    let names =
        [("model_ai1", "ai1.pkl"), ("model_ai2", "ai2.pkl"), ("theta_params", "theta.yaml")];
    let path = |file| folder.join(file).display().to_string();
    names.into_iter().map(|(name, file)| (name.to_owned(), path(file))).collect()
}

fn new(sources: BTreeMap<String, String>) -> NewVersion {
    NewVersion { key: key(), sources, parallelism: 2 }
}

fn key() -> VersionKey {
    let [environment, model, version] = ["prod", "ranker", "v1"].map(str::to_owned);
    VersionKey { environment, model, version }
}
