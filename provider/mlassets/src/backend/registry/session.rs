//! One open transaction on either database, as the operations see it: SQL in, rows out.
//!
//! The operations' SQL is the same for both; parameters are `$1`, `$2`, … in the order of first
//! use. What differs, locks and error codes, is behind the methods. No operation knows which it is.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::error::Error;
use super::store::{postgres, sqlite};
use crate::backend::fault;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
    Migrate,
}

/// A connection with a transaction on it.
pub(super) enum Session {
    Sqlite(sqlite::Connection),
    Postgres(postgres::Connection),
}

/// A value for SQL.
#[derive(Clone, Copy, Debug)]
pub(super) enum Param<'a> {
    Text(&'a str),
    Maybe(Option<&'a str>),
    Int(i64),
    Json(&'a Value),
}

impl Session {
    pub(super) async fn begin(&mut self, access: Access) -> Result<(), Error> {
        match self {
            Self::Sqlite(connection) => connection.begin(access),
            Self::Postgres(connection) => connection.begin(access).await,
        }
    }

    pub(super) async fn commit(&mut self, access: Access) -> Result<(), Error> {
        match self {
            Self::Sqlite(connection) => connection.commit(access),
            Self::Postgres(connection) => connection.commit().await,
        }
    }

    /// Undoes the transaction; a connection on which that fails is not used again.
    pub(super) async fn rollback(&mut self) {
        match self {
            Self::Sqlite(connection) => connection.rollback(),
            Self::Postgres(connection) => connection.rollback().await,
        }
    }

    /// Waits until no other transaction holds the name, and holds it until the end.
    pub(super) async fn lock(&mut self, name: &str) -> Result<(), Error> {
        match self {
            // BEGIN IMMEDIATE has made this the only writer.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => connection.lock(name).await,
        }
    }

    /// The end of a SELECT whose rows no other transaction may change until this one ends.
    pub(super) fn for_update(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " FOR UPDATE",
        }
    }

    pub(super) async fn query(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, Error> {
        fault::point("registry.statement.before");
        let result = match self {
            Self::Sqlite(connection) => connection.query(sql, params),
            Self::Postgres(connection) => connection.query(sql, params).await,
        };
        fault::point("registry.statement.after");
        result
    }

    pub(super) async fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        fault::point("registry.statement.before");
        let result = match self {
            Self::Sqlite(connection) => connection.execute(sql, params),
            Self::Postgres(connection) => connection.execute(sql, params).await,
        };
        fault::point("registry.statement.after");
        result
    }

    /// Runs a migration; `{schema}` in it is replaced by the schema's name.
    pub(super) async fn batch(&mut self, sql: &str) -> Result<(), Error> {
        fault::point("registry.statement.before");
        let result = match self {
            Self::Sqlite(connection) => connection.batch(sql),
            Self::Postgres(connection) => connection.batch(sql).await,
        };
        fault::point("registry.statement.after");
        result
    }

    /// Makes sure that there is a schema to migrate.
    pub(super) async fn ensure_schema(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => connection.ensure_schema().await,
        }
    }

    /// The columns of a table or view, none if there is no such thing.
    pub(super) async fn columns(&mut self, table: &str) -> Result<Vec<String>, Error> {
        match self {
            Self::Sqlite(connection) => connection.columns(table),
            Self::Postgres(connection) => connection.columns(table).await,
        }
    }

    /// The user that new rows carry.
    pub(super) fn actor(&self) -> &str {
        match self {
            Self::Sqlite(connection) => connection.actor(),
            Self::Postgres(connection) => connection.actor(),
        }
    }

    /// Where this is, for messages.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Sqlite(connection) => connection.place(),
            Self::Postgres(connection) => connection.place(),
        }
    }
}

/// A value from SQL.
#[derive(Debug)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Json(Value),
    Time(Timestamp),
}

/// A row, read column by column from the left.
#[derive(Debug)]
pub(super) struct Row {
    place: String,
    cells: std::vec::IntoIter<Cell>,
}

impl Row {
    pub(super) fn new(place: String, cells: Vec<Cell>) -> Self {
        Self { place, cells: cells.into_iter() }
    }

    pub(super) fn int(&mut self) -> Result<i64, Error> {
        match self.cells.next() {
            Some(Cell::Int(int)) => Ok(int),
            other => Err(self.unexpected("a whole number", other)),
        }
    }

    pub(super) fn maybe_int(&mut self) -> Result<Option<i64>, Error> {
        match self.cells.next() {
            Some(Cell::Int(int)) => Ok(Some(int)),
            Some(Cell::Null) => Ok(None),
            other => Err(self.unexpected("a whole number or NULL", other)),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, Error> {
        match self.cells.next() {
            Some(Cell::Text(text)) => Ok(text),
            other => Err(self.unexpected("a text", other)),
        }
    }

    pub(super) fn maybe_text(&mut self) -> Result<Option<String>, Error> {
        match self.cells.next() {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            other => Err(self.unexpected("a text or NULL", other)),
        }
    }

    /// A text that is one of a type's words.
    pub(super) fn word<T: std::str::FromStr>(&mut self) -> Result<T, Error> {
        let text = self.text()?;
        text.parse().map_err(|_| self.unexpected("a status", Some(Cell::Text(text))))
    }

    pub(super) fn json(&mut self) -> Result<Value, Error> {
        match self.cells.next() {
            Some(Cell::Json(value)) => Ok(value),
            Some(Cell::Text(text)) => serde_json::from_str(&text)
                .map_err(|_| self.unexpected("a JSON text", Some(Cell::Text(text)))),
            other => Err(self.unexpected("a JSON value", other)),
        }
    }

    pub(super) fn object(&mut self) -> Result<Map<String, Value>, Error> {
        match self.json()? {
            Value::Object(map) => Ok(map),
            other => Err(self.unexpected("a JSON object", Some(Cell::Json(other)))),
        }
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, Error> {
        let time = self.maybe_time()?;
        time.ok_or_else(|| self.unexpected("a time", Some(Cell::Null)))
    }

    pub(super) fn maybe_time(&mut self) -> Result<Option<Timestamp>, Error> {
        match self.cells.next() {
            Some(Cell::Time(time)) => Ok(Some(time)),
            Some(Cell::Null) => Ok(None),
            Some(Cell::Text(text)) => match text.parse() {
                Ok(time) => Ok(Some(time)),
                Err(_) => Err(self.unexpected("a time", Some(Cell::Text(text)))),
            },
            other => Err(self.unexpected("a time or NULL", other)),
        }
    }

    fn unexpected(&self, wanted: &str, found: Option<Cell>) -> Error {
        let found = match found {
            None => "no column".to_owned(),
            Some(Cell::Null) => "NULL".to_owned(),
            Some(Cell::Int(int)) => int.to_string(),
            Some(Cell::Text(text)) => format!("`{}`", text.chars().take(80).collect::<String>()),
            Some(Cell::Json(_)) => "other JSON".to_owned(),
            Some(Cell::Time(time)) => time.to_string(),
        };
        Error::Unexpected {
            place: self.place.clone(),
            message: format!("{wanted} was expected where {found} is"),
        }
    }
}
