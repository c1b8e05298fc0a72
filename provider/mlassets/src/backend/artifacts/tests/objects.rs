//! Laws of the store in a bucket, on the S3 server that `MLASSETS_TEST_S3_URL` names with the keys of an administrator.

mod network;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::backend::artifacts::object::Objects;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::child::command;
use crate::backend::artifacts::tests::{key, new, sources};
use crate::backend::artifacts::{Error, Found, Look, VersionFilter, VersionKey};
use crate::backend::aws::{Aws, Config, Keys};

/// A store in a bucket of its own, with sources in a folder.
struct Lab {
    temp: TempDir,
    bucket: String,
    client: Client,
    store: Objects,
}

impl Lab {
    async fn new() -> Self {
        let (aws, temp) = (Arc::new(aws()), TempDir::new().unwrap());
        let client = aws.s3().await.unwrap().clone();
        let bucket = format!("models-{}", Uuid::new_v4().simple());
        client.create_bucket().bucket(&bucket).send().await.unwrap();
        let store = Objects::s3(aws, &bucket, "ml/").unwrap();
        for (name, text) in [("ai1.pkl", "first"), ("ai2.pkl", "second"), ("theta.yaml", "")] {
            fs::write(temp.path().join(name), text).unwrap();
        }
        Self { temp, bucket, client, store }
    }

    fn sources(&self) -> BTreeMap<String, String> {
        sources(self.temp.path())
    }

    async fn publish(&self) -> Result<bool, Error> {
        self.store.publish(&new(self.sources()), &Meter::default()).await
    }

    async fn find(&self, look: Look) -> Option<Found> {
        self.store.find(&key(), None, look, &Meter::default()).await.unwrap()
    }

    async fn put(&self, name: &str, text: &str) {
        let body = ByteStream::from(text.as_bytes().to_vec());
        let object = format!("ml/{}/{name}", key());
        self.client.put_object().bucket(&self.bucket).key(object).body(body).send().await.unwrap();
    }

    async fn delete(&self, name: &str) {
        let object = format!("ml/{}/{name}", key());
        self.client.delete_object().bucket(&self.bucket).key(object).send().await.unwrap();
    }

    async fn text(&self, name: &str) -> String {
        let object = format!("ml/{}/{name}", key());
        let object = self.client.get_object().bucket(&self.bucket).key(object).send().await;
        let bytes = object.unwrap().body.collect().await.unwrap().to_vec();
        String::from_utf8(bytes).unwrap()
    }

    async fn problems(&self, look: Look) -> Vec<String> {
        let found = self.find(look).await.expect("the version is there");
        found.problems.iter().map(ToString::to_string).collect()
    }

    async fn is_intact(&self, when: &str) {
        assert_eq!(self.problems(Look::Bytes).await, [""; 0], "{when}");
    }

    fn plain(&self, error: &Error) -> String {
        error.to_string().replace(&self.bucket, "BUCKET")
    }
}

fn aws() -> Aws {
    Aws::new(config()).unwrap()
}

fn config() -> Config {
    let url = std::env::var("MLASSETS_TEST_S3_URL").expect("`cargo xtask servers` sets it");
    let mut url = Url::parse(&url).unwrap();
    let keys = Keys {
        access_key: url.username().to_owned(),
        secret_key: url.password().unwrap_or_default().into(),
        token: None,
    };
    url.set_username("").unwrap();
    url.set_password(None).unwrap();
    let endpoint = Some(url.as_str().trim_end_matches('/').to_owned());
    Config { keys: Some(keys), endpoint, ..Config::default() }
}

/// Does `order` in another process, with the sources in `folder`.
pub(super) fn obey(folder: &Path, order: &str, bucket: &str) {
    let store = Objects::s3(Arc::new(aws()), bucket, "ml").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        match order {
            "publish" => {
                store.publish(&new(sources(folder)), &Meter::default()).await.unwrap();
            }
            "remove" => store.remove(&key()).await.unwrap(),
            _ => panic!("unknown order {order}"),
        }
    });
}

