//! `.mlgen/manifest.json`: which files mlgen wrote, with the hash of what it wrote and whose each is.
//!
//! It is committed with the files: another machine must know them too. One line a file, sorted, no dates. Two
//! branches that rendered the same file meet in its line, so a manifest with conflict marks is read as both sides:
//! the next render settles it. `.mlgen/pending.json` is the same for a run that has not ended; it is still there
//! after a run was killed, and makes the files that it had already written known.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::Error;
use super::owner::Owner;
use super::place;

/// The folder of what mlgen keeps for itself.
pub(super) const FOLDER: &str = ".mlgen";

/// Where it lies, from the project's folder.
pub const MANIFEST: &str = ".mlgen/manifest.json";

/// What a run that has not ended is about to say in the manifest.
pub(super) const PENDING: &str = ".mlgen/pending.json";

/// Rises when an older mlgen would misread it.
const FORMAT: u64 = 1;

/// How a merge marks the two sides of a conflict, and what was before.
const MARKS: [&str; 3] = ["<<<<<<< ", ">>>>>>> ", "||||||| "];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Of the bytes that were written, in hexadecimal.
    pub(super) sha256: String,
    #[serde(flatten)]
    pub(super) owner: Owner,
}

/// A manifest, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u64,
    pub(super) files: BTreeMap<String, Entry>,
}

/// What is known of earlier runs: for each path every entry that may be true.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) files: BTreeMap<String, Vec<Entry>>,
}

impl Manifest {
    pub(super) fn new(files: BTreeMap<String, Entry>) -> Self {
        Self { format: FORMAT, files }
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{{\n  \"format\": {},\n  \"files\": {{", self.format);
        let mut separator = "\n";
        for (path, entry) in &self.files {
            let path = serde_json::to_string(path).expect("a string is JSON");
            let entry = serde_json::to_string(entry).expect("an entry has only strings");
            write!(text, "{separator}    {path}: {entry}").expect("a string takes any text");
            separator = ",\n";
        }
        text.push_str(if self.files.is_empty() { "}\n}\n" } else { "\n  }\n}\n" });
        text
    }
}

impl Known {
    /// Adds what a manifest says.
    pub(super) fn add(&mut self, text: &str) -> Result<(), Error> {
        let conflict = text.lines().any(|line| MARKS.iter().any(|mark| line.starts_with(mark)));
        if conflict { self.add_lines(text) } else { self.add_whole(text) }
    }

    fn add_whole(&mut self, text: &str) -> Result<(), Error> {
        /// Read first: the rest of a newer format may look different.
        #[derive(Deserialize)]
        struct Head {
            format: u64,
        }
        let head: Head = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        if head.format != FORMAT {
            return Err(Error::Manifest(format!(
                "has format {}, and this mlgen knows format {FORMAT}: use the mlgen that the project uses",
                head.format
            )));
        }
        let manifest: Manifest = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        manifest.files.into_iter().try_for_each(|(path, entry)| self.insert(path, entry))
    }

    fn add_lines(&mut self, text: &str) -> Result<(), Error> {
        for line in text.lines().filter(|line| line.starts_with("    \"")) {
            let line = line.trim().trim_end_matches(',');
            let one: BTreeMap<String, Entry> =
                serde_json::from_str(&format!("{{{line}}}")).map_err(|error| unreadable(&error))?;
            one.into_iter().try_for_each(|(path, entry)| self.insert(path, entry))?;
        }
        Ok(())
    }

    /// Paths come from a file that anyone may have edited, and are later removed: they obey the same rules.
    fn insert(&mut self, path: String, entry: Entry) -> Result<(), Error> {
        if let Some(why) = place::not_a_path(&path) {
            return Err(Error::Manifest(format!(
                "names `{path}`, which {why}: remove that line, or restore the file from version control"
            )));
        }
        let entries = self.files.entry(path).or_default();
        if !entries.contains(&entry) {
            entries.push(entry);
        }
        Ok(())
    }

    /// Whether mlgen may have written these bytes there.
    pub(super) fn wrote(&self, path: &str, bytes: &[u8]) -> bool {
        let hash = sha256(bytes);
        self.entries(path).iter().any(|entry| entry.sha256 == hash)
    }

    pub(super) fn entries(&self, path: &str) -> &[Entry] {
        self.files.get(path).map(Vec::as_slice).unwrap_or_default()
    }
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::Manifest(format!(
        "is not a manifest ({error}): restore it from version control, or delete it: then files that are just as rendered are taken over"
    ))
}
