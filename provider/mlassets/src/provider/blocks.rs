//! One backend from one block, completed from the environment; nothing is connected to yet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tfplug::{Path, Secret};

use super::configuration::{
    ArtifactsBlock, AuditBlock, GateBlock, NotifyBlock, PrefectBlock, RedisBlock, RegistryBlock,
    WormBlock,
};
use super::mlflow;
use super::problem::{Origin, Problem};
use crate::backend::artifacts::{self, Store};
use crate::backend::audit::{self, Trail};
use crate::backend::aws::Aws;
use crate::backend::azure::Azure;
use crate::backend::gate::Gate;
use crate::backend::notify::{self, Notifier, PagerDuty, Slack};
use crate::backend::prefect::{self, Auth, Config, ConfigProblem, Prefect};
use crate::backend::registry::{self, Location, Registry};
use crate::backend::signal::{self, Signals};
use crate::backend::worm::{self, Archive, LockMode};
use crate::diagnose::sentence;

const UNUSABLE: &str = "Prefect configuration not usable";

/// The client of a Prefect server.
pub(super) fn prefect(block: PrefectBlock) -> Result<Prefect, Vec<Problem>> {
    let of = |value: &Option<String>, variables: &[&'static str]| {
        Origin::of(value.as_deref(), variables)
    };
    let of_secret = |value: &Option<Secret>, variables: &[&'static str]| {
        Origin::of(value.as_ref().map(Secret::expose), variables)
    };
    let origins = Origins {
        endpoint: of(&block.endpoint, &["PREFECT_API_URL"]),
        // Only such a line can be shown.
        endpoint_is_plain: block.endpoint.as_ref().is_some_and(|url| !url.contains(['@', '?'])),
        api_key: of_secret(&block.api_key, &["PREFECT_API_KEY"]),
        basic_auth_key: of_secret(
            &block.basic_auth_key,
            &["PREFECT_API_AUTH_STRING", "PREFECT_BASIC_AUTH_KEY"],
        ),
        account_id: of(&block.account_id, &["PREFECT_CLOUD_ACCOUNT_ID"]),
        workspace_id: of(&block.workspace_id, &["PREFECT_CLOUD_WORKSPACE_ID"]),
    };
    let auth = auth(&block, &origins)?;
    let Some(endpoint) = block.endpoint else {
        let detail =
            "Set `endpoint` in the `prefect` block, or the environment variable PREFECT_API_URL.";
        return Err(vec![Problem::new("No Prefect API", detail, Path::ROOT, Origin::Nowhere)]);
    };
    let is_key = matches!(auth, Auth::ApiKey(_));
    let defaults = Config::new(endpoint);
    let config = Config {
        account_id: block.account_id,
        workspace_id: block.workspace_id,
        auth,
        max_parallel_writes: block
            .max_parallel_writes
            .and_then(|writes| usize::try_from(writes).ok())
            .unwrap_or(defaults.max_parallel_writes),
        timeout: block
            .timeout_seconds
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(defaults.timeout, Duration::from_secs),
        extra_headers: block
            .headers
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name, hidden(&value)))
            .collect(),
        ..defaults
    };
    Prefect::new(&config).map_err(|error| match error {
        prefect::Error::Config(problems) => {
            problems.iter().map(|problem| origins.explain(problem, is_key)).collect()
        }
        other => {
            vec![Problem::new(UNUSABLE, sentence(&other.to_string()), Path::ROOT, Origin::Block)]
        }
    })
}

/// Where the values of a `prefect` block come from.
struct Origins {
    endpoint: Origin,
    endpoint_is_plain: bool,
    api_key: Origin,
    basic_auth_key: Origin,
    account_id: Origin,
    workspace_id: Origin,
}

