//! What can go wrong, as data, with a text that says what, where and what to do.
//!
//! A place is shown as [`Location`](super::Location) shows itself, so no password can reach a text.

use std::fmt::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;

use super::model::Expected;
use crate::backend::mlflow;

/// A value that breaks a rule of [`name`](super::name). It is not kept: it may be a secret in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {expected}")]
pub struct Invalid {
    /// Which value.
    pub what: &'static str,
    /// The rule.
    pub expected: &'static str,
}

/// A version whose name another row with other content has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The model.
    pub model: String,
    /// The version.
    pub version: String,
    /// The fields that differ: `artifact_uri`, `artifact_sha256`, `description`, `metadata.<key>`.
    pub differing: Vec<String>,
    /// Who registered the other row.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// The other row's `git_sha`, if its metadata has one.
    pub git_sha: Option<String>,
}

impl Taken {
    /// Whether it is another version by its content, rather than by how it is described.
    pub fn has_other_artifacts(&self) -> bool {
        self.differing.iter().any(|field| field.starts_with("artifact_"))
    }
}

/// Something else is deployed than was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The model.
    pub model: String,
    /// The environment.
    pub environment: String,
    /// What was expected.
    pub expected: Expected,
    /// What is deployed now: version, row version, who and when.
    pub deployed: Option<(String, i64, String, Timestamp)>,
}

/// An alias of MLflow that points elsewhere as soon as it was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outrun {
    /// Where.
    pub place: String,
    /// The model.
    pub model: String,
    /// The environment.
    pub environment: String,
    /// What was deployed for a moment.
    pub version: String,
    /// The alias.
    pub alias: String,
    /// What is deployed now.
    pub deployed: Option<String>,
}

