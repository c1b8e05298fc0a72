//! Names in a store: which are allowed, and which file an artifact becomes. Pure; no file is touched here.

use std::collections::BTreeMap;
use std::path::Path;

use super::model::{CHECKSUMS, SUMS};

/// The rule of names, as users read it.
const RULE: &str =
    "it must begin with a letter or a digit and have up to 128 letters, digits, `.`, `_`, `+`, `-`";

/// Checks the name of an environment, a model, a version or an artifact: a letter or digit, then up to 127 letters,
/// digits, `.`, `_`, `+`, `-`. So each is one segment of a path in every kind of store.
pub fn check_segment(name: &str) -> Result<(), &'static str> {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-');
    let bytes = name.as_bytes();
    let good = bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.len() <= 128
        && bytes.iter().all(|byte| plain(*byte));
    if good { Ok(()) } else { Err(RULE) }
}

/// Checks what the names of all objects of a store begin with: nothing, or segments with slashes between them, before
/// and after.
pub fn check_prefix(prefix: &str) -> Result<(), String> {
    let inner = prefix.trim_matches('/');
    if inner.is_empty() {
        return Ok(());
    }
    for part in inner.split('/') {
        if part.is_empty() {
            return Err("it must have no two slashes in a row".to_owned());
        }
        check_segment(part).map_err(|rule| format!("its part `{part}` is not allowed: {rule}"))?;
    }
    Ok(())
}

/// The name of the file that an artifact from this source has: the last part of the source's path.
pub fn file_name(source: &str) -> Result<&str, String> {
    // A path such as `a/..` or `a/` names no file.
    let name = match Path::new(source).file_name().and_then(|name| name.to_str()) {
        Some(name) if source.ends_with(name) => name,
        _ => return Err(format!("the source `{source}` names no file")),
    };
    if [CHECKSUMS, SUMS].iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return Err(format!("`{name}` is the name of a file that each version has anyway"));
    }
    check_segment(name).map_err(|rule| format!("the file name `{name}` is not allowed: {rule}"))?;
    Ok(name)
}

/// Checks the names of artifacts and of the files that they become: at least one, and no two alike, not even on a
/// file system that takes upper and lower case for the same.
pub fn check_sources(sources: &BTreeMap<String, String>) -> Result<(), String> {
    if sources.is_empty() {
        return Err("a version must have at least one artifact".to_owned());
    }
    let mut taken = BTreeMap::new();
    for (artifact, source) in sources {
        check_segment(artifact)
            .map_err(|rule| format!("the artifact's name `{artifact}` is not allowed: {rule}"))?;
        let file = file_name(source)?;
        if let Some(other) = taken.insert(file.to_ascii_lowercase(), artifact) {
            return Err(format!(
                "the artifacts `{other}` and `{artifact}` would both become the file `{file}`"
            ));
        }
    }
    Ok(())
}
