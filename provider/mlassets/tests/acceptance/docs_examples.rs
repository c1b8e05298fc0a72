//! Every example of the provider's pages does what it says, as it stands.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::Workspace;

/// What has examples: the folder, the file in it, and the key of the schema that lists the kinds.
const EXAMPLES: [(&str, &str, &str); 3] = [
    ("resources", "resource.tf", "resource_schemas"),
    ("data-sources", "data-source.tf", "data_source_schemas"),
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
    for (folder, file, _) in EXAMPLES {
        let Ok(kinds) = fs::read_dir(examples().join(folder)) else { continue };
        let mut kinds: Vec<_> =
            kinds.map(|kind| kind.expect("a folder can be read").path()).collect();
        kinds.sort();
        for kind in kinds {
            let example = fs::read_to_string(kind.join(file));
            let example =
                example.unwrap_or_else(|error| panic!("{}/{file}: {error}", kind.display()));
            let applied = Applied(Workspace::new(&example));
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
