//! Laws of migrations: forward only, once, whole, and never over what others made.

use super::{Bench, laws, new_version, text};
use crate::backend::registry::migration::{self, Migration};
use crate::backend::registry::{Error, SchemaState};

laws!(
    migrating_twice_is_once,
    state_counts,
    an_absent_registry_says_so,
    steps_go_forward,
    a_changed_step_is_refused,
    a_newer_schema_is_refused,
    a_failing_step_leaves_nothing,
    a_foreign_table_is_refused,
    a_foreign_record_is_refused,
    an_equal_table_that_we_did_not_make_is_refused,
    a_lost_column_is_noticed,
    more_columns_do_no_harm,
    each_registry_has_an_origin_of_its_own,
);

/// A place like the bench's, without tables.
struct Empty(Bench);

impl Empty {
    fn beside(bench: &Bench) -> Self {
        Self(if bench.is_sqlite() {
            Bench::sqlite_unmigrated()
        } else {
            let schema = format!("t_{}", uuid::Uuid::new_v4().simple());
            Bench::new(bench.address.clone(), schema, tempfile::tempdir().unwrap())
        })
    }

    async fn with(bench: &Bench, sql: &str) -> Self {
        let empty = Self::beside(bench);
        if !bench.is_sqlite() {
            empty.0.sql("CREATE SCHEMA {schema}").await.unwrap();
        }
        empty.0.sql(sql).await.unwrap();
        empty
    }

    async fn close(self) {
        if !self.0.is_sqlite() {
            self.0.sql("DROP SCHEMA IF EXISTS {schema} CASCADE").await.unwrap();
        }
    }
}

/// The migrations of the bench's database.
fn embedded(bench: &Bench) -> &'static [Migration] {
    if bench.is_sqlite() { migration::SQLITE } else { migration::POSTGRES }
}

