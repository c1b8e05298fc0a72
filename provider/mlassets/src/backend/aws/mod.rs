//! Amazon Web Services: who asks, in which region, and the S3 client made from that.
//!
//! The official SDK finds the credentials, from wherever people have them: environment, profiles, single sign-on,
//! processes, web identity, containers, instance metadata. It also signs and tries again. Nothing is connected to
//! before the first call. What a call is for is its caller's business.

mod config;
mod error;

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Credentials;
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;

pub use config::{Config, ConfigProblem, Keys};
pub use error::{Error, Reason};

/// Longest time until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);

/// Where a custom endpoint is not told its region: what such servers take for their own.
const REGION_OF_ENDPOINTS: &str = "us-east-1";

/// An account of Amazon Web Services, or a server that speaks S3.
pub struct Aws {
    config: Config,
    s3: OnceCell<Client>,
}

impl Aws {
    /// Takes a configuration. Nothing is sent and no credentials are looked for.
    ///
    /// # Errors
    /// Every problem of `config`.
    pub fn new(config: Config) -> Result<Self, Vec<ConfigProblem>> {
        let problems = config.problems();
        if problems.is_empty() { Ok(Self { config, s3: OnceCell::new() }) } else { Err(problems) }
    }

    /// The client of S3. It is made by the first call, since even the region may have to be asked for.
    ///
    /// # Errors
    /// [`Reason::NoRegion`]. Missing credentials show at the first call of the client.
    pub async fn s3(&self) -> Result<&Client, Error> {
        self.s3.get_or_try_init(|| self.connect()).await
    }

    /// How people call the server: the address of a custom endpoint, else the service.
    pub fn server(&self) -> &str {
        self.config.endpoint.as_deref().unwrap_or("Amazon S3")
    }

    /// Whether the server is Amazon's, rather than another one that speaks its language.
    pub fn is_amazon(&self) -> bool {
        self.config.endpoint.is_none()
    }

    async fn connect(&self) -> Result<Client, Error> {
        let shared = self.loader().load().await;
        let region = shared.region().cloned();
        let region = region
            .or_else(|| self.config.endpoint.is_some().then(|| Region::new(REGION_OF_ENDPOINTS)));
        let Some(region) = region else {
            return Err(Error::new(self.server(), "choosing the region", Reason::NoRegion));
        };
        let path_style = self.config.path_style.unwrap_or(self.config.endpoint.is_some());
        let config = aws_sdk_s3::config::Builder::from(&shared)
            .region(region)
            .force_path_style(path_style)
            .build();
        Ok(Client::from_conf(config))
    }

    fn loader(&self) -> ConfigLoader {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(self.config.timeout))
            .operation_attempt_timeout(self.config.timeout)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(RetryConfig::standard().with_max_attempts(self.config.max_attempts))
            .timeout_config(timeouts);
        if let Some(region) = &self.config.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &self.config.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some(profile) = &self.config.profile {
            // A profile that is asked for by name wins over keys in the environment.
            let credentials =
                ProfileFileCredentialsProvider::builder().profile_name(profile).build();
            loader = loader.profile_name(profile).credentials_provider(credentials);
        }
        if let Some(keys) = &self.config.keys {
            let credentials = Credentials::new(
                keys.access_key.clone(),
                keys.secret_key.expose_secret(),
                keys.token.as_ref().map(|token| token.expose_secret().to_owned()),
                None,
                "configuration",
            );
            loader = loader.credentials_provider(credentials);
        }
        loader
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("config", &self.config).finish_non_exhaustive()
    }
}
