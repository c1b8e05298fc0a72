//! Reaching the place: files and servers that are missing, busy or closed, and passwords kept.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Bench, deploy, laws, new_version, text};
use crate::backend::registry::{Error, Location, Options, Registry};

laws!(another_writer_is_waited_for, a_writer_that_stays_is_named, bad_options_are_refused);

/// A writer from outside that holds what `deploy` to prod needs, until it is dropped.
struct Writer {
    _sqlite: Option<rusqlite::Connection>,
    _postgres: Option<tokio_postgres::Client>,
}

async fn hold(bench: &Bench) -> Writer {
    if bench.is_sqlite() {
        let connection = rusqlite::Connection::open(&bench.address).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        return Writer { _sqlite: Some(connection), _postgres: None };
    }
    let client = bench.client().await;
    let lock = format!("LOCK TABLE {}.model_registry IN EXCLUSIVE MODE", bench.schema);
    client.batch_execute("BEGIN").await.unwrap();
    client.batch_execute(&lock).await.unwrap();
    Writer { _sqlite: None, _postgres: Some(client) }
}

async fn another_writer_is_waited_for(bench: &Bench) {
    bench.verified(&["v1"]).await;
    let writer = hold(bench).await;
    let registry = bench.registry("bob");
    let task = tokio::spawn(async move { registry.deploy(&deploy("v1")).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!task.is_finished());
    drop(writer);
    task.await.unwrap().unwrap();
}

async fn a_writer_that_stays_is_named(bench: &Bench) {
    bench.verified(&["v1"]).await;
    let _writer = hold(bench).await;
    let options = Options {
        schema: bench.schema.clone(),
        lock_timeout: Duration::from_millis(200),
        ..Options::new("bob")
    };
    let registry = Registry::new(bench.registry.location().clone(), options).unwrap();
    let said = if bench.is_sqlite() {
        "database is locked"
    } else {
        "canceling statement due to lock timeout"
    };
    assert_eq!(
        text(bench, registry.deploy(&deploy("v1")).await),
        format!(
            "another writer holds PLACE for longer than the lock timeout ({said}); try again, or look for a \
             transaction that was left open"
        )
    );
    assert!(registry.find_version("m", "v1").await.is_ok(), "reading does not wait");
}

async fn bad_options_are_refused(bench: &Bench) {
    let options = Options { schema: "Core".into(), ..Options::new(" ") };
    assert_eq!(
        text(bench, Registry::new(bench.registry.location().clone(), options)),
        "the schema must be 1 to 63 lower-case letters, digits or `_`, and neither begin with a digit or \
         `pg_` nor be `information_schema`; the actor must be 1 to 200 characters on one line"
    );
}

#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    let bench = Bench::sqlite().await;
    bench.register("v1").await;
    let mode = std::fs::metadata(&bench.address).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn folders_are_not_made() {
    let bench = Bench::sqlite_unmigrated();
    let address = format!("{}/missing/registry.db", bench.address);
    let path = address.replace("registry.db/missing", "missing");
    let registry = super::open(&path, "core", "ana");
    assert_eq!(
        registry.migrate().await.unwrap_err().to_string(),
        format!(
            "cannot create the registry {path}: its folder does not exist; create the folder first"
        )
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let bench = Bench::sqlite_unmigrated();
    std::fs::write(&bench.address, "a letter to a friend, long enough for a header. ".repeat(9))
        .unwrap();
    let before = std::fs::read(&bench.address).unwrap();
    assert_eq!(
        text(&bench, bench.registry.migrate().await),
        "PLACE failed: file is not a database (code 26)"
    );
    assert_eq!(std::fs::read(&bench.address).unwrap(), before);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let address = format!("postgres://ana:hunter2@127.0.0.1:{port}/ml");
    let registry = Registry::new(Location::parse(&address).unwrap(), Options::new("ana")).unwrap();
    let error = registry.register(&new_version("v1")).await.unwrap_err();
    assert!(!format!("{error:?} {registry:?}").contains("hunter2"));
    assert_eq!(
        error.to_string(),
        format!(
            "cannot connect to PostgreSQL 127.0.0.1:{port}/ml: error connecting to server: Connection \
             refused (os error 111); is the server running, and are host and port right?"
        )
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgres://ana@{}/ml", listener.local_addr().unwrap());
    let options = Options { connect_timeout: Duration::from_millis(100), ..Options::new("ana") };
    let registry = Registry::new(Location::parse(&address).unwrap(), options).unwrap();
    assert!(matches!(registry.migrate().await, Err(Error::Connect { .. })));
}

/// A server without TLS answers the request for it with one byte; nothing else may be sent to it.
#[tokio::test]
async fn a_server_without_tls_gets_no_password() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 8];
        stream.read_exact(&mut request).await.unwrap();
        stream.write_all(b"N").await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        rest
    });
    let address = format!("postgres://ana:hunter2@{place}/ml?sslmode=require");
    let error = super::open(&address, "core", "ana").migrate().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot connect to PostgreSQL {place}/ml: error performing TLS handshake: server does not \
             support TLS; add sslmode=disable to the address only if the network is trusted"
        )
    );
    assert_eq!(server.await.unwrap(), b"");
}

