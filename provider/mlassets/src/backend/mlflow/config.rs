//! Where an MLflow server is, and how to prove who we are. Reading does no IO, and no message repeats an address,
//! which may hold a password.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::Certificate;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use zeroize::Zeroizing;

/// The address of a server, without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

/// How to reach a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it is.
    pub address: Address,
    /// Who we are.
    pub auth: Auth,
    /// A PEM file of certificates to trust beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Longest time for one try of one call, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

/// How to prove who we are.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Not at all: a server without authentication.
    #[default]
    None,
    /// User and password.
    Basic(String, SecretString),
    /// A bearer token.
    Token(SecretString),
}

impl Address {
    /// Reads `http://` or `https://`, with user and password in it or without, and a path where the server is behind
    /// a prefix. The error is what is wrong, to follow the name of the value.
    pub fn parse(text: &str) -> Result<(Self, Auth), String> {
        let url = Url::parse(text.trim()).ok();
        let Some(mut url) =
            url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        else {
            return Err("is no http or https URL of an MLflow server, such as \
                 mlflow+https://user:password@host/prefix; special characters in user or password must be \
                 percent-encoded"
                .to_owned());
        };
        if url.query().is_some() || url.fragment().is_some() {
            return Err("ends in a query or a fragment, which an MLflow server does not have; \
                 special characters in user or password must be percent-encoded"
                .to_owned());
        }
        let auth = match (decode(url.username())?, url.password()) {
            (user, Some(password)) if !user.is_empty() => {
                Auth::Basic(user, decode(password)?.into())
            }
            (user, None) if user.is_empty() => Auth::None,
            _ => {
                return Err("has a user without a password or a password without a user; \
                     write mlflow+https://user:password@host"
                    .to_owned());
            }
        };
        url.set_username("").and_then(|()| url.set_password(None)).expect("it has a host");
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok((Self(url), auth))
    }

    pub(super) fn url(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    pub(super) fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url())
    }
}

impl Config {
    /// A configuration with a timeout of 30 seconds.
    pub fn new(address: Address, auth: Auth) -> Self {
        Self { address, auth, ca_file: None, timeout: Duration::from_secs(30) }
    }

    pub(super) fn headers(&self) -> Result<HeaderMap, String> {
        let text = match &self.auth {
            Auth::None => return Ok(HeaderMap::new()),
            Auth::Basic(user, password) => {
                let pair = Zeroizing::new(format!("{user}:{}", password.expose_secret()));
                format!("Basic {}", STANDARD.encode(pair.as_bytes()))
            }
            Auth::Token(token) => format!("Bearer {}", token.expose_secret()),
        };
        let mut value = HeaderValue::from_str(&Zeroizing::new(text)).map_err(|_| {
            "the token contains a character that no HTTP header may carry, such as a line break"
        })?;
        value.set_sensitive(true);
        Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
    }

    pub(super) fn roots(&self) -> Result<Vec<Certificate>, String> {
        let Some(path) = &self.ca_file else { return Ok(Vec::new()) };
        let place = path.display();
        let pem = std::fs::read(path)
            .map_err(|error| format!("the file of certificates {place} cannot be read: {error}"))?;
        let roots = Certificate::from_pem_bundle(&pem).unwrap_or_default();
        if roots.is_empty() {
            return Err(format!("the file {place} holds no certificate in PEM form"));
        }
        Ok(roots)
    }
}

fn decode(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| "is not UTF-8 once its percent-encoding is undone".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match Address::parse(text) {
            Ok((address, Auth::None)) => format!("{address} at {}", address.host()),
            Ok((address, Auth::Basic(user, _))) => {
                format!("{address} at {} as {user}", address.host())
            }
            Ok((_, Auth::Token(_))) => unreachable!("an address holds no token"),
            Err(problem) => problem,
        };
        assert_eq!(found, expected, "{text}");
        assert!(!found.contains("hunter2"));
    }

    #[test]
    fn addresses() {
        check("http://127.0.0.1:5000", "http://127.0.0.1:5000 at 127.0.0.1:5000");
        check("https://ml.example/", "https://ml.example at ml.example");
        check("https://ml.example/mlflow//", "https://ml.example/mlflow at ml.example");
        check("https://ana:hunter2@ml.example", "https://ml.example at ml.example as ana");
        check("https://a%40b:hunter2@[::1]:7/x", "https://[::1]:7/x at [::1]:7 as a@b");
        let form = "is no http or https URL of an MLflow server, such as mlflow+https://user:password@host/prefix; \
            special characters in user or password must be percent-encoded";
        for text in ["", "databricks", "sqlite:///mlflow.db", "file:///x", "https://u:hunt/er2@h"] {
            check(text, form);
        }
        check(
            "https://h/?token=hunter2",
            "ends in a query or a fragment, which an MLflow server does not have; special characters in user or \
             password must be percent-encoded",
        );
        for text in ["https://hunter2@h", "https://:hunter2@h"] {
            check(
                text,
                "has a user without a password or a password without a user; write mlflow+https://user:password@host",
            );
        }
    }

    #[test]
    fn credentials_become_headers_that_are_not_shown() {
        let (address, auth) = Address::parse("http://admin:s3cret@h").unwrap();
        let basic = Config::new(address.clone(), auth);
        let token = Config::new(address, Auth::Token("abc".into()));
        for (config, expected) in [(&basic, "Basic YWRtaW46czNjcmV0"), (&token, "Bearer abc")] {
            let headers = config.headers().unwrap();
            assert_eq!(headers[AUTHORIZATION], expected);
            assert!(headers[AUTHORIZATION].is_sensitive());
            assert!(!format!("{config:?}").contains("s3cret"));
        }
        let broken = Config { auth: Auth::Token("abc\n".into()), ..basic };
        assert_eq!(
            broken.headers().unwrap_err(),
            "the token contains a character that no HTTP header may carry, such as a line break"
        );
    }
}
