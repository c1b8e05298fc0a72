//! The model registry: versions of models, and which version is deployed where.
//!
//! A [`Registry`] keeps its rows in one SQLite file or in one schema of a PostgreSQL database, or lives in the
//! registry of an MLflow server. In a database the
//! laws (immutable versions, allowed transitions, one deployed version per model and environment,
//! an audit that only grows) are triggers and indexes of the [migrations](Registry::migrate), so
//! they bind whoever writes; the operations here keep to them and turn a clash into an [`Error`]
//! that says who was first.
//!
//! MLflow has no such laws; what holds there instead says the room `mlflow`.
//!
//! On SQLite the file is the schema and [`Options::schema`] is not used: `ATTACH 'file' AS core`
//! makes a query that names `core.model_registry` run there unchanged.
//!
//! Reading order: `model` (the words), `operation` (what is done), `session` and `store` (how); `mlflow` is the other how.

mod credentials;
mod error;
mod location;
mod lock;
mod migration;
mod mlflow;
mod model;
pub mod name;
mod operation;
mod question;
mod session;
mod store;
pub mod version;

#[cfg(test)]
mod tests;

use std::time::Duration;

use sha2::{Digest as _, Sha256};

pub use credentials::{Credentials, Lend};
pub use error::{Conflict, Error, Invalid, Outrun, Taken};
pub use location::Location;
pub use lock::Held;
pub use model::{
    AuditEntry, AuditFilter, Deploy, Deployment, DeploymentFilter, DeploymentStatus, Expected,
    NewVersion, Registered, Retire, SchemaState, Status, UpdateMetadata, Version, VersionFilter,
};

pub use question::question;

use location::Kind;
use lock::Locks;
use migration::Migration;
use mlflow::MlflowStore;
use operation::migrate::{MigrateNext, ReadOrigin, ReadState};
use operation::read::{FindDeployment, FindVersion, ListDeployments, ListVersions, ReadAudit};
use operation::version::{Archive, MarkVerified};
use store::Store;

/// What came out, or why it could not be done.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a [`Registry`] works, beside where it is.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who acts: written into each row and into the audit.
    pub actor: String,
    /// The PostgreSQL schema that holds the tables; unused on SQLite.
    pub schema: String,
    /// How long to wait for a connection, and for a server that is still starting.
    pub connect_timeout: Duration,
    /// How long to wait for another writer.
    pub lock_timeout: Duration,
    /// How long one statement may run on PostgreSQL.
    pub statement_timeout: Duration,
}

impl Options {
    /// The defaults, acting as `actor`: schema `core`, 15 s for a connection, 10 s for a lock, 60 s
    /// for a statement.
    pub fn new(actor: impl Into<String>) -> Self {
        Self {
            actor: actor.into(),
            schema: "core".into(),
            connect_timeout: Duration::from_secs(15),
            lock_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_mins(1),
        }
    }
}

const OWN_TABLES: &str = "MLflow makes and keeps its tables itself, so there is nothing to create or to upgrade; \
    leave `mlassets_model_registry` out of this configuration";

/// What stands for the schema where the whole file is one.
const FILE_SCHEMA: &str = "core";

/// A registry of model versions and deployments; cheap to share behind an `Arc`.
///
/// Each write may be repeated after an interruption without doing anything twice. In a database each method is one
/// transaction besides: it happens wholly or not at all.
#[derive(Debug)]
pub struct Registry {
    schema: String,
    location: Location,
    keeper: Keeper,
}

/// Where versions and deployments are kept.
#[derive(Debug)]
enum Keeper {
    Sql { store: Store, locks: Locks },
    Mlflow(MlflowStore),
}

impl Keeper {
    fn sql(store: Store) -> Self {
        Self::Sql { store, locks: Locks::default() }
    }
}

impl Registry {
    /// The version of the tables that this program makes.
    pub const LATEST_SCHEMA: i64 = migration::LATEST;

