//! Each law, on each database.
//!
//! A law is a function of a [`Bench`]; `laws!` makes a test of it for SQLite, and for PostgreSQL when
//! the feature `acceptance` is on. `MLASSETS_TEST_POSTGRES_URL` names a server whose user may create
//! schemas; each test makes its own there and drops it when it has passed.

mod access;
mod audit;
mod credentials;
mod deployments;
#[cfg(feature = "fault-injection")]
mod faults;
mod guards;
mod locks;
mod migrations;
#[cfg(feature = "acceptance")]
mod network;
mod races;
mod versions;

use std::time::Duration;

use serde_json::{Map, Value};

use super::{
    Deploy, Deployment, DeploymentFilter, Expected, Location, NewVersion, Options, Registry,
    Result, Retire, Version, VersionFilter,
};

/// Makes a test on each database of each law.
macro_rules! laws {
    ($($law:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $law() {
                let bench = crate::backend::registry::tests::Bench::sqlite().await;
                super::$law(&bench).await;
            })*
        }

        #[cfg(feature = "acceptance")]
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $law() {
                let bench = crate::backend::registry::tests::Bench::postgres().await;
                super::$law(&bench).await;
                bench.close().await;
            })*
        }
    };
}
use laws;

/// A place for a registry, and other ways into the same place.
pub(super) struct Bench {
    address: String,
    schema: String,
    registry: Registry,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn sqlite() -> Self {
        let bench = Self::sqlite_unmigrated();
        bench.registry.migrate().await.unwrap();
        bench
    }

    fn sqlite_unmigrated() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("registry.db").to_str().unwrap().to_owned();
        Self::new(address, "core".into(), folder)
    }

    #[cfg(feature = "acceptance")]
    async fn postgres() -> Self {
        let bench = Self::postgres_unmigrated();
        bench.registry.migrate().await.unwrap();
        bench
    }

    #[cfg(feature = "acceptance")]
    fn postgres_unmigrated() -> Self {
        let address = std::env::var("MLASSETS_TEST_POSTGRES_URL")
            .expect("set MLASSETS_TEST_POSTGRES_URL to a PostgreSQL server for tests");
        let schema = format!("t_{}", uuid::Uuid::new_v4().simple());
        Self::new(address, schema, tempfile::tempdir().unwrap())
    }

    fn new(address: String, schema: String, folder: tempfile::TempDir) -> Self {
        let registry = open(&address, &schema, "ana");
        Self { address, schema, registry, _folder: folder }
    }

    /// Another registry object on the same place, as another process would have.
    fn registry(&self, actor: &str) -> Registry {
        open(&self.address, &self.schema, actor)
    }

    fn is_sqlite(&self) -> bool {
        self.registry.location().file().is_some()
    }

    /// SQL from someone who does not go through the registry; `{schema}.` is put right.
    async fn sql(&self, sql: &str) -> Result<(), String> {
        if self.is_sqlite() {
            let connection = rusqlite::Connection::open(&self.address).unwrap();
            connection.busy_timeout(Duration::from_secs(10)).unwrap();
            let sql = sql.replace("{schema}", "main");
            return connection.execute_batch(&sql).map_err(|error| error.to_string());
        }
        let sql = sql.replace("{schema}", &self.schema);
        self.client().await.batch_execute(&sql).await.map_err(|error| {
            error.as_db_error().map_or_else(
                || error.to_string(),
                |db| format!("{}: {}", db.constraint().unwrap_or("-"), db.message()),
            )
        })
    }

    async fn client(&self) -> tokio_postgres::Client {
        // The address may ask for TLS in words that only the registry knows.
        let (address, _) = self.address.split_once('?').unwrap_or((&self.address, ""));
        let connect = tokio_postgres::connect(address, tokio_postgres::NoTls);
        let (client, connection) = connect.await.unwrap();
        tokio::spawn(connection);
        client
    }

    #[cfg(feature = "acceptance")]
    async fn close(self) {
        self.sql("DROP SCHEMA {schema} CASCADE").await.unwrap();
    }

    async fn register(&self, version: &str) -> Version {
        self.registry.register(&new_version(version)).await.unwrap().version
    }

    /// Registers and verifies versions.
    async fn verified(&self, versions: &[&str]) {
        for version in versions {
            self.register(version).await;
            self.registry.mark_verified("m", version).await.unwrap();
        }
    }

    /// Deploys to `prod`, whatever is there.
    async fn deploy(&self, version: &str) -> Deployment {
        self.registry.deploy(&deploy(version)).await.unwrap()
    }

    /// The statuses of all versions: `v1 superseded, v2 deployed`.
    async fn statuses(&self) -> String {
        let versions = self.registry.list_versions(&VersionFilter::default()).await.unwrap();
        let words =
            versions.iter().map(|version| format!("{} {}", version.version, version.status));
        words.collect::<Vec<_>>().join(", ")
    }

    /// The deployments of all environments, oldest first: `prod v1 superseded, prod v2 deployed`.
    async fn deployments(&self) -> String {
        let rows = self.registry.list_deployments(&DeploymentFilter::default()).await.unwrap();
        let words =
            rows.iter().map(|row| format!("{} {} {}", row.environment, row.version, row.status));
        words.collect::<Vec<_>>().join(", ")
    }
}

fn open(address: &str, schema: &str, actor: &str) -> Registry {
    let options = Options { schema: schema.into(), ..Options::new(actor) };
    Registry::new(Location::parse(address).unwrap(), options).unwrap()
}

/// Version `version` of model `m`.
fn new_version(version: &str) -> NewVersion {
    NewVersion {
        model: "m".into(),
        version: version.into(),
        artifact_uri: format!("s3://models/m/{version}"),
        artifact_sha256: "0a".repeat(32),
        description: "nightly".into(),
        metadata: metadata(r#"{"actor": "release-bot", "git_sha": "abc123"}"#),
    }
}

fn metadata(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap()
}

/// To `prod`, whatever is there.
fn deploy(version: &str) -> Deploy {
    Deploy {
        model: "m".into(),
        environment: "prod".into(),
        version: version.into(),
        expected: Expected::Any,
        allow_rollback: true,
    }
}

fn retire(expected: Expected) -> Retire {
    Retire { model: "m".into(), environment: "prod".into(), expected }
}

/// The error's text, with times and places made the same everywhere.
#[track_caller]
fn text<T: std::fmt::Debug>(bench: &Bench, result: Result<T>) -> String {
    let text = result.unwrap_err().to_string();
    let text = text.replace(&bench.registry.location().to_string(), "PLACE");
    let words = text.split(' ').map(|word| {
        let trimmed = word.trim_end_matches([';', ',', ':']);
        match trimmed.parse::<jiff::Timestamp>() {
            Ok(_) => word.replace(trimmed, "TIME"),
            Err(_) => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
