//! Laws of the store in a bucket, on real servers: S3, and the Blob service of Azure.
//!
//! `MLASSETS_TEST_S3_URL` names an S3 server with the keys of an administrator, `MLASSETS_TEST_AZURE_URL` the address of a
//! storage account with its name and key, such as `http://ACCOUNT:KEY@127.0.0.1:10000/ACCOUNT`.

mod faults;
mod kill;
mod laws;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use reqwest::Method;
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::backend::artifacts::object::Objects;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::{key, new, sources};
use crate::backend::artifacts::{Error, Found, Look};
use crate::backend::aws::{self, Aws, Keys};
use crate::backend::azure::{self, Auth, Azure, Request};

pub(super) use kill::obey;

/// An object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    S3,
    Azure,
}

/// A store in a bucket of its own, with sources in a folder.
struct Lab {
    kind: Kind,
    temp: TempDir,
    bucket: String,
    store: Objects,
    meddler: Meddler,
}

/// Someone with all rights who does not ask the store.
enum Meddler {
    S3(Client),
    Azure(Arc<Azure>),
}

/// How a client behaves: its most tries, its longest time for one, and the port of the server, where it is another.
#[derive(Clone, Copy, Default)]
struct Manner {
    tries: Option<u32>,
    timeout: Option<Duration>,
    port: Option<u16>,
}

impl Kind {
    /// The address of the server without credentials, and its name and password.
    fn server(self) -> (Url, String, String) {
        let variable = match self {
            Self::S3 => "MLASSETS_TEST_S3_URL",
            Self::Azure => "MLASSETS_TEST_AZURE_URL",
        };
        let url = std::env::var(variable)
            .unwrap_or_else(|_| panic!("set {variable} to a server for tests, with its keys"));
        let mut url = Url::parse(&url).unwrap();
        let (name, key) = (url.username().to_owned(), url.password().unwrap().to_owned());
        url.set_username("").unwrap();
        url.set_password(None).unwrap();
        (url, name, key)
    }

    fn endpoint(self, manner: Manner) -> String {
        let mut url = self.server().0;
        url.set_port(manner.port.or(url.port())).unwrap();
        url.as_str().trim_end_matches('/').to_owned()
    }

    fn store(self, bucket: &str, manner: Manner) -> Objects {
        match self {
            Self::S3 => Objects::s3(Arc::new(aws(manner)), bucket, "ml/").unwrap(),
            Self::Azure => Objects::azure(Arc::new(azure(manner)), bucket, "ml").unwrap(),
        }
    }
}

fn aws(manner: Manner) -> Aws {
    let (_, access_key, secret_key) = Kind::S3.server();
    let keys = Keys { access_key, secret_key: secret_key.into(), token: None };
    let defaults = aws::Config::default();
    Aws::new(aws::Config {
        keys: Some(keys),
        endpoint: Some(Kind::S3.endpoint(manner)),
        max_attempts: manner.tries.unwrap_or(defaults.max_attempts),
        timeout: manner.timeout.unwrap_or(defaults.timeout),
        first_wait: Duration::from_millis(20),
        ..defaults
    })
    .unwrap()
}

fn azure(manner: Manner) -> Azure {
    let (_, account, key) = Kind::Azure.server();
    let defaults = azure::Config::new(account, Auth::SharedKey(key.into()));
    Azure::new(azure::Config {
        endpoint: Some(Kind::Azure.endpoint(manner)),
        max_attempts: manner.tries.unwrap_or(defaults.max_attempts),
        timeout: manner.timeout.unwrap_or(defaults.timeout),
        ..defaults
    })
    .unwrap()
}

impl Lab {
    async fn new(kind: Kind) -> Self {
        let (temp, bucket) =
            (TempDir::new().unwrap(), format!("models-{}", Uuid::new_v4().simple()));
        let meddler = match kind {
            Kind::S3 => {
                let client = aws(Manner::default()).s3().await.unwrap().clone();
                client.create_bucket().bucket(&bucket).send().await.unwrap();
                Meddler::S3(client)
            }
            Kind::Azure => {
                let client = azure(Manner::default());
                client.create_container(&bucket).await.unwrap();
                Meddler::Azure(Arc::new(client))
            }
        };
        for (name, text) in [("ai1.pkl", "first"), ("ai2.pkl", "second"), ("theta.yaml", "")] {
            fs::write(temp.path().join(name), text).unwrap();
        }
        let store = kind.store(&bucket, Manner::default());
        Self { kind, temp, bucket, store, meddler }
    }