#[tokio::test]
async fn a_life_in_a_bucket() {
    let lab = Lab::new().await;
    assert_eq!(lab.find(Look::Bytes).await, None);
    assert!(lab.publish().await.unwrap());
    assert!(!lab.publish().await.unwrap(), "it was there");
    lab.is_intact("published").await;
    let found = lab.find(Look::Bytes).await.unwrap();
    let manifest = found.manifest.unwrap();
    assert_eq!(lab.text("checksums.json").await, manifest.text());
    assert_eq!(lab.text("SHA256SUMS").await, manifest.sums());
    assert_eq!(manifest.total_bytes(), 11);

    let uri = format!("s3://{}/ml/prod/ranker/v1", lab.bucket);
    assert_eq!((lab.store.uri(&key()), &found.location), (uri.clone(), &uri));
    for (uri, there) in [
        (uri.clone(), true),
        (format!("{uri}/"), true),
        (format!("{uri}/checksums.json"), false),
        (uri.replace("/ml/", "/other/"), false),
        (uri.replace("s3://", "s3://x"), false),
        (uri.replace("s3:", "https:"), false),
        (uri.replace("/v1", ""), false),
    ] {
        assert_eq!(lab.store.locate(&uri), there.then(key), "{uri}");
    }

    let mut other = new(lab.sources());
    other.key = VersionKey { environment: "stage".to_owned(), ..key() };
    assert!(lab.store.publish(&other, &Meter::default()).await.unwrap());
    let filter = |environment: Option<&str>, model: Option<&str>| VersionFilter {
        environment: environment.map(str::to_owned),
        model: model.map(str::to_owned),
    };
    for (filter, expected) in [
        (filter(None, None), vec![key(), other.key.clone()]),
        (filter(Some("prod"), None), vec![key()]),
        (filter(None, Some("ranker")), vec![key(), other.key.clone()]),
        (filter(Some("prod"), Some("other")), vec![]),
    ] {
        assert_eq!(lab.store.list(&filter).await.unwrap(), expected, "{filter:?}");
    }

    lab.store.remove(&key()).await.unwrap();
    lab.store.remove(&key()).await.unwrap();
    assert_eq!(lab.find(Look::Sizes).await, None);
    let left = lab.store.list(&filter(None, None)).await.unwrap();
    assert_eq!(left, [other.key]);
}

#[tokio::test]
async fn what_is_changed_is_named_and_put_back() {
    let lab = Lab::new().await;
    lab.publish().await.unwrap();
    let anchor = lab.find(Look::Sizes).await.unwrap().manifest.unwrap().sha256();
    lab.put("ai1.pkl", "First").await;
    lab.delete("theta.yaml").await;
    lab.put("SHA256SUMS", "lies").await;
    assert_eq!(
        lab.problems(Look::Bytes).await,
        [
            "artifact `model_ai1`: the file `ai1.pkl` has the SHA-256 \
             a151ceb1711aad529a7704248f03333990022ebbfa07a7f04c004d70c167919f, expected \
             a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e",
            "artifact `theta_params`: the file `theta.yaml` is missing",
            "`SHA256SUMS` does not have the sums of `checksums.json`",
        ]
    );
    let sizes = lab.problems(Look::Sizes).await;
    assert_eq!(sizes.len(), 2, "a size does not change with a byte: {sizes:?}");
    let meter = Meter::default();
    let restored = lab.store.restore(&key(), Some(&anchor), &lab.sources(), &meter).await.unwrap();
    assert_eq!(restored.problems, []);
    assert_eq!(lab.text("ai1.pkl").await, "first");

    // Nothing but the very bytes is put back.
    lab.put("ai1.pkl", "First").await;
    fs::write(lab.temp.path().join("ai1.pkl"), "FIRST").unwrap();
    let refused = lab.store.restore(&key(), Some(&anchor), &lab.sources(), &meter).await;
    assert!(matches!(refused, Err(Error::OtherSource { .. })), "{refused:?}");
    assert_eq!(lab.text("ai1.pkl").await, "First");

    lab.put("notes.txt", "mine").await;
    let told = lab.plain(&lab.store.remove(&key()).await.unwrap_err());
    let expected = "the folder `s3://BUCKET/ml/prod/ranker/v1` holds `notes.txt`, which is no part of the version; move it \
                    away, then try again";
    assert_eq!(told, expected);
}

#[tokio::test]
async fn other_bytes_are_refused_and_leftovers_are_completed() {
    let lab = Lab::new().await;
    // What a dead writer has left is no version, and is completed by the same artifacts.
    lab.put("ai1.pkl", "first").await;
    assert_eq!(lab.find(Look::Bytes).await, None);
    assert!(lab.publish().await.unwrap());
    lab.is_intact("completed").await;
    fs::write(lab.temp.path().join("ai2.pkl"), "SECOND").unwrap();
    let refused = lab.plain(&lab.publish().await.unwrap_err());
    assert!(
        refused.starts_with(
            "the version `prod/ranker/v1` is published already with other artifacts:\n- `model_ai2`"
        ),
        "{refused}"
    );
    lab.is_intact("refused").await;

    let lab = Lab::new().await;
    lab.put("ai1.pkl", "FIRST").await;
    assert_eq!(
        lab.plain(&lab.publish().await.unwrap_err()),
        "`s3://BUCKET/ml/prod/ranker/v1/ai1.pkl` is there with other bytes than the artifact `model_ai1`, and no \
         `checksums.json`: a publication was interrupted, or is under way; remove what is there if nobody needs it, or publish \
         under a new version"
    );
    assert_eq!(lab.text("ai1.pkl").await, "FIRST");
}

