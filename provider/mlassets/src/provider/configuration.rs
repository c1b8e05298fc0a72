//! What a `provider "mlassets"` block holds.

use std::collections::BTreeMap;

use tfplug::{Attr, Schema, Secret};

use crate::backend::artifacts;
use crate::backend::signal;
use crate::backend::worm::{check_bucket, check_record_type};

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
    /// Who acts, for the registry's audit, the archive's records and the events of the audit.
    #[tf(env = ["MLASSETS_ACTOR", "USER"], check = len(1..=128), example = "\"release-bot\"")]
    pub actor: Option<String>,
    /// Amazon Web Services, or another server that speaks S3. Without the block, region and credentials are found
    /// as by every AWS tool.
    #[tf(block, optional)]
    pub aws: Attr<AwsBlock>,
    /// A storage account of Azure.
    #[tf(block, optional)]
    pub azure: Attr<AzureBlock>,
    /// A Prefect server, or a workspace of Prefect Cloud.
    #[tf(block, optional)]
    pub prefect: Attr<PrefectBlock>,
    /// The database or the MLflow server of the model registry.
    #[tf(block, optional)]
    pub registry: Attr<RegistryBlock>,
    /// The archive of records that are written once.
    #[tf(block, optional)]
    pub worm: Attr<WormBlock>,
    /// Writes an event into the archive for each change of an asset. Without the block nothing is written.
    #[tf(block, optional)]
    pub audit: Attr<AuditBlock>,
    /// The store of artifacts.
    #[tf(block, optional)]
    pub artifacts: Attr<ArtifactsBlock>,
    /// The Redis server of signals.
    #[tf(block, optional)]
    pub redis: Attr<RedisBlock>,
    /// What the checks of release gates need and the state must not hold.
    #[tf(block, optional)]
    pub gate: Attr<GateBlock>,
    /// The ways to people.
    #[tf(block, optional)]
    pub notify: Attr<NotifyBlock>,
}

/// Amazon Web Services, or another server that speaks S3. What is left out is found as by every AWS tool: in the
/// environment (`AWS_*`), in the shared configuration files, by single sign-on, web identity, or from the
/// container or machine.
#[derive(Schema, Debug, Default)]
pub struct AwsBlock {
    /// The region.
    #[tf(env = ["AWS_REGION", "AWS_DEFAULT_REGION"], example = "\"eu-central-1\"")]
    pub region: Option<String>,
    /// A profile of the shared configuration files. One that is written here wins over keys in the environment.
    pub profile: Option<String>,
    /// An access key, with `secret_key`, instead of all other credentials.
    pub access_key: Option<String>,
    /// The secret of `access_key`.
    pub secret_key: Option<Secret>,
    /// The session token of a temporary `access_key`.
    pub token: Option<Secret>,
    /// URL of a server that speaks S3, in place of Amazon's.
    #[tf(env = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])]
    pub endpoint: Option<String>,
    /// Whether buckets are named in the path of a URL rather than in its host; by default they are with `endpoint`.
    pub s3_use_path_style: Option<bool>,
    /// Most repetitions of a call that fails in a way that passes; 4 by default.
    #[tf(check = between(0..=25))]
    pub max_retries: Option<i64>,
    /// Longest time for one try of a call, in seconds; 60 by default.
    #[tf(check = between(1..=3_600))]
    pub timeout_seconds: Option<i64>,
}

