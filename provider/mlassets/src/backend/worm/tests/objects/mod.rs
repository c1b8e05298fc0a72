//! Laws of the archive in object stores: a real S3 server, and a fake of Azure that follows its documented rules.
//!
//! `MLASSETS_TEST_S3_URL` names an S3 server with the keys of an administrator, such as
//! `http://KEY:SECRET@127.0.0.1:8333`. Its tests need the feature `acceptance`. No free server enforces Azure's
//! immutability, so `fake` stands in for it: what Azure itself does is not tested here.

#[cfg(feature = "acceptance")]
mod copy;
mod fake;
#[cfg(feature = "acceptance")]
mod faults;
#[cfg(feature = "acceptance")]
mod hostile;
#[cfg(feature = "fault-injection")]
mod kill;
mod life;
mod seen;
mod texts;

use std::sync::Arc;

use uuid::Uuid;

use crate::backend::azure::{self, Auth, Azure};
use crate::backend::worm::object::Objects;
use crate::backend::worm::{Content, LockMode, NewBucket, NewRecord, Options, RecordKey};

use fake::Fake;

/// An archive with a bucket name of its own. The clock is the store's.
struct Lab {
    archive: Objects,
    bucket: String,
    store: Meddler,
}

/// Someone with all rights in the store who does not ask the archive.
enum Meddler {
    Azure(Fake),
    #[cfg(feature = "acceptance")]
    S3(aws_sdk_s3::Client),
}

impl Lab {
    /// A lab in the fake of Azure, with a container that can hold evidence.
    fn azure(mode: LockMode) -> Self {
        let fake = Fake::start();
        let bucket = name();
        fake.add_container(&bucket, true, false);
        let archive = Objects::azure(client(&fake.url()), mode, Options::new("tester")).unwrap();
        Self { archive, bucket, store: Meddler::Azure(fake) }
    }

    #[cfg(feature = "acceptance")]
    async fn s3(mode: LockMode) -> Self {
        let aws = Arc::new(aws());
        let client = aws.s3().await.unwrap().clone();
        let archive = Objects::s3(aws, mode, Options::new("tester")).unwrap();
        Self { archive, bucket: name(), store: Meddler::S3(client) }
    }

    fn new_bucket(&self, retention_days: u32) -> NewBucket {
        NewBucket { name: self.bucket.clone(), retention_days }
    }

    fn record(&self, name: &str, bytes: &str) -> NewRecord {
        record(&self.bucket, name, bytes)
    }

    fn key(&self, name: &str) -> RecordKey {
        RecordKey { bucket: self.bucket.clone(), path: path(name) }
    }

    /// A text with the names that differ from run to run replaced.
    fn plain(&self, text: &str) -> String {
        text.replace(&self.bucket, "BUCKET")
    }
}

impl Meddler {
    /// Puts other bytes over an object, as its owner may.
    async fn overwrite(&self, bucket: &str, key: &str, bytes: &str) {
        match self {
            Self::Azure(fake) => fake.overwrite(bucket, key, bytes),
            #[cfg(feature = "acceptance")]
            Self::S3(client) => {
                let body = aws_sdk_s3::primitives::ByteStream::from(bytes.as_bytes().to_vec());
                client.put_object().bucket(bucket).key(key).body(body).send().await.unwrap();
            }
        }
    }

    /// Makes a bucket that keeps nothing.
    async fn add_bucket(&self, bucket: &str) {
        match self {
            Self::Azure(fake) => fake.add_container(bucket, false, false),
            #[cfg(feature = "acceptance")]
            Self::S3(client) => {
                client.create_bucket().bucket(bucket).send().await.unwrap();
            }
        }
    }

    /// Deletes an object without naming a version.
    async fn hide(&self, bucket: &str, key: &str) {
        match self {
            Self::Azure(fake) => fake.hide(bucket, key),
            #[cfg(feature = "acceptance")]
            Self::S3(client) => {
                client.delete_object().bucket(bucket).key(key).send().await.unwrap();
            }
        }
    }
}

fn record(bucket: &str, name: &str, bytes: &str) -> NewRecord {
    NewRecord {
        bucket: bucket.to_owned(),
        record_type: "release".to_owned(),
        name: name.to_owned(),
        event_time: "2025-01-15T09:30:00Z".parse().unwrap(),
        content: Content::Bytes(bytes.as_bytes().to_vec()),
        expected_sha256: None,
    }
}

fn client(url: &str) -> Arc<Azure> {
    let config = azure::Config {
        endpoint: Some(url.to_owned()),
        max_attempts: 1,
        ..azure::Config::new("mlevidence", Auth::SharedKey("aGVsbG8=".into()))
    };
    Arc::new(Azure::new(config).unwrap())
}

#[cfg(feature = "acceptance")]
fn aws() -> crate::backend::aws::Aws {
    crate::backend::aws::Aws::new(config()).unwrap()
}

#[cfg(feature = "acceptance")]
fn config() -> crate::backend::aws::Config {
    use crate::backend::aws::{Config, Keys};

    let url = std::env::var("MLASSETS_TEST_S3_URL")
        .expect("set MLASSETS_TEST_S3_URL to an S3 server for tests, with its keys");
    let mut url = url::Url::parse(&url).unwrap();
    let keys = Keys {
        access_key: url.username().to_owned(),
        secret_key: url.password().unwrap_or_default().into(),
        token: None,
    };
    url.set_username("").unwrap();
    url.set_password(None).unwrap();
    let endpoint = url.as_str().trim_end_matches('/').to_owned();
    Config { keys: Some(keys), endpoint: Some(endpoint), ..Config::default() }
}

/// A bucket's name that no other test has.
fn name() -> String {
    format!("audit-{}", &Uuid::new_v4().simple().to_string()[..12])
}

fn path(name: &str) -> String {
    format!("release/2025/202501/{name}")
}

/// Makes a test of each of these laws for Azure's fake and one for the S3 server.
macro_rules! on_each_store {
    ($($law:ident),+ $(,)?) => {
        $(mod $law {
            use crate::backend::worm::LockMode;
            use crate::backend::worm::tests::objects::Lab;

            #[tokio::test]
            async fn on_azure() {
                super::$law(Lab::azure(LockMode::Compliance)).await;
            }

            #[cfg(feature = "acceptance")]
            #[tokio::test]
            async fn on_s3() {
                super::$law(Lab::s3(LockMode::Compliance).await).await;
            }
        })+
    };
}

use on_each_store;