impl Origins {
    /// A problem in the words of the provider's configuration. What may be secret is shown by no line.
    fn explain(&self, problem: &ConfigProblem, is_key: bool) -> Problem {
        let (attribute, origin, shown) = match problem.field {
            "api_url" => ("endpoint", self.endpoint, self.endpoint_is_plain),
            "auth" if is_key => ("api_key", self.api_key, false),
            "auth" => ("basic_auth_key", self.basic_auth_key, false),
            "account_id" => ("account_id", self.account_id.or(self.workspace_id), true),
            "workspace_id" => ("workspace_id", self.workspace_id.or(self.account_id), true),
            "extra_headers" => ("headers", Origin::Block, false),
            "timeout" => ("timeout_seconds", Origin::Block, true),
            other => (other, Origin::Block, true),
        };
        let detail = sentence(&format!("`{attribute}` {}", problem.message));
        let place = if shown { Path::attribute(attribute) } else { Path::ROOT };
        Problem::new(UNUSABLE, detail, place, origin)
    }
}

/// The one way to authenticate. What is written wins over what is in the environment.
fn auth(block: &PrefectBlock, origins: &Origins) -> Result<Auth, Vec<Problem>> {
    let (key, pair) =
        (block.api_key.as_ref().map(hidden), block.basic_auth_key.as_ref().map(hidden));
    Ok(match (key, pair) {
        (Some(key), Some(pair)) => match (origins.api_key, origins.basic_auth_key) {
            (Origin::Block, Origin::Variable(_)) => Auth::ApiKey(key),
            (Origin::Variable(_), Origin::Block) => Auth::Basic(pair),
            (api_key, basic_auth_key) => {
                let mut detail =
                    "Set `api_key` for Prefect Cloud or `basic_auth_key` for a server, not both."
                        .to_owned();
                if let (Origin::Variable(api_key), Origin::Variable(basic_auth_key)) =
                    (api_key, basic_auth_key)
                {
                    detail = format!(
                        "{api_key} is for Prefect Cloud and {basic_auth_key} for a server: unset one of these environment \
                         variables, or set the right attribute of the `prefect` block."
                    );
                }
                let origin = if api_key == Origin::Block { api_key } else { Origin::Nowhere };
                return Err(vec![Problem::new(
                    "Two ways to authenticate",
                    detail,
                    Path::ROOT,
                    origin,
                )]);
            }
        },
        (Some(key), None) => Auth::ApiKey(key),
        (None, Some(pair)) => Auth::Basic(pair),
        (None, None) => Auth::None,
    })
}

/// The model registry.
pub(super) fn registry(block: RegistryBlock, actor: &str) -> Result<Registry, Vec<Problem>> {
    let Some(url) = block.url else {
        let detail = "Set `url` in the `registry` block to the path of a SQLite file, to a `postgres://` URL or to an \
                      MLflow server as `mlflow+https://…`, or the environment variable MLASSETS_REGISTRY_URL.";
        return Err(vec![Problem::new("No model registry", detail, Path::ROOT, Origin::Nowhere)]);
    };
    let mut options = registry::Options::new(actor);
    if let Some(schema) = block.schema {
        options.schema = schema;
    }
    let origin = Origin::of(Some(url.expose()), &["MLASSETS_REGISTRY_URL"]);
    let unusable = |detail: String, origin| {
        vec![Problem::new("Registry address not usable", detail, Path::ROOT, origin)]
    };
    let (address, variable) = mlflow::address(url.expose(), mlflow::variable)
        .map_err(|detail| unusable(detail, Origin::Nowhere))?;
    let origin = variable.map_or(origin, Origin::Variable);
    let location = Location::parse(&address)
        .map_err(|error| unusable(sentence(&error.to_string()), origin))?
        .with_password(password());
    let location = mlflow::with_credentials(location, mlflow::variable)
        .map_err(|detail| unusable(detail, Origin::Nowhere))?;
    Registry::new(location, options).map_err(|error| {
        let detail = sentence(&error.to_string());
        if matches!(error, registry::Error::Mlflow(_)) {
            return unusable(detail, Origin::Nowhere);
        }
        vec![Problem::new("Invalid value", detail, Path::attribute("schema"), Origin::Block)]
    })
}