/// A storage account of Azure. The first of these that is set says who asks: `access_key`, `sas_token`,
/// `client_secret`, `oidc_token_file_path`, `use_msi`; else it is whoever is logged in with `az login`.
#[derive(Schema, Debug)]
pub struct AzureBlock {
    /// The storage account.
    #[tf(env = ["AZURE_STORAGE_ACCOUNT"], example = "\"mlevidence\"")]
    pub storage_account_name: Option<String>,
    /// URL of its Blob service, where that is not `https://<account>.blob.core.windows.net`.
    #[tf(env = ["AZURE_STORAGE_SERVICE_ENDPOINT"])]
    pub endpoint: Option<String>,
    /// A key of the account.
    #[tf(env = ["ARM_ACCESS_KEY", "AZURE_STORAGE_KEY"])]
    pub access_key: Option<Secret>,
    /// A shared access signature.
    #[tf(env = ["ARM_SAS_TOKEN", "AZURE_STORAGE_SAS_TOKEN"])]
    pub sas_token: Option<Secret>,
    /// The directory of Microsoft Entra ID.
    #[tf(env = ["ARM_TENANT_ID", "AZURE_TENANT_ID"])]
    pub tenant_id: Option<String>,
    /// The application, or the user-assigned identity of the machine.
    #[tf(env = ["ARM_CLIENT_ID", "AZURE_CLIENT_ID"])]
    pub client_id: Option<String>,
    /// The secret of the application.
    #[tf(env = ["ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET"])]
    pub client_secret: Option<Secret>,
    /// The file in which another issuer keeps a token for the application: workload identity.
    #[tf(env = ["ARM_OIDC_TOKEN_FILE_PATH", "AZURE_FEDERATED_TOKEN_FILE"])]
    pub oidc_token_file_path: Option<String>,
    /// Whether the managed identity of the machine asks.
    #[tf(env = ["ARM_USE_MSI"])]
    pub use_msi: Option<bool>,
    /// Longest time for one try of a call, in seconds; 60 by default.
    #[tf(check = between(1..=3_600))]
    pub timeout_seconds: Option<i64>,
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

/// The database or the MLflow server of the model registry.
#[derive(Schema, Debug)]
pub struct RegistryBlock {
    /// Where it is: a path or `sqlite://` URL of a SQLite file, a `postgres://` URL, which may hold a
    /// password and parameters such as `sslmode`, or an MLflow server as `mlflow+https://` or `mlflow+http://`.
    /// Without a password in it, the environment variable `PGPASSWORD` is used, for MLflow
    /// `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, or `MLFLOW_TRACKING_TOKEN`.
    /// `mlflow://` alone is the server of `MLFLOW_REGISTRY_URI` or `MLFLOW_TRACKING_URI`.
    #[tf(env = "MLASSETS_REGISTRY_URL")]
    pub url: Option<Secret>,
    /// The schema of the tables in PostgreSQL; `core` by default.
    #[tf(check = len(1..=63))]
    pub schema: Option<String>,
}

/// The archive of records that are written once.
#[derive(Schema, Debug, Default)]
pub struct WormBlock {
    /// Where the archive is: in a `directory`, on `s3` with Object Lock, or on `azure` with version-level
    /// immutability; by default in a directory. The blocks `aws` and `azure` say how to reach the latter two.
    #[tf(env = "MLASSETS_WORM_BACKEND", check = one_of(&["directory", "s3", "azure"]))]
    pub backend: Option<String>,
    /// How an object store locks what is written: in `COMPLIANCE` mode, which nobody can take back before its end,
    /// or in `GOVERNANCE` mode, which those with a special right can; by default `COMPLIANCE`. On Azure these are
    /// locked and unlocked policies.
    #[tf(env = "MLASSETS_WORM_LOCK_MODE", check = one_of(&["COMPLIANCE", "GOVERNANCE"]))]
    pub lock_mode: Option<String>,
    /// The directory that holds the buckets, with that backend, as an absolute path. It must exist, since it may be a volume that
    /// is not mounted.
    #[tf(env = "MLASSETS_WORM_DIRECTORY")]
    pub directory: Option<String>,
}

/// Writes an event into the archive for each change of an asset.
#[derive(Schema, Debug)]
pub struct AuditBlock {
    /// The bucket of the archive that takes the events. It must be there before anything else changes: another
    /// configuration makes it, or one in which all else depends on it.
    #[tf(
        env = "MLASSETS_AUDIT_BUCKET",
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "\"ml-assets-core-audit\""
    )]
    pub bucket: Option<String>,
    /// The environment that the events name, where the asset has none of its own. It has to be said, here or there.
    #[tf(env = "MLASSETS_AUDIT_ENVIRONMENT", check = len(1..=64), example = "\"production\"")]
    pub environment: Option<String>,
    /// The type of the records; `config_update` by default.
    #[tf(check = explained("be a type of record", |name: &String| check_record_type(name)))]
    pub record_type: Option<String>,
}

/// The store of artifacts.
#[derive(Schema, Debug)]
pub struct ArtifactsBlock {
    /// Where the store is: in a `directory`, in a bucket of `s3`, or in a container of `azure`; by default in a directory.
    /// The blocks `aws` and `azure` say how to reach the latter two.
    #[tf(env = "MLASSETS_ARTIFACTS_BACKEND", check = one_of(&["directory", "s3", "azure"]))]
    pub backend: Option<String>,
    /// The bucket, with `s3`, or the container, with `azure`. It must exist.
    #[tf(env = "MLASSETS_ARTIFACTS_BUCKET", example = "\"ml-models\"")]
    pub bucket: Option<String>,
    /// The folder in it that holds the environments, such as `models/` or `teams/ranking/models`; by default none. Each part
    /// begins with a letter or a digit and has letters, digits, `.`, `_`, `+` and `-`; slashes at both ends do not count.
    #[tf(
        env = "MLASSETS_ARTIFACTS_PREFIX",
        check = explained("be a folder in a bucket", |prefix: &String| artifacts::check_prefix(prefix))
    )]
    pub prefix: Option<String>,
    /// The directory that holds the environments, with that backend, as an absolute path. It must exist, since it may be a volume that is
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
    #[tf(check = explained("be a prefix of keys", |prefix: &String| signal::check_prefix(prefix)))]
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

/// The ways to people.
#[derive(Schema, Debug)]
pub struct NotifyBlock {
    /// An incoming webhook of Slack. Whoever has its address can post.
    #[tf(env = "SLACK_WEBHOOK_URL")]
    pub slack_webhook_url: Option<Secret>,
    /// A bot's token for Slack, with the scope `chat:write`; instead of a webhook.
    #[tf(env = "SLACK_BOT_TOKEN")]
    pub slack_token: Option<Secret>,
    /// Slack's API, for the token; `https://slack.com/api` by default.
    pub slack_api_url: Option<String>,
    /// The integration key of a service in PagerDuty.
    #[tf(env = "PAGERDUTY_ROUTING_KEY")]
    pub pagerduty_routing_key: Option<Secret>,
    /// Where PagerDuty takes events; `https://events.pagerduty.com/v2/enqueue` by default. Accounts in Europe have
    /// `https://events.eu.pagerduty.com/v2/enqueue`.
    #[tf(env = "PAGERDUTY_EVENTS_URL")]
    pub pagerduty_events_url: Option<String>,
    /// Longest time for one try, in seconds; 10 by default. There are up to 5 tries.
    #[tf(check = between(1..=600))]
    pub timeout_seconds: Option<i64>,
}
