//! What the client of Amazon Web Services is told, and what can be wrong with it before any call.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// How to reach Amazon Web Services. What is left out, the SDK finds as every AWS tool does.
#[derive(Clone, Debug)]
pub struct Config {
    /// The region, such as `eu-central-1`.
    pub region: Option<String>,
    /// A profile of the shared configuration files; it wins over credentials in the environment.
    pub profile: Option<String>,
    /// Keys instead of any other credentials.
    pub keys: Option<Keys>,
    /// URL of a server that speaks S3, in place of Amazon's.
    pub endpoint: Option<String>,
    /// Whether buckets are named in the path rather than in the host; so by default with an `endpoint`.
    pub path_style: Option<bool>,
    /// Most tries of one call, at least 1.
    pub max_attempts: u32,
    /// Longest time for one try.
    pub timeout: Duration,
}

/// An access key with its secrets.
#[derive(Clone)]
pub struct Keys {
    /// Its public half.
    pub access_key: String,
    /// Its secret half.
    pub secret_key: SecretString,
    /// The token of a temporary key.
    pub token: Option<SecretString>,
}

/// One thing that is wrong with a [`Config`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The field.
    pub field: &'static str,
    /// What is wrong, as the end of a sentence that begins with the field.
    pub message: &'static str,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            region: None,
            profile: None,
            keys: None,
            endpoint: None,
            path_style: None,
            max_attempts: 5,
            timeout: Duration::from_mins(1),
        }
    }
}

impl Config {
    pub(super) fn problems(&self) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        let mut wrong = |field, message| problems.push(ConfigProblem { field, message });
        if let Some(endpoint) = &self.endpoint {
            match Url::parse(endpoint) {
                Err(_) => {
                    wrong("endpoint", "is no URL; expected one such as https://s3.example.com");
                }
                Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                    wrong("endpoint", "must begin with https:// or http://");
                }
                Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                    wrong("endpoint", "must not hold credentials; set access_key and secret_key");
                }
                Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                    wrong("endpoint", "must not hold a query or a fragment");
                }
                Ok(_) => {}
            }
        }
        if let Some(region) = &self.region
            && !is_label(region)
        {
            wrong("region", "is no name of a region; expected one such as eu-central-1");
        }
        if self.max_attempts == 0 {
            wrong("max_attempts", "must be at least 1");
        }
        problems
    }
}

/// A region becomes a part of a host name.
fn is_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(plain)
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}
