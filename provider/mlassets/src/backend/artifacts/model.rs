//! The words of a store: versions, artifacts, the manifest, and what a look can find wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::Error;
use super::name::{check_segment, check_sources, file_name};

/// The manifest's file. It is written last.
pub(super) const CHECKSUMS: &str = "checksums.json";

/// The same sums for `sha256sum -c`.
pub(super) const SUMS: &str = "SHA256SUMS";

/// What is wrong with the manifest where files of a version are without one.
pub(super) const INCOMPLETE: &str = "is missing: the version is not complete";

/// Names one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionKey {
    /// The environment.
    pub environment: String,
    /// The model.
    pub model: String,
    /// The version.
    pub version: String,
}

/// Which versions are meant.
#[derive(Clone, Debug, Default)]
pub struct VersionFilter {
    /// Only those for this environment.
    pub environment: Option<String>,
    /// Only those of this model.
    pub model: Option<String>,
}

/// A version to be published.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// What it is called.
    pub key: VersionKey,
    /// The path of the file for each artifact, by its name.
    pub sources: BTreeMap<String, String>,
    /// How many files are copied at a time.
    pub parallelism: usize,
}

/// A file of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Its name in the folder of the version.
    pub file: String,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub size: u64,
}

/// What `checksums.json` says: the artifacts of a version by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The artifacts.
    pub artifacts: BTreeMap<String, Artifact>,
}

/// How closely files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Each file is there and has its size.
    Sizes,
    /// Each byte is read.
    Bytes,
}

/// What a look at one version found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where the version is, for people.
    pub location: String,
    /// Its manifest, if it can be read.
    pub manifest: Option<Manifest>,
    /// All that is wrong. Empty means intact.
    pub problems: Vec<Problem>,
}

/// What is known of one artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It has the bytes of the manifest.
    Ok,
    /// There is no such file.
    Missing,
    /// It has other bytes, or cannot be read.
    Corrupt,
}

/// One thing that is wrong with a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// An artifact has no file.
    #[error("artifact `{artifact}`: the file `{file}` is missing")]
    Missing {
        /// The artifact.
        artifact: String,
        /// Its file.
        file: String,
    },
    /// An artifact's file has more or fewer bytes.
    #[error("artifact `{artifact}`: the file `{file}` has {found} bytes, expected {expected}")]
    Size {
        /// The artifact.
        artifact: String,
        /// Its file.
        file: String,
        /// Bytes by the manifest.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// An artifact's file has other bytes.
    #[error(
        "artifact `{artifact}`: the file `{file}` has the SHA-256 {found}, expected {expected}"
    )]
    Bytes {
        /// The artifact.
        artifact: String,
        /// Its file.
        file: String,
        /// SHA-256 by the manifest.
        expected: String,
        /// SHA-256 found.
        found: String,
    },
    /// An artifact's file cannot be read, or is none.
    #[error("artifact `{artifact}`: the file `{file}` cannot be read: {reason}")]
    Unreadable {
        /// The artifact.
        artifact: String,
        /// Its file.
        file: String,
        /// Why.
        reason: String,
    },
    /// Something is there that the manifest does not name.
    #[error("`{name}` is no part of the version")]
    Foreign {
        /// Its name.
        name: String,
    },
    /// `SHA256SUMS` does not say what the manifest says.
    #[error("`SHA256SUMS` does not have the sums of `checksums.json`")]
    Sums,
    /// There is no manifest, or it is none.
    #[error("`checksums.json` {0}")]
    Manifest(&'static str),
    /// The manifest is not the one that the caller remembers.
    #[error("`checksums.json` has the SHA-256 {found}, expected {expected}")]
    OtherManifest {
        /// What the caller remembers.
        expected: String,
        /// What is there.
        found: String,
    },
}

impl VersionKey {
    /// The key whose three parts these are, if they are three and can be.
    pub(super) fn from_parts(parts: &[&str]) -> Option<Self> {
        let [environment, model, version] = parts else { return None };
        let [environment, model, version] =
            [environment, model, version].map(|it| (*it).to_owned());
        Some(Self { environment, model, version }).filter(|key| key.check().is_ok())
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let parts = [
            ("environment", &self.environment),
            ("model", &self.model),
            ("version", &self.version),
        ];
        for (what, name) in parts {
            check_segment(name)
                .map_err(|rule| Error::Name(format!("the {what}'s name is not allowed: {rule}")))?;
        }
        Ok(())
    }
}

impl fmt::Display for VersionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.environment, self.model, self.version)
    }
}

