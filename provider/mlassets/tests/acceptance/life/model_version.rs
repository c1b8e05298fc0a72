//! `mlassets_model_version`.

use mlassets::backend::registry::{NewVersion, Status, UpdateMetadata};
use serde_json::{Value as Json, json};

use super::{Life, on_each_store};
use crate::meddle::{Place, Store, wait};
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_model_version.this";

fn version(version: &str, more: &str) -> String {
    artifacts(version, "a", "s3://models/ranker/", more)
}

fn artifacts(version: &str, digit: &str, uri: &str, more: &str) -> String {
    let sha256 = digit.repeat(64);
    format!(
        "resource \"mlassets_model_version\" \"this\" {{\n  model = \"ranker\"\n  version = {version:?}\n  \
         artifact_uri = {uri:?}\n  artifact_sha256 = {sha256:?}\n{more}\n}}\n"
    )
}

fn register(place: &Place, version: &str, git_sha: &str) {
    let new = NewVersion {
        model: "ranker".to_owned(),
        version: version.to_owned(),
        artifact_uri: "s3://theirs/".to_owned(),
        artifact_sha256: "b".repeat(64),
        description: String::new(),
        metadata: serde_json::Map::from_iter([("git_sha".to_owned(), Json::from(git_sha))]),
    };
    wait(place.registry().register(&new)).expect("the version is new");
}

fn begin(place: &Place, program: String) -> Life {
    let background =
        format!("{}resource \"mlassets_model_registry\" \"this\" {{}}\n", place.provider());
    Life::new(program, ADDRESS, &background)
}

on_each_store!(lives, is_verified, never_changes, is_created_once, comes_back_with_its_registry);

fn lives(store: Store, program: String) {
    let place = Place::new(store);
    let life = begin(&place, program);
    let created = json!({
        "model": "ranker", "version": "2025-01-15-v1", "status": "verified", "verified": true,
        "description": null, "metadata": null, "archive_on_destroy": false, "created_by": "acceptance",
    });
    life.becomes("it is created", &version("2025-01-15-v1", ""), "create", &created);
    let described = version(
        "2025-01-15-v1",
        "  description = \"first\"\n  metadata = { git_sha = \"abc\", note = \"学習\" }",
    );
    let described_state =
        json!({ "description": "first", "metadata": { "git_sha": "abc", "note": "学習" } });
    life.becomes("it is described", &described, "update", &described_state);
    life.meddled(
        "somebody else describes it",
        || {
            let theirs = UpdateMetadata {
                model: "ranker".to_owned(),
                version: "2025-01-15-v1".to_owned(),
                expected_row_version: None,
                description: "theirs".to_owned(),
                metadata: serde_json::Map::from_iter([("n".to_owned(), json!(1))]),
            };
            wait(place.registry().update_metadata(&theirs)).expect("it is there");
        },
        "update",
        &described_state,
    );
    life.is_imported("ranker@2025-01-15-v1", "{ model = \"ranker\", version = \"2025-01-15-v1\" }");
    life.becomes("it is left undescribed", &version("2025-01-15-v1", ""), "update", &created);
    life.becomes(
        "another version takes its place",
        &version("2025-01-16-v1", ""),
        "replace",
        &json!({ "version": "2025-01-16-v1" }),
    );
    let status = |version: &str| {
        let found = wait(place.registry().find_version("ranker", version));
        found.expect("the registry is there").expect("no version is ever removed").status
    };
    assert_eq!(status("2025-01-15-v1"), Status::Verified);
    life.cannot_import(
        "resource \"mlassets_model_version\" \"this_missing\" {\n  model = \"m\"\n  version = \"v\"\n  \
         artifact_uri = \"s3://u\"\n  artifact_sha256 = sha256(\"\")\n}\n",
        "m@v",
        "There is nothing with the import ID \"m@v\", which has the form `{model}@{version}`.",
    );
    life.becomes(
        "the older one comes back",
        &version("2025-01-15-v1", ""),
        "replace",
        &json!({ "version": "2025-01-15-v1", "created_by": "acceptance" }),
    );
    let spent = version("2025-01-15-v1", "  archive_on_destroy = true");
    life.becomes("it is to be archived", &spent, "update", &json!({ "archive_on_destroy": true }));
    life.ends();
    assert_eq!(status("2025-01-15-v1"), Status::Archived);
    assert_eq!(status("2025-01-16-v1"), Status::Verified);
}

