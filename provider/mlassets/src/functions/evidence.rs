//! What evidence is made of: paths, manifests of checksums, links of a chain of hashes.

use std::collections::BTreeMap;

use serde_json::json;
use tfplug::{At, Error, Function, Json, Result, Schema};

use crate::backend::worm::{self, canonical_json};
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

/// The text of a `checksums.json` for the artifacts of a model: file names with their SHA-256, always in the same
/// order and spelling, so that equal artifacts have one manifest and `sha256(…)` of it identifies them all.
///
/// `jsonencode` would take any text for a checksum and any name for a file.
#[derive(Schema, Debug)]
#[tf(name = "checksum_manifest")]
pub struct ChecksumManifest {
    /// SHA-256 in hexadecimal digits for each file, by its path relative to the manifest.
    #[tf(example = "{ \"model.onnx\" = filesha256(\"model.onnx\") }")]
    pub checksums: BTreeMap<String, String>,
}

impl Function for ChecksumManifest {
    type Output = String;

    fn call(self) -> Result<String> {
        let mut files = serde_json::Map::new();
        for (name, checksum) in self.checksums {
            let place = Self::CHECKSUMS.key(name.as_str());
            if checksum.len() != 64 || !checksum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let detail = "A checksum is not the SHA-256 of a file: expected 64 hexadecimal digits, as filesha256 gives them.";
                return Err(Error::user("Invalid checksum", detail).at(place));
            }
            if !is_plain_path(&name) {
                let detail = "A file's path must be relative, with `/` between its parts, none of which is empty, `.` or `..`.";
                return Err(Error::user("Invalid path", detail).at(place));
            }
            files.insert(name, checksum.to_ascii_lowercase().into());
        }
        Ok(canonical_json(&json!({ "files": files })) + "\n")
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

/// Whether a manifest can hold this path on every system.
fn is_plain_path(path: &str) -> bool {
    !path.contains(['\\', ':'])
        && !path.chars().any(char::is_control)
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[track_caller]
    fn manifest(files: &[(&str, &str)], expected: Result<&str, &str>) {
        let checksums =
            files.iter().map(|(name, sum)| ((*name).to_owned(), (*sum).to_owned())).collect();
        let found = ChecksumManifest { checksums }.call().map_err(|error| error.to_string());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{files:?}");
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
        manifest(&[], Ok("{\"files\":{}}\n"));
        let text = format!("{{\"files\":{{\"a/b.json\":\"{SUM}\",\"model.onnx\":\"{SUM}\"}}}}\n");
        manifest(&[("model.onnx", SUM), ("a/b.json", &SUM.to_uppercase())], Ok(&text));
    }

    #[test]
    fn a_manifest_holds_checksums_of_files_below_it() {
        for sum in ["", "9f86", &SUM.replace('9', "g"), &format!("{SUM}0"), "sha256:9f86"] {
            let error = "checksums[\"a\"]: Invalid checksum: A checksum is not the SHA-256 of a file: expected 64 hexadecimal \
                         digits, as filesha256 gives them.";
            manifest(&[("a", sum)], Err(error));
        }
        for path in ["", "/etc/passwd", "../up", "a/../b", "a//b", "./a", "a/", "c:\\a", "a\nb"] {
            let found =
                ChecksumManifest { checksums: BTreeMap::from([(path.to_owned(), SUM.to_owned())]) };
            let error = found.call().unwrap_err().to_string();
            assert!(
                error.ends_with(
                    "Invalid path: A file's path must be relative, with `/` between its parts, none of which is empty, `.` or `..`."
                ),
                "{path:?}: {error}"
            );
        }
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
