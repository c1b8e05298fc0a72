//! `mlassets_artifact_distribution` and `mlassets_artifact_verification`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use aws_sdk_s3::primitives::ByteStream;
use serde_json::json;
use sha2::Digest as _;

use super::{Life, with_each_program};
use crate::azure::Blobs;
use crate::harness::{Workspace, told};
use crate::messages::Expected;
use crate::registries::wait;
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

/// A bucket of an object store, and somebody who has its keys and no Terraform.
trait Bucket {
    const BACKEND: &str;

    fn name(&self) -> &str;
    /// Its address.
    fn uri(&self) -> String;
    /// A workspace whose provider has the keys.
    fn reach(&self, workspace: Workspace) -> Workspace;
    fn put(&self, key: &str, text: &'static str);
    fn delete(&self, key: &str);
    /// The names of all objects.
    fn names(&self) -> Vec<String>;
}

impl Bucket for S3 {
    const BACKEND: &str = "s3";

    fn name(&self) -> &str {
        &self.bucket
    }

    fn uri(&self) -> String {
        format!("s3://{}", self.bucket)
    }

    fn reach(&self, workspace: Workspace) -> Workspace {
        self.reach(workspace)
    }

    fn put(&self, key: &str, text: &'static str) {
        self.meddle(async |client, bucket| {
            let body = ByteStream::from_static(text.as_bytes());
            let put = client.put_object().bucket(bucket).key(key).body(body);
            put.send().await.expect("it is allowed");
        });
    }

    fn delete(&self, key: &str) {
        self.meddle(async |client, bucket| {
            let delete = client.delete_object().bucket(bucket).key(key);
            delete.send().await.expect("it is allowed");
        });
    }

    fn names(&self) -> Vec<String> {
        self.meddle(async |client, bucket| {
            let listed = client.list_objects_v2().bucket(bucket).send().await;
            let listed = listed.expect("it is allowed");
            listed.contents().iter().filter_map(|it| it.key().map(str::to_owned)).collect()
        })
    }
}

impl Bucket for Blobs {
    const BACKEND: &str = "azure";

    fn name(&self) -> &str {
        &self.container
    }

    fn uri(&self) -> String {
        self.uri()
    }

    fn reach(&self, workspace: Workspace) -> Workspace {
        self.reach(workspace)
    }

    fn put(&self, key: &str, text: &'static str) {
        let bytes = text.as_bytes().to_vec();
        let put = wait(self.client().put_over(&self.container, key, bytes, None));
        put.expect("it is allowed");
    }

    fn delete(&self, key: &str) {
        wait(self.client().delete(&self.container, key, None)).expect("it is allowed");
    }

