//! Every example of the provider's pages does what it says, as it stands.

use std::fs;
use std::path::{Path, PathBuf};

use mlassets::backend::registry::{Location, Options, Registry};

use crate::azure::Blobs;
use crate::harness::{Workspace, told};
use crate::meddle::deploy;
use crate::receiver::Receiver;
use crate::registries::wait;
use crate::s3::S3;

/// What has examples: the folder, the file in it, and the key of the schema that lists the kinds.
const EXAMPLES: [(&str, &str, &str); 6] = [
    ("resources", "resource.tf", "resource_schemas"),
    ("data-sources", "data-source.tf", "data_source_schemas"),
    ("list-resources", "list-resource.tfquery.hcl", "list_resource_schemas"),
    ("ephemeral-resources", "ephemeral-resource.tf", "ephemeral_resource_schemas"),
    ("actions", "action.tf", "action_schemas"),
    ("functions", "function.tf", "functions"),
];

/// Destroys what an example made, also if the test fails, since its names are not unique.
struct Applied(Workspace);

impl Drop for Applied {
    fn drop(&mut self) {
        let destroyed = self.0.destroy();
        assert!(std::thread::panicking() || destroyed.code == Some(0), "{destroyed}");
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// The examples share their names with nobody but each other, so they run one after the other.
#[test]
fn each_example_is_applied_and_then_planned_empty() {
    let s3 = S3::new();
    // The bucket that the example of a copy expects.
    s3.make("ml-assets-core-audit");
    // No resource makes a deployment.
    deploy("train", "nightly", None);
    let applied = |(folder, _, _): &&(&str, &str, &str)| *folder != "list-resources";
    for (folder, file, _) in EXAMPLES.iter().filter(applied) {
        let Ok(kinds) = fs::read_dir(examples().join(folder)) else { continue };
        let mut kinds: Vec<_> =
            kinds.map(|kind| kind.expect("a folder can be read").path()).collect();
        kinds.sort();
        for kind in kinds {
            let example = fs::read_to_string(kind.join(file));
            let example =
                example.unwrap_or_else(|error| panic!("{}/{file}: {error}", kind.display()));
            let applied = Applied(s3.reach(workspace(&kind, &example)));
            for folder in ["artifacts", "reports"] {
                let files = fs::read_dir(kind.join(folder)).into_iter().flatten().flatten();
                for file in files {
                    let text = fs::read_to_string(file.path()).expect("an example's file is text");
                    applied.0.write(&format!("{folder}/{}", file.file_name().display()), &text);
                }
            }
            applied.0.apply().ok();
            applied.0.plan_is_empty();
            if let Ok(script) = fs::read_to_string(kind.join("import.sh")) {
                imports(&applied.0, &script);
            }
        }
    }
}

/// The example of a distribution, in the container that the page about artifacts configures.
#[test]
fn the_page_about_artifacts_reaches_azure() {
    let page = fs::read_to_string(examples().join("../docs/concepts/artifacts.md"));
    let page = page.expect("the page is there");
    let azure = page.split_once("## On Azure").expect("it has this part").1;
    let block = azure.split("```").nth(1).expect("it has an example");
    let block = block.strip_prefix("terraform\n").expect("it is for Terraform");

    let kind = examples().join("resources/mlassets_artifact_distribution");
    let example = fs::read_to_string(kind.join("resource.tf")).expect("the kind has an example");
    let blobs = Blobs::new();
    blobs.make("ml-models");
    let workspace = Workspace::new(&example).without("MLASSETS_ARTIFACTS_DIRECTORY");
    let applied = Applied(blobs.reach(workspace));
    applied.0.write("azure.tf", block);
    for name in ["ai1.pkl", "ai2.pkl", "theta.yaml"] {
        let name = format!("artifacts/{name}");
        let text = fs::read_to_string(kind.join(&name)).expect("an example's file is text");
        applied.0.write(&name, &text);
    }
    applied.0.apply().ok();
    applied.0.plan_is_empty();
    let seen = applied.0.state("mlassets_artifact_distribution.ranker");
    let uri = seen["uri"].as_str().expect("it has an address");
    assert!(uri.ends_with("/mlassets/ml-models/models/production/ranker/2025-01-15-v1"), "{uri}");
}

/// A workspace for an example of this kind. A registry in a file has no users, and nobody is to be told.
fn workspace(kind: &Path, example: &str) -> Workspace {
    let workspace = Workspace::new(example);
    if kind.ends_with("mlassets_notify") {
        return Receiver::start().known_to(workspace);
    }
    if !kind.ends_with("mlassets_registry_credentials") {
        return workspace;
    }
    let url = told("MLASSETS_TEST_POSTGRES_URL");
    let location = Location::parse(&url).expect("the test's server has an address");
    let registry = Registry::new(location, Options::new("acceptance")).expect("good names");
    wait(registry.migrate()).expect("the schema `core` of the test's server is nobody else's");
    workspace.env("MLASSETS_REGISTRY_URL", url)
}

/// A query lists what others have made, and may find nothing.
#[test]
fn each_query_is_answered() {
    let s3 = S3::new();
    s3.make("ml-assets-core-audit");
    let workspace = s3.reach(Workspace::new(""));
    let folder = examples().join("list-resources");
    for kind in fs::read_dir(&folder).expect("lists have examples") {
        let file = kind.expect("a folder can be read").path().join("list-resource.tfquery.hcl");
        let example = fs::read_to_string(&file).expect("each list has an example");
        // One by one: labels are not unique.
        workspace.write("list.tfquery.hcl", &example);
        if example.contains("mlassets_worm_record") {
            workspace.configure(
                "resource \"mlassets_worm_bucket\" \"audit\" {\n  name = \"ml-assets-core-audit\"\n  retention_days = 1\n}\n",
            );
        } else if example.contains("mlassets_model_") {
            workspace.configure("resource \"mlassets_model_registry\" \"this\" {}\n");
        }
        workspace.apply().ok();
        workspace.run(&["query", "-no-color"]).ok();
    }
}

/// Runs the `terraform import` of a script.
#[track_caller]
fn imports(workspace: &Workspace, script: &str) {
    let command = script.lines().find_map(|line| line.strip_prefix("terraform import "));
    let command = command.unwrap_or_else(|| panic!("the script imports nothing:\n{script}"));
    let (address, id) = command.trim().split_once(' ').expect("an address and an ID");
    let id = id.trim_matches(['\'', '"']);
    workspace.run(&["state", "rm", address]).ok();
    workspace.run(&["import", "-no-color", "-input=false", address, id]).ok();
    // How a resource is managed is for the configuration to say, so its settings may change.
    let applied = workspace.apply().ok();
    assert!(
        applied.text().contains("0 added, ") && applied.text().contains(" 0 destroyed."),
        "{applied}"
    );
    workspace.plan_is_empty();
}

#[test]
fn each_kind_has_an_example() {
    let shown = Workspace::new("").run(&["providers", "schema", "-json"]).ok();
    let schemas: serde_json::Value =
        serde_json::from_str(&shown.stdout).expect("a schema is shown as JSON");
    let schema = &schemas["provider_schemas"]["registry.terraform.io/mlassets/mlassets"];
    for (folder, file, key) in EXAMPLES {
        let folder = examples().join(folder);
        let kinds = schema[key].as_object().unwrap_or_else(|| panic!("there are no {key}"));
        for kind in kinds.keys().filter(|_| folder.exists()) {
            let example = folder.join(kind).join(file);
            assert!(example.exists(), "{} is missing", example.display());
        }
    }
}
