//! The words of the registry: versions, deployments, audit entries, and the requests that change them.
//!
//! Plain data. Which status may follow which is stated once, in the triggers of the migrations.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::version;

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The row exists; nothing is known of the artifacts.
    Registered,
    /// The artifacts were verified; it may be deployed.
    Verified,
    /// Deployed in at least one environment.
    Deployed,
    /// No longer deployed: a newer version took its last place, or that place was given up.
    Superseded,
    /// No longer deployed: an older version took its last place.
    RolledBack,
    /// Out of use for good.
    Archived,
}

impl Status {
    /// Each status, in the order of a version's life.
    pub const ALL: [Self; 6] = [
        Self::Registered,
        Self::Verified,
        Self::Deployed,
        Self::Superseded,
        Self::RolledBack,
        Self::Archived,
    ];

    /// The word that the database holds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Verified => "verified",
            Self::Deployed => "deployed",
            Self::Superseded => "superseded",
            Self::RolledBack => "rolled_back",
            Self::Archived => "archived",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or(())
    }
}

/// Where a deployment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeploymentStatus {
    /// The one that is deployed now.
    Deployed,
    /// Replaced by a newer version.
    Superseded,
    /// Replaced by an older version.
    RolledBack,
    /// Ended without a successor.
    Retired,
}

impl DeploymentStatus {
    /// Each status.
    pub const ALL: [Self; 4] = [Self::Deployed, Self::Superseded, Self::RolledBack, Self::Retired];

    /// The word that the database holds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployed => "deployed",
            Self::Superseded => "superseded",
            Self::RolledBack => "rolled_back",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for DeploymentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DeploymentStatus {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or(())
    }
}

/// A version of a model as the registry holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Grows in the order of creation.
    pub id: i64,
    /// The model.
    pub model: String,
    /// The version's name, unique in its model.
    pub version: String,
    /// Where it stands.
    pub status: Status,
    /// Where the artifacts are; never changes.
    pub artifact_uri: String,
    /// SHA-256 of the artifacts' manifest, 64 lower-case hex digits; never changes.
    pub artifact_sha256: String,
    /// For people.
    pub description: String,
    /// For programs.
    pub metadata: Map<String, Value>,
    /// Grows by one with each change of the row, starting at 1.
    pub row_version: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Who registered it.
    pub created_by: String,
    /// When the row changed last.
    pub updated_at: Timestamp,
    /// Who changed it last.
    pub updated_by: String,
}

impl Version {
    /// Whether it is older than another version of its model: by the dates in their names, otherwise by creation.
    pub fn is_older_than(&self, other: &Self) -> bool {
        let order = version::compare(&self.version, &other.version);
        order.unwrap_or_else(|| self.id.cmp(&other.id)) == Ordering::Less
    }
}

/// A version to add.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewVersion {
    /// The model; see [`name::model`](super::name::model).
    pub model: String,
    /// The version; see [`name::version`](super::name::version).
    pub version: String,
    /// Where the artifacts are.
    pub artifact_uri: String,
    /// SHA-256 of the artifacts' manifest, 64 lower-case hex digits.
    pub artifact_sha256: String,
    /// For people.
    pub description: String,
    /// For programs; the key `git_sha` is shown when another claims the same version.
    pub metadata: Map<String, Value>,
}

/// What [`register`](super::Registry::register) did.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// Whether the row is new; otherwise an equal one was there.
    pub created: bool,
    /// The row.
    pub version: Version,
}

/// A change of what may change about a version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateMetadata {
    /// The model.
    pub model: String,
    /// The version.
    pub version: String,
    /// The [row version](Version::row_version) that the caller saw; `None` overwrites whatever is there.
    pub expected_row_version: Option<i64>,
    /// The whole new description.
    pub description: String,
    /// The whole new metadata.
    pub metadata: Map<String, Value>,
}

/// What the caller believes to be deployed before a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Nothing is deployed.
    #[default]
    Nothing,
    /// The deployment with this [row version](Deployment::row_version).
    Row(i64),
    /// Whatever is there.
    Any,
}

/// A version to deploy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deploy {
    /// The model.
    pub model: String,
    /// The environment; see [`name::environment`](super::name::environment).
    pub environment: String,
    /// The version.
    pub version: String,
    /// What is believed to be deployed now.
    pub expected: Expected,
    /// Whether the version may be older than the one that it replaces.
    pub allow_rollback: bool,
}

/// A deployment to end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retire {
    /// The model.
    pub model: String,
    /// The environment.
    pub environment: String,
    /// What is believed to be deployed now.
    pub expected: Expected,
}

/// One stay of a version in an environment, present or past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Grows in the order of creation.
    pub id: i64,
    /// The model.
    pub model: String,
    /// The environment.
    pub environment: String,
    /// The version.
    pub version: String,
    /// Where it stands.
    pub status: DeploymentStatus,
    /// The version that it replaced, if one was deployed.
    pub previous_version: Option<String>,
    /// Grows with each change of what is deployed for this model and environment; never used again.
    pub row_version: i64,
    /// When it was deployed.
    pub deployed_at: Timestamp,
    /// Who deployed it.
    pub deployed_by: String,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who ended it.
    pub ended_by: Option<String>,
}

/// Which versions to list; `None` admits all.
#[derive(Clone, Debug, Default)]
pub struct VersionFilter {
    /// Only this model.
    pub model: Option<String>,
    /// Only this status.
    pub status: Option<Status>,
}

/// Which deployments to list; `None` admits all.
#[derive(Clone, Debug, Default)]
pub struct DeploymentFilter {
    /// Only this model.
    pub model: Option<String>,
    /// Only this environment.
    pub environment: Option<String>,
    /// Only this version.
    pub version: Option<String>,
    /// Only this status.
    pub status: Option<DeploymentStatus>,
}

/// Which audit entries to read; `None` admits all.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only this model.
    pub model: Option<String>,
    /// Only this version.
    pub version: Option<String>,
    /// Only this environment.
    pub environment: Option<String>,
    /// Only entries with a greater [`seq`](AuditEntry::seq).
    pub after: i64,
    /// At most so many.
    pub limit: Option<u32>,
}

/// One change of one row, written by the database itself.
///
/// Each operation that changed something left exactly one entry with its own name: `register`,
/// `update`, `verify`, `archive`, `deploy` or `retire`. What followed from it has the same `txn`:
/// `supersede` or `roll_back` for the deployment that ended, `status` for a version's own status.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Grows; may have gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// The transaction; absent when someone wrote to a SQLite file by other means.
    pub txn: Option<i64>,
    /// What.
    pub op: String,
    /// The model.
    pub model: String,
    /// The version.
    pub version: String,
    /// The environment, if the row is a deployment.
    pub environment: Option<String>,
    /// The status before; absent for a new row.
    pub old_status: Option<String>,
    /// The status after.
    pub new_status: Option<String>,
    /// The row version after.
    pub row_version: i64,
    /// What else changed.
    pub detail: Value,
}

/// What is there before or after a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// No registry.
    Absent,
    /// A registry.
    Present {
        /// The last migration applied.
        version: i64,
        /// The last migration that this program knows.
        known: i64,
        /// Rows of `model_registry`.
        versions: i64,
        /// Rows of `model_deployment`.
        deployments: i64,
    },
}
