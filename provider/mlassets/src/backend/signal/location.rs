//! Where the signals are, and how to get there. Reading does no IO, and nothing here shows a secret.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use redis::{
    Client, ClientTlsConfig, ConnectionAddr, IntoConnectionInfo as _, RedisConnectionInfo,
    TlsCertificates,
};
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::model::check_prefix;

/// What a client of a Redis server needs to know.
#[derive(Clone)]
pub struct Config {
    /// `redis://` or `rediss://` with user, password, host, port and the number of a database.
    pub url: SecretString,
    /// What all keys begin with, in braces.
    pub key_prefix: String,
    /// Who acts.
    pub actor: String,
    /// Root certificates as PEM, if not those of the system.
    pub ca_certificate: Option<String>,
    /// A certificate chain as PEM by which the server knows us, with its key.
    pub client_certificate: Option<(String, SecretString)>,
    /// Longest time to connect, and then for each answer.
    pub timeout: Duration,
}

/// What is wrong with a [`Config`], by the field that it is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigProblem {
    /// The field.
    pub field: &'static str,
    /// What is wrong, to follow the field's name.
    pub message: String,
}

impl Config {
    /// The usual settings for this address.
    pub fn new(url: impl Into<SecretString>, actor: impl Into<String>) -> Self {
        Config {
            url: url.into(),
            key_prefix: "mlassets:ops".to_owned(),
            actor: actor.into(),
            ca_certificate: None,
            client_certificate: None,
            timeout: Duration::from_secs(10),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("key_prefix", &self.key_prefix).finish_non_exhaustive()
    }
}

/// A client for the address, and the server's name for messages.
pub(super) fn open(config: &Config) -> Result<(Client, String), ConfigProblem> {
    let problem = |field, message: &str| ConfigProblem { field, message: message.to_owned() };
    check_prefix(&config.key_prefix)
        .map_err(|rule| problem("key_prefix", &format!("is not allowed: {rule}")))?;
    let wrong = |message: &str| problem("url", message);
    let form = "write it as redis://user:password@host:6379/0, or rediss:// for TLS";
    let url = Url::parse(config.url.expose_secret().trim())
        .map_err(|error| wrong(&format!("is no URL ({error}); {form}")))?;
    let tls = match url.scheme() {
        "redis" => false,
        "rediss" => true,
        _ => return Err(wrong(&format!("has another scheme; {form}"))),
    };
    let host = url.host().ok_or_else(|| wrong(&format!("names no host; {form}")))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must have no parameters; a certificate is always checked"));
    }
    let db = match url.path().trim_start_matches('/') {
        "" => 0,
        number => number.parse::<u16>().map_err(|_| {
            wrong("must end in the number of a database, such as /0, or in nothing")
        })?,
    };
    let port = url.port().unwrap_or(6379);
    let place = format!("{host}:{port}");
    // A host in brackets is not what a socket takes.
    let bare = match &host {
        Host::Ipv6(address) => IpAddr::from(*address).to_string(),
        host => percent_decode_str(&host.to_string()).decode_utf8_lossy().into_owned(),
    };
    if !url.username().is_empty() && url.password().is_none() {
        return Err(wrong("names a user and no password; without one, nobody is signed in"));
    }
    let mut settings = RedisConnectionInfo::default().set_db(i64::from(db)).set_skip_set_lib_name();
    let decoded =
        |text: &str| percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
    if !url.username().is_empty() {
        settings = settings.set_username(
            decoded(url.username()).map_err(|_| wrong("has a user name that is not UTF-8"))?,
        );
    }
    if let Some(password) = url.password() {
        settings = settings.set_password(
            decoded(password).map_err(|_| wrong("has a password that is not UTF-8"))?,
        );
    }
    let addr = if tls {
        ConnectionAddr::TcpTls { host: bare, port, insecure: false, tls_params: None }
    } else {
        ConnectionAddr::Tcp(bare, port)
    };
    let info = addr
        .into_connection_info()
        .map_err(|_| wrong("cannot be used"))?
        .set_redis_settings(settings);
    let certificates = TlsCertificates {
        client_tls: config.client_certificate.as_ref().map(|(chain, key)| ClientTlsConfig {
            client_cert: chain.clone().into_bytes(),
            client_key: key.expose_secret().as_bytes().to_vec(),
        }),
        root_cert: config.ca_certificate.clone().map(String::into_bytes),
    };
    let client = match (tls, certificates.root_cert.is_some(), certificates.client_tls.is_some()) {
        (_, false, false) => Client::open(info),
        (true, ..) => Client::build_with_tls(info, certificates),
        (false, true, _) => {
            return Err(problem("ca_certificate", "is for TLS; write the URL with rediss://"));
        }
        (false, false, true) => {
            return Err(problem("client_certificate", "is for TLS; write the URL with rediss://"));
        }
    };
    // What the library says about a certificate may hold a part of it.
    let client = client.map_err(|_| {
        let field =
            if config.ca_certificate.is_some() { "ca_certificate" } else { "client_certificate" };
        problem(
            field,
            "holds no certificate that can be read; it must be PEM, as file(\"ca.pem\") gives it",
        )
    })?;
    if config
        .ca_certificate
        .as_ref()
        .is_some_and(|pem| !pem.contains("-----BEGIN CERTIFICATE-----"))
    {
        return Err(problem(
            "ca_certificate",
            "holds no certificate; it must be PEM, as file(\"ca.pem\") gives it",
        ));
    }
    Ok((client, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Result<&str, (&str, &str)>) {
        let found = open(&Config::new(url, "me"));
        match (found, expected) {
            (Ok((_, place)), Ok(expected)) => assert_eq!(place, expected),
            (Err(problem), Err((field, message))) => {
                assert_eq!((problem.field, problem.message.as_str()), (field, message), "{url}");
                assert!(!problem.message.contains("hunter2"), "{problem}");
            }
            (found, _) => panic!("{url}: {:?}", found.map(|(_, place)| place)),
        }
    }

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        check("redis://cache", Ok("cache:6379"));
        check("rediss://app:hunter2@cache.example.com:6380/3", Ok("cache.example.com:6380"));
        check("redis://:p%40ss@[::1]:7000/", Ok("[::1]:7000"));
        let config = Config::new("redis://:hunter2@cache", "me");
        assert_eq!(format!("{config:?}"), "Config { key_prefix: \"mlassets:ops\", .. }");
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused() {
        let form = "write it as redis://user:password@host:6379/0, or rediss:// for TLS";
        check("hunter2", Err(("url", &format!("is no URL (relative URL without a base); {form}"))));
        check("http://:hunter2@cache", Err(("url", &format!("has another scheme; {form}"))));
        check("redis:///0", Err(("url", &format!("names no host; {form}"))));
        check(
            "rediss://cache/#insecure",
            Err(("url", "must have no parameters; a certificate is always checked")),
        );
        let number = "must end in the number of a database, such as /0, or in nothing";
        check("redis://cache/hunter2", Err(("url", number)));
        let user = "names a user and no password; without one, nobody is signed in";
        check("redis://app@cache", Err(("url", user)));
    }

    #[test]
    fn tls_settings_are_for_tls() {
        let check = |url: &str, pem: &str, message: &str| {
            let config = Config { ca_certificate: Some(pem.to_owned()), ..Config::new(url, "me") };
            let found = open(&config).map(|(_, place)| place);
            assert_eq!(
                found,
                Err(ConfigProblem { field: "ca_certificate", message: message.to_owned() })
            );
        };
        check("redis://cache", "", "is for TLS; write the URL with rediss://");
        let unread = "holds no certificate; it must be PEM, as file(\"ca.pem\") gives it";
        check("rediss://cache", "none", unread);
    }
}
