//! What evidence is made of: paths, manifests of checksums, links of a chain of hashes.

use std::collections::BTreeMap;

use tfplug::{At, Error, Function, Json, Result, Schema};

use crate::backend::artifacts::{Artifact, Manifest};
use crate::backend::worm;
use crate::diagnose::sentence;
use crate::types::Moment;

/// The folder of a record in an archive: `<record_type>/<YYYY>/<YYYYMM>`, by the month in UTC.
#[derive(Schema, Debug)]
#[tf(name = "worm_path")]
pub struct WormPath {
    /// The type of the record.
    #[tf(example = "\"model_distribution\"")]
    pub record_type: String,
    /// When the event happened, as in RFC 3339.
    #[tf(example = "\"2025-01-15T04:00:00Z\"")]
    pub time: Moment,
}

impl Function for WormPath {
    type Output = String;

    fn call(self) -> Result<String> {
        worm::worm_path(&self.record_type, self.time.0).map_err(|error| match error {
            worm::Error::Name { rule, .. } => {
                let detail = format!("The record type is not allowed: {rule}.");
                Error::user("Invalid record type", detail).at(Self::RECORD_TYPE)
            }
            error => Error::from(error).at(Self::TIME),
        })
    }
}

/// The text of a `checksums.json` that `mlassets_artifact_distribution` writes for these artifacts, byte by byte, so that
/// `sha256(…)` of it is the `manifest_sha256` of a version before that is published.
///
/// `jsonencode` would take any text for a checksum and any name for a file.
#[derive(Schema, Debug)]
#[tf(name = "checksum_manifest")]
pub struct ChecksumManifest {
    /// The file of each artifact, by the artifact's name.
    #[tf(
        example = "{ model_ai1 = { file = \"ai1.pkl\", sha256 = filesha256(\"ai1.pkl\"), size = 27 } }"
    )]
    pub artifacts: BTreeMap<String, ManifestEntry>,
}

/// A file of a version.
#[derive(Schema, Debug)]
pub struct ManifestEntry {
    /// Its name, without a folder.
    #[tf(example = "\"ai1.pkl\"")]
    pub file: String,
    /// SHA-256 in hexadecimal digits.
    #[tf(example = "filesha256(\"ai1.pkl\")")]
    pub sha256: String,
    /// Number of bytes.
    #[tf(example = "27")]
    pub size: i64,
}

impl Function for ChecksumManifest {
    type Output = String;

    fn call(self) -> Result<String> {
        let refuse = |problem: &str| {
            Error::user("Not a manifest", sentence(problem)).at(ChecksumManifest::ARTIFACTS)
        };
        let mut artifacts = BTreeMap::new();
        for (name, ManifestEntry { file, sha256, size }) in self.artifacts {
            let size = u64::try_from(size)
                .map_err(|_| refuse(&format!("the size of `{name}` must not be negative")))?;
            let sha256 = sha256.to_ascii_lowercase();
            artifacts.insert(name, Artifact { file, sha256, size });
        }
        let manifest = Manifest { artifacts };
        manifest.check().map_err(|problem| refuse(&problem))?;
        Ok(manifest.text())
    }
}

/// The hash of a document that follows another in a chain: SHA-256 over the hash before, a line feed, and the
/// document as canonical JSON. With it the chain of an archive can be checked, or one of your own be made.
///
/// Canonical JSON has the keys of objects in order, no spaces, and numbers as they are written.
#[derive(Schema, Debug)]
#[tf(name = "chain_hash")]
pub struct ChainHash {
    /// The hash before, as 64 hexadecimal digits; null for the first document.
    #[tf(example = "null")]
    pub previous: Option<String>,
    /// The document, as JSON.
    #[tf(example = "jsonencode({ version = \"2025-01-15-v1\" })")]
    pub document: Json,
}

impl Function for ChainHash {
    type Output = String;

