//! The S3 server of the tests: a workspace that reaches it, and someone who meddles with it.

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use mlassets::backend::aws::{Aws, Config, Keys};
use url::Url;

use crate::harness::{Workspace, told, unique};

/// The server, and a name of a bucket that nobody else has.
pub(crate) struct S3 {
    pub(crate) bucket: String,
    url: Url,
}

impl S3 {
    pub(crate) fn new() -> Self {
        let url = Url::parse(&told("MLASSETS_TEST_S3_URL")).expect("the variable is a URL");
        Self { bucket: unique("audit"), url }
    }

    /// A workspace whose `aws` block is in the environment.
    pub(crate) fn reach(&self, workspace: Workspace) -> Workspace {
        workspace
            .env("AWS_ENDPOINT_URL_S3", self.endpoint())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", self.url.username())
            .env("AWS_SECRET_ACCESS_KEY", self.url.password().unwrap_or_default())
    }

    /// Makes a bucket without any lock, unless there is one.
    pub(crate) fn make(&self, bucket: &str) {
        self.meddle(async |client, _| {
            let made = client.create_bucket().bucket(bucket).send().await;
            if let Err(refused) = made.map_err(aws_sdk_s3::Error::from) {
                let own = refused.code() == Some("BucketAlreadyOwnedByYou");
                assert!(own || refused.code() == Some("BucketAlreadyExists"), "{refused:?}");
            }
        });
    }

    /// What somebody does who has the keys and no Terraform.
    pub(crate) fn meddle<T>(&self, deed: impl AsyncFnOnce(&aws_sdk_s3::Client, &str) -> T) -> T {
        let aws = self.aws();
        let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
        runtime.block_on(async {
            deed(aws.s3().await.expect("the region is known"), &self.bucket).await
        })
    }

    /// A client of the provider's own.
    pub(crate) fn aws(&self) -> Aws {
        let keys = Keys {
            access_key: self.url.username().to_owned(),
            secret_key: self.url.password().unwrap_or_default().into(),
            token: None,
        };
        let config =
            Config { keys: Some(keys), endpoint: Some(self.endpoint()), ..Config::default() };
        Aws::new(config).expect("the configuration is sound")
    }

    fn endpoint(&self) -> String {
        let host = self.url.host_str().expect("a server has a host");
        format!("{}://{host}:{}", self.url.scheme(), self.url.port_or_known_default().unwrap_or(80))
    }
}
