//! What others do behind Terraform's back, through the real services.

use std::path::PathBuf;

use mlassets::backend::prefect::{Config, Prefect};
use mlassets::backend::registry::{Location, Options, Registry};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::harness::{told, unique};

/// Waits for what is asynchronous.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a thread can run a runtime").block_on(work)
}

/// The test's Prefect server.
pub(crate) fn prefect() -> Prefect {
    let url = told("MLASSETS_TEST_PREFECT_API_URL");
    Prefect::new(&Config::new(url)).expect("the address of the test server is well formed")
}

/// Posts to the Prefect server what the provider's own client never does, until it is taken: a server on
/// SQLite turns writers away while another one writes.
pub(crate) fn post(path: &str, body: &Json) -> Json {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    wait(async {
        let client = reqwest::Client::new();
        let url = format!("{}{path}", told("MLASSETS_TEST_PREFECT_API_URL"));
        for _ in 0..200 {
            let answer = client.post(&url).json(body).send().await.expect("the server answers");
            if answer.status() != reqwest::StatusCode::SERVICE_UNAVAILABLE {
                let answer = answer.error_for_status().expect("the server does as asked");
                return answer.json().await.unwrap_or(Json::Null);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the server is busy for ever: {path}")
    })
}

/// Deploys a flow under this name, as Prefect's own tools do, and gives the ID of the deployment.
pub(crate) fn deploy(flow: &str, name: &str, pool: Option<&str>) -> String {
    let flow = post("/flows/", &serde_json::json!({ "name": flow }))["id"].clone();
    let body = serde_json::json!({
        "name": name, "flow_id": flow, "work_pool_name": pool, "tags": ["deployed", name],
    });
    let deployed = post("/deployments/", &body);
    deployed["id"].as_str().expect("a deployment has an ID").to_owned()
}

/// Deletes a deployment, of which the provider's own client is not capable.
pub(crate) fn undeploy(id: &str) {
    let url = format!("{}/deployments/{id}", told("MLASSETS_TEST_PREFECT_API_URL"));
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    wait(async {
        for _ in 0..200 {
            let answer = reqwest::Client::new().delete(&url).send().await;
            let status = answer.expect("the server answers").status();
            if status != reqwest::StatusCode::SERVICE_UNAVAILABLE {
                assert!(status.is_success(), "{status}");
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the server is busy for ever: {url}")
    });
}

/// Pauses or resumes a deployment.
pub(crate) fn set_paused(id: &str, paused: bool) {
    assert!(wait(prefect().set_paused(id, paused)).expect("the server answers"), "it is gone");
}

/// The names of the deployments of a pool that are paused.
pub(crate) fn paused_in(pool: &str) -> Vec<String> {
    let found = wait(prefect().deployments_of_pool(pool)).expect("the server answers");
    let paused = found.into_iter().filter(|deployment| deployment.paused);
    paused.map(|deployment| deployment.name).collect()
}

/// Which database holds a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Sqlite,
    Postgres,
}

/// A registry of a test's own, dropped with it.
pub(crate) struct Place {
    store: Store,
    folder: TempDir,
    /// The schema in PostgreSQL.
    pub(crate) schema: String,
}

impl Place {
    /// A place in which there is no registry yet.
    pub(crate) fn new(store: Store) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Place { store, folder, schema: unique("s").replace('-', "_") }
    }

    /// The `provider` block for it.
    pub(crate) fn provider(&self) -> String {
        let schema = match self.store {
            Store::Sqlite => String::new(),
            Store::Postgres => format!("    schema = {:?}\n", self.schema),
        };
        format!(
            "provider \"mlassets\" {{\n  registry {{\n    url = {:?}\n{schema}  }}\n}}\n",
            self.url()
        )
    }

    /// Its name, as the resource shows it.
    pub(crate) fn id(&self) -> &str {
        if self.store == Store::Sqlite { "core" } else { &self.schema }
    }

    /// A client that acts for somebody else.
    pub(crate) fn registry(&self) -> Registry {
        let options = Options { schema: self.schema.clone(), ..Options::new("somebody-else") };
        let location = Location::parse(&self.url()).expect("the test's address is well formed");
        Registry::new(location, options).expect("the test's names are well formed")
    }

    /// Removes the registry with all that is in it.
    pub(crate) fn vanish(&self) {
        match self.store {
            Store::Sqlite => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", self.file().display()));
                }
            }
            Store::Postgres => {
                self.sql(&format!("DROP SCHEMA IF EXISTS \"{}\" CASCADE", self.schema));
            }
        }
    }

    /// Runs a statement in the registry.
    pub(crate) fn sql(&self, sql: &str) {
        match self.store {
            Store::Sqlite => {
                let database = rusqlite::Connection::open(self.file()).expect("the file is there");
                database.execute_batch(sql).expect("the statement is good");
            }
            Store::Postgres => wait(async {
                let connected = tokio_postgres::connect(&self.url(), tokio_postgres::NoTls).await;
                let (client, connection) = connected.expect("the test's PostgreSQL answers");
                let sql = format!("SET search_path = \"{}\"; {sql}", self.schema);
                tokio::select! {
                    done = client.batch_execute(&sql) => done.expect("the statement is good"),
                    ended = connection => panic!("the connection ended: {ended:?}"),
                }
            }),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("registry.db")
    }

    fn url(&self) -> String {
        match self.store {
            Store::Sqlite => self.file().display().to_string(),
            Store::Postgres => told("MLASSETS_TEST_POSTGRES_URL"),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.vanish();
    }
}

/// What the test's Redis server answers to a command.
pub(crate) fn redis<T: redis::FromRedisValue>(words: &[&str]) -> T {
    let client = redis::Client::open(told("MLASSETS_TEST_REDIS_URL"))
        .expect("the test's server has an address");
    let mut connection = client.get_connection().expect("the test's server answers");
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command.query(&mut connection).unwrap_or_else(|error| panic!("{words:?}: {error}"))
}
