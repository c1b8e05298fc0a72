//! The same on an S3 server, where nothing can be renamed: what a killed process has left is completed, each object once.
//! The backends' own tests kill at each point; here it is Terraform that goes on.

use std::sync::Arc;

use aws_sdk_s3::Client;
use mlassets::backend::artifacts::{Look, Store, VersionKey};
use mlassets::backend::worm::{Archive, LockMode, NewBucket, Options};

use super::{forget, kill_at_points};
use crate::harness::Workspace;
use crate::registries::wait;
use crate::s3::S3;

/// So often each story is killed.
const KILLS: usize = 5;

/// The keys of all versions of objects, by their names.
async fn objects(client: &Client, bucket: &str) -> Vec<String> {
    let listed = client.list_object_versions().bucket(bucket).send().await;
    let listed = listed.expect("the bucket is there");
    assert!(listed.delete_markers().is_empty(), "nothing is deleted");
    let mut keys: Vec<_> =
        listed.versions().iter().filter_map(|it| it.key().map(str::to_owned)).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn an_artifact_distribution() {
    let s3 = S3::new();
    s3.make(&s3.bucket);
    let workspace = Workspace::new("")
        .without("MLASSETS_ARTIFACTS_DIRECTORY")
        .env("MLASSETS_ARTIFACTS_BACKEND", "s3")
        .env("MLASSETS_ARTIFACTS_BUCKET", &s3.bucket);
    let workspace = s3.reach(workspace);
    // One that goes in parts, and one that does not.
    workspace.write("source/ai1.pkl", &"x".repeat(16 * 1024 * 1024 + 1));
    workspace.write("source/theta.yaml", "theta");
    let set = |number: usize| {
        forget(&workspace);
        workspace.configure(&format!(
            "resource \"mlassets_artifact_distribution\" \"this\" {{\n  environment = \"prod\"\n  model = \"ranker\"\n  \
             version = \"v{number}\"\n  artifacts = {{\n    model_ai1 = \"source/ai1.pkl\"\n    \
             theta_params = \"source/theta.yaml\"\n  }}\n}}\n"
        ));
    };
    let check = |number: usize| {
        let [environment, model] = ["prod", "ranker"].map(str::to_owned);
        let key = VersionKey { environment, model, version: format!("v{number}") };
        let store = Store::s3(Arc::new(s3.aws()), &s3.bucket, "").expect("the bucket has a name");
        let found = wait(store.find(key, None, Look::Bytes, std::future::pending()));
        let found = found.expect("the store can be read").expect("the version is there");
        assert_eq!(found.problems, []);
        let keys = s3.meddle(async |client, bucket| objects(client, bucket).await);
        let files = ["SHA256SUMS", "ai1.pkl", "checksums.json", "theta.yaml"];
        let expected: Vec<_> = (0..=number)
            .flat_map(|number| files.map(|file| format!("prod/ranker/v{number}/{file}")))
            .collect();
        assert_eq!(keys, expected);
    };
    assert_eq!(kill_at_points(&workspace, KILLS, &[], set, check), KILLS);
}

#[test]
fn a_worm_record() {
    let s3 = S3::new();
    let workspace =
        Workspace::new("").without("MLASSETS_WORM_DIRECTORY").env("MLASSETS_WORM_BACKEND", "s3");
    let workspace = s3.reach(workspace);
    let archive = || {
        let options = Options::new("acceptance");
        let archive = Archive::s3(Arc::new(s3.aws()), LockMode::Compliance, options);
        archive.expect("the options are sound")
    };
    let new = NewBucket { name: s3.bucket.clone(), retention_days: 1 };
    wait(archive().create_bucket(new)).expect("a bucket can be created");
    let set = |number: usize| {
        forget(&workspace);
        workspace.configure(&format!(
            "resource \"mlassets_worm_record\" \"this\" {{\n  bucket = {:?}\n  record_type = \"event\"\n  \
             name = \"{number:02}.json\"\n  content = jsonencode({{ number = {number} }})\n  \
             event_time = \"2025-01-15T04:00:00Z\"\n}}\n",
            s3.bucket
        ));
    };
    let check = |number: usize| {
        let (report, keys) = s3.meddle(async |client, bucket| {
            let report = archive().verify_bucket(bucket, None).await;
            (report.expect("the bucket is there"), objects(client, bucket).await)
        });
        assert_eq!(report.problems, []);
        let records = u64::try_from(number + 1).expect("few");
        assert_eq!((report.entries, report.records), (records + 1, records));
        let records = keys.iter().filter(|key| key.starts_with("event/"));
        let expected: Vec<_> =
            (0..=number).map(|number| format!("event/2025/202501/{number:02}.json")).collect();
        assert_eq!(records.collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    };
    assert_eq!(kill_at_points(&workspace, KILLS, &[], set, check), KILLS);
}
