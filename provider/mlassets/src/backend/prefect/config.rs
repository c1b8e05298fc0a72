//! What a client must be told, and the checks on it that need no server.
//!
//! [`Config`] is what somebody wrote; [`Endpoint`] is what is used: one API URL in one form, without a
//! trailing slash, and ready header values. All problems are reported at once.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use uuid::Uuid;

use super::error::Error;

/// The API of Prefect Cloud, without account and workspace.
pub const CLOUD_API: &str = "https://api.prefect.cloud/api";

/// How to reach a Prefect server or a workspace of Prefect Cloud.
#[derive(Clone, Debug)]
pub struct Config {
    /// Base URL of the API: `http://host:4200/api` for a server, or
    /// `https://api.prefect.cloud/api/accounts/<uuid>/workspaces/<uuid>` for Cloud. A slash at the end is ignored.
    pub api_url: String,
    /// Cloud account; together with `workspace_id` it completes an `api_url` that ends in `/api`.
    pub account_id: Option<String>,
    /// Cloud workspace; see `account_id`.
    pub workspace_id: Option<String>,
    /// How to prove who we are.
    pub auth: Auth,
    /// Most mutations that may run at once against this server, 1 to [`Config::MOST_PARALLEL_WRITES`]. Servers on
    /// SQLite answer 503 to parallel writes, so the default is 1. All clients of one server in the process
    /// share the bound.
    pub max_parallel_writes: usize,
    /// Longest time for one try of one call, from connecting to the last byte of the answer.
    pub timeout: Duration,
    /// Headers that a proxy before the server asks for. Their values are treated as secrets.
    pub extra_headers: BTreeMap<String, SecretString>,
}

/// How to prove who we are.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Not at all: a server without authentication.
    #[default]
    None,
    /// An API key of Prefect Cloud.
    ApiKey(SecretString),
    /// `user:password`, the server's `PREFECT_SERVER_API_AUTH_STRING`.
    Basic(SecretString),
}

/// One thing wrong with a [`Config`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The field of [`Config`].
    pub field: &'static str,
    /// What is wrong with it and what to write instead, to follow its name; never the value itself.
    pub message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.message)
    }
}

impl Config {
    /// The upper bound of [`Config::max_parallel_writes`].
    pub const MOST_PARALLEL_WRITES: usize = 64;

    /// A configuration for the API at `api_url`, without authentication, writing one at a time, with a
    /// timeout of 30 seconds.
    pub fn new(api_url: impl Into<String>) -> Self {
        Self {
            api_url: api_url.into(),
            account_id: None,
            workspace_id: None,
            auth: Auth::None,
            max_parallel_writes: 1,
            timeout: Duration::from_secs(30),
            extra_headers: BTreeMap::new(),
        }
    }
}

/// A checked configuration.
pub(super) struct Endpoint {
    /// The normalised API URL without a trailing slash; also the identity of the server in this process.
    pub(super) api_url: String,
    /// `host` or `host:port`, for messages.
    pub(super) host: String,
    pub(super) headers: HeaderMap,
}

impl Endpoint {
    pub(super) fn check(config: &Config) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let mut problem = |field, message: String| problems.push(ConfigProblem { field, message });

        let api_url = api_url(config, &mut problem);
        let headers = headers(config, &mut problem);
        if !(1..=Config::MOST_PARALLEL_WRITES).contains(&config.max_parallel_writes) {
            let most = Config::MOST_PARALLEL_WRITES;
            problem("max_parallel_writes", format!("must be between 1 and {most}"));
        }
        if config.timeout.is_zero() {
            problem("timeout", "must be longer than zero".to_owned());
        }
        match api_url {
            Some(url) if problems.is_empty() => {
                let host = match (url.host_str().unwrap_or_default(), url.port()) {
                    (host, Some(port)) => format!("{host}:{port}"),
                    (host, None) => host.to_owned(),
                };
                Ok(Self { api_url: url.as_str().trim_end_matches('/').to_owned(), host, headers })
            }
            _ => Err(Error::Config(problems)),
        }
    }
}

