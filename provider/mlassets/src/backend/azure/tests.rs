//! What can be wrong before any call, what is signed, and what failed calls say, without an account.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::backend::presign::{Presign, Verb};

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

/// The signatures are those that Microsoft's library for Python makes of the same.
#[test]
fn shared_access_signatures_are_those_of_the_service() {
    const ENDS: &str = "se=2025-01-15T05%3A00%3A00Z";
    const VERSION: &str = "2025-01-15T04:00:00.1234567Z";
    fn check(verb: Verb, version: Option<&str>, lent: Option<&presign::Delegation>, rest: &str) {
        let config = Config::new("mlevidence", Auth::SharedKey("aHVudGVyMg==".into()));
        let azure = Azure::new(config).unwrap();
        let wanted = Presign {
            bucket: "audit".to_owned(),
            key: "release/2025/a b.json".to_owned(),
            version: version.map(str::to_owned),
            verb,
            lasts: Duration::from_hours(1),
        };
        let ends = "2025-01-15T05:00:00Z".parse().unwrap();
        let key = "aHVudGVyMg==".into();
        assert_eq!(azure.sas(&wanted, ends, &key, lent), format!("{ENDS}{rest}"));
    }
    let common = "spr=https&sv=2021-12-02";
    check(
        Verb::Get,
        None,
        None,
        &format!("&sp=r&{common}&sr=b&sig=ieOKLS6PwObUimX79w7n%2BTljVC74cLK1aR1lP0tJfOs%3D"),
    );
    check(
        Verb::Put,
        None,
        None,
        &format!("&sp=cw&{common}&sr=b&sig=3ao5QDCytZCj5BC5UV42xEfEOCvkNos0QnPNEkdlC8A%3D"),
    );
    check(
        Verb::Get,
        Some(VERSION),
        None,
        &format!("&sp=r&{common}&sr=bv&sig=itmUF077XKRUAGm9r4gjSg2MYVBKMjNGcuNC3GrdkIU%3D"),
    );
    let answer = "\u{feff}<?xml version=\"1.0\"?><UserDelegationKey>\
                  <SignedOid>11111111-1111-1111-1111-111111111111</SignedOid>\
                  <SignedTid>22222222-2222-2222-2222-222222222222</SignedTid>\
                  <SignedStart>2025-01-15T04:00:00Z</SignedStart><SignedExpiry>2025-01-15T05:00:00Z</SignedExpiry>\
                  <SignedService>b</SignedService><SignedVersion>2021-12-02</SignedVersion>\
                  <Value>aHVudGVyMg==</Value></UserDelegationKey>";
    let lent = presign::read_delegation(answer.as_bytes()).unwrap();
    check(
        Verb::Get,
        Some(VERSION),
        Some(&lent),
        &format!(
            "&sp=r&{common}&sr=bv&skoid=11111111-1111-1111-1111-111111111111&\
             sktid=22222222-2222-2222-2222-222222222222&skt=2025-01-15T04%3A00%3A00Z&ske=2025-01-15T05%3A00%3A00Z&sks=b&\
             skv=2021-12-02&sig=%2Bl3pXWRLi%2FlUvZuT1dhT9oiGY6tHKz3AHHv2J1Tm8w4%3D"
        ),
    );
    assert!(presign::read_delegation(b"<UserDelegationKey/>").is_none());
}

#[tokio::test]
async fn a_signed_url_names_the_blob_and_ends() {
    let wanted = Presign {
        bucket: "audit".to_owned(),
        key: "release/a b.json".to_owned(),
        version: Some("v1".to_owned()),
        verb: Verb::Put,
        lasts: Duration::from_mins(15),
    };
    let before = Timestamp::now();
    let signed = Azure::new(local("http://127.0.0.1:1")).unwrap().presign(&wanted).await.unwrap();
    let left = signed.ends.duration_since(before).as_secs();
    assert!((899..=901).contains(&left), "{left}");
    assert_eq!(signed.headers["x-ms-blob-type"], "BlockBlob");
    let url = signed.url.expose_secret();
    let start = "http://127.0.0.1:1/audit/release/a%20b.json?versionid=v1&se=";
    assert!(url.starts_with(start) && url.contains("&spr=https%2Chttp&"), "{url}");
    let config = Config { auth: Auth::Sas("sig=x".into()), ..local("http://127.0.0.1:1") };
    let error = Azure::new(config).unwrap().presign(&wanted).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "http://127.0.0.1:1 failed at signing a URL of `release/a b.json` in `audit`: no usable credentials: a shared access \
         signature cannot sign another one; log in with `az login`, or set the `azure` block or its environment variables"
    );
}
