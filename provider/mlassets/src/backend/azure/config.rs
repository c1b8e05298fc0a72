//! What the client of Azure Blob Storage is told, and what can be wrong with it before any call.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

/// Where the host name of an account ends in the public cloud.
const PUBLIC_CLOUD: &str = "blob.core.windows.net";

/// How to reach a storage account.
#[derive(Clone, Debug)]
pub struct Config {
    /// The account. It can be left out if the endpoint's host begins with it.
    pub account: Option<String>,
    /// URL of its Blob service, where that is not `https://<account>.blob.core.windows.net`.
    pub endpoint: Option<String>,
    /// Who asks.
    pub auth: Auth,
    /// Most tries of one call, at least 1.
    pub max_attempts: u32,
    /// Longest time for one try.
    pub timeout: Duration,
}

/// How requests are authorized.
#[derive(Clone)]
pub enum Auth {
    /// A key of the account, in base64.
    SharedKey(SecretString),
    /// The query of a URL with a shared access signature.
    Sas(SecretString),
    /// Tokens of Microsoft Entra ID.
    Entra(Entra),
}

/// Who asks Microsoft Entra ID for a token.
#[derive(Clone)]
pub enum Entra {
    /// An application with a secret.
    ClientSecret {
        /// The directory.
        tenant: String,
        /// The application.
        client: String,
        /// Its secret.
        secret: SecretString,
    },
    /// An application that shows a token of another issuer, such as a Kubernetes cluster or a CI system.
    Workload {
        /// The directory.
        tenant: String,
        /// The application.
        client: String,
        /// The file in which the issuer keeps its token.
        token_file: PathBuf,
    },
    /// The identity of the machine.
    Managed {
        /// The application, where the machine has several identities.
        client: Option<String>,
    },
    /// Whoever is logged in with `az login`.
    Cli {
        /// The directory.
        tenant: Option<String>,
    },
}

/// One thing that is wrong with a [`Config`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The field.
    pub field: &'static str,
    /// What is wrong, as the end of a sentence that begins with the field.
    pub message: &'static str,
}

impl ConfigProblem {
    pub(super) fn new(field: &'static str, message: &'static str) -> Self {
        Self { field, message }
    }
}

impl Config {
    /// A configuration of the public cloud.
    pub fn new(account: impl Into<String>, auth: Auth) -> Self {
        Self {
            account: Some(account.into()),
            endpoint: None,
            auth,
            max_attempts: 5,
            timeout: Duration::from_mins(1),
        }
    }

    /// The address of the account and its name.
    pub(super) fn place(&self) -> Result<(Url, String), Vec<ConfigProblem>> {
        let mut problems = Vec::new();
        let mut wrong = |field, message| problems.push(ConfigProblem { field, message });
        if let Some(account) = &self.account
            && !is_account(account)
        {
            wrong("account", "must have 3 to 24 lower case letters and digits");
        }
        let host = self.account.as_ref().map(|account| format!("https://{account}.{PUBLIC_CLOUD}"));
        let endpoint = match self.endpoint.clone().or(host).map(|text| Url::parse(&text)) {
            None => {
                wrong("account", "is missing");
                None
            }
            Some(Ok(url))
                if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() =>
            {
                wrong("endpoint", "must begin with https:// or http:// and name a host");
                None
            }
            Some(Ok(url)) if url.query().is_some() || !url.username().is_empty() => {
                wrong("endpoint", "must not hold a signature or credentials; use sas_token");
                None
            }
            Some(Ok(url)) => Some(url),
            Some(Err(_)) => {
                wrong(
                    "endpoint",
                    "is no URL; expected one such as https://example.blob.core.windows.net",
                );
                None
            }
        };
        if self.max_attempts == 0 {
            wrong("max_attempts", "must be at least 1");
        }
        match &self.auth {
            Auth::SharedKey(key) if STANDARD.decode(key.expose_secret()).is_err() => {
                wrong("access_key", "must be a key of the account, in base64");
            }
            Auth::Sas(token) if !token.expose_secret().contains("sig=") => {
                wrong("sas_token", "must be the query of a signed URL, with `sig=`");
            }
            _ => {}
        }
        let first_label =
            |url: &Url| url.host_str().and_then(|host| host.split('.').next()).map(str::to_owned);
        let account = self.account.clone().or_else(|| endpoint.as_ref().and_then(first_label));
        match (endpoint, account) {
            (Some(endpoint), Some(account)) if problems.is_empty() => Ok((endpoint, account)),
            _ => Err(problems),
        }
    }
}

fn is_account(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=24).contains(&name.len()) && name.bytes().all(plain)
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SharedKey(_) => f.write_str("SharedKey"),
            Self::Sas(_) => f.write_str("Sas"),
            Self::Entra(entra) => write!(f, "{entra:?}"),
        }
    }
}

impl fmt::Debug for Entra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientSecret { .. } => "ClientSecret",
            Self::Workload { .. } => "Workload",
            Self::Managed { .. } => "Managed",
            Self::Cli { .. } => "Cli",
        })
    }
}