    fn names(&self) -> Vec<String> {
        let listed = wait(self.client().list_current(&self.container, ""));
        listed.expect("it is allowed").into_iter().map(|blob| blob.name).collect()
    }
}

#[test]
fn lives_in_a_bucket_of_s3() {
    let s3 = S3::new();
    s3.make(&s3.bucket);
    lives_in(&s3);
}

#[test]
fn lives_in_a_container_of_azure() {
    lives_in(&Blobs::new());
}

/// The beginning of a life in a bucket, with sources.
fn begin_in<B: Bucket>(bucket: &B) -> Life {
    let Life { workspace, address } = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    let workspace = workspace
        .without("MLASSETS_ARTIFACTS_DIRECTORY")
        .env("MLASSETS_ARTIFACTS_BACKEND", B::BACKEND)
        .env("MLASSETS_ARTIFACTS_BUCKET", bucket.name())
        .env("MLASSETS_ARTIFACTS_PREFIX", "models");
    let life = Life { workspace: bucket.reach(workspace), address };
    life.workspace.write("source/ai1.pkl", "first");
    life.workspace.write("source/theta.yaml", "theta");
    life
}

fn object(name: &str) -> String {
    format!("models/prod/ranker/2025-01-15-v1/{name}")
}

fn lives_in<B: Bucket>(bucket: &B) {
    let life = begin_in(bucket);
    let here = version("2025-01-15-v1", "source", "");
    life.workspace.configure(&here);
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
    for point in ["file_copied", "create.before_manifest"] {
        let point = format!("artifact_distribution.{point}");
        life.workspace.run_with(&apply, &[("MLASSETS_FAULT", &*point)]).died();
        let names = bucket.names();
        let manifest = object("checksums.json");
        assert!(!names.is_empty() && !names.contains(&manifest), "{point}: {names:?}");
    }
    let uri = format!("{}/models/prod/ranker/2025-01-15-v1", bucket.uri());
    let whole = json!({
        "problems": [], "total_bytes": 10, "uri": uri, "version_path": uri,
        "checksums_path": format!("{uri}/checksums.json"),
    });
    life.becomes("it is published", &here, "create", &whole);
    let flip = || bucket.put(&object("ai1.pkl"), "First");
    flip();
    let seen = life.workspace.run(&["plan", "-no-color", "-input=false"]).ok();
    seen.says("artifact `model_ai1`: the file `ai1.pkl` has the SHA-256 ");
    life.meddled("a byte is changed", flip, "update", &whole);
    let lose = || bucket.delete(&object("theta.yaml"));
    life.meddled("an artifact is removed", lose, "update", &whole);
    let forget = || bucket.delete(&object("checksums.json"));
    life.meddled("its manifest is removed", forget, "update", &whole);
    life.is_imported(
        "prod/ranker/2025-01-15-v1",
        "{ environment = \"prod\", model = \"ranker\", version = \"2025-01-15-v1\" }",
    );
    life.workspace.configure(&version("2025-01-15-v1", "source", "  keep_on_destroy = false"));
    life.workspace.apply().ok();
    life.ends();
    assert_eq!(bucket.names(), [""; 0]);
}

/// A version that is registered with its artifacts.
fn registered() -> String {
    format!(
        "{}resource \"mlassets_model_registry\" \"this\" {{}}\n\
         resource \"mlassets_model_version\" \"this\" {{\n  model = \"ranker\"\n  \
         version = \"2025-01-15-v1\"\n  artifact_uri = {ADDRESS}.uri\n  \
         artifact_sha256 = {ADDRESS}.manifest_sha256\n  depends_on = [mlassets_model_registry.this]\n}}\n",
        version("2025-01-15-v1", "source", "")
    )
}

/// The same, deployed.
fn deployed() -> String {
    format!(
        "{}resource \"mlassets_model_deployment\" \"this\" {{\n  model = \"ranker\"\n  \
         environment = \"prod\"\n  version = mlassets_model_version.this.version\n}}\n",
        registered()
    )
}

#[test]
fn what_lies_in_a_container_of_azure_is_deployed_only_as_it_was_published() {
    let blobs = Blobs::new();
    let life = begin_in(&blobs);
    life.workspace.configure(&registered());
    life.workspace.apply().ok();
    life.workspace.configure(&deployed());
    blobs.put(&object("ai1.pkl"), "First");
    let apply = ["apply", "-auto-approve", "-no-color", "-input=false", "-refresh=false"];
    let refused = life.workspace.run(&apply).fails();
    let refused = refused.says("Artifacts are not what was registered");
    refused.says("artifact `model_ai1`: the file `ai1.pkl` has the SHA-256");
    // The apply puts the blob back before it deploys.
    life.workspace.apply().ok().says("1 added, 1 changed, 0 destroyed.");
    life.workspace.plan_is_empty();
    life.workspace.configure(&format!(
        "{}data \"mlassets_artifact_verification\" \"this\" {{\n  environment = \"prod\"\n  model = \"ranker\"\n  \
         version = \"2025-01-15-v1\"\n}}\noutput \"intact\" {{\n  \
         value = data.mlassets_artifact_verification.this.intact\n}}\n",
        deployed()
    ));
    life.workspace.apply().ok().says("intact = true");
}

#[test]
fn a_version_is_deployed_only_with_its_very_artifacts() {
    let life = begin(told("MLASSETS_TEST_TERRAFORM"));
    let folder = life.workspace.path(PLACE);
    life.workspace.configure(&registered());
    life.workspace.apply().ok();
    let manifest = fs::read(folder.join("checksums.json")).expect("it was published");
    assert_eq!(life.text("manifest_sha256"), hex(&manifest));

    life.workspace.configure(&deployed());
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
    // A repair says why it reads a source again.
    life.workspace.configure(&here);
    let (kept, away) = (life.workspace.path("source/ai1.pkl"), life.workspace.path("ai1.pkl"));
    rewrite(&life.workspace.path(PLACE).join("ai1.pkl"), "First");
    fs::rename(&kept, &away).expect("it can be moved");
    let refused = life.workspace.run(&["apply", "-auto-approve", "-no-color", "-input=false"]);
    let refused = refused.fails().says("`source/ai1.pkl`, does not exist.");
    refused.says("artifact `model_ai1`: the file `ai1.pkl` has the SHA-256");
    fs::rename(&away, &kept).expect("it can be moved");
    life.workspace.apply().ok();
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
