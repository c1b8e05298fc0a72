//! A copy of a bucket: complete, in order, and never written over.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;

use super::{aws, name};
use crate::backend::worm::tests::{bucket, record};
use crate::backend::worm::{Archive, Error, Flaw, Options, Progress, Replica};

const CLASS: &str = "GLACIER_IR";

struct Lab {
    _folder: tempfile::TempDir,
    source: Archive,
    client: Client,
    target: String,
    copy: Replica,
}

impl Lab {
    /// A directory with two records, and a bucket without versions for its copy.
    async fn new() -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let source = Archive::directory(folder.path(), Options::new("tester")).unwrap();
        source.create_bucket(bucket(10)).await.unwrap();
        for name in ["a", "b"] {
            source.append(record(name, name)).await.unwrap();
        }
        let aws = Arc::new(aws());
        let (client, target) = (aws.s3().await.unwrap().clone(), name());
        client.create_bucket().bucket(&target).send().await.unwrap();
        let copy = Replica::new(aws, &target, "worm/", CLASS);
        Self { _folder: folder, source, client, target, copy }
    }

    async fn put(&self, key: &str, bytes: &'static [u8]) {
        let put = self.client.put_object().bucket(&self.target).key(key);
        put.body(ByteStream::from_static(bytes)).send().await.unwrap();
    }

    async fn get(&self, key: &str) -> (Vec<u8>, Option<String>) {
        let object = self.client.get_object().bucket(&self.target).key(key).send().await.unwrap();
        let class = object.storage_class().map(|class| class.as_str().to_owned());
        (object.body.collect().await.unwrap().to_vec(), class)
    }
}

#[tokio::test]
async fn what_is_missing_is_copied_and_nothing_else() {
    let lab = Lab::new().await;
    let progress =
        |last_synced_sequence, lag| Progress { last_synced_sequence, lag, flaws: vec![] };
    assert_eq!(lab.copy.progress(&lab.source, "audit").await.unwrap(), progress(0, 3));
    assert_eq!(lab.copy.catch_up(&lab.source, "audit").await.unwrap(), progress(3, 0));
    let path = "worm/model_distribution/2025/202501/a";
    assert_eq!(lab.get(path).await, (b"a".to_vec(), Some(CLASS.to_owned())));
    lab.source.append(record("c", "c")).await.unwrap();
    assert_eq!(lab.copy.progress(&lab.source, "audit").await.unwrap(), progress(3, 1));
    assert_eq!(lab.copy.catch_up(&lab.source, "audit").await.unwrap(), progress(4, 0));
    // A gap counts from its beginning, and is closed.
    let entry = "worm/.chain/000000000002.json";
    lab.client.delete_object().bucket(&lab.target).key(entry).send().await.unwrap();
    let missing = Flaw::Missing { key: entry.to_owned() };
    let gap = Progress { flaws: vec![missing], ..progress(1, 3) };
    assert_eq!(lab.copy.progress(&lab.source, "audit").await.unwrap(), gap);
    assert_eq!(lab.copy.catch_up(&lab.source, "audit").await.unwrap(), progress(4, 0));
}

#[tokio::test]
async fn what_somebody_wrote_there_is_not_written_over() {
    let lab = Lab::new().await;
    let key = "worm/model_distribution/2025/202501/b";
    lab.put(key, b"forged").await;
    let last = "worm/.chain/000000000004.json";
    lab.source.append(record("c", "c")).await.unwrap();
    lab.put(last, b"{}").await;
    lab.source.append(record("d", "d")).await.unwrap();
    let error = lab.copy.catch_up(&lab.source, "audit").await.unwrap_err();
    assert!(matches!(error, Error::CopyDiffers { .. }));
    let text = error.to_string().replace(&lab.target, "COPY");
    let start = "in bucket `COPY` at `http://";
    let end = format!(
        "something else lies where the copy would have:\n- `{key}`\n- `{last}`\nA copy is never overwritten: find out who \
         wrote it and remove it, or copy to another prefix. All else is copied"
    );
    assert!(text.starts_with(start) && text.ends_with(&end), "{text}");
    assert_eq!(lab.get(key).await.0, b"forged");
    // All else is there, and once what lay there is gone the gaps are closed.
    let found = lab.copy.progress(&lab.source, "audit").await.unwrap();
    let named: Vec<_> = found.flaws.iter().map(ToString::to_string).collect();
    assert_eq!((found.last_synced_sequence, found.lag, named.len()), (2, 3, 3), "{named:?}");
    assert_eq!(lab.get("worm/model_distribution/2025/202501/d").await.0, b"d");
    for key in [key, last] {
        lab.client.delete_object().bucket(&lab.target).key(key).send().await.unwrap();
    }
    let caught_up = lab.copy.catch_up(&lab.source, "audit").await.unwrap();
    assert_eq!(caught_up, Progress { last_synced_sequence: 5, lag: 0, flaws: vec![] });
}

#[tokio::test]
async fn what_is_gone_comes_back_and_what_differs_is_named() {
    let lab = Lab::new().await;
    lab.copy.catch_up(&lab.source, "audit").await.unwrap();
    let path = "worm/model_distribution/2025/202501/a";
    let whole = Progress { last_synced_sequence: 3, lag: 0, flaws: vec![] };
    lab.client.delete_object().bucket(&lab.target).key(path).send().await.unwrap();
    let flaws = vec![Flaw::Missing { key: path.to_owned() }];
    let text = format!("`{path}` is missing in the copy; apply to copy it again");
    assert_eq!(flaws[0].to_string(), text);
    let found = lab.copy.progress(&lab.source, "audit").await.unwrap();
    assert_eq!(found, Progress { flaws, ..whole.clone() });
    assert_eq!(lab.copy.catch_up(&lab.source, "audit").await.unwrap(), whole);
    assert_eq!(lab.get(path).await.0, b"a");
    // Another size; the same size, later than what comes after it; the newest entry.
    let newest = "worm/.chain/000000000003.json";
    let (text, _) = lab.get(newest).await;
    let text: &'static [u8] =
        String::from_utf8(text).unwrap().replace("tester", "taster").leak().as_bytes();
    // A list tells whole seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    for (key, bytes) in [(path, &b"other"[..]), (path, b"z"), (newest, text)] {
        lab.client.delete_object().bucket(&lab.target).key(path).send().await.unwrap();
        lab.copy.catch_up(&lab.source, "audit").await.unwrap();
        lab.client.delete_object().bucket(&lab.target).key(key).send().await.unwrap();
        lab.put(key, bytes).await;
        let found = lab.copy.progress(&lab.source, "audit").await.unwrap();
        let flaw = Flaw::Differs { key: key.to_owned() };
        assert!(flaw.to_string().starts_with(&format!("`{key}` is not what the archive has; ")));
        assert_eq!(found, Progress { flaws: vec![flaw], ..whole.clone() });
        let error = lab.copy.catch_up(&lab.source, "audit").await.unwrap_err();
        assert!(error.to_string().contains(&format!("would have:\n- `{key}`\nA copy")), "{error}");
        assert_eq!(lab.get(key).await.0, bytes);
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_named() {
    let lab = Lab::new().await;
    let copy = Replica::new(Arc::new(aws()), "no-such-bucket", "", CLASS);
    let text = copy.catch_up(&lab.source, "audit").await.unwrap_err().to_string();
    assert!(text.contains("NoSuchBucket (404)"), "{text}");
}