/// Why an operation of the registry was not done. Nothing was changed, unless the text says that it
/// is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the registry makes no sense.
    #[error("the registry's address {0}")]
    Location(String),
    /// Values break the rules for names.
    #[error("{}", each(.0))]
    Invalid(Vec<Invalid>),

    /// There is no such version.
    #[error("model `{model}` has no version `{version}`; {}", list_nearest(.nearest))]
    UnknownVersion {
        /// The model.
        model: String,
        /// The version.
        version: String,
        /// The versions with the most similar names, or `model@version` when the model is unknown.
        nearest: Vec<String>,
    },
    /// The version exists with other content.
    #[error("{}", taken(.0))]
    VersionTaken(Box<Taken>),
    /// The version is out of use.
    #[error(
        "version `{version}` of model `{model}` was archived at {at} by {by} and is out of use for good; \
         register a new version"
    )]
    Archived {
        /// The model.
        model: String,
        /// The version.
        version: String,
        /// When.
        at: Timestamp,
        /// Who.
        by: String,
    },
    /// The version's artifacts were never verified.
    #[error(
        "version `{version}` of model `{model}` is registered but not verified, so it cannot be deployed; \
         verify its artifacts first"
    )]
    NotVerified {
        /// The model.
        model: String,
        /// The version.
        version: String,
    },
    /// The version is in use.
    #[error(
        "version `{version}` of model `{model}` is deployed in {}, so it cannot be archived; \
         deploy another version there or retire the deployment first", .environments.join(", ")
    )]
    StillDeployed {
        /// The model.
        model: String,
        /// The version.
        version: String,
        /// Where.
        environments: Vec<String>,
    },
    /// The row of a version moved on.
    #[error(
        "version `{version}` of model `{model}` was changed by {by} at {at}: row version {expected} was \
         expected and {found} found; read it again and repeat the change"
    )]
    StaleVersion {
        /// The model.
        model: String,
        /// The version.
        version: String,
        /// The row version that the caller saw.
        expected: i64,
        /// The row version now.
        found: i64,
        /// Who changed it last.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// Something else is deployed than was expected.
    #[error("{}", conflict(.0))]
    Conflict(Box<Conflict>),
    /// Someone else moved the alias right after us, which MLflow cannot prevent.
    #[error("{}", outrun(.0))]
    Outrun(Box<Outrun>),
    /// An older version would replace a newer one, and the caller did not allow it.
    #[error(
        "version `{asked}` of model `{model}` is older than `{deployed}`, which is deployed in \
         `{environment}`; allow the rollback explicitly if it is meant"
    )]
    RollbackRefused {
        /// The model.
        model: String,
        /// The environment.
        environment: String,
        /// What is deployed.
        deployed: String,
        /// What was to be deployed.
        asked: String,
    },

    /// Someone else has the lock.
    #[error("{}", taken_lock(.place, .name, .holder.as_deref()))]
    LockTaken {
        /// Where.
        place: String,
        /// Its name.
        name: String,
        /// Who has it, if that can be told.
        holder: Option<String>,
    },
    /// A lock is held no longer, though nobody gave it back.
    #[error(
        "the lock `{name}` of {place} was lost while it was needed ({message}); someone else may have published \
         meanwhile, so look at what is deployed before you go on"
    )]
    LockLost {
        /// Where.
        place: String,
        /// Its name.
        name: String,
        /// How.
        message: String,
    },
    /// A file has no users.
    #[error(
        "{place} has no users, so there are no credentials for it; whoever may read the file may read the registry"
    )]
    NoRoles {
        /// Where.
        place: String,
    },
    /// Short-lived credentials that are not there any more.
    #[error(
        "the short-lived user `{username}` is not in {place} any more; someone dropped it while it was needed"
    )]
    RoleGone {
        /// Where.
        place: String,
        /// Its name.
        username: String,
    },

    /// What only a registry in a database has.
    #[error("{place} is no database of mlassets: {why}")]
    NotInMlflow {
        /// Where.
        place: String,
        /// What it lacks, and what to do.
        why: &'static str,
    },
    /// The MLflow server did not do as asked.
    #[error(transparent)]
    Mlflow(Box<mlflow::Error>),

    /// There are no tables.
    #[error("{place} holds no model registry; create it by migrating first")]
    NotMigrated {
        /// Where.
        place: String,
    },
    /// The schema was made by a newer program.
    #[error(
        "the registry in {place} has schema version {found}, and this program knows only up to {known}; \
         use a newer release of it"
    )]
    SchemaTooNew {
        /// Where.
        place: String,
        /// The version there.
        found: i64,
        /// The last one known.
        known: i64,
    },
    /// A migration that was applied is not the one that this program has.
    #[error(
        "migration {version} `{name}` of the registry in {place} was applied with checksum {applied}, \
         but this program has it with {known}; nothing was changed, use the release that applied it"
    )]
    MigrationChanged {
        /// Where.
        place: String,
        /// Its number.
        version: i64,
        /// Its name.
        name: String,
        /// The first 12 digits of the checksum that was applied.
        applied: String,
        /// The first 12 digits of the checksum known.
        known: String,
    },
    /// A table of the same name that is not ours, or no longer.
    #[error("{}", foreign(.place, .table, .missing))]
    ForeignTable {
        /// Where.
        place: String,
        /// Its name.
        table: String,
        /// The columns that it lacks; empty if it has them all and yet no migration made it.
        missing: Vec<String>,
    },
    /// The database refused a change that breaks a law of the registry.
    #[error("{place} refused the change, law `{law}`: {message}")]
    Law {
        /// Where.
        place: String,
        /// The constraint or guard.
        law: String,
        /// What the database said.
        message: String,
    },

    /// A file cannot be used.
    #[error("cannot {action} {}: {message}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not, and what to do.
        message: String,
    },
    /// The server cannot be reached.
    #[error("cannot connect to {place}: {message}")]
    Connect {
        /// Where.
        place: String,
        /// Why not, and what to do.
        message: String,
    },
    /// The server refused the credentials.
    #[error(
        "{place} refused the login of user `{user}`: {message}; check user, password and the server's \
         access rules"
    )]
    Login {
        /// Where.
        place: String,
        /// Who.
        user: String,
        /// What the server said.
        message: String,
    },
    /// The server is up but not ready, or has no connection left.
    #[error("{place} does not take connections yet: {message}; try again later")]
    NotReady {
        /// Where.
        place: String,
        /// What the server said.
        message: String,
    },
    /// The connection broke, or no answer came; a repeated call finds out what was done.
    #[error(
        "the connection to {place} was lost while {step} ({message}); whether that was done is not known, \
         repeating it is safe"
    )]
    ConnectionLost {
        /// Where.
        place: String,
        /// What was under way.
        step: &'static str,
        /// How.
        message: String,
    },
    /// Other transactions kept winning.
    #[error(
        "{place} gave precedence to another transaction again and again ({message}); try again"
    )]
    Contended {
        /// Where.
        place: String,
        /// What the server said.
        message: String,
    },
    /// Another writer held its lock for too long.
    #[error(
        "another writer holds {place} for longer than the lock timeout ({message}); try again, or look \
         for a transaction that was left open"
    )]
    Locked {
        /// Where.
        place: String,
        /// What the database said.
        message: String,
    },
    /// A statement ran for too long.
    #[error(
        "{place} cancelled a statement that ran longer than the statement timeout, while {step}"
    )]
    Timeout {
        /// Where.
        place: String,
        /// What was under way.
        step: &'static str,
    },
    /// The user may not do this.
    #[error("{place}: {message}; grant the right to the user of the registry")]
    Permission {
        /// Where.
        place: String,
        /// What the database said.
        message: String,
    },
    /// Anything else that the database said.
    #[error("{place} failed: {message}{}", code.as_ref().map(|code| format!(" (code {code})")).unwrap_or_default())]
    Database {
        /// Where.
        place: String,
        /// SQLSTATE, or SQLite's extended result code; none if it was not the database that refused.
        code: Option<String>,
        /// What it said.
        message: String,
    },
    /// The rows do not look as this program wrote them.
    #[error(
        "{place} answered what the registry cannot hold: {message}; was the schema changed by hand?"
    )]
    Unexpected {
        /// Where.
        place: String,
        /// What.
        message: String,
    },
}

