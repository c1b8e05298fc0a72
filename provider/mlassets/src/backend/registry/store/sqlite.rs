//! The registry in one SQLite file: a connection per operation, WAL, one writer at a time.
//!
//! `BEGIN IMMEDIATE` takes the write lock before anything is read: a transaction that reads first
//! and then writes fails at once when another wrote in between, whatever the busy timeout.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use rusqlite::ffi::ErrorCode;
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{OpenFlags, ToSql, params_from_iter};

use crate::backend::registry::error::Error;
use crate::backend::registry::session::{Access, Cell, Param, Row};
use crate::backend::registry::{Options, Result};

/// The file, not open.
pub(crate) struct File {
    pub(super) path: PathBuf,
    pub(super) options: Options,
}

/// The file, open.
pub(crate) struct Connection {
    inner: rusqlite::Connection,
    place: String,
    actor: String,
}

impl File {
    pub(super) fn new(path: PathBuf, options: Options) -> Self {
        Self { path, options }
    }

    /// Opens the file; only a migration creates it, readable by its owner alone.
    pub(super) fn open(&self, access: Access) -> Result<Connection> {
        let place = format!("SQLite file {}", self.path.display());
        if access == Access::Migrate {
            self.create()?;
        } else if matches!(self.path.try_exists(), Ok(false)) {
            return Err(Error::NotMigrated { place });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = rusqlite::Connection::open_with_flags(&self.path, flags).and_then(|inner| {
            inner.busy_timeout(self.options.lock_timeout)?;
            inner.pragma_update(None, "foreign_keys", true)?;
            inner.pragma_update(None, "trusted_schema", false)?;
            if access == Access::Migrate {
                inner.pragma_update_and_check(None, "journal_mode", "wal", |row| {
                    row.get::<_, String>(0)
                })?;
            }
            Ok(inner)
        });
        match opened {
            Ok(inner) => Ok(Connection { inner, place, actor: self.options.actor.clone() }),
            Err(error) => Err(translate(&place, error)),
        }
    }

    fn create(&self) -> Result<()> {
        let new = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path);
        match new {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::File {
                action: "create the registry",
                path: self.path.clone(),
                message: "its folder does not exist; create the folder first".into(),
            }),
            Err(error) => Err(Error::File {
                action: "create the registry",
                path: self.path.clone(),
                message: error.to_string(),
            }),
        }
    }
}

impl Connection {
    pub(crate) fn begin(&mut self, access: Access) -> Result<()> {
        self.batch(if access == Access::Read { "BEGIN DEFERRED" } else { "BEGIN IMMEDIATE" })?;
        if access == Access::Write {
            let set = "UPDATE registry_session SET actor = $1, txn = txn + 1";
            let actor = self.actor.clone();
            self.execute(set, &[Param::Text(&actor)])?;
        }
        Ok(())
    }

    pub(crate) fn commit(&mut self, access: Access) -> Result<()> {
        if access == Access::Write {
            self.batch("UPDATE registry_session SET actor = NULL")?;
        }
        self.batch("COMMIT")
    }

    pub(crate) fn rollback(&mut self) {
        // Closing the connection, which comes next, rolls back as well.
        let _ = self.inner.execute_batch("ROLLBACK");
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        self.rows(sql, params).map_err(|error| translate(&self.place, error))
    }

    fn rows(&self, sql: &str, params: &[Param<'_>]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.inner.prepare(sql)?;
        let width = statement.column_count();
        let mut rows = statement.query(params_from_iter(params))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..width).map(|index| Ok(cell(row.get_ref(index)?)));
            found.push(Row::new(self.place.clone(), cells.collect::<rusqlite::Result<_>>()?));
        }
        Ok(found)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        let changed = self.inner.execute(sql, params_from_iter(params));
        changed.map(|count| count as u64).map_err(|error| translate(&self.place, error))
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.inner.execute_batch(sql).map_err(|error| translate(&self.place, error))
    }

    pub(crate) fn columns(&mut self, table: &str) -> Result<Vec<String>> {
        let sql = "SELECT name FROM pragma_table_info($1) ORDER BY cid";
        self.query(sql, &[Param::Text(table)])?.iter_mut().map(Row::text).collect()
    }

    pub(crate) fn actor(&self) -> &str {
        &self.actor
    }

    pub(crate) fn place(&self) -> String {
        self.place.clone()
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Param::Text(text) | Param::Maybe(Some(text)) => ToSqlOutput::from(*text),
            Param::Maybe(None) => ToSqlOutput::Owned(SqlValue::Null),
            Param::Int(int) => ToSqlOutput::from(*int),
            Param::Json(value) => ToSqlOutput::Owned(SqlValue::Text(value.to_string())),
        })
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(int) => Cell::Int(int),
        ValueRef::Real(real) => Cell::Text(real.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Cell::Text(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}

/// What SQLite's words mean here. A guard's message is `law: text`.
fn translate(place: &str, error: rusqlite::Error) -> Error {
    let place = place.to_owned();
    let rusqlite::Error::SqliteFailure(failure, message) = error else {
        return Error::Database { place, code: None, message: error.to_string() };
    };
    let message = message.unwrap_or_else(|| failure.to_string());
    match failure.code {
        ErrorCode::ConstraintViolation => {
            let (law, message) = match message.split_once(": ") {
                Some((law, text)) if !law.contains(' ') => (law.to_owned(), text.to_owned()),
                Some((_, law)) => (law.to_owned(), message.clone()),
                None => ("constraint".to_owned(), message),
            };
            Error::Law { place, law, message }
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Locked { place, message },
        ErrorCode::PermissionDenied | ErrorCode::ReadOnly => Error::Permission { place, message },
        _ if message.starts_with("no such table: ") => Error::NotMigrated { place },
        _ => Error::Database { place, code: Some(failure.extended_code.to_string()), message },
    }
}
