//! Where a registry is: an address read once, shown without its password ever after.
//!
//! Reading does no IO. `postgres://user:password@host:port/database?sslmode=…`, a SQLite path, or
//! `mlflow+https://user:password@host/prefix`.

use std::fmt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

use super::error::Error;
use crate::backend::mlflow::{self, Auth};

/// The place of a registry. `Display` and `Debug` show no password.
#[derive(Clone)]
pub struct Location(Kind);

#[derive(Clone)]
pub(super) enum Kind {
    Sqlite(PathBuf),
    Postgres(Box<Server>),
    Mlflow(Box<mlflow::Config>),
}

/// What a PostgreSQL address says.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) host: Host,
    pub(super) port: u16,
    pub(super) database: String,
    pub(super) user: String,
    pub(super) password: Option<SecretString>,
    pub(super) tls: TlsMode,
    pub(super) root_cert: Option<PathBuf>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Host {
    Name(String),
    Socket(PathBuf),
}

/// `sslmode` with libpq's meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TlsMode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Location {
    /// Reads `postgres://…`, `postgresql://…`, `sqlite:///absolute`, `sqlite://relative`, a path,
    /// `mlflow+http://…` or `mlflow+https://…`.
    ///
    /// Parameters of a PostgreSQL address: `sslmode`, `sslrootcert` (a PEM file), `host` (the folder
    /// of a Unix socket). Without `sslmode` a server on another machine must show a certificate that
    /// the system trusts (`verify-full`); on a loopback address TLS is `prefer`, on a socket absent.
    pub fn parse(address: &str) -> Result<Self, Error> {
        let address = address.trim();
        if address.is_empty() {
            return Err(wrong(
                "is empty; give postgres://user:password@host/database or a SQLite path",
            ));
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Self(Kind::Postgres(Box::new(server(address)?))));
        }
        if let Some(server) = address.strip_prefix("mlflow+") {
            let (address, auth) = mlflow::Address::parse(server).map_err(wrong)?;
            return Ok(Self(Kind::Mlflow(Box::new(mlflow::Config::new(address, auth)))));
        }
        let path = match address.split_once("://") {
            Some(("sqlite", path)) => decode(path)?,
            Some(_) => {
                return Err(wrong(
                    "has a scheme that is not known; use postgres://, postgresql://, sqlite://, mlflow+http:// or \
                     mlflow+https://",
                ));
            }
            None if is_keyword_value(address) => {
                return Err(wrong(
                    "is a keyword list (`host=… dbname=…`); write it as postgres://user:password@host/database",
                ));
            }
            // Taken for the name of a file, it would be shown with the password in it.
            None if has_credentials(address) => {
                return Err(wrong(
                    "looks like user:password@host without a scheme; write it as \
                     postgres://user:password@host/database, or a path with such signs as sqlite://path",
                ));
            }
            None => address.to_owned(),
        };
        if path.contains(":memory:") {
            return Err(wrong("is in memory, where it would end with the process; name a file"));
        }
        if path.contains(['?', '\0']) || path.is_empty() || path.ends_with('/') {
            return Err(wrong("must name a SQLite file, without parameters"));
        }
        Ok(Self(Kind::Sqlite(path.into())))
    }

    /// Reads the address of a database, whatever it holds: what [`Location::parse`] does, without MLflow.
    pub fn database(address: &str) -> Result<Self, Error> {
        match address.trim().split_once("://") {
            Some(("postgres" | "postgresql" | "sqlite", _)) | None => Self::parse(address),
            Some(_) => Err(wrong(
                "has a scheme that is not known; use postgres://, postgresql:// or sqlite://",
            )),
        }
    }

    /// The same place with this password, where it is a server and the address has none.
    #[must_use]
    pub fn with_password(mut self, password: Option<SecretString>) -> Self {
        if let Kind::Postgres(server) = &mut self.0 {
            server.password = server.password.take().or(password);
        }
        self
    }

    /// The same place with these credentials and certificates, where it is an MLflow server. An address with
    /// credentials keeps them.
    #[must_use]
    pub fn with_mlflow(mut self, auth: Auth, ca_file: Option<PathBuf>) -> Self {
        if let Kind::Mlflow(config) = &mut self.0 {
            if matches!(config.auth, Auth::None) {
                config.auth = auth;
            }
            config.ca_file = ca_file;
        }
        self
    }

    /// Whether it is an MLflow server.
    pub fn is_mlflow(&self) -> bool {
        matches!(self.0, Kind::Mlflow(_))
    }

    /// The SQLite file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Sqlite(path) => Some(path),
            Kind::Postgres(_) | Kind::Mlflow(_) => None,
        }
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.0
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Sqlite(path) => write!(f, "SQLite file {}", path.display()),
            Kind::Mlflow(config) => write!(f, "MLflow {}", config.address),
            Kind::Postgres(server) => {
                let Server { host, port, database, .. } = &**server;
                match host {
                    Host::Name(name) if name.contains(':') => {
                        write!(f, "PostgreSQL [{name}]:{port}/{database}")
                    }
                    Host::Name(name) => write!(f, "PostgreSQL {name}:{port}/{database}"),
                    Host::Socket(dir) => {
                        write!(f, "PostgreSQL {}:{port}/{database}", dir.display())
                    }
                }
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

fn server(address: &str) -> Result<Server, Error> {
    // `user@/database?host=/folder` is how libpq writes a socket; a URL must have a host there.
    let with_host;
    let address = if address.contains("?host=") || address.contains("&host=") {
        with_host = address.replacen("@/", "@localhost/", 1);
        &with_host
    } else {
        address
    };
    let url = Url::parse(address).map_err(|error| {
        wrong(format!(
            "is not a URL ({error}); special characters in user or password must be percent-encoded"
        ))
    })?;
    let mut host = match url.host() {
        None => None,
        Some(url::Host::Domain(name)) => Some(decode(name)?),
        Some(url::Host::Ipv4(ip)) => Some(ip.to_string()),
        Some(url::Host::Ipv6(ip)) => Some(ip.to_string()),
    };
    let (mut tls, mut root_cert) = (None, None);
    for (key, value) in url.query_pairs() {
        match &*key {
            "sslmode" => tls = Some(tls_mode(&value)?),
            "sslrootcert" => root_cert = Some(PathBuf::from(&*value)),
            "host" => host = Some(value.into_owned()),
            _ => {
                // A password with a question mark in it can look like one, so it is not repeated.
                return Err(wrong(
                    "has a parameter that is not known; known are sslmode, sslrootcert, host",
                ));
            }
        }
    }
    let host = match host.filter(|host| !host.is_empty()) {
        None => return Err(wrong("names no host: postgres://user:password@host/database")),
        Some(host) if host.starts_with('/') => Host::Socket(host.into()),
        Some(host) if host.contains(',') => {
            return Err(wrong("names several hosts; the registry is written through one"));
        }
        Some(host) => Host::Name(host),
    };
    let user = decode(url.username())?;
    if user.is_empty() {
        return Err(wrong("names no user: postgres://user:password@host/database"));
    }
    let database = decode(url.path().trim_start_matches('/'))?;
    let tls = match tls {
        _ if matches!(host, Host::Socket(_)) => TlsMode::Disable,
        Some(tls) => tls,
        None if is_loopback(&host) => TlsMode::Prefer,
        None => TlsMode::VerifyFull,
    };
    if tls == TlsMode::VerifyCa && root_cert.is_none() {
        return Err(wrong(
            "has sslmode=verify-ca without sslrootcert: any certificate of any public authority would do; \
             add sslrootcert=<PEM file> or use sslmode=verify-full",
        ));
    }
    Ok(Server {
        host,
        port: url.port().unwrap_or(5432),
        database: if database.is_empty() { user.clone() } else { database },
        user,
        password: url.password().map(decode).transpose()?.map(SecretString::from),
        tls,
        root_cert,
    })
}

fn tls_mode(text: &str) -> Result<TlsMode, Error> {
    Ok(match text {
        "disable" => TlsMode::Disable,
        "prefer" => TlsMode::Prefer,
        "require" => TlsMode::Require,
        "verify-ca" => TlsMode::VerifyCa,
        "verify-full" => TlsMode::VerifyFull,
        _ => {
            return Err(wrong(
                "has an sslmode that is not known; known are disable, prefer, require, verify-ca, \
                 verify-full",
            ));
        }
    })
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Socket(_) => true,
        Host::Name(name) => {
            name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

fn is_keyword_value(text: &str) -> bool {
    ["host", "hostaddr", "port", "dbname", "user", "password", "sslmode"].iter().any(|key| {
        text.split_whitespace()
            .any(|word| word.strip_prefix(key).is_some_and(|rest| rest.starts_with('=')))
    })
}

fn has_credentials(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(before, _)| before.contains(':'))
}

fn decode(text: &str) -> Result<String, Error> {
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| wrong("is not UTF-8 once its percent-encoding is undone"))
}

fn wrong(message: impl Into<String>) -> Error {
    Error::Location(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: &str) {
        let found = match Location::parse(address) {
            Ok(location) => match location.kind() {
                Kind::Sqlite(_) | Kind::Mlflow(_) => location.to_string(),
                Kind::Postgres(server) => format!("{location} as {} {:?}", server.user, server.tls),
            },
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn files() {
        check("registry.db", "SQLite file registry.db");
        check("/var/lib/ml/registry.db", "SQLite file /var/lib/ml/registry.db");
        check("sqlite:///var/lib/registry.db", "SQLite file /var/lib/registry.db");
        check("sqlite://state/registry.db", "SQLite file state/registry.db");
        check("sqlite:///a%20b.db", "SQLite file /a b.db");
        check("sqlite:///a:b@c.db", "SQLite file /a:b@c.db");
        check("a@b.db", "SQLite file a@b.db");
    }

    #[test]
    fn servers() {
        check("postgres://ana@localhost", "PostgreSQL localhost:5432/ana as ana Prefer");
        check("postgres://ana@127.0.0.1:1234/ml", "PostgreSQL 127.0.0.1:1234/ml as ana Prefer");
        check("postgresql://ana@[::1]/ml", "PostgreSQL [::1]:5432/ml as ana Prefer");
        check(
            "postgres://ana:s%40crt@db.example/ml",
            "PostgreSQL db.example:5432/ml as ana VerifyFull",
        );
        check(
            "postgres://a%40b@db.example/ml?sslmode=require",
            "PostgreSQL db.example:5432/ml as a@b Require",
        );
        check(
            "postgres://ana@db.example/ml?sslmode=verify-ca&sslrootcert=/etc/ca.pem",
            "PostgreSQL db.example:5432/ml as ana VerifyCa",
        );
        check(
            "postgres://ana@/ml?host=/run/postgresql&sslmode=require",
            "PostgreSQL /run/postgresql:5432/ml as ana Disable",
        );
        for mode in ["disable", "prefer", "require", "verify-full"] {
            assert!(Location::parse(&format!("postgres://ana@h/ml?sslmode={mode}")).is_ok());
        }
    }

    #[test]
    fn mlflow_servers() {
        check("mlflow+http://localhost:5000", "MLflow http://localhost:5000");
        check("mlflow+https://ana:hunter2@ml.example/x/", "MLflow https://ml.example/x");
        check(
            "mlflow+ftp://ana:hunter2@ml.example",
            "the registry's address is no http or https URL of an MLflow server, such as \
             mlflow+https://user:password@host/prefix; special characters in user or password must be \
             percent-encoded",
        );
    }

    #[test]
    fn refused() {
        check(
            "",
            "the registry's address is empty; give postgres://user:password@host/database or a SQLite path",
        );
        check(
            "mysql://root:hunter2@h/db",
            "the registry's address has a scheme that is not known; use postgres://, postgresql://, \
             sqlite://, mlflow+http:// or mlflow+https://",
        );
        check(
            "host=h password=hunter2",
            "the registry's address is a keyword list (`host=… dbname=…`); write it as \
             postgres://user:password@host/database",
        );
        for address in ["ana:hunter2@h/db", "//ana:hunter2@h/db", "postgres:/ana:hunter2@h/db"] {
            check(
                address,
                "the registry's address looks like user:password@host without a scheme; write it as \
                 postgres://user:password@host/database, or a path with such signs as sqlite://path",
            );
        }
        check(
            "sqlite://:memory:",
            "the registry's address is in memory, where it would end with the process; name a file",
        );
        check("sqlite://", "the registry's address must name a SQLite file, without parameters");
        check(
            "sqlite:///a.db?mode=ro",
            "the registry's address must name a SQLite file, without parameters",
        );
        check(
            "postgres://u:hunter2@h/d?sslmode=allow",
            "the registry's address has an sslmode that is not known; known are disable, prefer, \
             require, verify-ca, verify-full",
        );
        check(
            "postgres://u:hunter2@h/d?application_name=x",
            "the registry's address has a parameter that is not known; known are \
             sslmode, sslrootcert, host",
        );
        check(
            "postgres://u@h/d?sslmode=verify-ca",
            "the registry's address has sslmode=verify-ca without sslrootcert: any certificate of any \
             public authority would do; add sslrootcert=<PEM file> or use sslmode=verify-full",
        );
        check(
            "postgres://:hunter2@h/d",
            "the registry's address names no user: postgres://user:password@host/database",
        );
        check(
            "postgres://u:hunter2@/d",
            "the registry's address is not a URL (empty host); special characters in user or password \
             must be percent-encoded",
        );
        check(
            "postgres://u:hunt/er2@h/d",
            "the registry's address is not a URL (invalid port number); special characters in user or \
             password must be percent-encoded",
        );
        check(
            "postgres://u@h/d?host=a,b",
            "the registry's address names several hosts; the registry is written through one",
        );
    }

    #[test]
    fn a_password_is_added_where_there_is_none() {
        let check = |address: &str, expected: Option<&str>| {
            let location = Location::parse(address).unwrap().with_password(Some("other".into()));
            let Kind::Postgres(server) = location.kind() else { return assert_eq!(expected, None) };
            assert_eq!(
                server.password.as_ref().map(secrecy::ExposeSecret::expose_secret),
                expected
            );
        };
        check("postgres://u@h/d", Some("other"));
        check("postgres://u:own@h/d", Some("own"));
        check("registry.db", None);
    }

    #[test]
    fn debug_shows_no_password() {
        let location = Location::parse("postgres://u:hunter2@h:7/d").unwrap();
        assert_eq!(format!("{location:?}"), "Location(PostgreSQL h:7/d)");
    }
}
