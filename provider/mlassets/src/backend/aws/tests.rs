//! What can be wrong before any call, and what failed calls say, without an account.

use std::time::Duration;

use aws_sdk_s3::error::ErrorMetadata;
use secrecy::SecretString;

use super::*;

fn local(endpoint: &str) -> Config {
    let keys = Keys {
        access_key: "AKTEST".to_owned(),
        secret_key: SecretString::from("hunter2"),
        token: Some(SecretString::from("hunter3")),
    };
    Config {
        region: Some("eu-central-1".to_owned()),
        keys: Some(keys),
        endpoint: Some(endpoint.to_owned()),
        max_attempts: 1,
        timeout: Duration::from_secs(5),
        ..Config::default()
    }
}

#[test]
fn problems_are_told_before_any_call() {
    #[track_caller]
    fn check(config: Config, field: &str, message: &str) {
        let problems = Aws::new(config).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!((problems[0].field, problems[0].message), (field, message));
    }
    let url = "is no URL; expected one such as https://s3.example.com";
    check(local("s3.example.com"), "endpoint", url);
    check(local("ftp://s3.example.com"), "endpoint", "must begin with https:// or http://");
    let credentials = "must not hold credentials; set access_key and secret_key";
    check(local("https://a:b@s3.example.com"), "endpoint", credentials);
    check(local("https://s3.example.com?x=1"), "endpoint", "must not hold a query or a fragment");
    let region = "is no name of a region; expected one such as eu-central-1";
    let odd = Config { region: Some("eu central".to_owned()), ..Config::default() };
    check(odd, "region", region);
    let tries = Config { max_attempts: 0, ..Config::default() };
    check(tries, "max_attempts", "must be at least 1");
    assert!(Aws::new(local("http://127.0.0.1:1")).is_ok() && Aws::new(Config::default()).is_ok());
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", Aws::new(local("http://127.0.0.1:1")).unwrap());
    assert!(!shown.contains("hunter") && !shown.contains("AKTEST"), "{shown}");
}

#[test]
fn refusals_say_what_to_do() {
    #[track_caller]
    fn check(status: u16, code: Option<&str>, message: &str, expected: &str) {
        let mut meta = ErrorMetadata::builder().message(message);
        if let Some(code) = code {
            meta = meta.code(code);
        }
        let reason = error::refusal(status, &meta.build());
        let error = Error::new("Amazon S3", "writing `a`", reason);
        assert_eq!(error.to_string(), format!("Amazon S3 failed at writing `a`: {expected}"));
    }
    check(
        403,
        Some("AccessDenied"),
        "Access Denied.",
        "AccessDenied (403): Access Denied; grant the action to these credentials",
    );
    check(403, Some("ExpiredToken"), "", "ExpiredToken (403); check the credentials");
    check(404, None, "", "status 404 (404)");
    check(
        501,
        Some("NotImplemented"),
        "no",
        "it does not support this call (NotImplemented, 501); use a server that does",
    );
    check(
        301,
        Some("PermanentRedirect"),
        "",
        "PermanentRedirect (301); the bucket lies in another region, set `region`",
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    // Port 1 is reserved and nothing listens there.
    let aws = Aws::new(local("http://127.0.0.1:1")).unwrap();
    let failed = aws.s3().await.unwrap().list_buckets().send().await.unwrap_err();
    let error = Error::from_sdk(aws.server(), "listing the buckets", &failed);
    assert!(matches!(*error.reason, Reason::Unreachable { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.starts_with("http://127.0.0.1:1 failed at listing the buckets: no answer: "),
        "{text}"
    );
    assert!(text.ends_with("; check the endpoint, the region and the network"), "{text}");
    assert!(!text.contains("hunter") && !text.contains("Signature"), "{text}");
}

/// An error with a cause, as the SDK nests them.
#[derive(Debug)]
struct Nested(&'static str, Option<Box<Nested>>);

impl fmt::Display for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Nested {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_ref().map(|cause| &**cause as _)
    }
}

#[test]
fn causes_are_told_without_the_parts_of_the_sdk() {
    #[track_caller]
    fn check(texts: &[&'static str], expected: &str) {
        let nest = |inner, text: &&'static str| Some(Box::new(Nested(text, inner)));
        let error = texts.iter().rev().fold(None, nest).unwrap();
        assert_eq!(error::chain(&*error), expected);
    }
    check(
        &[
            "dispatch failure",
            "other",
            "an error occurred while loading credentials",
            "failed to load IMDS session token",
            "service error",
            "IMDS is disabled.",
        ],
        "failed to load IMDS session token: IMDS is disabled",
    );
    check(&["dispatch failure", "io error: refused", "refused"], "io error: refused");
    check(&["dispatch failure"], "dispatch failure");
}
