//! What a `provider "mlassets"` block holds.

use std::collections::BTreeMap;

use tfplug::{Attr, Schema, Secret};

use crate::backend::signal::check_prefix;

/// Manages the assets of machine-learning systems that no cloud provider manages: work pools and queues,
/// model registries, versions and deployments, artifacts, and records that are written once.
///
/// Each block is needed only if a resource uses it, and most of it can come from the environment.
/// What comes from the environment is looked at only when a resource uses the block.
///
/// Secrets are never put into the state, logged or shown. Terraform itself writes a provider's configuration
/// into saved plans, so a secret is better off in the environment.
#[derive(Schema, Debug)]
#[tf(name = "mlassets")]
pub struct MlAssets {
    /// Who acts, for the registry's audit and the archive's records.
    #[tf(env = ["MLASSETS_ACTOR", "USER"], check = len(1..=128), example = "\"release-bot\"")]
    pub actor: Option<String>,
    /// A Prefect server, or a workspace of Prefect Cloud.
    #[tf(block, optional)]
    pub prefect: Attr<PrefectBlock>,
    /// The database of the model registry.
    #[tf(block, optional)]
    pub registry: Attr<RegistryBlock>,
    /// The archive of records that are written once.
    #[tf(block, optional)]
    pub worm: Attr<WormBlock>,
    /// The store of artifacts.
    #[tf(block, optional)]
    pub artifacts: Attr<ArtifactsBlock>,
    /// The Redis server of signals.
    #[tf(block, optional)]
    pub redis: Attr<RedisBlock>,
    /// What the checks of release gates need and the state must not hold.
    #[tf(block, optional)]
    pub gate: Attr<GateBlock>,
}

/// A Prefect server, or a workspace of Prefect Cloud.
#[derive(Schema, Debug)]
pub struct PrefectBlock {
    /// URL of the API: `http://host:4200/api`, or for Prefect Cloud
    /// `https://api.prefect.cloud/api/accounts/<account>/workspaces/<workspace>`.
    #[tf(env = "PREFECT_API_URL")]
    pub endpoint: Option<String>,
    /// API key of Prefect Cloud.
    #[tf(env = "PREFECT_API_KEY")]
    pub api_key: Option<Secret>,
    /// `user:password` of a server with basic authentication.
    #[tf(env = ["PREFECT_API_AUTH_STRING", "PREFECT_BASIC_AUTH_KEY"])]
    pub basic_auth_key: Option<Secret>,
    /// Account of Prefect Cloud, if the endpoint does not name it.
    #[tf(env = "PREFECT_CLOUD_ACCOUNT_ID")]
    pub account_id: Option<String>,
    /// Workspace of Prefect Cloud, if the endpoint does not name it.
    #[tf(env = "PREFECT_CLOUD_WORKSPACE_ID")]
    pub workspace_id: Option<String>,
    /// Most changes that may run at once against the server; 1 by default, since servers on SQLite
    /// refuse changes in parallel.
    #[tf(check = between(1..=64))]
    pub max_parallel_writes: Option<i64>,
    /// Longest time for one try of a call, in seconds; 30 by default.
    #[tf(check = between(1..=600))]
    pub timeout_seconds: Option<i64>,
    /// HTTP headers that a proxy before the server asks for.
    pub headers: Option<BTreeMap<String, Secret>>,
}

/// The database of the model registry.
#[derive(Schema, Debug)]
pub struct RegistryBlock {
    /// Where it is: a path or `sqlite://` URL of a SQLite file, or a `postgres://` URL, which may hold a
    /// password and parameters such as `sslmode`. Without a password in it, the environment variable
    /// `PGPASSWORD` is used.
    #[tf(env = "MLASSETS_REGISTRY_URL")]
    pub url: Option<Secret>,
    /// The schema of the tables in PostgreSQL; `core` by default.
    #[tf(check = len(1..=63))]
    pub schema: Option<String>,
}

/// The archive of records that are written once.
#[derive(Schema, Debug)]
pub struct WormBlock {
    /// The directory that holds the buckets, as an absolute path. It must exist, since it may be a volume that
    /// is not mounted.
    #[tf(env = "MLASSETS_WORM_DIRECTORY")]
    pub directory: Option<String>,
}

/// The store of artifacts.
#[derive(Schema, Debug)]
pub struct ArtifactsBlock {
    /// The directory that holds the environments, as an absolute path. It must exist, since it may be a volume that is
    /// not mounted.
    #[tf(env = "MLASSETS_ARTIFACTS_DIRECTORY")]
    pub directory: Option<String>,
}

/// The Redis server of signals.
#[derive(Schema, Debug)]
pub struct RedisBlock {
    /// Where it is: `redis://user:password@host:6379/0`, or `rediss://` for TLS. In a cluster it names the node that has
    /// the keys.
    #[tf(env = "MLASSETS_REDIS_URL")]
    pub url: Option<Secret>,
    /// What the keys of all signals begin with, in braces; `mlassets:ops` by default.
    #[tf(check = explained("be a prefix of keys", |prefix: &String| check_prefix(prefix)))]
    pub key_prefix: Option<String>,
    /// Root certificates as PEM that the server's certificate must come from; those of the system by default.
    pub ca_certificate: Option<String>,
    /// A certificate chain as PEM by which the server knows Terraform, with `client_key`.
    pub client_certificate: Option<String>,
    /// The key of `client_certificate` as PEM.
    pub client_key: Option<Secret>,
    /// Longest time to connect, and then for each answer, in seconds; 10 by default.
    #[tf(check = between(1..=600))]
    pub timeout_seconds: Option<i64>,
}

/// What the checks of release gates need and the state must not hold.
#[derive(Schema, Debug)]
pub struct GateBlock {
    /// Databases by name: `postgres://` URLs, or paths and `sqlite://` URLs of SQLite files. Without a password in it, the
    /// environment variable `PGPASSWORD` is used.
    pub databases: Option<BTreeMap<String, Secret>>,
    /// Bearer tokens for endpoints, by name.
    pub tokens: Option<BTreeMap<String, Secret>>,
}
