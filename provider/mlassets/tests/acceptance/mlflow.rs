//! The registry in MLflow: the guide's configuration from its first apply to its end, and what is said where MLflow has
//! no such thing.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use mlassets::backend::mlflow::{Address, Config, Mlflow};
use mlassets::backend::registry::{Location, Options, Registry, Status};
use serde_json::{Value as Json, json};

use crate::audit::{audited, events};
use crate::harness::{Run, Workspace, told, unique};
use crate::kill::kill_at_each_point;
use crate::meddle::wait;
use crate::messages::Expected;
use crate::server::Server;

const V1: &str = "2025-01-15-v1";
const V2: &str = "2025-02-01-v1";
const DEPLOYMENT: &str = "mlassets_model_deployment.ranker";
const VERSION: &str = "mlassets_model_version.ranker";

/// The guide's configuration, for a model that no other test has.
fn guide(model: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/registry-backends.md");
    let page = fs::read_to_string(page).expect("the guide is there");
    let block = page.split("```terraform\n").nth(1).expect("the guide has a configuration");
    let block = block.split("```").next().expect("a split has a first part");
    block.replace("= \"ranker\"", &format!("= {model:?}"))
}

/// One model in MLflow, with Terraform and without it.
struct Ground {
    model: String,
    workspace: Workspace,
    registry: Registry,
    mlflow: Mlflow,
}

impl Ground {
    fn new() -> Self {
        Self::within(Workspace::new)
    }

    /// A ground whose workspace is made from its configuration.
    fn within(workspace: impl FnOnce(&str) -> Workspace) -> Self {
        let url = told("MLASSETS_TEST_MLFLOW_URL");
        let model = unique("ranker");
        let workspace = workspace(&guide(&model)).env("MLFLOW_TRACKING_URI", &*url);
        let (address, auth) = Address::parse(&url).expect("the test's server has an address");
        let mlflow = Mlflow::new(&Config::new(address, auth)).expect("a client can be made");
        let location = Location::parse(&format!("mlflow+{url}")).expect("so it has with its kind");
        let registry = Registry::new(location, Options::new("test")).expect("the names are good");
        Ground { model, workspace, registry, mlflow }
    }

    fn release(&self, version: &str, digit: &str) -> Run {
        let sha256 = digit.repeat(64);
        let values = format!("release = {{ version = {version:?}, sha256 = {sha256:?} }}\n");
        self.workspace.write("terraform.tfvars", &values);
        let applied = self.workspace.apply();
        if applied.code == Some(0) {
            self.workspace.plan_is_empty();
        }
        applied
    }

    #[track_caller]
    fn status(&self, version: &str) -> Status {
        let found = wait(self.registry.find_version(&self.model, version));
        found.expect("the server answers").expect("it is registered").status
    }

    fn alias(&self) -> Option<String> {
        let model = wait(self.mlflow.find_model(&self.model)).expect("the server answers");
        model.and_then(|model| model.alias("deployed-production").map(str::to_owned))
    }
}

#[test]
fn a_model_lives_in_mlflow() {
    let ground = Ground::new();
    let workspace = &ground.workspace;
    ground.release(V1, "a").ok().says("2 added, 0 changed, 0 destroyed.");
    ground.release(V2, "b").ok().says("1 added, 1 changed, 1 destroyed.");
    assert_eq!((ground.alias().as_deref(), ground.status(V1)), (Some("2"), Status::Superseded));
    ground.release(V1, "a").ok().says("1 added, 1 changed, 1 destroyed.");
    assert_eq!((ground.alias().as_deref(), ground.status(V2)), (Some("1"), Status::RolledBack));
    let state = workspace.state(DEPLOYMENT);
    assert_eq!((&state["previous_version"], &state["row_version"]), (&json!(V2), &json!(3)));
    ground.release(V2, "c").fails().says("Version is taken").says("another artifact_sha256");
    ground.release(V1, "a").ok();

    // Somebody moves the alias.
    wait(ground.mlflow.set_alias(&ground.model, "deployed-production", "2")).expect("it moves");
    let plan = workspace.run(&["plan", "-json", "-input=false"]).ok();
    assert_eq!(plan.changes("planned_change"), [(DEPLOYMENT.to_owned(), "update".to_owned())]);
    assert!(plan.changes("resource_drift").contains(&(DEPLOYMENT.to_owned(), "update".to_owned())));
    ground.release(V1, "a").ok().says("0 added, 1 changed, 0 destroyed.");
    assert_eq!(ground.alias().as_deref(), Some("1"));

    for (address, id) in [(VERSION, V1), (DEPLOYMENT, "production")] {
        let id = format!("{}@{id}", ground.model);
        workspace.run(&["state", "rm", address]).ok();
        workspace.run(&["import", "-no-color", "-input=false", address, &id]).ok();
        workspace.plan_is_empty();
    }
    workspace.write(
        "data.tf",
        &format!(
            "data \"mlassets_model_deployment\" \"there\" {{\n  model = {:?}\n  environment = \"production\"\n}}\n\
             output \"there\" {{\n  value = data.mlassets_model_deployment.there.version\n}}\n\
             data \"mlassets_model_version\" \"older\" {{\n  model = {0:?}\n  version = {V2:?}\n}}\n\
             output \"older\" {{\n  value = data.mlassets_model_version.older.status\n}}\n",
            ground.model
        ),
    );
    workspace.apply().ok().says(&format!("there = \"{V1}\"")).says("older = \"rolled_back\"");
    workspace.write("data.tf", "");

    workspace.destroy().ok();
    assert_eq!((ground.alias(), ground.status(V1)), (None, Status::Superseded));
}

