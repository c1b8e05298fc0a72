//! `mlassets_worm_bucket` and `mlassets_worm_record` on S3 with Object Lock.

use aws_sdk_s3::primitives::ByteStream;
use serde_json::json;

use super::{Life, with_each_program};
use crate::harness::told;
use crate::messages::Expected;
use crate::s3::S3;

const BUCKET: &str = "mlassets_worm_bucket.of";
const RECORD: &str = "mlassets_worm_record.this";
const PATH: &str = "release/2025/202501/note.txt";

/// The life of a resource in an archive on S3.
fn life_on(s3: &S3, program: String, address: &'static str) -> Life {
    let Life { workspace, address } = Life::new(program, address, "");
    let workspace = workspace.without("MLASSETS_WORM_DIRECTORY").env("MLASSETS_WORM_BACKEND", "s3");
    Life { workspace: s3.reach(workspace), address }
}

fn bucket(s3: &S3, days: u32) -> String {
    let name = &s3.bucket;
    format!(
        "resource \"mlassets_worm_bucket\" \"of\" {{\n  name = {name:?}\n  retention_days = {days}\n}}\n"
    )
}

fn record(more: &str) -> String {
    format!(
        "resource \"mlassets_worm_record\" \"this\" {{\n  bucket = mlassets_worm_bucket.of.name\n  \
         record_type = \"release\"\n  name = \"note.txt\"\n  content = \"it was released\"\n  \
         event_time = \"2025-01-15T04:00:00Z\"\n{more}\n}}\n"
    )
}

#[test]
fn a_record_lives() {
    with_each_program(|program| {
        let s3 = S3::new();
        let life = life_on(&s3, program, RECORD);
        life.workspace.write("background.tf", &bucket(&s3, 1));
        life.workspace.apply().ok();
        let whole = json!({
            "path": PATH, "sequence": 2, "mode": null, "lock_mode": "COMPLIANCE", "legal_hold": false,
            "sha256": "1da293ad02faa87f06bda107c60f485338cf6d71dd7d5fba3aacb29f251a4bb7",
            "problems": [],
        });
        life.becomes("it is created", &record(""), "create", &whole);
        let version = life.text("version_id");

        let hide = || {
            s3.meddle(async |client, bucket| {
                client
                    .delete_object()
                    .bucket(bucket)
                    .key(PATH)
                    .send()
                    .await
                    .expect("it is allowed");
            });
        };
        life.meddled("a delete marker hides it", hide, "update", &whole);
        let cover = || {
            s3.meddle(async |client, bucket| {
                let forged = ByteStream::from_static(b"it was not");
                let put = client.put_object().bucket(bucket).key(PATH).body(forged);
                put.send().await.expect("it is allowed");
            });
        };
        life.meddled("another version lies over it", cover, "update", &whole);
        let current = s3.meddle(async |client, bucket| {
            let object = client.get_object().bucket(bucket).key(PATH).send().await;
            object.expect("it is there").body.collect().await.expect("it is whole").to_vec()
        });
        assert_eq!(current, b"it was released");
        assert_eq!(life.text("version_id"), version, "the evidence is the first version");

        let held = json!({ "legal_hold": true });
        life.becomes("it is held", &record("  legal_hold = true"), "update", &held);
        life.becomes("it is let go", &record(""), "update", &whole);
        life.is_imported(
            &format!("{}/{PATH}", s3.bucket),
            &format!("{{ bucket = {:?}, path = {PATH:?} }}", s3.bucket),
        );
        // The retention of the bucket grows, and with it the lock of the record.
        life.workspace.write("background.tf", &bucket(&s3, 2));
        life.workspace.apply().ok();
        life.workspace.plan_is_empty();
        let locked = s3.meddle(async |client, bucket| {
            let look = client.head_object().bucket(bucket).key(PATH).version_id(&version);
            let found = look.send().await.expect("it is there");
            found.object_lock_retain_until_date().expect("it is locked").secs()
        });
        let until: jiff::Timestamp = life.text("retain_until").parse().expect("it is a time");
        assert!(locked >= until.as_second(), "{locked} {until}");

        let retained = Expected {
            at: "name = ",
            summary: "Under retention",
            detail: &format!(
                "`{PATH}` in bucket `{}` is kept until … and cannot be deleted before. Leave it in place, or set \
                 `keep_on_destroy = true` and apply that, so that Terraform only forgets it.",
                s3.bucket
            ),
        };
        let ended = ["plan", "-destroy", "-json", "-input=false", "-target", RECORD];
        life.workspace.run(&ended).fails().errs(&[retained]);
        let kept = json!({ "keep_on_destroy": true });
        life.becomes("it may be forgotten", &record("  keep_on_destroy = true"), "update", &kept);
        let whole =
            bucket(&s3, 2).replace("retention_days", "keep_on_destroy = true\n  retention_days");
        life.workspace.write("background.tf", &whole);
        life.workspace.apply().ok();
        life.ends();
        s3.meddle(async |client, bucket| {
            client.get_object().bucket(bucket).key(PATH).send().await.expect("it stays");
        });
    });
}