/// The archive of evidence. `aws` and `azure` are asked for only by an archive that lies there.
pub(super) fn worm(
    block: WormBlock,
    actor: &str,
    aws: impl FnOnce() -> Result<Arc<Aws>, Vec<Problem>>,
    azure: impl FnOnce() -> Result<Arc<Azure>, Vec<Problem>>,
) -> Result<Archive, Vec<Problem>> {
    let options = worm::Options::new(actor);
    let mode = match block.lock_mode.as_deref() {
        Some("GOVERNANCE") => LockMode::Governance,
        _ => LockMode::Compliance,
    };
    let unusable = |attribute, origin, error: worm::Error| {
        let detail = sentence(&error.to_string());
        vec![Problem::new("Archive not usable", detail, Path::attribute(attribute), origin)]
    };
    match block.backend.as_deref() {
        Some("s3") => Archive::s3(aws()?, mode, options)
            .map_err(|error| unusable("backend", Origin::Block, error)),
        Some("azure") => Archive::azure(azure()?, mode, options)
            .map_err(|error| unusable("backend", Origin::Block, error)),
        _ => {
            let Some(directory) = block.directory else {
                let detail = "Set `directory` in the `worm` block to the absolute path of an existing directory, or the \
                              environment variable MLASSETS_WORM_DIRECTORY.";
                let problem = Problem::new("No archive", detail, Path::ROOT, Origin::Nowhere);
                return Err(vec![problem]);
            };
            let origin = Origin::of(Some(&directory), &["MLASSETS_WORM_DIRECTORY"]);
            Archive::directory(directory, options)
                .map_err(|error| unusable("directory", origin, error))
        }
    }
}

/// The audit trail in the archive.
pub(super) fn audit(
    block: AuditBlock,
    archive: Option<&Archive>,
    actor: &str,
) -> Result<Trail, Vec<Problem>> {
    let missing = |detail: &str, origin| {
        Err(vec![Problem::new("Audit not usable", detail, Path::ROOT, origin)])
    };
    let AuditBlock { bucket, environment, record_type } = block;
    let from_bucket = Origin::of(bucket.as_deref(), &["MLASSETS_AUDIT_BUCKET"]);
    let from_environment = Origin::of(environment.as_deref(), &["MLASSETS_AUDIT_ENVIRONMENT"]);
    let Some(bucket) = bucket else {
        let detail =
            "Set `bucket` in the `audit` block, or the environment variable MLASSETS_AUDIT_BUCKET.";
        return missing(detail, from_environment);
    };
    let Some(environment) = environment else {
        let detail = "Set `environment` in the `audit` block, or the environment variable MLASSETS_AUDIT_ENVIRONMENT.";
        return missing(detail, from_bucket);
    };
    let Some(archive) = archive else {
        let detail = "The events go into the archive of the `worm` block, and there is none. Add it, or set \
                      MLASSETS_WORM_DIRECTORY.";
        return missing(detail, from_bucket);
    };
    let record_type = record_type.unwrap_or_else(|| audit::RECORD_TYPE.to_owned());
    let options = audit::Options { bucket, record_type, environment, actor: actor.to_owned() };
    Trail::new(archive.clone(), options).map_err(|error| {
        let detail = sentence(&error.to_string());
        vec![Problem::new("Audit not usable", detail, Path::attribute("bucket"), from_bucket)]
    })
}