    /// The address of the bucket.
    fn uri(&self) -> String {
        match self.kind {
            Kind::S3 => format!("s3://{}", self.bucket),
            Kind::Azure => format!("{}/{}", self.kind.endpoint(Manner::default()), self.bucket),
        }
    }

    fn sources(&self) -> BTreeMap<String, String> {
        sources(self.temp.path())
    }

    /// Makes one of the sources a byte larger than so many MiB. Each part but the last has eight.
    fn enlarge(&self, mib: u32) -> Vec<u8> {
        let bytes: Vec<u8> = (0..=mib * 1024 * 1024).map(|i| (i % 251) as u8).collect();
        fs::write(self.temp.path().join("ai1.pkl"), &bytes).unwrap();
        bytes
    }

    async fn publish(&self) -> Result<bool, Error> {
        self.store.publish(&new(self.sources()), &Meter::default()).await
    }

    async fn find(&self, look: Look) -> Option<Found> {
        self.store.find(&key(), None, look, &Meter::default()).await.unwrap()
    }

    async fn problems(&self, look: Look) -> Vec<String> {
        let found = self.find(look).await.expect("the version is there");
        found.problems.iter().map(ToString::to_string).collect()
    }

    async fn is_intact(&self, when: &str) {
        assert_eq!(self.problems(Look::Bytes).await, [""; 0], "{when}");
    }

    /// A text with the names that differ from run to run replaced.
    fn plain(&self, text: &impl ToString) -> String {
        text.to_string().replace(&self.uri(), "STORE").replace(&self.bucket, "BUCKET")
    }

    async fn put(&self, name: &str, text: &str) {
        let (bucket, bytes) = (&self.bucket, text.as_bytes().to_vec());
        let object = format!("ml/{}/{name}", key());
        match &self.meddler {
            Meddler::S3(client) => {
                let body = ByteStream::from(bytes);
                client.put_object().bucket(bucket).key(object).body(body).send().await.unwrap();
            }
            Meddler::Azure(client) => {
                client.put_over(bucket, &object, bytes, None).await.unwrap();
            }
        }
    }

    async fn delete(&self, name: &str) {
        let (bucket, object) = (&self.bucket, format!("ml/{}/{name}", key()));
        match &self.meddler {
            Meddler::S3(client) => {
                client.delete_object().bucket(bucket).key(object).send().await.unwrap();
            }
            Meddler::Azure(client) => client.delete(bucket, &object, None).await.unwrap(),
        }
    }

    async fn text(&self, name: &str) -> String {
        let (bucket, object) = (&self.bucket, format!("ml/{}/{name}", key()));
        let bytes = match &self.meddler {
            Meddler::S3(client) => {
                let object = client.get_object().bucket(bucket).key(object).send().await;
                object.unwrap().body.collect().await.unwrap().to_vec()
            }
            Meddler::Azure(client) => {
                client.get(bucket, &object, None).await.unwrap().unwrap().bytes
            }
        };
        String::from_utf8(bytes).unwrap()
    }

    /// How many objects are being written in parts.
    async fn uploads(&self) -> usize {
        match &self.meddler {
            Meddler::S3(client) => {
                let asked = client.list_multipart_uploads().bucket(&self.bucket).send().await;
                asked.unwrap().uploads().len()
            }
            Meddler::Azure(client) => {
                let names = async |include: &str| {
                    let request = Request::new("listing", Method::GET, &self.bucket);
                    let request = request.query("restype", "container").query("comp", "list");
                    let answer = client.send(&request.query("include", include)).await.unwrap();
                    answer.text().matches("<Name>").count()
                };
                // Counted first: what was written in between is not an upload.
                let whole = names("metadata").await;
                names("uncommittedblobs").await.saturating_sub(whole)
            }
        }
    }
}

/// Makes a test of each of these laws for S3 and one for Azure.
macro_rules! on_each_store {
    ($($law:ident),+ $(,)?) => {
        $(mod $law {
            use crate::backend::artifacts::tests::objects::Kind;

            #[tokio::test]
            async fn on_s3() {
                super::$law(Kind::S3).await;
            }

            #[tokio::test]
            async fn on_azure() {
                super::$law(Kind::Azure).await;
            }
        })+
    };
}

use on_each_store;
