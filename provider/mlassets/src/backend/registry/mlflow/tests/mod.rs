//! The registry in a real MLflow server, whose address is `MLASSETS_TEST_MLFLOW_URL`. Each test has a model of its own.

mod faults;
mod life;
mod races;

use std::time::Duration;

use serde_json::{Map, Value};

use super::super::{
    Deploy, Expected, Keeper, Location, NewVersion, Options, Registry, Result, Retire,
    VersionFilter,
};
use super::MlflowStore;
use crate::backend::http::retry::Policy;
use crate::backend::mlflow::{Address, Config, Mlflow, ModelVersion};

/// A model of its own on the server.
struct Ground {
    model: String,
    address: String,
    registry: Registry,
    /// For what people do by other means.
    mlflow: Mlflow,
}

impl Ground {
    fn new() -> Self {
        let address = server();
        let model = format!("m-{}", uuid::Uuid::new_v4().simple());
        let registry = open(&address, "ana");
        Self { model, registry, mlflow: client(&address, Policy::default()), address }
    }

    /// Another registry object on the same server, as another process would have.
    fn registry(&self, actor: &str) -> Registry {
        open(&self.address, actor)
    }

    fn new_version(&self, version: &str) -> NewVersion {
        NewVersion {
            model: self.model.clone(),
            version: version.to_owned(),
            artifact_uri: format!("s3://models/m/{version}"),
            artifact_sha256: "0a".repeat(32),
            description: "nightly".to_owned(),
            metadata: metadata(r#"{"actor": "release-bot", "git_sha": "abc123"}"#),
        }
    }

    /// Registers and verifies versions.
    async fn verified(&self, versions: &[&str]) {
        for version in versions {
            self.registry.register(&self.new_version(version)).await.unwrap();
            self.registry.mark_verified(&self.model, version).await.unwrap();
        }
    }

    /// To `prod`, whatever is there.
    fn to(&self, version: &str) -> Deploy {
        Deploy {
            model: self.model.clone(),
            environment: "prod".to_owned(),
            version: version.to_owned(),
            expected: Expected::Any,
            allow_rollback: true,
        }
    }

    fn retire(&self, expected: Expected) -> Retire {
        Retire { model: self.model.clone(), environment: "prod".to_owned(), expected }
    }

    /// `v1 superseded, v2 deployed; prod v2 (2) after v1`, as the registry tells it.
    async fn told(&self) -> String {
        let filter = VersionFilter { model: Some(self.model.clone()), status: None };
        let versions = self.registry.list_versions(&filter).await.unwrap();
        let versions: Vec<_> = versions
            .iter()
            .map(|version| format!("{} {}", version.version, version.status))
            .collect();
        let deployed = self.registry.find_deployment(&self.model, "prod").await.unwrap();
        let deployed = deployed.map_or_else(String::new, |deployed| {
            let previous = deployed.previous_version.as_deref().unwrap_or("nothing");
            let (version, row) = (&deployed.version, deployed.row_version);
            format!("; prod {version} ({row}) after {previous}")
        });
        format!("{}{deployed}", versions.join(", "))
    }

    /// The model versions that MLflow has under our name.
    async fn as_mlflow(&self, version: &str) -> Vec<ModelVersion> {
        let all = self.mlflow.list_versions(Some(&self.model)).await.unwrap();
        let named = all.into_iter().filter(|found| found.tag("mlassets.version") == Some(version));
        named.collect()
    }

    /// What somebody does who does not know of us.
    async fn by_hand(&self, alias: &str, number: &str) {
        self.mlflow.set_alias(&self.model, alias, number).await.unwrap();
    }
}

fn server() -> String {
    std::env::var("MLASSETS_TEST_MLFLOW_URL")
        .expect("set MLASSETS_TEST_MLFLOW_URL to an MLflow server for tests")
}

fn client(address: &str, policy: Policy) -> Mlflow {
    let (address, auth) = Address::parse(address).unwrap();
    let config = Config { timeout: Duration::from_mins(1), ..Config::new(address, auth) };
    Mlflow::with_policy(&config, policy).unwrap()
}

fn open(address: &str, actor: &str) -> Registry {
    let location = Location::parse(&format!("mlflow+{address}")).unwrap();
    Registry::new(location, Options::new(actor)).unwrap()
}

/// A registry whose client has this policy.
fn with_policy(address: &str, policy: Policy) -> Registry {
    let place = Address::parse(address).unwrap().0;
    let store = MlflowStore::with_client(client(address, policy), place, "ana");
    Registry { keeper: Keeper::Mlflow(store), ..open(address, "ana") }
}

fn metadata(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap()
}

/// The error's text, with times and the server's address made the same everywhere.
#[track_caller]
fn text<T: std::fmt::Debug>(ground: &Ground, result: Result<T>) -> String {
    let text = result.unwrap_err().to_string().replace(&ground.model, "MODEL");
    let address = ground.address.strip_prefix("http://").unwrap();
    let text = text.replace(address, "SERVER");
    let words = text.split(' ').map(|word| {
        let trimmed = word.trim_end_matches([';', ',', ':']);
        match trimmed.parse::<jiff::Timestamp>() {
            Ok(_) => word.replace(trimmed, "TIME"),
            Err(_) => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