#[test]
fn a_bucket_lives() {
    let s3 = S3::new();
    let life = life_on(&s3, told("MLASSETS_TEST_TERRAFORM"), BUCKET);
    let created = json!({
        "name": s3.bucket, "retention_days": 30, "lock_mode": "COMPLIANCE", "record_count": 0,
    });
    life.becomes("it is created", &bucket(&s3, 30), "create", &created);
    life.is_imported(&s3.bucket, &format!("{{ name = {:?} }}", s3.bucket));
    let longer = json!({ "retention_days": 31, "head_sequence": 2 });
    life.becomes("its retention grows", &bucket(&s3, 31), "update", &longer);
    let weaken = || {
        s3.meddle(async |client, bucket| {
            use aws_sdk_s3::types::{ObjectLockConfiguration, ObjectLockEnabled};
            let enabled = ObjectLockEnabled::Enabled;
            let bare = ObjectLockConfiguration::builder().object_lock_enabled(enabled).build();
            let put = client.put_object_lock_configuration().bucket(bucket);
            put.object_lock_configuration(bare).send().await.expect("it is allowed");
        });
    };
    life.meddled("its default retention is taken off", weaken, "update", &longer);
    life.refuses(
        &bucket(&s3, 30),
        &[Expected {
            at: "retention_days = 30",
            summary: "Retention can only grow",
            detail: "It is 31 days and can only grow.",
        }],
    );
}

/// A copy of the records of a directory follows them, apply by apply.
#[test]
fn a_copy_lives() {
    let s3 = S3::new();
    s3.make(&s3.bucket);
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), "mlassets_worm_replication.this", "");
    let life = Life { workspace: s3.reach(life.workspace), ..life };
    let source = "resource \"mlassets_worm_bucket\" \"of\" {\n  name = \"audit\"\n  retention_days = 1\n  \
                  keep_on_destroy = true\n}\n";
    let kept = record("  keep_on_destroy = true");
    life.workspace.write("background.tf", &format!("{source}{kept}"));
    life.workspace.apply().ok();
    let copy = format!(
        "resource \"mlassets_worm_replication\" \"this\" {{\n  bucket = \"audit\"\n  target_bucket = {:?}\n  \
         prefix = \"worm/\"\n}}\n",
        s3.bucket
    );
    let whole = json!({ "last_synced_sequence": 2, "lag": 0, "storage_class": "GLACIER_IR" });
    life.becomes("it is created", &copy, "create", &whole);
    life.is_imported(
        &format!("audit/{}/worm/", s3.bucket),
        &format!("{{ bucket = \"audit\", target_bucket = {:?}, prefix = \"worm/\" }}", s3.bucket),
    );
    let second = kept.replace("\"this\"", "\"second\"").replace("note.txt", "second.txt");
    life.workspace.write("background.tf", &format!("{source}{kept}{second}"));
    life.workspace
        .run(&["apply", "-auto-approve", "-no-color", "-target=mlassets_worm_record.second"])
        .ok();
    let later = json!({ "last_synced_sequence": 3, "lag": 0 });
    life.meddled("a record came later", || (), "update", &later);
    let key = format!("worm/{PATH}");
    let remove = || {
        s3.meddle(async |client, bucket| {
            client.delete_object().bucket(bucket).key(&key).send().await.expect("it goes");
        });
    };
    let repaired = json!({ "last_synced_sequence": 3, "lag": 0, "problems": [] });
    life.meddled("a copied record was removed", remove, "update", &repaired);
    let cut = || {
        s3.meddle(async |client, bucket| {
            let end = "worm/.chain/000000000003.json";
            client.delete_object().bucket(bucket).key(end).send().await.expect("it goes");
        });
        let plan = life.workspace.run(&["plan", "-input=false", "-no-color"]).ok();
        plan.says("the copy reached to entry 3 of the chain, and reaches to 2 now");
    };
    life.meddled("its end was cut off", cut, "update", &repaired);
    let forge = || {
        remove();
        s3.meddle(async |client, bucket| {
            let body = ByteStream::from_static(b"it was forged");
            client
                .put_object()
                .bucket(bucket)
                .key(&key)
                .body(body)
                .send()
                .await
                .expect("it is put");
        });
    };
    forge();
    life.workspace.apply().fails().says("is not what the archive has");
    remove();
    life.workspace.apply().ok();
    life.ends();
    let copied = s3.meddle(async |client, bucket| {
        let key = format!("worm/{PATH}");
        let object = client.get_object().bucket(bucket).key(key).send().await;
        object.expect("it stays").body.collect().await.expect("it is whole").to_vec()
    });
    assert_eq!(copied, b"it was released");
}