/// Two parts, so that memory holds less than the file, and a last one that is not full.
#[tokio::test]
async fn a_large_file_goes_in_parts() {
    let lab = Lab::new().await;
    let bytes: Vec<u8> = (0..=16 * 1024 * 1024).map(|i: u32| (i % 251) as u8).collect();
    fs::write(lab.temp.path().join("ai1.pkl"), &bytes).unwrap();
    assert!(lab.publish().await.unwrap());
    lab.is_intact("in parts").await;
    let found = lab.find(Look::Bytes).await.unwrap().manifest.unwrap();
    assert_eq!(found.artifacts["model_ai1"].sha256, super::life::sha256(&bytes));
    assert_eq!(found.artifacts["model_ai1"].size, bytes.len() as u64);

    // The same again, though the manifest is lost, sends nothing that is there.
    lab.delete("checksums.json").await;
    assert!(lab.publish().await.unwrap());
    lab.is_intact("completed").await;

    // Who is told to stop leaves no version and no parts that cost.
    let other = Lab::new().await;
    fs::write(other.temp.path().join("ai1.pkl"), &bytes).unwrap();
    let (meter, sources) = (Meter::default(), new(other.sources()));
    let uploads = async || {
        let asked = other.client.list_multipart_uploads().bucket(&other.bucket).send().await;
        asked.unwrap().uploads().len()
    };
    let stop = async {
        while uploads().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        meter.stop();
    };
    let mut publish = Box::pin(other.store.publish(&sources, &meter));
    let stopped = tokio::select! {
        done = &mut publish => done,
        () = stop => publish.await,
    };
    // The work may have been faster than the wish.
    if !matches!(stopped, Ok(true)) {
        assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
        assert_eq!(other.find(Look::Sizes).await, None);
    }
    assert_eq!(uploads().await, 0);
}

#[tokio::test]
async fn of_many_writers_one_publishes() {
    let lab = Arc::new(Lab::new().await);
    let other = lab.temp.path().join("other");
    fs::create_dir(&other).unwrap();
    for name in ["ai1.pkl", "ai2.pkl", "theta.yaml"] {
        fs::write(other.join(name), "other").unwrap();
    }
    let writers: Vec<_> = (0..8)
        .map(|i| {
            let (lab, other) = (Arc::clone(&lab), other.clone());
            tokio::spawn(async move {
                let sources = if i % 2 == 0 { lab.sources() } else { sources(&other) };
                lab.store.publish(&new(sources), &Meter::default()).await
            })
        })
        .collect();
    let mut published = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(new) => published += usize::from(new),
            Err(Error::Taken { .. } | Error::Leftover { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    // With two contents, either may stand in the way of the other; never is there a mixture of them.
    assert!(published <= 1, "{published}");
    match lab.find(Look::Bytes).await {
        Some(found) => assert_eq!((published, found.problems), (1, vec![])),
        None => assert_eq!(published, 0),
    }

    let lab = Arc::new(Lab::new().await);
    let writers = (0..8).map(|_| {
        let lab = Arc::clone(&lab);
        tokio::spawn(async move { lab.publish().await.unwrap() })
    });
    let mut published = 0;
    for writer in writers.collect::<Vec<_>>() {
        published += usize::from(writer.await.unwrap());
    }
    assert_eq!(published, 1);
    lab.is_intact("after a race").await;
}

#[tokio::test]
async fn whoever_dies_leaves_no_half_version() {
    for (order, moments) in [("publish", 7), ("remove", 2)] {
        let mut lab = Lab::new().await;
        for moment in 1..=moments {
            if moment > 1 {
                lab = Lab::new().await;
            }
            if order == "remove" {
                lab.publish().await.unwrap();
            }
            let log = lab.temp.path().join("passed");
            let mut child = command(lab.temp.path(), &format!("{order}@{}", lab.bucket));
            child.env("MLASSETS_FAULT_LOG", &log).env("MLASSETS_FAULT", format!(":{moment}"));
            let dead = child.output().unwrap();
            let passed = fs::read_to_string(&log).unwrap_or_default();
            assert!(!dead.status.success(), "{order} {moment} did not kill: {passed}");
            let point = passed.lines().nth(moment - 1).unwrap();
            let found = lab.find(Look::Bytes).await;
            let there = ["create.after_manifest", "delete.before_manifest"];
            assert_eq!(found.is_some(), there.iter().any(|it| point.ends_with(it)), "{point}");
            assert_eq!(found.map_or(Vec::new(), |found| found.problems), [], "{point}");
            if order == "publish" {
                lab.publish().await.unwrap();
                lab.is_intact(point).await;
            } else {
                lab.store.remove(&key()).await.unwrap();
                assert_eq!(lab.find(Look::Bytes).await, None, "{point}");
            }
        }
    }
}