/// The embedded migrations and one more.
fn and(bench: &Bench, sql: &'static str) -> &'static [Migration] {
    let mut migrations = embedded(bench).to_vec();
    let version = migration::latest(&migrations) + 1;
    migrations.push(Migration { version, name: "more", sql });
    migrations.leak()
}

async fn migrating_twice_is_once(bench: &Bench) {
    bench.register("v1").await;
    assert!(bench.registry.migrate().await.unwrap().is_empty());
    assert_eq!(bench.statuses().await, "v1 registered");
}

async fn state_counts(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v1").await;
    assert_eq!(
        bench.registry.schema_state().await.unwrap(),
        SchemaState::Present { version: 1, known: 1, versions: 2, deployments: 1 }
    );
}

async fn an_absent_registry_says_so(bench: &Bench) {
    let empty = Empty::beside(bench);
    let bench = &empty.0;
    assert_eq!(bench.registry.schema_state().await.unwrap(), SchemaState::Absent);
    let message = "PLACE holds no model registry; create it by migrating first";
    assert_eq!(text(bench, bench.registry.register(&new_version("v1")).await), message);
    assert_eq!(text(bench, bench.registry.find_version("m", "v1").await), message);
    if bench.is_sqlite() {
        assert!(!std::path::Path::new(&bench.address).exists(), "looking creates nothing");
        bench.sql("CREATE TABLE other (a TEXT)").await.unwrap();
        assert_eq!(text(bench, bench.registry.register(&new_version("v1")).await), message);
        assert_eq!(bench.registry.schema_state().await.unwrap(), SchemaState::Absent);
    }
}

async fn steps_go_forward(bench: &Bench) {
    bench.register("v1").await;
    let more = and(bench, "CREATE TABLE {schema}.more (a TEXT)");
    let more = if bench.is_sqlite() { and(bench, "CREATE TABLE more (a TEXT)") } else { more };
    assert_eq!(bench.registry.migrate_with(more).await.unwrap(), ["more"]);
    assert!(bench.registry.migrate_with(more).await.unwrap().is_empty());
    assert_eq!(bench.statuses().await, "v1 registered");
}

async fn a_changed_step_is_refused(bench: &Bench) {
    let changed: &[_] = vec![Migration { sql: "SELECT 1", ..embedded(bench)[0] }].leak();
    let short = |migration: &Migration| migration.checksum()[..12].to_owned();
    let applied = short(&embedded(bench)[0]);
    assert_eq!(
        text(bench, bench.registry.migrate_with(changed).await),
        format!(
            "migration 1 `registry` of the registry in PLACE was applied with checksum {applied}, but this \
             program has it with {}; nothing was changed, use the release that applied it",
            short(&changed[0])
        )
    );
}

async fn a_newer_schema_is_refused(bench: &Bench) {
    let more = and(bench, "SELECT 1");
    bench.registry.migrate_with(more).await.unwrap();
    assert_eq!(
        text(bench, bench.registry.migrate().await),
        "the registry in PLACE has schema version 2, and this program knows only up to 1; use a newer \
         release of it"
    );
    assert!(matches!(
        bench.registry.schema_state().await.unwrap(),
        SchemaState::Present { version: 2, known: 1, .. }
    ));
}

async fn a_failing_step_leaves_nothing(bench: &Bench) {
    let sql = "CREATE TABLE half (a TEXT); SELECT nonsense FROM nowhere_at_all";
    assert!(bench.registry.migrate_with(and(bench, sql)).await.is_err());
    assert!(bench.sql("SELECT * FROM half").await.is_err(), "the table is not there");
    assert!(bench.registry.migrate().await.unwrap().is_empty());
}

async fn a_foreign_table_is_refused(bench: &Bench) {
    let sql = "CREATE TABLE {schema}.model_registry (model_version TEXT, status TEXT)";
    let empty = Empty::with(bench, sql).await;
    assert_eq!(
        text(&empty.0, empty.0.registry.migrate().await),
        "PLACE has a table `model_registry` that is not the registry's: it has no column id, model_name, \
         artifact_uri, artifact_sha256, description, metadata, row_version, created_at, created_by, \
         updated_at, updated_by; nothing was changed, choose another schema or database, or move the \
         table away"
    );
    assert!(empty.0.sql("SELECT * FROM {schema}.schema_migrations").await.is_err());
    empty.close().await;
}

async fn a_foreign_record_is_refused(bench: &Bench) {
    let sql = "CREATE TABLE {schema}.schema_migrations (version BIGINT, dirty BIGINT)";
    let empty = Empty::with(bench, sql).await;
    let message = "PLACE has a table `schema_migrations` that is not the registry's: it has no column \
                   name, checksum, applied_at; nothing was changed, choose another schema or database, or \
                   move the table away";
    assert_eq!(text(&empty.0, empty.0.registry.migrate().await), message);
    assert_eq!(text(&empty.0, empty.0.registry.schema_state().await), message);
    empty.close().await;
}

async fn an_equal_table_that_we_did_not_make_is_refused(bench: &Bench) {
    let (table, columns) = migration::TABLES[3];
    let columns: Vec<_> = columns.iter().map(|column| format!("{column} TEXT")).collect();
    let sql = format!("CREATE TABLE {{schema}}.{table} ({})", columns.join(", "));
    let empty = Empty::with(bench, &sql).await;
    assert_eq!(
        text(&empty.0, empty.0.registry.migrate().await),
        "PLACE has a table `model_registry_audit` that is not the registry's: no migration of the registry \
         made it; nothing was changed, choose another schema or database, or move the table away"
    );
    empty.close().await;
}

async fn a_lost_column_is_noticed(bench: &Bench) {
    let rename = "ALTER TABLE {schema}.model_deployment RENAME COLUMN ended_by TO ender";
    bench.sql(rename).await.unwrap();
    let message = "PLACE has a table `model_deployment` that is not the registry's: it has no column \
                   ended_by; nothing was changed, choose another schema or database, or move the table away";
    assert_eq!(text(bench, bench.registry.migrate().await), message);
    assert_eq!(text(bench, bench.registry.schema_state().await), message);
}

async fn more_columns_do_no_harm(bench: &Bench) {
    bench.sql("ALTER TABLE {schema}.model_registry ADD COLUMN team TEXT").await.unwrap();
    bench.registry.migrate().await.unwrap();
    bench.verified(&["v1"]).await;
    bench.deploy("v1").await;
    assert_eq!(bench.statuses().await, "v1 deployed");
}

async fn each_registry_has_an_origin_of_its_own(bench: &Bench) {
    let origin = bench.registry.origin().await.unwrap();
    assert_eq!(bench.registry("bob").origin().await.unwrap(), origin, "whoever asks");
    let other = Empty::beside(bench);
    let asked = other.0.registry.origin().await;
    assert!(matches!(asked, Err(Error::NotMigrated { .. })), "{asked:?}");
    other.0.registry.migrate().await.unwrap();
    assert_ne!(other.0.registry.origin().await.unwrap(), origin);
    other.close().await;
}