fn api_url(config: &Config, problem: &mut impl FnMut(&'static str, String)) -> Option<Url> {
    // A URL in a message could carry a password or a token, so no message repeats it.
    let mut url = match Url::parse(config.api_url.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        _ => {
            problem(
                "api_url",
                "is not an http or https URL; write it like `http://localhost:4200/api`".to_owned(),
            );
            return None;
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        problem("api_url", "contains credentials; give them as authentication instead".to_owned());
        return None;
    }
    if url.query().is_some() || url.fragment().is_some() {
        problem("api_url", "ends in a query or a fragment; leave out `?…` and `#…`".to_owned());
        return None;
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);

    let ids = cloud_ids(config, problem).ok()?;
    match (workspace_of(&path), ids) {
        (Some(_), None) => {}
        (Some(of_url), Some(ids)) if of_url == ids => {}
        (Some(_), Some(_)) => {
            problem(
                "workspace_id",
                "and `account_id` differ from those in the URL; leave out one or the other"
                    .to_owned(),
            );
            return None;
        }
        (None, Some((account, workspace))) if path.ends_with("/api") => {
            url.set_path(&format!("{path}/accounts/{account}/workspaces/{workspace}"));
        }
        (None, None) if path.ends_with("/api") => {
            if url.host_str() == Some("api.prefect.cloud") {
                problem("api_url", "names Prefect Cloud but no workspace; give `account_id` and `workspace_id`, or the URL `https://api.prefect.cloud/api/accounts/<account id>/workspaces/<workspace id>`".to_owned());
                return None;
            }
        }
        (None, _) => {
            problem("api_url", "must end in `/api` (a server, like `http://localhost:4200/api`) or in `/api/accounts/<uuid>/workspaces/<uuid>` (Prefect Cloud)".to_owned());
            return None;
        }
    }
    Some(url)
}

/// The ids given beside the URL, or nothing; a failure is reported as a problem.
fn cloud_ids(
    config: &Config,
    problem: &mut impl FnMut(&'static str, String),
) -> Result<Option<(Uuid, Uuid)>, ()> {
    let mut id = |field, text: &Option<String>, other: &Option<String>| match text {
        None if other.is_some() => {
            problem(
                field,
                "is missing; a Cloud workspace needs both `account_id` and `workspace_id`"
                    .to_owned(),
            );
            Err(())
        }
        None => Ok(None),
        Some(text) => Uuid::try_parse(text).map(Some).map_err(|_| {
            problem(
                field,
                "is not a UUID; copy it from the address of the workspace in Prefect Cloud"
                    .to_owned(),
            );
        }),
    };
    let account = id("account_id", &config.account_id, &config.workspace_id);
    let workspace = id("workspace_id", &config.workspace_id, &config.account_id);
    Ok(account?.zip(workspace?))
}

fn workspace_of(path: &str) -> Option<(Uuid, Uuid)> {
    let (_, ids) = path.rsplit_once("/api/accounts/")?;
    let (account, workspace) = ids.split_once("/workspaces/")?;
    Some((Uuid::try_parse(account).ok()?, Uuid::try_parse(workspace).ok()?))
}

fn headers(config: &Config, problem: &mut impl FnMut(&'static str, String)) -> HeaderMap {
    const OURS: [&str; 8] = [
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "prefect-csrf-client",
        "prefect-csrf-token",
        "transfer-encoding",
    ];
    let mut headers = HeaderMap::new();
    let authorization = match &config.auth {
        Auth::None => None,
        Auth::ApiKey(key) if key.expose_secret().trim().is_empty() => {
            problem("auth", "is empty; leave it out or give a key".to_owned());
            None
        }
        Auth::ApiKey(key) => Some(format!("Bearer {}", key.expose_secret())),
        Auth::Basic(pair) if !pair.expose_secret().contains(':') => {
            problem("auth", "must have the form `user:password`".to_owned());
            None
        }
        Auth::Basic(pair) => Some(format!("Basic {}", STANDARD.encode(pair.expose_secret()))),
    };
    if let Some(text) = authorization.map(zeroize::Zeroizing::new) {
        match secret_value(&text) {
            Some(value) => {
                headers.insert(AUTHORIZATION, value);
            }
            None => problem(
                "auth",
                "contains a character that no HTTP header may carry, such as a line break"
                    .to_owned(),
            ),
        }
    }
    for (name, value) in &config.extra_headers {
        match (HeaderName::try_from(name.as_str()), secret_value(value.expose_secret())) {
            (Ok(name), _) if OURS.contains(&name.as_str()) => {
                problem(
                    "extra_headers",
                    format!("has `{name}`, which this client sets; remove it"),
                );
            }
            (Ok(name), Some(value)) => {
                headers.insert(name, value);
            }
            (Err(_), _) => {
                problem("extra_headers", "has a name that no HTTP header can have".to_owned());
            }
            (Ok(name), None) => problem(
                "extra_headers",
                format!(
                    "has a value for `{name}` with a character that no HTTP header may carry, such as a line break"
                ),
            ),
        }
    }
    headers
}

fn secret_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01";
    const WORKSPACE: &str = "5f3c2b1a-0f9e-4d8c-8b7a-6e5d4c3b2a02";

    fn show(config: &Config) -> String {
        match Endpoint::check(config) {
            Ok(endpoint) => format!("{} as {}", endpoint.api_url, endpoint.host),
            Err(error) => error.to_string(),
        }
    }

    #[track_caller]
    fn check(api_url: &str, ids: [Option<&str>; 2], expected: &str) {
        let mut config = Config::new(api_url);
        [config.account_id, config.workspace_id] = ids.map(|id| id.map(str::to_owned));
        assert_eq!(show(&config), expected, "{api_url} {ids:?}");
    }

    #[test]
    fn urls() {
        let cloud = format!("{CLOUD_API}/accounts/{ACCOUNT}/workspaces/{WORKSPACE}");
        let cloud_shown = format!("{cloud} as api.prefect.cloud");
        let both = [Some(ACCOUNT), Some(WORKSPACE)];
        let form = "the Prefect configuration is not usable: `api_url` must end in `/api` (a server, like `http://localhost:4200/api`) or in `/api/accounts/<uuid>/workspaces/<uuid>` (Prefect Cloud)";
        let not_url = "the Prefect configuration is not usable: `api_url` is not an http or https URL; write it like `http://localhost:4200/api`";

        check(
            "http://localhost:4200/api",
            [None; 2],
            "http://localhost:4200/api as localhost:4200",
        );
        check("HTTP://LocalHost:80/api///", [None; 2], "http://localhost/api as localhost");
        check(
            "https://x.example/prefect/api/",
            [None; 2],
            "https://x.example/prefect/api as x.example",
        );
        check("http://[::1]:4200/api", [None; 2], "http://[::1]:4200/api as [::1]:4200");
        check(&cloud, [None; 2], &cloud_shown);
        check(&format!("{cloud}/"), both, &cloud_shown);
        check(CLOUD_API, both, &cloud_shown);
        check("http://localhost:4200", [None; 2], form);
        check("http://localhost:4200/apis", [None; 2], form);
        check(&format!("{CLOUD_API}/accounts/{ACCOUNT}/workspaces/w"), [None; 2], form);
        check("localhost:4200/api", [None; 2], not_url);
        check("ftp://localhost/api", [None; 2], not_url);
        check("", [None; 2], not_url);
    }

    #[test]
    fn nothing_secret_is_repeated() {
        check(
            "http://me:hunter2@h/api",
            [None; 2],
            "the Prefect configuration is not usable: `api_url` contains credentials; give them as authentication instead",
        );
        check(
            "http://h/api?token=hunter2",
            [None; 2],
            "the Prefect configuration is not usable: `api_url` ends in a query or a fragment; leave out `?…` and `#…`",
        );
        let mut config = Config::new("http://h/api");
        config.auth = Auth::ApiKey("hunter2\n".into());
        config.extra_headers.insert("X-Proxy".to_owned(), "hunter2\r\n".into());
        assert_eq!(
            show(&config),
            "the Prefect configuration is not usable: `auth` contains a character that no HTTP header may carry, such as a line break; `extra_headers` has a value for `x-proxy` with a character that no HTTP header may carry, such as a line break"
        );
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn cloud_ids_come_in_pairs() {
        check(
            CLOUD_API,
            [None; 2],
            "the Prefect configuration is not usable: `api_url` names Prefect Cloud but no workspace; give `account_id` and `workspace_id`, or the URL `https://api.prefect.cloud/api/accounts/<account id>/workspaces/<workspace id>`",
        );
        check(
            CLOUD_API,
            [Some(ACCOUNT), None],
            "the Prefect configuration is not usable: `workspace_id` is missing; a Cloud workspace needs both `account_id` and `workspace_id`",
        );
        check(
            CLOUD_API,
            [Some("a"), Some("b")],
            "the Prefect configuration is not usable: `account_id` is not a UUID; copy it from the address of the workspace in Prefect Cloud; `workspace_id` is not a UUID; copy it from the address of the workspace in Prefect Cloud",
        );
        let other = format!("{CLOUD_API}/accounts/{WORKSPACE}/workspaces/{ACCOUNT}");
        check(
            &other,
            [Some(ACCOUNT), Some(WORKSPACE)],
            "the Prefect configuration is not usable: `workspace_id` and `account_id` differ from those in the URL; leave out one or the other",
        );
    }

    #[test]
    fn the_rest_is_checked_at_once() {
        let mut config = Config::new("http://h/api");
        config.auth = Auth::Basic("admin".into());
        config.max_parallel_writes = 0;
        config.timeout = Duration::ZERO;
        config.extra_headers.insert("Authorization".to_owned(), "x".into());
        config.extra_headers.insert("a b".to_owned(), "x".into());
        assert_eq!(
            show(&config),
            "the Prefect configuration is not usable: `auth` must have the form `user:password`; `extra_headers` has `authorization`, which this client sets; remove it; `extra_headers` has a name that no HTTP header can have; `max_parallel_writes` must be between 1 and 64; `timeout` must be longer than zero"
        );
    }

    #[test]
    fn credentials_become_headers() {
        let mut config = Config::new("http://h/api");
        config.auth = Auth::Basic("admin:s3cret".into());
        let headers = Endpoint::check(&config).map(|endpoint| endpoint.headers).unwrap();
        assert_eq!(headers[AUTHORIZATION], "Basic YWRtaW46czNjcmV0");
        assert!(headers[AUTHORIZATION].is_sensitive());
        config.auth = Auth::ApiKey("pnu_1".into());
        let headers = Endpoint::check(&config).map(|endpoint| endpoint.headers).unwrap();
        assert_eq!(headers[AUTHORIZATION], "Bearer pnu_1");
    }
}
