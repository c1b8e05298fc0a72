//! States of older versions, and what should not be used any more.

use serde_json::{Value as Json, json};

use super::Workspace;

const DISK: &str = "resource \"aged_disk\" \"it\" {\n  label = \"backup\"\n  size  = 10\n}\n";

/// A state as an older version of the provider left it.
fn state(version: i64, attributes: &Json) -> String {
    json!({
        "version": 4,
        "terraform_version": "1.15.5",
        "serial": 1,
        "lineage": "0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": "aged_disk",
            "name": "it",
            "provider": "provider[\"registry.terraform.io/example/aged\"]",
            "instances": [{ "schema_version": version, "attributes": attributes }],
        }],
    })
    .to_string()
}

#[test]
fn a_state_of_each_version_is_upgraded() {
    for (version, attributes) in [
        (0, json!({ "title": "backup", "size": "10 GiB", "colour": "grey" })),
        (1, json!({ "label": "backup", "size": "10 GiB" })),
        (2, json!({ "label": "backup", "size": 10 })),
    ] {
        let workspace = Workspace::new("aged", DISK);
        workspace.write("terraform.tfstate", &state(version, &attributes));
        workspace.plan_is_empty();
        workspace.write("main.tf", &DISK.replace("10", "20"));
        assert!(workspace.apply().contains("0 added, 1 changed, 0 destroyed."), "{version}");
        workspace.plan_is_empty();
        let stored = workspace.stored();
        assert_eq!(stored["schema_version"], 2);
        assert_eq!(stored["attributes"]["label"], "backup");
        assert_eq!(stored["attributes"]["size"], 20);
    }
}

#[test]
fn a_state_that_cannot_be_upgraded_is_told() {
    for (version, attributes, expected) in [
        (1, json!({ "label": "backup", "size": "large" }), "Unreadable size"),
        (1, json!({ "label": ["backup"], "size": "10 GiB" }), "Stored state does not fit"),
        (3, json!({ "label": "backup" }), "Resource instance managed by newer provider version"),
    ] {
        let workspace = Workspace::new("aged", DISK);
        workspace.write("terraform.tfstate", &state(version, &attributes));
        let run = workspace.run(&["plan", "-input=false", "-no-color"]);
        assert_eq!(run.code, Some(1), "{}", run.text);
        assert!(run.text.contains(expected), "{expected} is not in {}", run.text);
    }
}

#[test]
fn what_is_deprecated_shows_when_a_configuration_is_validated() {
    let workspace = Workspace::new(
        "aged",
        "resource \"aged_disk\" \"it\" {\n  label = \"backup\"\n  size  = 10\n  speed = \"fast\"\n\n  user {\n    name = \
         \"ann\"\n  }\n}\n\nresource \"aged_tape\" \"it\" {\n  label = \"backup\"\n}\n",
    );
    let run = workspace.run(&["validate", "-json"]);
    let said: Json = serde_json::from_str(&run.text).unwrap();
    assert_eq!((&said["valid"], &said["error_count"]), (&json!(true), &json!(0)), "{said:#}");
    let mut warnings: Vec<String> = said["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|said| said["snippet"].is_object() || said["address"].is_string())
        .map(|said| {
            let text = |field: &str| said[field].as_str().unwrap_or_default().to_owned();
            let line = said["snippet"]["code"].as_str().unwrap_or_default().trim().to_owned();
            format!("{} | {} | {}", line, text("summary"), text("detail"))
        })
        .collect();
    warnings.sort();
    assert_eq!(
        warnings,
        [
            "resource \"aged_tape\" \"it\" { | Deprecated | Use `aged_disk`.",
            "speed = \"fast\" | Deprecated attribute | Every disk is fast by now.",
            "user { | Deprecated block | Use the disk's policy.",
        ]
    );
}

#[test]
fn a_computed_object_is_known_after_the_apply_and_stays() {
    let output = "output \"place\" {\n  value = aged_disk.it.place\n}\n";
    let workspace = Workspace::new("aged", &format!("{DISK}{output}"));
    let planned = workspace.ok(&["plan", "-input=false", "-no-color"]);
    assert!(planned.contains("place = (known after apply)"), "{planned}");
    workspace.apply();
    workspace.plan_is_empty();
    assert_eq!(workspace.stored()["attributes"]["place"], json!({ "room": "cellar", "shelf": 10 }));
}