/// The store of artifacts. `aws` and `azure` are asked for only by a store that lies there.
pub(super) fn artifacts(
    block: ArtifactsBlock,
    aws: impl FnOnce() -> Result<Arc<Aws>, Vec<Problem>>,
    azure: impl FnOnce() -> Result<Arc<Azure>, Vec<Problem>>,
) -> Result<Store, Vec<Problem>> {
    let missing =
        |detail| vec![Problem::new("No store of artifacts", detail, Path::ROOT, Origin::Nowhere)];
    let unusable = |attribute, origin, error: artifacts::Error| {
        let (summary, detail) = ("Store of artifacts not usable", sentence(&error.to_string()));
        vec![Problem::new(summary, detail, Path::attribute(attribute), origin)]
    };
    if let Some(backend @ ("s3" | "azure")) = block.backend.as_deref() {
        let bucket = block.bucket.ok_or_else(|| {
            missing(
                "Set `bucket` in the `artifacts` block to the name of an existing bucket or container, or the environment \
                 variable MLASSETS_ARTIFACTS_BUCKET.",
            )
        })?;
        let origin = Origin::of(Some(&bucket), &["MLASSETS_ARTIFACTS_BUCKET"]);
        let prefix = block.prefix.unwrap_or_default();
        let store = match backend {
            "s3" => Store::s3(aws()?, &bucket, &prefix),
            _ => Store::azure(azure()?, &bucket, &prefix),
        };
        return store.map_err(|error| unusable("bucket", origin, error));
    }
    let directory = block.directory.ok_or_else(|| {
        missing(
            "Set `directory` in the `artifacts` block to the absolute path of an existing directory, or the environment \
             variable MLASSETS_ARTIFACTS_DIRECTORY.",
        )
    })?;
    let origin = Origin::of(Some(&directory), &["MLASSETS_ARTIFACTS_DIRECTORY"]);
    Store::directory(directory).map_err(|error| unusable("directory", origin, error))
}

/// The Redis server of signals.
pub(super) fn redis(block: RedisBlock, actor: &str) -> Result<Signals, Vec<Problem>> {
    const UNUSABLE: &str = "Redis configuration not usable";
    let Some(url) = &block.url else {
        let detail = "Set `url` in the `redis` block to a `redis://` or `rediss://` URL, or the environment variable \
                      MLASSETS_REDIS_URL.";
        return Err(vec![Problem::new("No Redis server", detail, Path::ROOT, Origin::Nowhere)]);
    };
    let client_certificate = match (block.client_certificate, &block.client_key) {
        (Some(chain), Some(key)) => Some((chain, hidden(key))),
        (None, None) => None,
        (chain, _) => {
            let (there, missing) = if chain.is_some() {
                ("client_certificate", "client_key")
            } else {
                ("client_key", "client_certificate")
            };
            let detail = format!("`{there}` needs `{missing}` beside it.");
            return Err(vec![Problem::new(UNUSABLE, detail, Path::ROOT, Origin::Block)]);
        }
    };
    let defaults = signal::Config::new(hidden(url), actor);
    let config = signal::Config {
        key_prefix: block.key_prefix.unwrap_or(defaults.key_prefix),
        ca_certificate: block.ca_certificate,
        client_certificate,
        timeout: block
            .timeout_seconds
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(defaults.timeout, Duration::from_secs),
        ..defaults
    };
    Signals::new(&config).map_err(|problem| {
        let detail = format!("`{}` {}.", problem.field, problem.message);
        let origin = match problem.field {
            "url" => Origin::of(Some(url.expose()), &["MLASSETS_REDIS_URL"]),
            _ => Origin::Block,
        };
        // A line with a certificate is shown, one with a password is not.
        let place = match problem.field {
            "url" => Path::ROOT,
            field => Path::attribute(field),
        };
        vec![Problem::new(UNUSABLE, detail, place, origin)]
    })
}