/// MLflow has no audit of its own, so what Terraform did is told: a release, a rollback, and the end.
#[test]
fn a_release_and_a_rollback_are_told() {
    let ground = Ground::within(audited);
    for (version, digit) in [(V1, "a"), (V2, "b"), (V1, "a")] {
        ground.release(version, digit).ok();
    }
    let record = ground.workspace.state(DEPLOYMENT)["audit_record_id"].clone();
    assert!(record.is_string(), "{record}");
    ground.workspace.destroy().ok();
    let told = |kind: &str| -> Vec<String> {
        let of_kind = |event: &Json| event["asset"]["type"] == kind;
        let side = |side: &Json| side["version"].as_str().unwrap_or("-").to_owned();
        let tell = |event: Json| {
            let operation = event["operation"].as_str().expect("a text").to_owned();
            format!("{operation} {} -> {}", side(&event["before"]), side(&event["after"]))
        };
        events(&ground.workspace).into_iter().filter(of_kind).map(tell).collect()
    };
    let deployed = [
        format!("create - -> {V1}"),
        format!("update {V1} -> {V2}"),
        format!("update {V2} -> {V1}"),
        format!("destroy {V1} -> -"),
    ];
    assert_eq!(told("mlassets_model_deployment"), deployed);
    // A release declares another version, and Terraform forgets the one before, which stays where it is.
    let declared = [V1, V2].map(|version| format!("create - -> {version}"));
    assert_eq!(told("mlassets_model_version"), declared);
}

/// A release killed at each of its points: the next one ends it, with nothing lost and nothing twice.
#[test]
fn a_release_that_is_killed_comes_true() {
    let ground = Ground::new();
    let name = |round: usize| format!("2025-01-15-v{}", round + 1);
    let set = |round: usize| {
        let values = format!(
            "release = {{ version = {:?}, sha256 = {:?} }}\n",
            name(round),
            format!("{round:064}")
        );
        ground.workspace.write("terraform.tfvars", &values);
    };
    set(0);
    ground.workspace.apply().ok();
    // What makes the first version is told by other tests; here one takes the place of another.
    let killed = kill_at_each_point(
        &ground.workspace,
        &[],
        |round| set(round + 1),
        |round| {
            let found = wait(ground.registry.find_deployment(&ground.model, "production"));
            let deployed = found.expect("the server answers").expect("one is deployed");
            assert_eq!(deployed.version, name(round + 1));
            let all = wait(ground.mlflow.list_versions(Some(&ground.model)));
            let all = all.expect("the server answers");
            let mut names: Vec<_> =
                all.iter().filter_map(|version| version.tag("mlassets.version")).collect();
            names.sort_unstable();
            let mut expected: Vec<_> = (0..round + 2).map(name).collect();
            expected.sort_unstable();
            assert_eq!(names, expected, "each once");
            for older in 0..=round {
                assert_eq!(ground.status(&name(older)), Status::Superseded);
            }
        },
    );
    assert!(killed > 10, "{killed}");
}

#[test]
fn what_mlflow_lacks_is_an_error() {
    let ground = Ground::new();
    ground.workspace.write(
        "more.tf",
        "resource \"mlassets_model_registry\" \"this\" {}\n\
         ephemeral \"mlassets_registry_lock\" \"publish\" {}\n",
    );
    ground.workspace.write("terraform.tfvars", "release = { version = \"v1\", sha256 = \"a\" }\n");
    let run = ground.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails();
    let text = run.text();
    assert!(text.contains("Not with MLflow"), "{text}");
    assert!(text.contains("hold a lock of a registry in a database"), "{text}");

    ground.workspace.write("more.tf", "resource \"mlassets_model_registry\" \"this\" {}\n");
    let sha256 = "a".repeat(64);
    let values = format!("release = {{ version = {V1:?}, sha256 = {sha256:?} }}\n");
    ground.workspace.write("terraform.tfvars", &values);
    let detail = "MLflow … is no database of mlassets: MLflow makes and keeps its tables itself, so there is nothing to \
                  create or to upgrade; leave `mlassets_model_registry` out of this configuration.";
    let run = ground.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails();
    run.errs(&[Expected { at: "", summary: "Not with MLflow", detail }]);
}

#[test]
fn credentials_are_sent_and_never_shown() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&heads);
    let server = Server::start(move |request| {
        heard.lock().expect("no test panics with it").push(request.head.clone());
        (401, String::new(), "You are not authenticated. hunter2".to_owned())
    });
    let config = guide("ranker");
    let sha256 = "a".repeat(64);
    let values = format!("release = {{ version = {V1:?}, sha256 = {sha256:?} }}\n");
    let workspace = Workspace::new(&config)
        .env("MLFLOW_TRACKING_URI", format!("http://127.0.0.1:{}", server.port))
        .env("MLFLOW_TRACKING_USERNAME", "ana")
        .env("MLFLOW_TRACKING_PASSWORD", "hunter2")
        .env("TF_LOG", "TRACE");
    workspace.write("terraform.tfvars", &values);
    let run = workspace.apply().fails();
    let text = run.text();
    for secret in ["hunter2", "YW5hOmh1bnRlcjI"] {
        assert!(!text.contains(secret), "a secret is shown");
    }
    run.says("MLflow denied access").says(
        "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.",
    );
    let heads = heads.lock().expect("no test panics with it");
    let sent = |head: &String| head.to_lowercase().contains("authorization: basic yw5homh1bnrlcji");
    assert!(!heads.is_empty() && heads.iter().all(sent), "{heads:?}");
}
