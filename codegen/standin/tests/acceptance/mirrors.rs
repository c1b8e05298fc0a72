//! The mirror: what Terraform installs from it, and what it cannot find there.

use std::fs;

use crate::harness::{PROGRAM, Stack, standin};

const USES: &str = r#"
terraform {
  required_providers {
    thing = {
      source  = "example.com/acme/thing"
      version = "2.0.0"
    }
  }
}

resource "thing_box" "this" {
  size = 3
}

output "color" {
  value = thing_box.this.color
}
"#;

const THING: &str = r#"{
  "format_version": "1.0",
  "provider_selections": { "example.com/acme/thing": "2.0.0" },
  "provider_schemas": {
    "example.com/acme/thing": {
      "provider": { "version": 0, "block": {} },
      "resource_schemas": {
        "thing_box": {
          "version": 3,
          "block": {
            "attributes": {
              "color": { "type": "string", "computed": true },
              "size": { "type": "number", "required": true }
            }
          }
        }
      }
    }
  }
}"#;

#[test]
fn a_document_of_the_user_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("thing.json"), THING).unwrap();
    fs::write(path("values.json"), r#"{"thing_box.color": "blue"}"#).unwrap();
    let mirror = path("a mirror");
    standin(&[
        "mirror",
        &mirror,
        "--schemas",
        &path("thing.json"),
        "--values",
        &path("values.json"),
    ])
    .ok();

    let stack = Stack::empty(&folder.path().join("a mirror/terraform.rc"));
    stack.write("main.tf", USES);
    stack.init().ok();
    stack.run(&["apply", "-no-color", "-auto-approve"]).ok().says("color = \"blue\"");
    let schema = stack.run(&["providers", "schema", "-json"]).ok();
    assert!(schema.stdout.contains("\"thing_box\":{\"version\":3"), "{schema}");
}

#[test]
fn the_lock_file_is_the_same_for_every_mirror() {
    let lock = |schemas: bool| {
        let folder = tempfile::tempdir().unwrap();
        let mirror = folder.path().join("mirror").display().to_string();
        let file = folder.path().join("thing.json").display().to_string();
        fs::write(&file, THING).unwrap();
        let mut arguments = vec!["mirror", &mirror];
        if schemas {
            arguments.extend(["--schemas", &file]);
        }
        standin(&arguments).ok();
        let stack = Stack::empty(&folder.path().join("mirror/terraform.rc"));
        stack.write("main.tf", "resource \"random_id\" \"this\" {\n  byte_length = 2\n}\n");
        stack.init().ok();
        fs::read_to_string(stack.path(".terraform.lock.hcl")).unwrap()
    };
    assert_eq!(lock(false), lock(true));
}

#[test]
fn nothing_is_downloaded() {
    let stack = Stack::of("aws");
    stack.write("more.tf", "resource \"null_resource\" \"this\" {}\n");
    stack.init().fails().says("hashicorp/null was not found in any of the search locations");
}

#[test]
fn a_real_provider_is_installed_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = folder.path().join("mirror");
    let plugin = format!("acme/thing=1.2.3={PROGRAM}");
    standin(&["mirror", &mirror.display().to_string(), "--plugin", &plugin]).ok();
    let thing = mirror.join("registry.terraform.io/acme/thing/1.2.3");
    let platform = fs::read_dir(thing).unwrap().next().unwrap().unwrap().path();
    let binary = platform.join("terraform-provider-thing_v1.2.3");
    assert_eq!(fs::canonicalize(binary).unwrap(), fs::canonicalize(PROGRAM).unwrap());
}

#[test]
fn what_cannot_be_served_is_told_when_the_mirror_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let check = |text: &str, expected: &str| {
        fs::write(path("thing.json"), text).unwrap();
        standin(&["mirror", &path("mirror"), "--schemas", &path("thing.json")])
            .fails()
            .says(expected);
    };
    check("[]", "this is not a document of the shape of `terraform providers schema -json`");
    check(
        &THING.replace("1.0", "2.0"),
        "the document has the format \"2.0\", and only 1.x is understood",
    );
    check(
        &THING.replace("provider_selections", "selections"),
        "the version of the provider example.com/acme/thing is not known: add it to the document",
    );
    check(
        &THING.replace("\"computed\": true", "\"computed\": false"),
        "the schema of thing_box makes no sense: color: an attribute is required, optional, computed, or optional and computed",
    );
}