/// What the checks of release gates need.
pub(super) fn gate(block: GateBlock) -> Result<Gate, Vec<Problem>> {
    let mut databases = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, url) in block.databases.unwrap_or_default() {
        match Location::database(url.expose()) {
            Ok(location) => drop(databases.insert(name, location.with_password(password()))),
            Err(error) => {
                let detail = error.to_string();
                let detail = detail.strip_prefix("the registry's address ").unwrap_or(&detail);
                let detail = format!("The address of the database `{name}` {detail}.");
                problems.push(Problem::new(
                    "Database address not usable",
                    detail,
                    Path::ROOT,
                    Origin::Block,
                ));
            }
        }
    }
    let tokens = block.tokens.unwrap_or_default();
    let tokens = tokens.into_iter().map(|(name, token)| (name, hidden(&token))).collect();
    if problems.is_empty() { Ok(Gate { databases, tokens }) } else { Err(problems) }
}

/// The ways to people.
pub(super) fn notify(block: NotifyBlock, actor: &str) -> Result<Notifier, Vec<Problem>> {
    const UNUSABLE: &str = "Notifications not usable";
    const WEBHOOK: &str = "SLACK_WEBHOOK_URL";
    const TOKEN: &str = "SLACK_BOT_TOKEN";
    let origin = |value: &Option<Secret>, variable| {
        Origin::of(value.as_ref().map(Secret::expose), &[variable])
    };
    let bot = |token: &Secret| Slack::Bot {
        token: hidden(token),
        api: block.slack_api_url.clone().unwrap_or_else(|| notify::SLACK_API.to_owned()),
    };
    let webhook_origin = origin(&block.slack_webhook_url, WEBHOOK);
    let slack = match (&block.slack_webhook_url, &block.slack_token) {
        (Some(webhook), Some(token)) => match (webhook_origin, origin(&block.slack_token, TOKEN)) {
            (Origin::Block, Origin::Variable(_)) => Some(Slack::Webhook(hidden(webhook))),
            (Origin::Variable(_), Origin::Block) => Some(bot(token)),
            (Origin::Block, _) => {
                let detail = "Set `slack_webhook_url` or `slack_token`, not both.";
                return Err(vec![Problem::new(
                    "Two ways to Slack",
                    detail,
                    Path::ROOT,
                    Origin::Block,
                )]);
            }
            _ => {
                let detail =
                    format!("Unset one of the environment variables {WEBHOOK} and {TOKEN}.");
                return Err(vec![Problem::new(
                    "Two ways to Slack",
                    detail,
                    Path::ROOT,
                    Origin::Nowhere,
                )]);
            }
        },
        (Some(webhook), None) => Some(Slack::Webhook(hidden(webhook))),
        (None, Some(token)) => Some(bot(token)),
        (None, None) => None,
    };
    let events_origin =
        Origin::of(block.pagerduty_events_url.as_deref(), &["PAGERDUTY_EVENTS_URL"]);
    let events_url = block.pagerduty_events_url;
    let pagerduty = block.pagerduty_routing_key.map(|key| PagerDuty {
        routing_key: hidden(&key),
        events_url: events_url.unwrap_or_else(|| notify::PAGERDUTY_EVENTS.to_owned()),
    });
    let timeout = block.timeout_seconds.and_then(|seconds| u64::try_from(seconds).ok());
    let timeout = Duration::from_secs(timeout.unwrap_or(10));
    let config = notify::Config { slack, pagerduty, actor: actor.to_owned(), timeout };
    Notifier::new(&config).map_err(|problems| {
        let explained = problems.into_iter().map(|problem| {
            let detail = format!("`{}` {}.", problem.field, problem.message);
            // The line of a webhook would show the secret.
            let (place, origin) = match problem.field {
                "slack_webhook_url" => (Path::ROOT, webhook_origin),
                "pagerduty_events_url" => (Path::attribute(problem.field), events_origin),
                field => (Path::attribute(field), Origin::Block),
            };
            Problem::new(UNUSABLE, detail, place, origin)
        });
        explained.collect()
    })
}

/// The password for databases whose address has none.
fn password() -> Option<SecretString> {
    let password = std::env::var("PGPASSWORD").ok().filter(|password| !password.is_empty());
    password.map(SecretString::from)
}

fn hidden(secret: &Secret) -> SecretString {
    SecretString::from(secret.expose())
}
