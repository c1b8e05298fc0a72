//! What can be wrong before any call, what is signed, and what failed calls say, without an account.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;

fn local(endpoint: &str) -> Config {
    Config {
        endpoint: Some(endpoint.to_owned()),
        max_attempts: 1,
        timeout: Duration::from_secs(5),
        ..Config::new("mlevidence", Auth::SharedKey("aHVudGVyMg==".into()))
    }
}

#[test]
fn problems_are_told_before_any_call() {
    #[track_caller]
    fn check(config: Config, field: &str, message: &str) {
        let problems = Azure::new(config).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!((problems[0].field, problems[0].message), (field, message));
    }
    let key = || Auth::SharedKey("aHVudGVyMg==".into());
    let letters = "must have 3 to 24 lower case letters and digits";
    check(Config::new("ml-evidence", key()), "account", letters);
    check(Config { account: None, ..Config::new("", key()) }, "account", "is missing");
    let host = "must begin with https:// or http:// and name a host";
    check(local("ftp://mlevidence"), "endpoint", host);
    let url = "is no URL; expected one such as https://example.blob.core.windows.net";
    check(local("mlevidence"), "endpoint", url);
    let signed = "must not hold a signature or credentials; use sas_token";
    check(local("https://mlevidence.blob.core.windows.net?sig=x"), "endpoint", signed);
    let base64 = "must be a key of the account, in base64";
    check(Config::new("mlevidence", Auth::SharedKey("?".into())), "access_key", base64);
    let query = "must be the query of a signed URL, with `sig=`";
    check(Config::new("mlevidence", Auth::Sas("sv=2".into())), "sas_token", query);
    assert!(Azure::new(local("http://127.0.0.1:1")).is_ok());
    let secret = Entra::ClientSecret {
        tenant: "not a tenant".to_owned(),
        client: "c".to_owned(),
        secret: "s".into(),
    };
    let odd = Config::new("mlevidence", Auth::Entra(secret));
    check(odd, "tenant_id", "cannot be used: it is not well formed");
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", Azure::new(local("http://127.0.0.1:1")).unwrap());
    assert!(!shown.contains("aHVudGVyMg"), "{shown}");
}

/// The example of the documentation of the Blob service.
#[test]
fn what_is_signed_is_what_the_service_documents() {
    let url = "https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=metadata&timeout=20";
    let headers = BTreeMap::from([
        ("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT".to_owned()),
        ("x-ms-version", "2015-02-21".to_owned()),
    ]);
    let url = Url::parse(url).unwrap();
    let text = sign::string_to_sign(&Method::GET, &url, "myaccount", &headers, 0);
    assert_eq!(
        text,
        "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n\
         /myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20"
    );
}

/// The second test case of RFC 4231.
#[test]
fn the_signature_is_hmac_sha256_in_base64() {
    let signed = sign::authorization("myaccount", "SmVmZQ==", "what do ya want for nothing?");
    assert_eq!(signed, "SharedKey myaccount:W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
}

#[test]
fn failures_say_what_to_do() {
    #[track_caller]
    fn check(status: u16, code: &str, expected: &str) {
        let error = Error::new("SERVER", "writing `a`", Reason::refusal(status, code.to_owned()));
        assert_eq!(error.to_string(), format!("SERVER failed at writing `a`: {expected}"));
    }
    check(404, "ContainerNotFound", "ContainerNotFound (404); create the container first");
    check(
        403,
        "AuthenticationFailed",
        "AuthenticationFailed (403); check the key, the signature or the login, and the clock of this machine",
    );
    check(
        501,
        "APINotImplemented",
        "it does not support this call (APINotImplemented, 501); use a server that does",
    );
    check(409, "BlobImmutableDueToPolicy", "BlobImmutableDueToPolicy (409)");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    // Port 1 is reserved and nothing listens there.
    let azure = Azure::new(local("http://127.0.0.1:1")).unwrap();
    let error = azure.container("evidence").await.unwrap_err();
    assert!(matches!(error.reason, Reason::Unreachable { .. }), "{error:?}");
    let text = error.to_string();
    let start = "http://127.0.0.1:1 failed at looking at container `evidence`: no answer: ";
    assert!(text.starts_with(start), "{text}");
    assert!(text.ends_with("; check the account, the endpoint and the network"), "{text}");
    assert!(!text.contains("SharedKey"), "{text}");
}
