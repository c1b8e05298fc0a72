//! `mlassets_artifact_distribution` and `mlassets_artifact_verification`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use aws_sdk_s3::primitives::ByteStream;
use serde_json::json;
use sha2::Digest as _;

use super::{Life, with_each_program};
use crate::harness::told;
use crate::messages::Expected;
use crate::s3::S3;

const ADDRESS: &str = "mlassets_artifact_distribution.this";
const PLACE: &str = "store/prod/ranker/2025-01-15-v1";

fn version(version: &str, folder: &str, more: &str) -> String {
    format!(
        "resource \"mlassets_artifact_distribution\" \"this\" {{\n  environment = \"prod\"\n  model = \"ranker\"\n  \
         version = \"{version}\"\n  artifacts = {{\n    model_ai1 = \"{folder}/ai1.pkl\"\n    \
         theta_params = \"{folder}/theta.yaml\"\n  }}\n{more}\n}}\n"
    )
}

fn begin(program: String) -> Life {
    let life = Life::new(program, ADDRESS, "");
    for folder in ["source", "copy"] {
        life.workspace.write(&format!("{folder}/ai1.pkl"), "first");
        life.workspace.write(&format!("{folder}/theta.yaml"), "theta");
    }
    life.becomes(
        "it is published",
        &version("2025-01-15-v1", "source", ""),
        "create",
        &json!({ "problems": [], "total_bytes": 10 }),
    );
    life
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in sha2::Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn rewrite(file: &Path, text: &str) {
    fs::remove_file(file).expect("the folder can be written");
    fs::write(file, text).expect("the folder can be written");
}

#[test]
fn lives() {
    with_each_program(|program| {
        let life = begin(program);
        let folder = life.workspace.path(PLACE);
        let whole = json!({
            "environment": "prod", "model": "ranker", "version": "2025-01-15-v1", "problems": [],
            "files": { "model_ai1": "ai1.pkl", "theta_params": "theta.yaml" },
            "version_path": folder.display().to_string(), "total_bytes": 10,
        });
        life.is("it is as planned", &whole);
        let mut sums = Command::new("sha256sum");
        let sums = sums.args(["--check", "--strict", "SHA256SUMS"]).current_dir(&folder).output();
        assert!(sums.expect("there is sha256sum").status.success());

        life.stays("the same files from elsewhere", &version("2025-01-15-v1", "copy", ""));
        let file = folder.join("ai1.pkl");
        life.meddled("a byte is changed", || rewrite(&file, "First"), "update", &whole);
        assert_eq!(fs::read_to_string(&file).expect("it is back"), "first");
        life.meddled(
            "a file is removed",
            || fs::remove_file(&file).expect("it is there"),
            "update",
            &whole,
        );
        life.is_imported(
            "prod/ranker/2025-01-15-v1",
            "{ environment = \"prod\", model = \"ranker\", version = \"2025-01-15-v1\" }",
        );
        life.ends();
        assert_eq!(fs::read_to_string(&file).expect("it stays"), "first");

        // Declared again it is the same version; without `keep_on_destroy` it goes.
        let gone = version("2025-01-15-v1", "copy", "  keep_on_destroy = false");
        life.becomes("it is taken over", &gone, "create", &whole);
        life.ends();
        assert!(!folder.exists());
    });
}

#[test]
fn lives_in_a_bucket() {
    let s3 = S3::new();
    s3.make(&s3.bucket);
    let Life { workspace, address } = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    let workspace = workspace
        .without("MLASSETS_ARTIFACTS_DIRECTORY")
        .env("MLASSETS_ARTIFACTS_BACKEND", "s3")
        .env("MLASSETS_ARTIFACTS_BUCKET", &s3.bucket)
        .env("MLASSETS_ARTIFACTS_PREFIX", "models");
    let life = Life { workspace: s3.reach(workspace), address };
    life.workspace.write("source/ai1.pkl", "first");
    life.workspace.write("source/theta.yaml", "theta");
    let uri = format!("s3://{}/models/prod/ranker/2025-01-15-v1", s3.bucket);
    let whole = json!({
        "problems": [], "total_bytes": 10, "uri": uri, "version_path": uri,
        "checksums_path": format!("{uri}/checksums.json"),
    });
    let here = version("2025-01-15-v1", "source", "");
    life.becomes("it is published", &here, "create", &whole);
    let object = |name: &str| format!("models/prod/ranker/2025-01-15-v1/{name}");
    let flip = || {
        s3.meddle(async |client, bucket| {
            let forged = ByteStream::from_static(b"First");
            let put = client.put_object().bucket(bucket).key(object("ai1.pkl")).body(forged);
            put.send().await.expect("it is allowed");
        });
    };
    flip();
    let seen = life.workspace.run(&["plan", "-no-color", "-input=false"]).ok();
    seen.says("artifact `model_ai1`: the file `ai1.pkl` has the SHA-256 ");
    life.meddled("a byte is changed", flip, "update", &whole);
    let forget = || {
        s3.meddle(async |client, bucket| {
            let delete = client.delete_object().bucket(bucket).key(object("checksums.json"));
            delete.send().await.expect("it is allowed");
        });
    };
    life.meddled("its manifest is removed", forget, "create", &whole);
    life.is_imported(
        "prod/ranker/2025-01-15-v1",
        "{ environment = \"prod\", model = \"ranker\", version = \"2025-01-15-v1\" }",
    );
    life.workspace.configure(&version("2025-01-15-v1", "source", "  keep_on_destroy = false"));
    life.workspace.apply().ok();
    life.ends();
    let left = s3.meddle(async |client, bucket| {
        let listed = client.list_objects_v2().bucket(bucket).send().await;
        listed.expect("it is allowed").contents().len()
    });
    assert_eq!(left, 0);
}

#[test]
fn a_version_is_deployed_only_with_its_very_artifacts() {
    let life = begin(told("MLASSETS_TEST_TERRAFORM"));
    let folder = life.workspace.path(PLACE);
    let registered = format!(
        "{}resource \"mlassets_model_registry\" \"this\" {{}}\n\
         resource \"mlassets_model_version\" \"this\" {{\n  model = \"ranker\"\n  \
         version = \"2025-01-15-v1\"\n  artifact_uri = {ADDRESS}.uri\n  \
         artifact_sha256 = {ADDRESS}.manifest_sha256\n  depends_on = [mlassets_model_registry.this]\n}}\n",
        version("2025-01-15-v1", "source", "")
    );
    life.workspace.configure(&registered);
    life.workspace.apply().ok();
    let manifest = fs::read(folder.join("checksums.json")).expect("it was published");
    assert_eq!(life.text("manifest_sha256"), hex(&manifest));

    let deployed = format!(
        "{registered}resource \"mlassets_model_deployment\" \"this\" {{\n  model = \"ranker\"\n  \
         environment = \"prod\"\n  version = mlassets_model_version.this.version\n}}\n"
    );
    life.workspace.configure(&deployed);
    let refused = |problem: &str| {
        let detail = format!(
            "Version `2025-01-15-v1` of model `ranker` is not deployed: what lies at `file://…{PLACE}` is not what was \
             registered:\n- {problem}\nPut the files back, for instance by an apply of their \
             `mlassets_artifact_distribution`, or deploy another version."
        );
        let (at, summary) = ("version", "Artifacts are not what was registered");
        let apply = ["apply", "-auto-approve", "-json", "-input=false", "-refresh=false"];
        let expected = Expected { at, summary, detail: &detail };
        life.workspace.run(&apply).fails().errs(&[expected]);
    };
    rewrite(&folder.join("ai1.pkl"), "First");
    refused("artifact `model_ai1`: the file `ai1.pkl` has the SHA-256 …, expected …");
    fs::rename(&folder, life.workspace.path("away")).expect("it can be moved");
    refused("there is no such version in the store");
    fs::rename(life.workspace.path("away"), &folder).expect("it can be moved");
    // The apply puts the file back before it deploys.
    life.workspace.apply().ok().says("1 added, 1 changed, 0 destroyed.");
    life.workspace.plan_is_empty();
}

#[test]
fn never_changes() {
    let life = begin(told("MLASSETS_TEST_TERRAFORM"));
    let here = version("2025-01-15-v1", "source", "");
    life.workspace.write("copy/ai1.pkl", "First");
    life.refuses(
        &version("2025-01-15-v1", "copy", ""),
        &[Expected {
            at: "artifacts",
            summary: "Version is immutable",
            detail: "The source of `model_ai1` (`copy/ai1.pkl`) has other bytes than were published. A version never changes. \
                     Publish other artifacts under a new version.",
        }],
    );
    life.refuses(
        &here.replace("source/ai1.pkl", "source/other.pkl"),
        &[Expected {
            at: "artifacts",
            summary: "Version is immutable",
            detail: "A version never changes. Publish other artifacts under a new version.",
        }],
    );
    let source_not_usable =
        |detail| Expected { at: "artifacts", summary: "Source not usable", detail };
    life.refuses(
        &version("2025-01-15-v2", "source", "").replace("source/ai1.pkl", "source/none.pkl"),
        &[source_not_usable(
            "The source of artifact `model_ai1`, `source/none.pkl`, does not exist.",
        )],
    );
    // A new version lies beside the old one.
    life.workspace.configure(&version("2025-01-15-v2", "copy", ""));
    life.workspace.apply().ok().says("1 added, 0 changed, 1 destroyed.");
    let text = |version: &str| {
        let path = life.workspace.path(format!("store/prod/ranker/{version}/ai1.pkl"));
        fs::read_to_string(path).expect("it is there")
    };
    assert_eq!((text("2025-01-15-v1"), text("2025-01-15-v2")), ("first".into(), "First".into()));
    // Forgotten, and declared with other bytes.
    life.workspace.run(&["state", "rm", ADDRESS]).ok();
    life.workspace.configure(&version("2025-01-15-v2", "source", ""));
    life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "version",
        summary: "Version is taken",
        detail: "The version `prod/ranker/2025-01-15-v2` is published already with other artifacts:\n- `model_ai1` (`ai1.pkl`) \
                 has the SHA-256 … there, … here\nA version never changes: publish these under a new version.",
    }]);
}

#[test]
fn verification_names_what_is_wrong() {
    let life = begin(told("MLASSETS_TEST_TERRAFORM"));
    let folder = life.workspace.path(PLACE);
    rewrite(&folder.join("ai1.pkl"), "First");
    fs::remove_file(folder.join("theta.yaml")).expect("it is there");
    life.workspace.configure(
        "data \"mlassets_artifact_verification\" \"this\" {\n  environment = \"prod\"\n  model = \"ranker\"\n  \
         version = \"2025-01-15-v1\"\n}\noutput \"results\" {\n  value = data.mlassets_artifact_verification.this.results\n}\n",
    );
    life.workspace.run(&["state", "rm", ADDRESS]).ok();
    life.workspace.apply().ok();
    let shown = life.workspace.run(&["output", "-json", "results"]).ok();
    let found: serde_json::Value = serde_json::from_str(&shown.stdout).expect("it is JSON");
    assert_eq!(found, json!({ "model_ai1": "corrupt", "theta_params": "missing" }));
}
