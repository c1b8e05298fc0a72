//! What names, texts and metadata may be. Pure; the database holds the same rules as checks.

use serde_json::{Map, Value};
use url::Url;

use super::error::{Error, Invalid};

/// Collects what is wrong, so that it is told at once.
pub(super) fn check_all(
    checks: impl IntoIterator<Item = Result<(), Invalid>>,
) -> Result<(), Error> {
    let wrong: Vec<_> = checks.into_iter().filter_map(Result::err).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

/// A model: a letter or digit, then up to 127 letters, digits, `.`, `_`, `-`.
pub fn model(text: &str) -> Result<(), Invalid> {
    word("the model", text, "._-")
}

/// An environment: formed as a model is.
pub fn environment(text: &str) -> Result<(), Invalid> {
    word("the environment", text, "._-")
}

/// A version: a letter or digit, then up to 127 letters, digits, `.`, `_`, `+`, `-`.
pub fn version(text: &str) -> Result<(), Invalid> {
    word("the version", text, "._+-")
}

/// A lock: 1 to 32 lower-case letters, digits, `-` or `_`, a letter or digit first.
pub fn lock(text: &str) -> Result<(), Invalid> {
    let good = (1..=32).contains(&text.len())
        && !text.starts_with(['-', '_'])
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    ensure(
        good,
        "the lock",
        "must be 1 to 32 lower-case letters, digits, `-` or `_`, and begin with a letter or digit",
    )
}

/// SHA-256 as 64 lower-case hex digits.
pub fn sha256(text: &str) -> Result<(), Invalid> {
    let good = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    ensure(good, "the SHA-256 of the artifacts", "must be 64 lower-case hex digits")
}

/// Where artifacts are: a URI without what gives access, since it is kept for good, in the registry and in audits.
pub fn artifact_uri(text: &str) -> Result<(), Invalid> {
    const WHAT: &str = "the URI of the artifacts";
    ensure(!text.chars().any(char::is_control), WHAT, "must not hold control characters")?;
    let uri = Url::parse(text).ok();
    ensure(uri.is_some(), WHAT, "must begin with a scheme, such as `s3://` or `file:///`")?;
    let Some(uri) = uri else { return Ok(()) };
    ensure(
        uri.password().is_none(),
        WHAT,
        "must hold no password, since it is kept for good; let whoever reads the artifacts have it",
    )?;
    let is_signed = uri.query_pairs().any(|(name, _)| SIGNED.contains(&&*name.to_lowercase()));
    ensure(
        !is_signed,
        WHAT,
        "must hold no signature, since it is kept for good; give the address without its query",
    )
}

/// Parameters by which addresses of object stores give access.
const SIGNED: [&str; 7] = [
    "x-amz-signature",
    "x-amz-security-token",
    "x-goog-signature",
    "signature",
    "sig",
    "token",
    "access_token",
];

pub(super) fn text(what: &'static str, text: &str) -> Result<(), Invalid> {
    ensure(!text.contains('\0'), what, "must not hold a NUL character")
}

/// Metadata: no NUL character in a key or value, since PostgreSQL cannot hold one.
pub(super) fn metadata(map: &Map<String, Value>) -> Result<(), Invalid> {
    fn holds_nul(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(holds_nul),
            Value::Object(map) => map.iter().any(|(k, v)| k.contains('\0') || holds_nul(v)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    let good = !map.iter().any(|(key, value)| key.contains('\0') || holds_nul(value));
    ensure(good, "the metadata", "must not hold a NUL character")
}

/// A schema that needs no quoting: lower-case letters, digits and `_`, not `pg_…`.
pub(super) fn schema(text: &str) -> Result<(), Invalid> {
    let good = (1..=63).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.starts_with("pg_")
        && text != "information_schema";
    ensure(
        good,
        "the schema",
        "must be 1 to 63 lower-case letters, digits or `_`, and neither begin with a digit or `pg_` \
         nor be `information_schema`",
    )
}

pub(super) fn actor(text: &str) -> Result<(), Invalid> {
    let good = !text.trim().is_empty()
        && text.chars().count() <= 200
        && !text.chars().any(char::is_control);
    ensure(good, "the actor", "must be 1 to 200 characters on one line")
}

fn word(what: &'static str, text: &str, also: &'static str) -> Result<(), Invalid> {
    let good = (1..=128).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c));
    ensure(
        good,
        what,
        match also {
            "._-" => {
                "must begin with a letter or digit and go on with letters, digits, `.`, `_`, `-`, \
                 128 characters at most"
            }
            _ => {
                "must begin with a letter or digit and go on with letters, digits, `.`, `_`, `+`, `-`, \
                 128 characters at most"
            }
        },
    )
}

fn ensure(good: bool, what: &'static str, expected: &'static str) -> Result<(), Invalid> {
    if good { Ok(()) } else { Err(Invalid { what, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: fn(&str) -> Result<(), Invalid>, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(rule(text), Ok(()), "{text}");
        }
        for text in bad {
            assert!(rule(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names() {
        let long = "a".repeat(128);
        let too_long = "a".repeat(129);
        let bad = ["", "-a", ".a", "_a", "a b", "a/b", "ä", "a\n", "a;b", too_long.as_str()];
        check(model, &["a", "ai1", "A.b_c-9", &long], &bad);
        check(model, &[], &["a+b"]);
        check(environment, &["prod", "eu-west.1"], &bad);
        check(version, &["2025-01-15-v1", "1.2.3+build", "7", &long], &bad);
    }

    #[test]
    fn hashes() {
        check(
            sha256,
            &[&"0a".repeat(32)],
            &["", &"0A".repeat(32), &"0a".repeat(31), &"g0".repeat(32)],
        );
    }

    #[test]
    fn addresses_of_artifacts() {
        check(
            artifact_uri,
            &[
                "s3://models/ranker/1/",
                "file:///srv/a%20b",
                "runs:/0123/model",
                "https://h/x?versionId=7",
            ],
            &[
                "",
                "not a uri",
                "models/1",
                "s3://a\n",
                "https://u:p@h/x",
                "https://h/x?sig=A",
                "https://h/?X-Amz-Signature=a",
            ],
        );
        let error = artifact_uri("https://h/x?sig=hunter2").unwrap_err();
        let expected = "the URI of the artifacts must hold no signature, since it is kept for good; give the address \
                        without its query";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn schemas() {
        check(
            schema,
            &["core", "_x", "ml_2"],
            &["", "Core", "pg_x", "1a", "a-b", "a\"b", "information_schema"],
        );
    }

    #[test]
    fn actors() {
        check(actor, &["release-bot", "Ana O'Neil <a@b>"], &["", "  ", "a\nb", &"x".repeat(201)]);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let error = check_all([model("a b"), version("1"), sha256("x\n")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the model must begin with a letter or digit and go on with letters, digits, `.`, `_`, \
             `-`, 128 characters at most; the SHA-256 of the artifacts must be 64 lower-case hex digits"
        );
    }

    #[test]
    fn metadata_has_no_nul() {
        let map = |json: &str| serde_json::from_str::<Map<String, Value>>(json).unwrap();
        assert_eq!(metadata(&map(r#"{"a": [{"b": "c"}]}"#)), Ok(()));
        let error = metadata(&map(r#"{"a": [{"b": "c\u0000"}]}"#)).unwrap_err();
        assert_eq!(error.to_string(), "the metadata must not hold a NUL character");
    }
}