fn is_verified(store: Store, program: String) {
    let place = Place::new(store);
    let life = begin(&place, program);
    let registered = json!({ "verified": false, "status": "registered" });
    life.becomes("it is registered", &version("v1", "  verified = false"), "create", &registered);
    let deployment = "resource \"mlassets_model_deployment\" \"early\" {\n  model = \"ranker\"\n  environment = \"dev\"\n  version = \"v1\"\n}\n";
    life.workspace.write("early.tf", deployment);
    life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "version",
        summary: "Version is not verified",
        detail: "Version `v1` of model `ranker` is registered but not verified, so it cannot be deployed; verify its \
                 artifacts first.",
    }]);
    std::fs::remove_file(life.workspace.path("early.tf")).expect("the file was just written");
    let verified = json!({ "verified": true, "status": "verified" });
    life.becomes("it is verified", &version("v1", ""), "update", &verified);
    life.refuses(
        &version("v1", "  verified = false"),
        &[Expected {
            at: "verified = false",
            summary: "Verification cannot be taken back",
            detail: "A version that was verified stays so. Leave `verified` at `true`.",
        }],
    );
    life.ends();
}

fn never_changes(store: Store, program: String) {
    let place = Place::new(store);
    let life = begin(&place, program);
    life.becomes("it is created", &version("v1", ""), "create", &json!({}));
    let immutable = |at| Expected {
        at,
        summary: "Version is immutable",
        detail: "A version never changes. Register the new artifacts under a new version.",
    };
    life.refuses(
        &artifacts("v1", "c", "s3://elsewhere/", ""),
        &[immutable("artifact_sha256"), immutable("artifact_uri")],
    );
    // What is known only while applying must not archive the version either.
    let late = version("v1", "")
        .replace(&format!("{:?}", "a".repeat(64)), "sha256(terraform_data.new.output)");
    life.workspace.configure(&format!(
        "resource \"terraform_data\" \"new\" {{\n  input = \"bytes\"\n}}\n{late}"
    ));
    let applied = life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]);
    applied.fails().errs(&[immutable("artifact_sha256")]);
    life.workspace.configure(&version("v1", ""));
    life.workspace.apply().ok();
    life.is("it is as it was", &json!({ "status": "verified", "artifact_sha256": "a".repeat(64) }));
    life.ends();
}

fn is_created_once(store: Store, program: String) {
    let place = Place::new(store);
    let life = begin(&place, program);
    let apply = |version: &str| {
        life.workspace.configure(version);
        life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"])
    };
    register(&place, "v1", "f00");
    apply(&version("v1", "")).fails().errs(&[Expected {
        at: "version",
        summary: "Version is taken",
        detail: "Version `v1` of model `ranker` is taken: somebody-else registered it at … from git_sha f00 with another \
                 artifact_uri, artifact_sha256, metadata.git_sha; versions never change, register a new one.",
    }]);
    let same = artifacts("v1", "b", "s3://theirs/", "");
    apply(&same).fails().errs(&[
        Expected {
            at: "version",
            summary: "Version is taken",
            detail: "Version `v1` of model `ranker` is taken: somebody-else registered it at … from git_sha f00 with \
                     another metadata.git_sha.",
        },
        Expected {
            at: "version",
            summary: "Version exists",
            detail: "Its artifacts are these, so it can be managed: give it the same description and metadata, or import \
                     it, `terraform import ADDRESS \"ranker@v1\"`, and change them then.",
        },
    ]);
    life.becomes("another one is free", &version("v2", ""), "create", &json!({ "version": "v2" }));
    wait(place.registry().archive("ranker", "v2")).expect("it is there");
    apply(&version("v2", "")).fails().errs(&[Expected {
        at: "version",
        summary: "Version is archived",
        detail: "Version `v2` of model `ranker` was archived at … by somebody-else and is out of use for good; register a \
                 new version.",
    }]);
    life.ends();
}

fn comes_back_with_its_registry(store: Store, program: String) {
    let place = Place::new(store);
    let life = begin(&place, program);
    life.workspace.write(
        "deployment.tf",
        "resource \"mlassets_model_deployment\" \"this\" {\n  model = mlassets_model_version.this.model\n  \
         environment = \"dev\"\n  version = mlassets_model_version.this.version\n}\n",
    );
    let this = version("v1", "  depends_on = [mlassets_model_registry.this]");
    life.workspace.configure(&this);
    life.workspace.apply().ok().says("2 added, 0 changed, 0 destroyed.");
    life.workspace.plan_is_empty();
    place.vanish();
    life.workspace.apply().ok().says("3 added, 0 changed, 0 destroyed.");
    life.workspace.plan_is_empty();
    life.ends();
}
