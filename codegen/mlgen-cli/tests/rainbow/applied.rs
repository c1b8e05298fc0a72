//! A test for each row: the environments are rendered and applied once, for all rows together.

use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use serde_json::{Value as Json, json};

use super::rows::{ENVIRONMENTS, Row, rows};
use super::system::System;
use crate::acceptance::host::{self, Stack};
use crate::acceptance::tools;
use crate::{Trial, repository, test};

/// What stands for the values of all secrets.
const SECRET: &str = "canary-of-a-secret";

/// An environment as the spec has it, or with the design's own values.
#[derive(Clone, Copy)]
enum Kind {
    Spec,
    Literal,
}

pub(super) fn trials() -> Vec<Trial> {
    let checked = rows().into_iter().filter(|(_, row)| row.is_checked());
    checked
        .map(|(name, row)| test(format!("rainbow::{name}"), move || check(&name, &row)))
        .collect()
}

fn check(name: &str, row: &Row) {
    let mut misses = Vec::new();
    for (index, environment) in ENVIRONMENTS.into_iter().enumerate() {
        let places = row.places(environment);
        if places.iter().any(|places| !places.is_empty()) {
            let system = system(index, Kind::Spec);
            let found = places.into_iter().flat_map(|places| system.misses(places));
            misses.extend(found.map(|miss| format!("{environment}: {miss}")));
        }
        let literal = row.literal(environment);
        if !literal.is_empty() {
            let found = system(index, Kind::Literal).misses(&literal);
            misses.extend(found.into_iter().map(|miss| format!("{environment}, literal: {miss}")));
        }
    }
    assert!(misses.is_empty(), "{name}: {}\n  {}", row.says, misses.join("\n  "));
}

fn system(index: usize, kind: Kind) -> &'static System {
    static ALL: [[OnceLock<System>; 2]; 3] = [const { [const { OnceLock::new() }; 2] }; 3];
    ALL[index][kind as usize].get_or_init(|| rendered(ENVIRONMENTS[index], kind))
}

fn rendered(environment: &str, kind: Kind) -> System {
    let name = match kind {
        Kind::Spec => format!("rainbow-{environment}"),
        Kind::Literal => format!("rainbow-{environment}-literal"),
    };
    let project = host::folder().join("projects").join(name);
    host::copy(&repository::root().join("examples/rainbow-seeker"), &project);

    let settings = match kind {
        Kind::Spec => Vec::new(),
        Kind::Literal => rows().values().flat_map(|row| row.settings(environment)).collect(),
    };
    let mut arguments = vec!["render", "--env", environment];
    arguments.extend(settings.iter().flat_map(|setting| ["--set", setting.as_str()]));
    tools::mlgen(&project, &arguments).ok();

    let stack = project.join("deploy").join(environment).join("aws");
    let resources = if stack.is_dir() {
        applied(Stack::at(stack.clone()), environment)
    } else {
        BTreeMap::new()
    };
    System { project, stack, resources }
}

/// The resources of a stack after the first `terraform apply`.
fn applied(mut stack: Stack, environment: &str) -> BTreeMap<String, Json> {
    stack.set("image_tag", "4f2a9c1");
    stack.set("firebase_project_id", "rainbow-seeker-test");
    let secrets = json!({ "jwt_secret": SECRET, "weather_api_key": SECRET });
    stack.set("secret_values", &secrets.to_string());
    stack.init();
    let variables = format!("-var-file={environment}.tfvars");
    stack.run(&["apply", "-no-color", "-auto-approve", &variables]).quiet();

    let state = fs::read_to_string(stack.folder().join("terraform.tfstate")).unwrap();
    assert!(!state.contains(SECRET), "the state of {environment} holds a secret");
    let shown = stack.run(&["show", "-json"]).ok().stdout;
    let shown: Json = serde_json::from_str(&shown).unwrap();
    let mut found = BTreeMap::new();
    collect(&shown["values"]["root_module"], &mut found);
    found
}

fn collect(module: &Json, found: &mut BTreeMap<String, Json>) {
    let items = |name: &str| module[name].as_array().cloned().unwrap_or_default();
    for resource in items("resources").iter().filter(|resource| resource["mode"] == "managed") {
        let address = resource["address"].as_str().unwrap().to_owned();
        found.insert(address, resource["values"].clone());
    }
    for child in items("child_modules") {
        collect(&child, found);
    }
}
