//! One question to a database, whatever tables it has: a statement that reads, and nothing is changed by it.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value};
use tokio::time;

use super::location::{Kind, Location};
use super::store::postgres::{self, Pool};
use super::{Error, Options, Result};

/// The values of the one column of the first two rows: who wants one knows then whether there is exactly one.
///
/// On PostgreSQL names without a schema are looked up in `public`. Errors: [`Error::Database`] for a statement that
/// fails, reads no single column, or would change something; [`Error::Timeout`].
pub async fn question(location: &Location, sql: &str, timeout: Duration) -> Result<Vec<Value>> {
    let sql = sql.trim().trim_end_matches(';').to_owned();
    let place = location.to_string();
    let late = || Error::Timeout { place: place.clone(), step: postgres::QUESTION };
    let rows = match location.kind() {
        Kind::Mlflow(_) => {
            return Err(Error::NotInMlflow { place, why: "a question in SQL needs a database" });
        }
        Kind::Postgres(server) => {
            let options = Options {
                schema: "public".to_owned(),
                connect_timeout: timeout,
                lock_timeout: timeout,
                statement_timeout: timeout,
                ..Options::new("gate")
            };
            let pool = Pool::new(place.clone(), (**server).clone(), options);
            time::timeout(timeout, pool.answer(&sql)).await.map_err(|_| late())??
        }
        Kind::Sqlite(path) => {
            let connection = open(path, &place)?;
            let interrupt = connection.get_interrupt_handle();
            let named = place.clone();
            let mut reading = tokio::task::spawn_blocking(move || read(&connection, &sql, &named));
            let Ok(rows) = time::timeout(timeout, &mut reading).await else {
                interrupt.interrupt();
                return Err(late());
            };
            rows.map_err(|_| failed(&place, &"reading it has failed"))??
        }
    };
    rows.into_iter().map(|row| single(row, &place)).collect()
}

fn open(path: &Path, place: &str) -> Result<Connection> {
    if !path.exists() {
        return Err(failed(place, &"there is no such file"));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(connection)
    });
    opened.map_err(|error| failed(place, &error))
}

fn read(connection: &Connection, sql: &str, place: &str) -> Result<Vec<Value>> {
    let read = || {
        let mut statement = connection.prepare(sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while found.len() < 2
            && let Some(row) = rows.next()?
        {
            let mut members = Map::new();
            for (index, name) in names.iter().enumerate() {
                members.insert(name.clone(), value(row.get_ref(index)?));
            }
            found.push(Value::Object(members));
        }
        Ok(found)
    };
    read().map_err(|error: rusqlite::Error| failed(place, &error))
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(int) => int.into(),
        ValueRef::Real(real) => real.into(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into(),
    }
}

fn single(row: Value, place: &str) -> Result<Value> {
    match row {
        Value::Object(members) if members.len() == 1 => {
            Ok(members.into_iter().next().map(|(_, value)| value).unwrap_or_default())
        }
        _ => Err(failed(place, &"the statement should give one column")),
    }
}

fn failed(place: &str, message: &dyn Display) -> Error {
    Error::Database { place: place.to_owned(), code: None, message: message.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_file_is_read_and_never_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE t (n); INSERT INTO t VALUES (1), (2.5)")
            .unwrap();
        let location = Location::parse(&path.display().to_string()).unwrap();
        let place = location.to_string();
        for (sql, expected) in [
            ("SELECT max(n) FROM t;", Ok(vec![2.5.into()])),
            ("SELECT 'x' FROM t -- all", Ok(vec!["x".into(), "x".into()])),
            ("SELECT n FROM t WHERE n > 9", Ok(Vec::new())),
            ("SELECT NULL", Ok(vec![Value::Null])),
            ("SELECT 1 AS a, 2 AS b", Err("the statement should give one column")),
            ("DELETE FROM t", Err("attempt to write a readonly database")),
            ("SELECT n FROM u", Err("no such table: u")),
        ] {
            let found = question(&location, sql, TIMEOUT).await.map_err(|error| error.to_string());
            let expected = expected.map_err(|message: &str| format!("{place} failed: {message}"));
            assert_eq!(found, expected, "{sql}");
        }
        let count = question(&location, "SELECT count(*) FROM t", TIMEOUT).await;
        assert_eq!(count.unwrap(), [Value::from(2)]);
        let endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r";
        let late = question(&location, endless, Duration::from_millis(50)).await;
        assert!(matches!(late, Err(Error::Timeout { .. })), "{late:?}");
        let nowhere = Location::parse(&folder.path().join("b.db").display().to_string()).unwrap();
        assert!(
            question(&nowhere, "SELECT 1", TIMEOUT)
                .await
                .unwrap_err()
                .to_string()
                .contains("no such file")
        );
    }

    #[cfg(feature = "acceptance")]
    #[tokio::test]
    async fn a_server_is_read_and_never_written() {
        let url = std::env::var("MLASSETS_TEST_POSTGRES_URL").expect("the tests have a server");
        let location = Location::parse(&url).unwrap();
        let place = location.to_string();
        for (sql, expected) in [
            ("SELECT 1 AS answer;", Ok(vec![1.into()])),
            ("SELECT 'x' FROM generate_series(1, 3) -- all", Ok(vec!["x".into(), "x".into()])),
            ("SELECT 1 WHERE false", Ok(Vec::new())),
            ("SELECT 1 AS a, 2 AS b", Err("the statement should give one column")),
            (
                "SELECT 1) AS answer; SELECT (SELECT 1",
                Err("cannot insert multiple commands into a prepared statement (code 42601)"),
            ),
            ("SELECT nextval('none')", Err("relation \"none\" does not exist (code 42P01)")),
            (
                "SELECT set_config('transaction_read_only', 'off', true)",
                Err("transaction read-write mode must be set before any query (code 25001)"),
            ),
        ] {
            let found = question(&location, sql, TIMEOUT).await.map_err(|error| error.to_string());
            let expected = expected.map_err(|message: &str| format!("{place} failed: {message}"));
            assert_eq!(found, expected, "{sql}");
        }
        let late =
            question(&location, "SELECT pg_sleep(20)::text", Duration::from_millis(200)).await;
        assert!(matches!(late, Err(Error::Timeout { .. })), "{late:?}");
    }
}
