//! Actions, invoked from the command line and triggered by resources.

use std::fs;

use serde_json::{Value as Json, json};

use crate::harness::{Run, Workspace, unique};
use crate::meddle::post;
use crate::s3::S3;

pub(crate) fn invoke(workspace: &Workspace, address: &str) -> Run {
    let invoke = format!("-invoke=action.{address}");
    workspace.run(&["apply", "-auto-approve", "-input=false", "-no-color", &invoke])
}

/// A pool, and both actions for it.
fn pool(name: &str) -> String {
    let action = |kind: &str| {
        format!(
            "action \"mlassets_{kind}_deployments\" \"this\" {{\n  config {{\n    \
             work_pool_name = mlassets_work_pool.this.name\n  }}\n}}\n"
        )
    };
    format!(
        "resource \"mlassets_work_pool\" \"this\" {{\n  name = \"{name}\"\n  force_destroy = true\n}}\n{}{}",
        action("pause"),
        action("resume")
    )
}

/// Something that happens, with the action that follows it.
fn event(value: &str, action: &str) -> String {
    format!(
        "resource \"terraform_data\" \"event\" {{\n  input = \"{value}\"\n  lifecycle {{\n    action_trigger {{\n      \
         events  = [after_create, after_update]\n      actions = [action.{action}]\n    }}\n  }}\n}}\n"
    )
}

/// The deployments of a pool, and whether they are paused.
fn deployments(pool: &str) -> Vec<(String, bool)> {
    let filter = json!({ "work_pools": { "name": { "any_": [pool] } }, "sort": "NAME_ASC" });
    let found = post("/deployments/filter", &filter);
    let found = found.as_array().expect("a list of deployments").iter();
    found
        .map(|found| {
            let name = found["name"].as_str().expect("a deployment has a name").to_owned();
            (name, found["paused"] == Json::Bool(true))
        })
        .collect()
}

#[track_caller]
fn all_are(pool: &str, paused: bool) {
    let expected = ["hourly", "morning", "nightly"].map(|name| (name.to_owned(), paused));
    assert_eq!(deployments(pool), expected);
}

#[test]
fn the_deployments_of_a_pool_are_paused_and_resumed() {
    let name = unique("pausing");
    let workspace = Workspace::new(&pool(&name));
    workspace.apply().ok();
    invoke(&workspace, "mlassets_pause_deployments.this").ok().says("0 paused, 0 already");
    let flow = post("/flows/", &json!({ "name": name }));
    for (deployment, paused) in [("hourly", false), ("morning", true), ("nightly", false)] {
        let new = json!({
            "name": deployment, "flow_id": flow["id"], "work_pool_name": name, "paused": paused,
        });
        post("/deployments/", &new);
    }

    let said = invoke(&workspace, "mlassets_pause_deployments.this").ok();
    let said = said.says("hourly: paused").says("nightly: paused");
    assert!(!said.says("2 paused, 1 already").text().contains("morning: "));
    all_are(&name, true);
    invoke(&workspace, "mlassets_pause_deployments.this").ok().says("0 paused, 3 already");

    let released = |release: &str| {
        format!("{}{}", pool(&name), event(release, "mlassets_resume_deployments.this"))
    };
    workspace.configure(&released("v1"));
    workspace.apply().ok().says("morning: resumed").says("3 resumed, 0 already");
    all_are(&name, false);
    workspace.plan_is_empty();
    workspace.configure(&released("v2"));
    workspace.apply().ok().says("0 resumed, 3 already");
    workspace.destroy().ok();
}

#[test]
fn an_unknown_pool_is_an_error_and_leaves_what_triggered_it() {
    let action = "action \"mlassets_pause_deployments\" \"none\" {\n  config {\n    work_pool_name = \"no-such-pool\"\n  }\n}\n";
    let workspace =
        Workspace::new(&format!("{action}{}", event("v1", "mlassets_pause_deployments.none")));
    let failed = workspace.apply().fails().says("No such work pool");
    failed.says("There is no work pool \"no-such-pool\" on the Prefect server. Check the name, or create the pool first.");
    assert!(workspace.attributes("terraform_data.event").is_some());

    let refused = action.replace("no-such-pool", "a/b");
    workspace.configure(&refused);
    workspace
        .run(&["validate", "-no-color"])
        .fails()
        .says("The name contains `/`; Prefect refuses each of `/ % & < >`.");
}

