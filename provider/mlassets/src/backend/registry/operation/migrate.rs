//! Bringing the tables forward, one migration per transaction.

use jiff::Timestamp;

use super::{Operation, points};
use crate::backend::fault;
use crate::backend::registry::Result;
use crate::backend::registry::error::Error;
use crate::backend::registry::migration::{self, Applied, Migration, TABLES};
use crate::backend::registry::model::SchemaState;
use crate::backend::registry::session::{Access, Param, Row, Session};

/// Applies the first migration that is missing and answers its name, or `None` when none is.
pub(in super::super) struct MigrateNext {
    pub(in super::super) migrations: &'static [Migration],
}

impl Operation for MigrateNext {
    type Output = Option<&'static str>;
    const STEP: &'static str = "migrating the tables";
    const ACCESS: Access = Access::Migrate;
    const POINTS: Option<super::Points> = points!("model_registry.migrate");

    async fn run(&self, session: &mut Session) -> Result<Option<&'static str>> {
        session.lock("migrate").await?;
        let applied = applied(session).await?;
        let next = migration::next(&session.place(), self.migrations, &applied)?;
        if applied.is_empty() {
            refuse_foreign(session).await?;
        }
        let Some(next) = next else {
            refuse_changed(session).await?;
            return Ok(None);
        };
        session.ensure_schema().await?;
        session.batch(next.sql).await?;
        fault::point("model_registry.migrate.after_batch");
        let checksum = next.checksum();
        let params = [Param::Int(next.version), Param::Text(next.name), Param::Text(&checksum)];
        let sql = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)";
        session.execute(sql, &params).await?;
        fault::point("model_registry.migrate.after_record");
        Ok(Some(next.name))
    }
}

/// What is there.
pub(in super::super) struct ReadState {
    pub(in super::super) known: i64,
}

impl Operation for ReadState {
    type Output = SchemaState;
    const STEP: &'static str = "looking at the tables";
    const ACCESS: Access = Access::Read;
    const POINTS: Option<super::Points> = None;

    async fn run(&self, session: &mut Session) -> Result<SchemaState> {
        let applied = applied(session).await?;
        let Some(last) = applied.last() else { return Ok(SchemaState::Absent) };
        if last.version == self.known {
            refuse_changed(session).await?;
        }
        let sql =
            "SELECT (SELECT count(*) FROM model_registry), (SELECT count(*) FROM model_deployment)";
        let mut counts = session.query(sql, &[]).await?;
        let counts = counts.first_mut().ok_or_else(|| Error::Unexpected {
            place: session.place(),
            message: "no row where a count was asked for".into(),
        })?;
        Ok(SchemaState::Present {
            version: last.version,
            known: self.known,
            versions: counts.int()?,
            deployments: counts.int()?,
        })
    }
}

/// When the tables were made; none if they are not there.
pub(in super::super) struct ReadOrigin;

impl Operation for ReadOrigin {
    type Output = Option<Timestamp>;
    const STEP: &'static str = "looking when the tables were made";
    const ACCESS: Access = Access::Read;
    const POINTS: Option<super::Points> = None;

    async fn run(&self, session: &mut Session) -> Result<Option<Timestamp>> {
        let sql = "SELECT min(applied_at) FROM schema_migrations";
        let mut rows = session.query(sql, &[]).await?;
        rows.first_mut().map_or(Ok(None), Row::maybe_time)
    }
}

async fn applied(session: &mut Session) -> Result<Vec<Applied>> {
    let (table, wanted) = TABLES[0];
    let columns = session.columns(table).await?;
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let missing = missing(wanted, &columns);
    if !missing.is_empty() {
        let (place, table) = (session.place(), table.to_owned());
        return Err(Error::ForeignTable { place, table, missing });
    }
    let sql = "SELECT version, name, checksum FROM schema_migrations ORDER BY version";
    let rows = session.query(sql, &[]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Applied { version: row.int()?, name: row.text()?, checksum: row.text()? })
        })
        .collect()
}

/// No table may be there before the first migration.
async fn refuse_foreign(session: &mut Session) -> Result<()> {
    for (table, wanted) in TABLES {
        let columns = session.columns(table).await?;
        if !columns.is_empty() {
            let missing = missing(wanted, &columns);
            let (place, table) = (session.place(), (*table).to_owned());
            return Err(Error::ForeignTable { place, table, missing });
        }
    }
    Ok(())
}

/// After the last migration each table must have its columns; more than these do no harm.
async fn refuse_changed(session: &mut Session) -> Result<()> {
    for (table, wanted) in TABLES {
        let columns = session.columns(table).await?;
        let missing = missing(wanted, &columns);
        if !missing.is_empty() {
            let (place, table) = (session.place(), (*table).to_owned());
            return Err(Error::ForeignTable { place, table, missing });
        }
    }
    Ok(())
}

fn missing(wanted: &[&str], columns: &[String]) -> Vec<String> {
    wanted
        .iter()
        .filter(|wanted| !columns.iter().any(|column| column == *wanted))
        .map(|wanted| (*wanted).to_owned())
        .collect()
}