#[cfg(feature = "acceptance")]
mod on_a_server {
    use super::super::{open, retire};
    use super::{Bench, deploy, text};
    use crate::backend::registry::{Deploy, Expected, Location};

    fn with(bench: &Bench, change: impl FnOnce(&mut url::Url)) -> String {
        let mut url = url::Url::parse(&bench.address).unwrap();
        change(&mut url);
        url.into()
    }

    /// The test's server asks this user for a password, and all others for none.
    const GUARDED: &str = "guarded";

    /// The server tells a wrong password from an unknown user, so the user must exist.
    async fn guarded(bench: &Bench) {
        let create = "DO $$ BEGIN CREATE ROLE guarded LOGIN PASSWORD 'another'; \
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
        bench.sql(create).await.unwrap();
    }

    #[tokio::test]
    async fn a_wrong_password_is_not_shown() {
        let bench = Bench::postgres_unmigrated();
        guarded(&bench).await;
        let address = with(&bench, |url| {
            url.set_username(GUARDED).unwrap();
            url.set_password(Some("hunter2")).unwrap();
        });
        let error = open(&address, "core", "ana").migrate().await.unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"));
        let user = url::Url::parse(&address).unwrap().username().to_owned();
        assert_eq!(
            error.to_string().replace(&bench.registry.location().to_string(), "PLACE"),
            format!(
                "PLACE refused the login of user `{user}`: password authentication failed for user \
                 \"{user}\"; check user, password and the server's access rules"
            )
        );
    }

    #[tokio::test]
    async fn a_missing_password_is_asked_for() {
        let bench = Bench::postgres_unmigrated();
        guarded(&bench).await;
        let address = with(&bench, |url| {
            url.set_username(GUARDED).unwrap();
            url.set_password(None).unwrap();
        });
        let found = text(&bench, open(&address, "core", "ana").migrate().await);
        assert!(
            found.contains("the server asks for one, in the address or in PGPASSWORD"),
            "{found}"
        );
    }

    #[tokio::test]
    async fn a_missing_database_is_named() {
        let bench = Bench::postgres_unmigrated();
        let address = with(&bench, |url| url.set_path("/no_such_db"));
        let registry = open(&address, "core", "ana");
        let location = Location::parse(&address).unwrap();
        assert_eq!(
            registry.migrate().await.unwrap_err().to_string(),
            format!(
                "cannot connect to {location}: database \"no_such_db\" does not exist; create the database \
                 first"
            )
        );
    }

    #[tokio::test]
    async fn a_lost_connection_is_made_again() {
        let bench = Bench::postgres().await;
        bench.verified(&["v1"]).await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE application_name = 'mlassets' AND query LIKE '%' AND pid IN \
                   (SELECT pid FROM pg_stat_activity WHERE state = 'idle') AND backend_start > now() - interval '1 hour'";
        bench.registry.find_version("m", "v1").await.unwrap();
        // Another test's connection may be hit as well, which does it no harm either.
        bench.sql(end).await.unwrap();
        bench.deploy("v1").await;
        bench.sql(end).await.unwrap();
        bench.registry.retire(&retire(Expected::Any)).await.unwrap();
        bench.close().await;
    }

    #[tokio::test]
    async fn a_call_that_is_dropped_midway_is_undone() {
        let bench = Bench::postgres().await;
        bench.verified(&["v1", "v2"]).await;
        bench.deploy("v1").await;
        for microseconds in (0..4000).step_by(100) {
            let deploy = Deploy { environment: "dev".into(), ..deploy("v2") };
            let limit = std::time::Duration::from_micros(microseconds);
            let _ = tokio::time::timeout(limit, bench.registry.deploy(&deploy)).await;
            bench.registry.find_version("m", "v1").await.unwrap();
        }
        bench.registry.deploy(&Deploy { environment: "dev".into(), ..deploy("v2") }).await.unwrap();
        assert_eq!(bench.statuses().await, "v1 deployed, v2 deployed");
        bench.close().await;
    }

    #[tokio::test]
    async fn a_user_without_rights_is_told() {
        let bench = Bench::postgres().await;
        let role = format!("r_{}", &bench.schema[2..12]);
        bench.sql(&format!("CREATE ROLE {role} LOGIN PASSWORD 'p'")).await.unwrap();
        let address = with(&bench, |url| {
            url.set_username(&role).unwrap();
            url.set_password(Some("p")).unwrap();
        });
        let poor = open(&address, &bench.schema, "poor");
        let found = text(&bench, poor.find_version("m", "v1").await);
        // What a user cannot see is not there.
        assert_eq!(found, "PLACE holds no model registry; create it by migrating first");
        let grant = format!(
            "GRANT USAGE ON SCHEMA {{schema}} TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA {{schema}} TO {role}"
        );
        bench.sql(&grant).await.unwrap();
        assert_eq!(poor.find_version("m", "v1").await.unwrap(), None);
        assert_eq!(
            text(&bench, poor.register(&super::new_version("v1")).await),
            "PLACE: permission denied for table model_registry; grant the right to the user of the registry"
        );
        bench.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
        bench.close().await;
    }
}