/// A directory has no legal hold, and that is said before anything is written.
#[test]
fn a_directory_refuses_a_legal_hold() {
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), RECORD, "");
    let bucket =
        "resource \"mlassets_worm_bucket\" \"of\" {\n  name = \"audit\"\n  retention_days = 1\n}\n";
    life.workspace.configure(&format!("{bucket}{}", record("  legal_hold = true")));
    let detail = format!(
        "A legal hold needs an object store; this archive is in `{}`.",
        life.workspace.path("worm").display()
    );
    let refused =
        Expected { at: "legal_hold = true", summary: "Not possible here", detail: &detail };
    life.workspace
        .run(&["apply", "-auto-approve", "-json", "-input=false"])
        .fails()
        .errs(&[refused]);
    assert!(!life.workspace.path("worm/audit/release").exists());
}

#[test]
fn a_server_without_the_bucket_or_the_right_says_so() {
    let s3 = S3::new();
    let life = life_on(&s3, told("MLASSETS_TEST_TERRAFORM"), BUCKET);
    let life = Life { workspace: life.workspace.env("AWS_SECRET_ACCESS_KEY", "wrong"), ..life };
    life.workspace.configure(&bucket(&s3, 1));
    let run = life.workspace.apply().fails();
    let text = run.text();
    assert!(text.contains("SignatureDoesNotMatch (403)"), "{text}");
    assert!(text.contains("check the credentials") && text.contains("127.0.0.1"), "{text}");
    assert!(!text.contains("Signature=") && !text.contains("AWS4-HMAC"), "{text}");
}

/// Who has the right to go around a lock in GOVERNANCE mode can remove evidence; that it was another version is seen.
#[test]
fn a_version_that_was_removed_is_named() {
    let s3 = S3::new();
    let Life { workspace, address } = life_on(&s3, told("MLASSETS_TEST_TERRAFORM"), RECORD);
    let workspace = workspace.env("MLASSETS_WORM_LOCK_MODE", "GOVERNANCE");
    let life = Life { workspace, address };
    life.workspace.write("background.tf", &bucket(&s3, 1));
    life.workspace.configure(&record(""));
    life.workspace.apply().ok();
    let version = life.text("version_id");
    s3.meddle(async |client, bucket| {
        let same = ByteStream::from_static(b"it was released");
        client
            .put_object()
            .bucket(bucket)
            .key(PATH)
            .body(same)
            .send()
            .await
            .expect("it is allowed");
        let delete = client.delete_object().bucket(bucket).key(PATH).version_id(&version);
        delete.bypass_governance_retention(true).send().await.expect("it has the right");
    });
    let plan = life.workspace.run(&["plan", "-input=false", "-no-color"]).ok();
    plan.says("A version was removed").says(&format!("was kept as version `{version}`"));
}