    /// A registry at `location`; nothing is opened or contacted yet.
    pub fn new(location: Location, options: Options) -> Result<Self> {
        name::check_all([name::schema(&options.schema), name::actor(&options.actor)])?;
        let schema = match location.file() {
            Some(_) => FILE_SCHEMA.to_owned(),
            None => options.schema.clone(),
        };
        let keeper = match location.kind() {
            Kind::Mlflow(config) => Keeper::Mlflow(MlflowStore::new(config, &options.actor)?),
            Kind::Sqlite(path) => Keeper::sql(Store::file(location.to_string(), path, options)),
            Kind::Postgres(server) => {
                Keeper::sql(Store::server(location.to_string(), server, options))
            }
        };
        Ok(Self { schema, location, keeper })
    }

    /// Whether it is a database of ours, whose audit tells each change in the change's own transaction.
    pub fn is_database(&self) -> bool {
        matches!(self.keeper, Keeper::Sql { .. })
    }

    /// The schema of the tables; a SQLite file has none and is called `core`.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Where the registry is, without any secret.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Tells this registry from every other that has versions of the same names, whatever address leads to it: 16
    /// hexadecimal digits from its schema and the moment at which its tables were made. MLflow does not know when it
    /// began; there its address decides.
    pub async fn origin(&self) -> Result<String> {
        let place = self.location.to_string();
        let origin = match &self.keeper {
            Keeper::Sql { store, .. } => {
                let made = store.run(ReadOrigin).await?.ok_or(Error::NotMigrated { place })?;
                format!("{} {made}", self.schema)
            }
            Keeper::Mlflow(_) => place,
        };
        Ok(hex::encode(Sha256::digest(origin))[..16].to_owned())
    }

    /// The database, for what only a database has; `why` says what is different on MLflow.
    fn database(&self, why: &'static str) -> Result<(&Store, &Locks)> {
        match &self.keeper {
            Keeper::Sql { store, locks } => Ok((store, locks)),
            Keeper::Mlflow(_) => Err(Error::NotInMlflow { place: self.location.to_string(), why }),
        }
    }

    /// Whether the tables exist, in which version, and how many rows they hold.
    pub async fn schema_state(&self) -> Result<SchemaState> {
        let (store, _) = self.database(OWN_TABLES)?;
        let known = migration::latest(store.migrations());
        match store.run(ReadState { known }).await {
            Err(Error::NotMigrated { .. }) => Ok(SchemaState::Absent),
            state => state,
        }
    }