impl Manifest {
    /// The text of `checksums.json`: equal artifacts have the same text.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("names, sums and sizes can be written") + "\n"
    }

    /// SHA-256 of the text, which identifies all artifacts at once.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(self.text()))
    }

    /// The manifest of these artifacts, if it is the one that `anchor` remembers.
    pub(super) fn anchored(
        artifacts: BTreeMap<String, Artifact>,
        anchor: Option<&str>,
    ) -> Option<Self> {
        Some(Self { artifacts }).filter(|manifest| Some(&*manifest.sha256()) == anchor)
    }

    /// The number of bytes of all artifacts.
    pub fn total_bytes(&self) -> u64 {
        self.artifacts.values().map(|artifact| artifact.size).sum()
    }

    /// The text of `SHA256SUMS`.
    pub(super) fn sums(&self) -> String {
        let mut text = String::new();
        for artifact in self.artifacts.values() {
            let _ = writeln!(text, "{}  {}", artifact.sha256, artifact.file);
        }
        text
    }

    /// Whether a version with this manifest has a file of this name.
    pub(super) fn owns(&self, name: &str) -> bool {
        [CHECKSUMS, SUMS].contains(&name)
            || self.artifacts.values().any(|artifact| artifact.file == name)
    }

    /// What is wrong if it is not the one that the caller remembers.
    pub(super) fn other_than(&self, anchor: Option<&str>) -> Option<Problem> {
        let (expected, found) = (anchor?.to_owned(), self.sha256());
        (expected != found).then_some(Problem::OtherManifest { expected, found })
    }

    /// Reads a manifest, and only one that [`Manifest::text`] has written.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Problem> {
        let broken = || Problem::Manifest("is no manifest of a version");
        let manifest: Self = serde_json::from_slice(text).map_err(|_| broken())?;
        // What a file is called is believed later, so nothing in it may lead elsewhere.
        let good = manifest.check().is_ok() && manifest.text().as_bytes() == text;
        if good { Ok(manifest) } else { Err(broken()) }
    }

    /// Checks that a version can have these artifacts: the names of [`check_sources`], files without a folder, and
    /// sums of 64 hexadecimal digits in lower case.
    pub fn check(&self) -> Result<(), String> {
        let files = self.artifacts.iter().map(|(name, it)| (name.clone(), it.file.clone()));
        check_sources(&files.collect())?;
        for (name, Artifact { file, sha256, .. }) in &self.artifacts {
            if file_name(file)? != file {
                return Err(format!("the file of `{name}` must be a name without a folder"));
            }
            let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            if sha256.len() != 64 || !sha256.bytes().all(plain) {
                return Err(format!(
                    "the SHA-256 of `{name}` must have 64 hexadecimal digits in lower case, as filesha256 gives them"
                ));
            }
        }
        Ok(())
    }

    /// What another version has in place of these artifacts, each in a few words.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, here) in &self.artifacts {
            match other.artifacts.get(name) {
                None => found.push(format!("`{name}` is not among them")),
                Some(there) if there.file != here.file => found
                    .push(format!("`{name}` is the file `{}`, not `{}`", here.file, there.file)),
                Some(there) if there != here => found.push(format!(
                    "`{name}` (`{}`) has the SHA-256 {} there, {} here",
                    here.file, here.sha256, there.sha256
                )),
                Some(_) => {}
            }
        }
        let new = other.artifacts.keys().filter(|name| !self.artifacts.contains_key(*name));
        found.extend(new.map(|name| format!("`{name}` is not there")));
        found
    }
}

impl Found {
    /// What is known of each artifact; none if the manifest cannot be read.
    pub fn conditions(&self) -> BTreeMap<String, Condition> {
        let artifacts = self.manifest.iter().flat_map(|manifest| manifest.artifacts.keys());
        let mut conditions: BTreeMap<_, _> =
            artifacts.map(|name| (name.clone(), Condition::Ok)).collect();
        for problem in &self.problems {
            if let Some(artifact) = problem.artifact() {
                let missing = matches!(problem, Problem::Missing { .. });
                let condition = if missing { Condition::Missing } else { Condition::Corrupt };
                conditions.insert(artifact.to_owned(), condition);
            }
        }
        conditions
    }
}

impl Found {
    /// Whether the version that was found is this one, whole.
    pub(super) fn is_same(
        found: Option<Self>,
        key: &VersionKey,
        new: &Manifest,
    ) -> Result<(), Error> {
        let version = key.to_string();
        let problems = match found {
            Some(Self { manifest: Some(there), .. }) if there != *new => {
                return Err(Error::Taken { version, differences: there.differences(new) });
            }
            Some(found) if found.problems.is_empty() => return Ok(()),
            Some(found) => found.problems,
            None => vec![Problem::Manifest("vanished while it was compared")],
        };
        Err(Error::Damaged { version, problems })
    }

    /// Whether there is no manifest any more, so that nothing is known of the artifacts either.
    pub(super) fn has_lost_manifest(&self) -> bool {
        self.manifest.is_none() && matches!(*self.problems, [Problem::Manifest(_)])
    }

    /// The manifest, if all that is wrong can be put right from the sources.
    pub(super) fn repairable(&self) -> Option<&Manifest> {
        let can = |it: &Problem| matches!(it, Problem::Sums) || it.artifact().is_some();
        self.manifest.as_ref().filter(|_| self.problems.iter().all(can))
    }
}

impl Problem {
    /// The artifact that it is about, if it is about one.
    pub fn artifact(&self) -> Option<&str> {
        match self {
            Self::Missing { artifact, .. }
            | Self::Size { artifact, .. }
            | Self::Bytes { artifact, .. }
            | Self::Unreadable { artifact, .. } => Some(artifact),
            _ => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Corrupt => "corrupt",
        })
    }
}

/// What to say of an artifact that was read.
pub(super) fn told(artifact: &str, file: &str, problem: Option<&Problem>) -> String {
    match problem {
        Some(problem) => problem.to_string(),
        None => format!("artifact `{artifact}`: the file `{file}` is as it was published"),
    }
}