impl From<mlflow::Error> for Error {
    fn from(error: mlflow::Error) -> Self {
        Self::Mlflow(Box::new(error))
    }
}

fn each(invalid: &[Invalid]) -> String {
    invalid.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn list_nearest(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return "the registry holds no version at all".into();
    }
    let quoted: Vec<_> = nearest.iter().map(|name| format!("`{name}`")).collect();
    let are = if quoted.len() == 1 { "is" } else { "are" };
    format!("the nearest {are} {}", quoted.join(", "))
}

fn taken(taken: &Taken) -> String {
    let Taken { model, version, differing, created_by, created_at, git_sha } = taken;
    let mut text = format!(
        "version `{version}` of model `{model}` is taken: {created_by} registered it at {created_at}"
    );
    if let Some(git_sha) = git_sha {
        let _ = write!(text, " from git_sha {git_sha}");
    }
    let _ = write!(text, " with another {}", differing.join(", "));
    if taken.has_other_artifacts() {
        text.push_str("; versions never change, register a new one");
    }
    text
}

fn conflict(conflict: &Conflict) -> String {
    let Conflict { model, environment, expected, deployed } = conflict;
    let expected_text = match expected {
        Expected::Nothing => "nothing to be deployed".to_owned(),
        Expected::Row(row) => format!("deployment row version {row}"),
        Expected::Any => "anything".to_owned(),
    };
    let found = match deployed {
        Some((version, row, by, at)) => {
            format!("version `{version}` is deployed (row version {row}), by {by} at {at}")
        }
        None => "nothing is deployed".to_owned(),
    };
    let mut text = format!(
        "model `{model}` in `{environment}`: {found}, but this change expected {expected_text}; nothing was changed"
    );
    if *expected != Expected::Nothing {
        text.push_str(", refresh and plan again");
    }
    text
}

fn outrun(outrun: &Outrun) -> String {
    let Outrun { place, model, environment, version, alias, deployed } = outrun;
    let now = match deployed {
        Some(deployed) => format!("points to `{deployed}`"),
        None => "is gone".to_owned(),
    };
    format!(
        "model `{model}` in `{environment}`: `{version}` was deployed, but someone else changed it at the same time, and \
         the alias `{alias}` of {place} {now}; MLflow has no transactions, so the last one wins; refresh and plan again"
    )
}

fn taken_lock(place: &str, name: &str, holder: Option<&str>) -> String {
    let holder = holder.unwrap_or("someone else");
    format!("the lock `{name}` of {place} is held by {holder}; wait until they are done, or longer")
}

fn foreign(place: &str, table: &str, missing: &[String]) -> String {
    let why = if missing.is_empty() {
        "no migration of the registry made it".to_owned()
    } else {
        format!("it has no column {}", missing.join(", "))
    };
    format!(
        "{place} has a table `{table}` that is not the registry's: {why}; nothing was changed, \
         choose another schema or database, or move the table away"
    )
}