#[test]
fn a_signal_is_raised_and_lifted_whoever_was_there_before() {
    let name = unique("halted").replace('-', "_");
    let action = |kind: &str| {
        format!(
            "action \"mlassets_{kind}\" \"this\" {{\n  config {{\n    signal = \"{name}\"\n    \
             reason = \"{kind} of a test\"\n  }}\n}}\n"
        )
    };
    let workspace = Workspace::new(&format!("{}{}", action("halt"), action("resume")));
    invoke(&workspace, "mlassets_halt.this").ok().says(&format!("{name}: raised, version 1, "));
    invoke(&workspace, "mlassets_halt.this")
        .ok()
        .says(&format!("{name}: raised already, version 1"));
    invoke(&workspace, "mlassets_resume.this").ok().says(&format!("{name}: lifted, version 2, "));
    invoke(&workspace, "mlassets_resume.this")
        .ok()
        .says(&format!("{name}: lifted already, version 2"));

    let lookup = format!("data \"mlassets_signal\" \"this\" {{\n  name = \"{name}\"\n}}\n");
    workspace.configure(&format!("{}{lookup}", action("halt")));
    invoke(&workspace, "mlassets_halt.this").ok().says(&format!("{name}: raised, version 3, "));
    workspace.apply().ok();
    let found = workspace.state("mlassets_signal.this");
    assert_eq!((&found["active"], &found["reason"]), (&json!(true), &json!("halt of a test")));

    workspace.configure(&action("halt").replace(&name, "no name"));
    workspace
        .run(&["validate", "-no-color"])
        .fails()
        .says("Only letters, digits, `_`, `.` and `-` are allowed in the name");
}

#[test]
fn artifacts_are_verified_file_by_file() {
    let published = "resource \"mlassets_artifact_distribution\" \"this\" {\n  environment = \"prod\"\n  \
                     model = \"ranker\"\n  version = \"v1\"\n  artifacts = {\n    weights = \"source/weights.bin\"\n    \
                     theta = \"source/theta.yaml\"\n  }\n}\n";
    let action = "action \"mlassets_verify_artifacts\" \"this\" {\n  config {\n    environment = \"prod\"\n    \
                  model = \"ranker\"\n    version = \"v1\"\n    \
                  expected_manifest_sha256 = mlassets_artifact_distribution.this.manifest_sha256\n  }\n}\n";
    let workspace = Workspace::new(&format!("{published}{action}"));
    workspace.write("source/weights.bin", "weights");
    workspace.write("source/theta.yaml", "theta");
    workspace.apply().ok();
    let address = "mlassets_verify_artifacts.this";
    invoke(&workspace, address)
        .ok()
        .says("artifact `weights`: the file `weights.bin` is as it was published")
        .says("artifact `theta`: the file `theta.yaml` is as it was published")
        .says("prod/ranker/v1: 2 artifacts intact, checksums.json has the SHA-256 ");

    let file = workspace.path("store/prod/ranker/v1/weights.bin");
    fs::remove_file(&file).expect("the store is ours");
    fs::write(&file, "Weights").expect("the store is ours");
    let failed = invoke(&workspace, address).fails().says("Version is damaged").says(
        "The version `prod/ranker/v1` is damaged: - artifact `weights`: the file `weights.bin` has the SHA-256 ",
    );
    assert!(!failed.text().contains("- artifact `theta`"), "{failed}");

    workspace.configure(
        &action
            .replace("\"v1\"", "\"v2\"")
            .replace("mlassets_artifact_distribution.this.manifest_sha256", "null"),
    );
    workspace.run(&["state", "rm", "mlassets_artifact_distribution.this"]).ok();
    invoke(&workspace, address)
        .fails()
        .says("There is no version `prod/ranker/v2`. Publish it first.");
}