    fn call(self) -> Result<String> {
        let previous = self.previous.unwrap_or_else(|| "0".repeat(64));
        let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if previous.len() != 64 || !previous.bytes().all(plain) {
            let detail = "The hash before must have 64 hexadecimal digits in lower case, or be null for the first document.";
            return Err(Error::user("Invalid hash", detail)).at(Self::PREVIOUS);
        }
        Ok(worm::chain_hash(&previous, &self.document.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[track_caller]
    fn manifest(artifacts: &[(&str, &str, &str, i64)], expected: Result<&str, &str>) {
        let entry = |file: &str, sha256: &str, size| {
            let (file, sha256) = (file.to_owned(), sha256.to_owned());
            ManifestEntry { file, sha256, size }
        };
        let named = artifacts
            .iter()
            .map(|(name, file, sum, size)| ((*name).to_owned(), entry(file, sum, *size)));
        let found = ChecksumManifest { artifacts: named.collect() }.call();
        let found = found.map_err(|error| error.to_string());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{artifacts:?}");
    }

    #[track_caller]
    fn hash(previous: Option<&str>, document: &str, expected: Result<&str, &str>) {
        let document = Json(serde_json::from_str(document).unwrap());
        let found = ChainHash { previous: previous.map(str::to_owned), document }.call();
        let found = found.map_err(|error| error.to_string());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned));
    }

    #[test]
    fn a_manifest_has_one_form() {
        let text = format!(
            "{{\n  \"artifacts\": {{\n    \"a\": {{\n      \"file\": \"a.pkl\",\n      \"sha256\": \"{SUM}\",\n      \
             \"size\": 4\n    }},\n    \"b\": {{\n      \"file\": \"b.pkl\",\n      \"sha256\": \"{SUM}\",\n      \
             \"size\": 0\n    }}\n  }}\n}}\n"
        );
        manifest(&[("b", "b.pkl", SUM, 0), ("a", "a.pkl", &SUM.to_uppercase(), 4)], Ok(&text));
    }

    #[test]
    fn a_manifest_holds_what_a_version_can_have() {
        let fails = |artifacts: &[(&str, &str, &str, i64)], problem: &str| {
            manifest(artifacts, Err(&format!("artifacts: Not a manifest: {problem}")));
        };
        fails(&[], "A version must have at least one artifact.");
        fails(&[("a", "a", SUM, -1)], "The size of `a` must not be negative.");
        for sum in ["", "9f86", &SUM.replace('9', "g"), &format!("{SUM}0"), "sha256:9f86"] {
            let problem = "The SHA-256 of `a` must have 64 hexadecimal digits in lower case, as filesha256 gives them.";
            fails(&[("a", "a", sum, 0)], problem);
        }
        for path in ["/etc/passwd", "../up", "a//b", "./a"] {
            fails(&[("a", path, SUM, 0)], "The file of `a` must be a name without a folder.");
        }
        fails(
            &[("a", "f", SUM, 0), ("b", "F", SUM, 0)],
            "The artifacts `a` and `b` would both become the file `F`.",
        );
    }

    #[test]
    fn a_chain_is_that_of_an_archive() {
        let zeros = "0".repeat(64);
        let by_hand = worm::content_hash(format!("{zeros}\n{{\"a\":[],\"b\":1}}").as_bytes());
        hash(None, "{ \"b\": 1, \"a\": [ ] }", Ok(&by_hand));
        hash(Some(&zeros), "{\"a\":[],\"b\":1}", Ok(&by_hand));
        let next = worm::content_hash(format!("{by_hand}\n1.0").as_bytes());
        hash(Some(&by_hand), "1.0", Ok(&next));
        let error = "previous: Invalid hash: The hash before must have 64 hexadecimal digits in lower case, or be null for the \
                     first document.";
        for previous in ["", "0", &"0".repeat(63), &"F".repeat(64), &"0".repeat(65)] {
            hash(Some(previous), "1", Err(error));
        }
    }
}
