//! Each chart: linted, rendered and validated with its own `ci/` values, and what it must refuse refused.

use std::fs;
use std::path::Path;

use mlgen::node::{Node, Value};
use mlgen::source::Sources;
use mlgen::{diag, yaml};
use serde_json::Value as Json;

use super::host;
use super::tools::{self, Run};
use crate::repository::{Module, has_ending, modules, names};
use crate::{Trial, test};

/// The oldest Kubernetes that the charts are for, and the newest that the checkers know.
const KUBERNETES: [&str; 2] = ["1.30", "1.37"];

/// The namespace and the release of everything here.
const RELEASE: [&str; 3] = ["ml-assets-worker", "--namespace", "ml-assets-core"];

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = vec![test("charts::prefect_worker_by_flags_alone", prefect_worker)];
    for module in modules().into_iter().filter(Module::is_chart) {
        for file in names(&module.folder().join("ci")) {
            let (name, chart) = (format!("charts::{}/ci/{file}", module.kind), module.clone());
            trials.push(test(name, move || values(&chart, &file)));
        }
        let name = format!("charts::{}/tests/refused.yaml", module.kind);
        trials.push(test(name, move || refused(&module)));
    }
    trials
}

/// Lints and renders a chart; gives its manifests, which are sound and all in the namespace of the release.
///
/// The arguments are the chart's folder and flags for values.
#[track_caller]
pub(super) fn check(arguments: &[&str]) -> Vec<Json> {
    let lint = [&["lint", "--strict", "--quiet"], arguments].concat();
    tools::helm(&lint).quiet();
    let text = template(arguments).quiet().stdout;
    let ragged = text.lines().find(|line| line.ends_with(' '));
    assert_eq!(ragged, None, "a line ends in a space");
    validate(&text);
    assert_eq!(template(arguments).ok().stdout, text, "it renders the same every time");
    let manifests = documents(&text);
    for manifest in &manifests {
        assert_eq!(manifest["metadata"]["namespace"], RELEASE[2], "{manifest}");
    }
    manifests
}

fn template(arguments: &[&str]) -> Run {
    tools::helm(&[&["template"], &RELEASE[..], arguments].concat())
}

#[track_caller]
fn validate(manifests: &str) {
    let file = temporary("manifests.yaml", manifests);
    for version in KUBERNETES {
        let strict = ["--strict", "--kubernetes-version", version, file.path()];
        tools::checks("kubernetes-validate", &strict).quiet();
    }
}

fn values(chart: &Module, file: &str) {
    let folder = chart.folder().display().to_string();
    let values = format!("{folder}/ci/{file}");
    assert!(has_ending(file, "yaml"), "{values} is not YAML");
    check(&[&folder, "--values", &values]);
}

/// Each entry of `tests/refused.yaml`, on top of the least values.
fn refused(chart: &Module) {
    let folder = chart.folder().display().to_string();
    let least = format!("{folder}/ci/least-values.yaml");
    let text = fs::read_to_string(chart.folder().join("tests/refused.yaml")).unwrap();
    let cases = document("refused.yaml", &text);
    let cases = cases.as_array().expect("refused.yaml is a list");
    assert!(!cases.is_empty(), "nothing is refused");
    let mut wrong = Vec::new();
    for case in cases {
        let says = case["says"].as_str().expect("a case says what Helm must say");
        let file = temporary("values.json", &case["values"].to_string());
        let run = template(&[&folder, "--values", &least, "--values", file.path()]);
        if run.code == Some(0) || !run.stderr.contains(says) {
            wrong.push(format!("{} must be refused with {says:?}: {run}", case["values"]));
        }
    }
    // What is required has no default.
    if template(&[&folder]).code == Some(0) {
        wrong.push("it can be installed without any value".to_owned());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An operator adds a worker to a cluster with these flags and no file.
fn prefect_worker() {
    let image = "asia-northeast1-docker.pkg.dev/prod/ml-assets-core/worker";
    let folder = host::folder().join("modules/helm/prefect-worker").display().to_string();
    let render = |tag: &str| {
        let flags = [
            &format!("image.repository={image}"),
            &format!("image.tag={tag}"),
            "prefect.apiUrl=https://prefect.prod/api",
            "prefect.apiKeySecretRef.name=prefect-api-key",
            "prefect.workPool=ml-assets-core-prod",
        ];
        let flags = flags.iter().flat_map(|flag| ["--set", flag]);
        let arguments: Vec<&str> = std::iter::once(folder.as_str()).chain(flags).collect();
        check(&arguments)
    };
    let manifests = render("2025-01-15");
    let mut deployments = manifests.iter().filter(|manifest| manifest["kind"] == "Deployment");
    let (Some(deployment), None) = (deployments.next(), deployments.next()) else {
        panic!("there is one Deployment");
    };
    assert_eq!(deployment["metadata"]["name"], RELEASE[0]);
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    // The tag looks like a date and stays the text that it is.
    assert_eq!(container["image"], format!("{image}:2025-01-15"));
    let arguments: Vec<&str> =
        container["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(arguments[..3], ["prefect", "worker", "start"]);
    assert!(arguments.windows(2).any(|pair| pair == ["--pool", "ml-assets-core-prod"]));
    let variable = |name: &str| {
        let all = container["env"].as_array().unwrap();
        all.iter().find(|variable| variable["name"] == name).unwrap()
    };
    assert_eq!(variable("PREFECT_API_URL")["value"], "https://prefect.prod/api");
    assert_eq!(
        variable("PREFECT_API_KEY")["valueFrom"]["secretKeyRef"],
        serde_json::json!({ "name": "prefect-api-key", "key": "key" })
    );

    let texts = ["2025-01-15", "2025-02-01"].map(|tag| {
        let lines: Vec<String> = render(tag).iter().map(ToString::to_string).collect();
        lines.join("\n").replace(tag, "TAG")
    });
    assert_eq!(texts[0], texts[1], "a new tag changes the image and nothing else");
}

/// The documents of a stream.
fn documents(text: &str) -> Vec<Json> {
    let parts = text.split("\n---\n").map(|part| part.trim_start_matches("---\n"));
    let written = |part: &&str| part.lines().any(|line| !line.is_empty() && !line.starts_with('#'));
    parts.filter(written).map(|part| document("manifest.yaml", part)).collect()
}

#[track_caller]
fn document(name: &str, text: &str) -> Json {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let (node, diags) = yaml::parse(&sources, file);
    let errors = diags.sorted(&sources);
    let errors: Vec<String> =
        errors.iter().map(|error| diag::render(error, &sources, false)).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    json(&node.expect("a document without an error has a value"))
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(number) => Json::Number(number.clone()),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => {
            Json::Object(map.iter().map(|(key, entry)| (key.clone(), json(&entry.node))).collect())
        }
    }
}

/// A file that is gone with the value.
struct Temporary {
    path: String,
    _folder: tempfile::TempDir,
}

impl Temporary {
    fn path(&self) -> &str {
        &self.path
    }
}

fn temporary(name: &str, text: &str) -> Temporary {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(Path::new(name));
    fs::write(&path, text).unwrap();
    Temporary { path: path.display().to_string(), _folder: folder }
}