/// A bucket, a record to be appended, and a check of all.
fn archive(content: &str) -> String {
    format!(
        "resource \"mlassets_worm_bucket\" \"this\" {{\n  name = \"events\"\n  retention_days = 1\n  \
         keep_on_destroy = true\n}}\n\
         action \"mlassets_worm_append\" \"this\" {{\n  config {{\n    bucket = mlassets_worm_bucket.this.name\n    \
         record_type = \"release\"\n    name = \"v1.json\"\n    content = \"{content}\"\n  }}\n}}\n\
         action \"mlassets_worm_verify\" \"this\" {{\n  config {{\n    bucket = mlassets_worm_bucket.this.name\n    \
         anchor = {{\n      sequence = mlassets_worm_bucket.this.head_sequence\n      \
         hash = mlassets_worm_bucket.this.head_hash\n    }}\n  }}\n}}\n"
    )
}

/// The one record that there is.
fn record(workspace: &Workspace) -> std::path::PathBuf {
    let mut place = workspace.path("worm/events/release");
    while place.is_dir() {
        let mut inside: Vec<_> = fs::read_dir(&place)
            .expect("it can be read")
            .map(|entry| entry.expect("so can this").path())
            .collect();
        assert_eq!(inside.len(), 1, "{inside:?}");
        place = inside.remove(0);
    }
    place
}

#[test]
fn a_record_is_appended_once_and_the_archive_verified() {
    let workspace = Workspace::new(&archive("first"));
    workspace.apply().ok();
    invoke(&workspace, "mlassets_worm_verify.this").ok().says("events: 0 records, ");

    workspace.configure(&format!(
        "{}{}",
        archive("first"),
        event("v1", "mlassets_worm_append.this")
    ));
    workspace.apply().ok().says("is entry 2 with SHA-256");
    assert_eq!(fs::read(record(&workspace)).expect("it is there"), b"first");
    invoke(&workspace, "mlassets_worm_append.this").ok().says("is entry 2 with SHA-256");
    invoke(&workspace, "mlassets_worm_verify.this").ok().says("events: 1 record, ");

    workspace.configure(&archive("second"));
    invoke(&workspace, "mlassets_worm_append.this").fails().says("Record exists");
    assert_eq!(fs::read(record(&workspace)).expect("it is there"), b"first");

    let path = record(&workspace);
    fs::remove_file(&path).expect("the folder is ours");
    fs::write(&path, "forged").expect("the folder is ours");
    let failed = invoke(&workspace, "mlassets_worm_verify.this").fails();
    let failed =
        failed.says("Archive is damaged").says("The bucket \"events\" is not as it was written.");
    failed.says("v1.json` has 6 bytes, its entry says 5");
}

#[test]
fn a_record_is_appended_in_s3_and_what_hides_it_is_found() {
    let s3 = S3::new();
    let whole = archive("first").replace("\"events\"", &format!("{:?}", s3.bucket));
    let workspace = s3.reach(Workspace::new(&whole)).without("MLASSETS_WORM_DIRECTORY");
    let workspace = workspace.env("MLASSETS_WORM_BACKEND", "s3");
    workspace.apply().ok();
    for _ in 0..2 {
        invoke(&workspace, "mlassets_worm_append.this").ok().says("is entry 2 with SHA-256");
    }
    invoke(&workspace, "mlassets_worm_verify.this").ok().says(": 1 record, ");
    let path = s3.meddle(async |client, bucket| {
        let listed = client.list_objects_v2().bucket(bucket).prefix("release/").send().await;
        let listed = listed.expect("the bucket is there");
        let path = listed.contents()[0].key().expect("an object has a key").to_owned();
        client.delete_object().bucket(bucket).key(&path).send().await.expect("it is allowed");
        path
    });
    let failed = invoke(&workspace, "mlassets_worm_verify.this").fails();
    failed
        .says("Archive is damaged")
        .says(&format!("`{path}` is hidden by a later version or a delete marker"));
}
