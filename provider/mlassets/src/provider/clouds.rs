//! The clients of clouds, from their blocks completed from the environment; nothing is connected to yet.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use tfplug::{Path, Secret};

use super::configuration::{AwsBlock, AzureBlock};
use super::problem::{Origin, Problem};
use crate::backend::aws::{self, Aws, Keys};
use crate::backend::azure::{self, Auth, Azure, Entra};
use crate::diagnose::sentence;

const AWS_UNUSABLE: &str = "AWS configuration not usable";
const AZURE_UNUSABLE: &str = "Azure configuration not usable";

/// The client of Amazon Web Services.
pub(super) fn aws(block: AwsBlock) -> Result<Aws, Vec<Problem>> {
    let origins = [
        ("region", Origin::of(block.region.as_deref(), &["AWS_REGION", "AWS_DEFAULT_REGION"])),
        (
            "endpoint",
            Origin::of(block.endpoint.as_deref(), &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]),
        ),
    ];
    let keys = match (block.access_key, block.secret_key) {
        (Some(access_key), Some(secret_key)) => {
            let token = block.token.as_ref().map(hidden);
            Some(Keys { access_key, secret_key: hidden(&secret_key), token })
        }
        (None, None) => None,
        _ => {
            let detail = "Set both `access_key` and `secret_key`, or neither of them.";
            return Err(vec![Problem::new(AWS_UNUSABLE, detail, Path::ROOT, Origin::Block)]);
        }
    };
    let defaults = aws::Config::default();
    let config = aws::Config {
        region: block.region,
        profile: block.profile,
        keys,
        endpoint: block.endpoint,
        path_style: block.s3_use_path_style,
        max_attempts: block
            .max_retries
            .and_then(|retries| u32::try_from(retries).ok())
            .map_or(defaults.max_attempts, |retries| retries + 1),
        timeout: seconds(block.timeout_seconds, defaults.timeout),
    };
    Aws::new(config).map_err(|problems| {
        let problems = problems.into_iter().map(|problem| {
            let field = match problem.field {
                "max_attempts" => "max_retries",
                field => field,
            };
            explain(AWS_UNUSABLE, field, problem.message, &origins)
        });
        problems.collect()
    })
}

/// The client of a storage account.
pub(super) fn azure(block: AzureBlock) -> Result<Azure, Vec<Problem>> {
    let secret = |value: &Option<Secret>, variables: &[&'static str]| {
        Origin::of(value.as_ref().map(Secret::expose), variables)
    };
    let text = |value: &Option<String>, variables: &[&'static str]| {
        Origin::of(value.as_deref(), variables)
    };
    let origins = [
        ("storage_account_name", text(&block.storage_account_name, &["AZURE_STORAGE_ACCOUNT"])),
        ("endpoint", text(&block.endpoint, &["AZURE_STORAGE_SERVICE_ENDPOINT"])),
        ("access_key", secret(&block.access_key, &["ARM_ACCESS_KEY", "AZURE_STORAGE_KEY"])),
        ("sas_token", secret(&block.sas_token, &["ARM_SAS_TOKEN", "AZURE_STORAGE_SAS_TOKEN"])),
        ("tenant_id", text(&block.tenant_id, &["ARM_TENANT_ID", "AZURE_TENANT_ID"])),
    ];
    if block.storage_account_name.is_none() && block.endpoint.is_none() {
        let detail = "Set `storage_account_name` in the `azure` block, or the environment variable \
                      AZURE_STORAGE_ACCOUNT.";
        return Err(vec![Problem::new("No storage account", detail, Path::ROOT, Origin::Nowhere)]);
    }
    let auth = if let Some(key) = &block.access_key {
        Auth::SharedKey(hidden(key))
    } else if let Some(token) = &block.sas_token {
        Auth::Sas(hidden(token))
    } else {
        Auth::Entra(entra(&block)?)
    };
    let defaults = azure::Config::new("", auth);
    let config = azure::Config {
        account: block.storage_account_name,
        endpoint: block.endpoint,
        timeout: seconds(block.timeout_seconds, defaults.timeout),
        ..defaults
    };
    Azure::new(config).map_err(|problems| {
        let problems = problems.into_iter().map(|problem| {
            let field = match problem.field {
                "account" => "storage_account_name",
                field => field,
            };
            explain(AZURE_UNUSABLE, field, problem.message, &origins)
        });
        problems.collect()
    })
}

/// Who asks Microsoft Entra ID.
fn entra(block: &AzureBlock) -> Result<Entra, Vec<Problem>> {
    let named = |value: &Option<String>, what: &str| {
        value.clone().ok_or_else(|| {
            let detail = format!("`{what}` needs `tenant_id` and `client_id`.");
            vec![Problem::new(AZURE_UNUSABLE, detail, Path::ROOT, Origin::Nowhere)]
        })
    };
    Ok(if let Some(secret) = &block.client_secret {
        Entra::ClientSecret {
            tenant: named(&block.tenant_id, "client_secret")?,
            client: named(&block.client_id, "client_secret")?,
            secret: hidden(secret),
        }
    } else if let Some(file) = &block.oidc_token_file_path {
        Entra::Workload {
            tenant: named(&block.tenant_id, "oidc_token_file_path")?,
            client: named(&block.client_id, "oidc_token_file_path")?,
            token_file: PathBuf::from(file),
        }
    } else if block.use_msi.unwrap_or(false) {
        Entra::Managed { client: block.client_id.clone() }
    } else {
        Entra::Cli { tenant: block.tenant_id.clone() }
    })
}

/// A problem in the words of the provider's configuration. What may be secret is shown by no line.
fn explain(
    summary: &'static str,
    field: &'static str,
    message: &str,
    origins: &[(&'static str, Origin)],
) -> Problem {
    let origin = origins
        .iter()
        .find(|(name, _)| *name == field)
        .map_or(Origin::Block, |(_, origin)| *origin);
    let detail = sentence(&format!("`{field}` {message}"));
    let shown = !matches!(field, "access_key" | "sas_token" | "endpoint");
    let place = if shown { Path::attribute(field) } else { Path::ROOT };
    Problem::new(summary, detail, place, origin)
}

fn seconds(value: Option<i64>, default: Duration) -> Duration {
    value.and_then(|seconds| u64::try_from(seconds).ok()).map_or(default, Duration::from_secs)
}

fn hidden(secret: &Secret) -> SecretString {
    SecretString::from(secret.expose())
}
