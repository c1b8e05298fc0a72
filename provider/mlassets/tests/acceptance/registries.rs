//! A registry of a test's own, in a SQLite file or in a schema of the PostgreSQL server, and raw SQL on it.

use std::future::Future;
use std::path::PathBuf;

use mlassets::backend::registry::{Location, NewVersion, Options, Registry};
use tempfile::TempDir;

use crate::harness::{told, unique};

/// Where the registry is; its tables are made at once and removed in the end.
pub(crate) struct Ground {
    url: String,
    schema: String,
    folder: TempDir,
}

impl Ground {
    /// A SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = folder.path().join("shared.db").display().to_string();
        Ground { url, schema: "core".to_owned(), folder }.migrated()
    }

    /// A schema of the test's PostgreSQL server.
    pub(crate) fn postgres() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let schema = unique("acceptance").replace('-', "_");
        Ground { url: told("MLASSETS_TEST_POSTGRES_URL"), schema, folder }.migrated()
    }

    fn migrated(self) -> Self {
        wait(self.registry().migrate()).expect("a fresh registry can be migrated");
        self
    }

    /// The provider's configuration for it.
    pub(crate) fn provider(&self) -> String {
        provider(&self.url, &self.schema)
    }

    /// The registry by the backend's own API.
    pub(crate) fn registry(&self) -> Registry {
        let location = Location::parse(&self.url).expect("the test's registry has an address");
        let options = Options { schema: self.schema.clone(), ..Options::new("acceptance") };
        Registry::new(location, options).expect("the test's registry has good names")
    }

    /// Adds a version that can be deployed.
    pub(crate) fn register(&self, model: &str, version: &str) {
        let new = NewVersion {
            model: model.to_owned(),
            version: version.to_owned(),
            artifact_uri: format!("s3://models/{model}/{version}/"),
            artifact_sha256: "0".repeat(64),
            ..NewVersion::default()
        };
        let registry = self.registry();
        wait(registry.register(&new)).expect("a new version can be registered");
        wait(registry.mark_verified(model, version)).expect("a new version can be verified");
    }

    /// The rows of a query as texts, columns joined by a space.
    pub(crate) fn sql(&self, query: &str) -> Vec<String> {
        if self.url.starts_with("postgres") {
            postgres(&self.url, &self.schema, query)
        } else {
            sqlite(&PathBuf::from(&self.url), query)
        }
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if self.url.starts_with("postgres") {
            postgres(&self.url, &self.schema, &format!("DROP SCHEMA {} CASCADE", self.schema));
        }
        assert!(self.folder.path().exists(), "nobody removes the folder before");
    }
}

/// The provider's configuration for a registry.
pub(crate) fn provider(url: &str, schema: &str) -> String {
    format!(
        "provider \"mlassets\" {{\n  registry {{\n    url    = {url:?}\n    schema = {schema:?}\n  }}\n}}\n"
    )
}

/// The rows of a query on a SQLite file.
pub(crate) fn sqlite(file: &PathBuf, query: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).expect("a SQLite file");
    let mut statement = connection.prepare(query).expect("good SQL");
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells = (0..columns).map(|column| {
            Ok(match row.get_ref(column)? {
                rusqlite::types::ValueRef::Null => "-".to_owned(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str()?.to_owned(),
            })
        });
        cells.collect::<rusqlite::Result<Vec<_>>>()
    });
    let rows = rows.expect("a query that runs");
    rows.map(|cells| cells.expect("columns of text or numbers").join(" ")).collect()
}

/// The rows of statements in a schema of a PostgreSQL server.
pub(crate) fn postgres(url: &str, schema: &str, query: &str) -> Vec<String> {
    wait(async {
        let (client, connection) =
            tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the test's server");
        tokio::spawn(connection);
        let script = format!("SET search_path TO {schema}; {query}");
        let messages = client.simple_query(&script).await.expect("good SQL");
        let rows = messages.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let cells = rows.map(|row| (0..row.len()).map(|column| row.get(column).unwrap_or("-")));
        cells.map(|cells| cells.collect::<Vec<_>>().join(" ")).collect()
    })
}

/// Waits for a future on a runtime of its own.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime can be started");
    runtime.block_on(future)
}
