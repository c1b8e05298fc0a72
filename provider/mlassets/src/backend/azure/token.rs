//! Tokens of Microsoft Entra ID, from `azure_identity`, kept as long as they last.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::http::{ClientOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::config::{ConfigProblem, Entra};

/// What a token is for.
const SCOPE: &str = "https://storage.azure.com/.default";

/// How long a token must still last to be used.
const MARGIN: Duration = Duration::from_mins(5);

/// The tokens of one identity.
#[derive(Debug)]
pub(super) struct Tokens {
    credential: Arc<dyn TokenCredential>,
    last: Mutex<Option<AccessToken>>,
}

impl Tokens {
    /// The tokens of `entra`, asked for through `client`.
    pub(super) fn new(entra: &Entra, client: &reqwest::Client) -> Result<Self, Vec<ConfigProblem>> {
        let client_options = ClientOptions {
            transport: Some(Transport::new(Arc::new(client.clone()))),
            ..ClientOptions::default()
        };
        let (field, credential): (_, azure_core::Result<Arc<dyn TokenCredential>>) = match entra {
            Entra::ClientSecret { tenant, client, secret } => {
                let options = ClientSecretCredentialOptions { client_options };
                let secret = Secret::new(secret.expose_secret().to_owned());
                let made =
                    ClientSecretCredential::new(tenant, client.clone(), secret, Some(options));
                ("tenant_id", made.map(|made| made as _))
            }
            Entra::Workload { tenant, client, token_file } => {
                let options = WorkloadIdentityCredentialOptions {
                    credential_options: ClientAssertionCredentialOptions { client_options },
                    client_id: Some(client.clone()),
                    tenant_id: Some(tenant.clone()),
                    token_file_path: Some(token_file.clone()),
                };
                let made = WorkloadIdentityCredential::new(Some(options));
                ("tenant_id", made.map(|made| made as _))
            }
            Entra::Managed { client } => {
                let options = ManagedIdentityCredentialOptions {
                    user_assigned_id: client.clone().map(UserAssignedId::ClientId),
                    client_options,
                };
                let made = ManagedIdentityCredential::new(Some(options));
                ("use_msi", made.map(|made| made as _))
            }
            Entra::Cli { tenant } => {
                let options = AzureCliCredentialOptions {
                    tenant_id: tenant.clone(),
                    ..AzureCliCredentialOptions::default()
                };
                let made = AzureCliCredential::new(Some(options));
                ("tenant_id", made.map(|made| made as _))
            }
        };
        let credential = credential.map_err(|_| {
            vec![ConfigProblem::new(field, "cannot be used: it is not well formed")]
        })?;
        Ok(Self { credential, last: Mutex::new(None) })
    }

    /// A token that lasts for a while; what is wrong otherwise.
    pub(super) async fn get(&self) -> Result<SecretString, String> {
        let mut last = self.last.lock().await;
        if let Some(token) =
            last.as_ref().filter(|token| token.expires_on > SystemTime::now() + MARGIN)
        {
            return Ok(SecretString::from(token.token.secret()));
        }
        // After the first line come addresses of pages.
        let said = |error: String| error.lines().next().unwrap_or_default().to_owned();
        let got = self.credential.get_token(&[SCOPE], None).await;
        let token = got.map_err(|error| said(error.to_string()))?;
        let secret = SecretString::from(token.token.secret());
        *last = Some(token);
        Ok(secret)
    }
}