    /// Creates or upgrades the tables and answers the names of the migrations that it applied.
    ///
    /// Goes forward only, one transaction each, safely beside others that do the same. Refuses a
    /// changed migration, a schema newer than this program, and a table that it did not make.
    pub async fn migrate(&self) -> Result<Vec<&'static str>> {
        let (store, _) = self.database(OWN_TABLES)?;
        self.migrate_with(store.migrations()).await
    }

    async fn migrate_with(&self, migrations: &'static [Migration]) -> Result<Vec<&'static str>> {
        let (store, _) = self.database(OWN_TABLES)?;
        let mut applied = Vec::new();
        while let Some(name) = store.run(MigrateNext { migrations }).await? {
            applied.push(name);
        }
        Ok(applied)
    }

    /// Adds a version as `registered`; an equal row that exists already is answered as it is.
    ///
    /// Errors: [`Error::VersionTaken`] when the row differs, [`Error::Archived`].
    pub async fn register(&self, new: &NewVersion) -> Result<Registered> {
        name::check_all([
            name::model(&new.model),
            name::version(&new.version),
            name::artifact_uri(&new.artifact_uri),
            name::sha256(&new.artifact_sha256),
            name::text("the description", &new.description),
            name::metadata(&new.metadata),
        ])?;
        match &self.keeper {
            Keeper::Sql { store, .. } => store.run(new.clone()).await,
            Keeper::Mlflow(mlflow) => mlflow.register(new).await,
        }
    }

    /// The version, whatever its status.
    pub async fn find_version(&self, model: &str, version: &str) -> Result<Option<Version>> {
        match &self.keeper {
            Keeper::Sql { store, .. } => {
                store.run(FindVersion { model: model.into(), version: version.into() }).await
            }
            Keeper::Mlflow(mlflow) => mlflow.find_version(model, version).await,
        }
    }

    /// The versions that the filter admits, by model and then by creation.
    pub async fn list_versions(&self, filter: &VersionFilter) -> Result<Vec<Version>> {
        match &self.keeper {
            Keeper::Sql { store, .. } => store.run(ListVersions(filter.clone())).await,
            Keeper::Mlflow(mlflow) => mlflow.list_versions(filter).await,
        }
    }

    /// Replaces description and metadata; the rest of a version never changes.
    ///
    /// Errors: [`Error::UnknownVersion`], [`Error::Archived`], [`Error::StaleVersion`] when the row
    /// has moved on and does not hold what is asked for.
    pub async fn update_metadata(&self, update: &UpdateMetadata) -> Result<Version> {
        name::check_all([
            name::text("the description", &update.description),
            name::metadata(&update.metadata),
        ])?;
        match &self.keeper {
            Keeper::Sql { store, .. } => store.run(update.clone()).await,
            Keeper::Mlflow(mlflow) => mlflow.update_metadata(update).await,
        }
    }

    /// Records that the artifacts of a version were verified, which lets it be deployed.
    ///
    /// A version that is past `registered` stays as it is. Errors: [`Error::UnknownVersion`],
    /// [`Error::Archived`].
    pub async fn mark_verified(&self, model: &str, version: &str) -> Result<Version> {
        match &self.keeper {
            Keeper::Sql { store, .. } => {
                store.run(MarkVerified { model: model.into(), version: version.into() }).await
            }
            Keeper::Mlflow(mlflow) => mlflow.mark_verified(model, version).await,
        }
    }

    /// Takes a version out of use for good; its row and history stay.
    ///
    /// Errors: [`Error::UnknownVersion`], [`Error::StillDeployed`].
    pub async fn archive(&self, model: &str, version: &str) -> Result<Version> {
        match &self.keeper {
            Keeper::Sql { store, .. } => {
                store.run(Archive { model: model.into(), version: version.into() }).await
            }
            Keeper::Mlflow(mlflow) => mlflow.archive(model, version).await,
        }
    }

    /// Makes `deploy.version` the one deployed version of its model and environment.
    ///
    /// The version deployed before becomes `superseded`, or `rolled_back` when it is the newer one.
    /// If the version is deployed there already, that deployment is the answer whatever was
    /// expected, so an interrupted call can be repeated. Errors: [`Error::Conflict`],
    /// [`Error::UnknownVersion`], [`Error::NotVerified`], [`Error::Archived`],
    /// [`Error::RollbackRefused`], and on MLflow [`Error::Outrun`].
    pub async fn deploy(&self, deploy: &Deploy) -> Result<Deployment> {
        name::check_all([name::environment(&deploy.environment)])?;
        match &self.keeper {
            Keeper::Sql { store, .. } => store.run(deploy.clone()).await,
            Keeper::Mlflow(mlflow) => mlflow.deploy(deploy).await,
        }
    }

    /// Ends what is deployed for a model and environment, and answers it; `None` if nothing was.
    ///
    /// Errors: [`Error::Conflict`] when another row is deployed than was expected.
    pub async fn retire(&self, retire: &Retire) -> Result<Option<Deployment>> {
        match &self.keeper {
            Keeper::Sql { store, .. } => store.run(retire.clone()).await,
            Keeper::Mlflow(mlflow) => mlflow.retire(retire).await,
        }
    }

    /// What is deployed now for a model and environment.
    pub async fn find_deployment(
        &self,
        model: &str,
        environment: &str,
    ) -> Result<Option<Deployment>> {
        match &self.keeper {
            Keeper::Sql { store, .. } => {
                let find = FindDeployment { model: model.into(), environment: environment.into() };
                store.run(find).await
            }
            Keeper::Mlflow(mlflow) => mlflow.find_deployment(model, environment).await,
        }
    }

    /// Deployments that the filter admits, past ones included unless it says otherwise, oldest first; on MLflow, which
    /// remembers no past ones, those in force by model and environment.
    pub async fn list_deployments(&self, filter: &DeploymentFilter) -> Result<Vec<Deployment>> {
        match &self.keeper {
            Keeper::Sql { store, .. } => store.run(ListDeployments(filter.clone())).await,
            Keeper::Mlflow(mlflow) => mlflow.list_deployments(filter).await,
        }
    }

    /// The audit entries that the filter admits, oldest first.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>> {
        let (store, _) = self.database("MLflow keeps no audit of its registry")?;
        store.run(ReadAudit(filter.clone())).await
    }
}
