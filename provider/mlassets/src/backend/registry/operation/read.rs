//! Reading rows, for callers and for the operations that look before they write.

use super::Operation;
use crate::backend::registry::Result;
use crate::backend::registry::error::Error;
use crate::backend::registry::model::{
    AuditEntry, AuditFilter, Deployment, DeploymentFilter, DeploymentStatus, Status, Version,
    VersionFilter,
};
use crate::backend::registry::session::{Access, Param, Row, Session};

const VERSION: &str = "SELECT id, model_name, model_version, status, artifact_uri, artifact_sha256, \
    description, metadata, row_version, created_at, created_by, updated_at, updated_by \
    FROM model_registry";
const DEPLOYMENT: &str = "SELECT id, model_name, environment, model_version, status, previous_version, \
    row_version, deployed_at, deployed_by, ended_at, ended_by FROM model_deployment";

/// How many similar names an error lists.
const NEAREST: usize = 3;

pub(in super::super) struct FindVersion {
    pub(in super::super) model: String,
    pub(in super::super) version: String,
}

impl Operation for FindVersion {
    type Output = Option<Version>;
    const STEP: &'static str = "looking for a version";
    const ACCESS: Access = Access::Read;
    const POINTS: Option<super::Points> = None;

    async fn run(&self, session: &mut Session) -> Result<Option<Version>> {
        find(session, &self.model, &self.version, "").await
    }
}

pub(in super::super) struct ListVersions(pub(in super::super) VersionFilter);

impl Operation for ListVersions {
    type Output = Vec<Version>;
    const STEP: &'static str = "listing versions";
    const ACCESS: Access = Access::Read;
    const POINTS: Option<super::Points> = None;

    async fn run(&self, session: &mut Session) -> Result<Vec<Version>> {
        let sql = format!(
            "{VERSION} WHERE ($1 IS NULL OR model_name = $1) AND ($2 IS NULL OR status = $2) \
             ORDER BY model_name, id"
        );
        let VersionFilter { model, status } = &self.0;
        let status = status.map(Status::as_str);
        let rows =
            session.query(&sql, &[Param::Maybe(model.as_deref()), Param::Maybe(status)]).await?;
        rows.into_iter().map(version).collect()
    }
}

pub(in super::super) struct FindDeployment {
    pub(in super::super) model: String,
    pub(in super::super) environment: String,
}

impl Operation for FindDeployment {
    type Output = Option<Deployment>;
    const STEP: &'static str = "looking for a deployment";
    const ACCESS: Access = Access::Read;
    const POINTS: Option<super::Points> = None;

    async fn run(&self, session: &mut Session) -> Result<Option<Deployment>> {
        deployed(session, &self.model, &self.environment).await
    }
}

pub(in super::super) struct ListDeployments(pub(in super::super) DeploymentFilter);

impl Operation for ListDeployments {
    type Output = Vec<Deployment>;
    const STEP: &'static str = "listing deployments";
    const ACCESS: Access = Access::Read;
    const POINTS: Option<super::Points> = None;

    async fn run(&self, session: &mut Session) -> Result<Vec<Deployment>> {
        let sql = format!(
            "{DEPLOYMENT} WHERE ($1 IS NULL OR model_name = $1) AND ($2 IS NULL OR environment = $2) \
             AND ($3 IS NULL OR model_version = $3) AND ($4 IS NULL OR status = $4) ORDER BY id"
        );
        let DeploymentFilter { model, environment, version, status } = &self.0;
        let params = [
            Param::Maybe(model.as_deref()),
            Param::Maybe(environment.as_deref()),
            Param::Maybe(version.as_deref()),
            Param::Maybe(status.map(DeploymentStatus::as_str)),
        ];
        session.query(&sql, &params).await?.into_iter().map(deployment).collect()
    }
}

pub(in super::super) struct ReadAudit(pub(in super::super) AuditFilter);

impl Operation for ReadAudit {
    type Output = Vec<AuditEntry>;
    const STEP: &'static str = "reading the audit";
    const ACCESS: Access = Access::Read;
    const POINTS: Option<super::Points> = None;

    async fn run(&self, session: &mut Session) -> Result<Vec<AuditEntry>> {
        let sql = "SELECT seq, at, actor, txn, op, model_name, model_version, environment, old_status, \
            new_status, row_version, detail FROM model_registry_audit \
            WHERE ($1 IS NULL OR model_name = $1) AND ($2 IS NULL OR model_version = $2) \
            AND ($3 IS NULL OR environment = $3) AND seq > $4 ORDER BY seq LIMIT $5";
        let AuditFilter { model, version, environment, after, limit } = &self.0;
        let params = [
            Param::Maybe(model.as_deref()),
            Param::Maybe(version.as_deref()),
            Param::Maybe(environment.as_deref()),
            Param::Int(*after),
            Param::Int(limit.map_or(i64::MAX, i64::from)),
        ];
        session.query(sql, &params).await?.into_iter().map(audit_entry).collect()
    }
}

/// The version, with `suffix` at the end of the SELECT.
pub(super) async fn find(
    session: &mut Session,
    model: &str,
    name: &str,
    suffix: &str,
) -> Result<Option<Version>> {
    let sql = format!("{VERSION} WHERE model_name = $1 AND model_version = $2{suffix}");
    let rows = session.query(&sql, &[Param::Text(model), Param::Text(name)]).await?;
    rows.into_iter().next().map(version).transpose()
}

/// The version, held until the transaction ends.
pub(super) async fn hold(session: &mut Session, model: &str, name: &str) -> Result<Version> {
    let suffix = session.for_update();
    match find(session, model, name, suffix).await? {
        Some(version) => Ok(version),
        None => Err(unknown(session, model, name).await?),
    }
}

/// What is deployed now.
pub(super) async fn deployed(
    session: &mut Session,
    model: &str,
    environment: &str,
) -> Result<Option<Deployment>> {
    let sql =
        format!("{DEPLOYMENT} WHERE model_name = $1 AND environment = $2 AND status = 'deployed'");
    let rows = session.query(&sql, &[Param::Text(model), Param::Text(environment)]).await?;
    rows.into_iter().next().map(deployment).transpose()
}

/// The deployment with this id, whatever its status.
pub(super) async fn deployment_by_id(session: &mut Session, id: i64) -> Result<Option<Deployment>> {
    let sql = format!("{DEPLOYMENT} WHERE id = $1");
    let rows = session.query(&sql, &[Param::Int(id)]).await?;
    rows.into_iter().next().map(deployment).transpose()
}

/// The error for a version that is not there, with those that the caller may have meant.
pub(super) async fn unknown(session: &mut Session, model: &str, name: &str) -> Result<Error> {
    let sql = "SELECT model_name, model_version FROM model_registry \
               WHERE status <> 'archived' ORDER BY id DESC LIMIT 10000";
    let mut known = Vec::new();
    for mut row in session.query(sql, &[]).await? {
        known.push((row.text()?, row.text()?));
    }
    Ok(nearest(model, name, known))
}

/// The error for a version that is not among the `known`, models with versions, the newest first.
pub(in super::super) fn nearest(model: &str, name: &str, known: Vec<(String, String)>) -> Error {
    let model_exists = known.iter().any(|(known, _)| known == model);
    let mut ranked: Vec<_> = known
        .into_iter()
        .filter(|(known, _)| !model_exists || known == model)
        .map(|(known, version)| {
            let distance = strsim::damerau_levenshtein(&known, model)
                + strsim::damerau_levenshtein(&version, name);
            (distance, if model_exists { version } else { format!("{known}@{version}") })
        })
        .collect();
    // Stable: of equally similar names the newest comes first.
    ranked.sort_by_key(|(distance, _)| *distance);
    let nearest = ranked.into_iter().take(NEAREST).map(|(_, name)| name).collect();
    Error::UnknownVersion { model: model.into(), version: name.into(), nearest }
}

fn version(mut row: Row) -> Result<Version> {
    Ok(Version {
        id: row.int()?,
        model: row.text()?,
        version: row.text()?,
        status: row.word()?,
        artifact_uri: row.text()?,
        artifact_sha256: row.text()?,
        description: row.text()?,
        metadata: row.object()?,
        row_version: row.int()?,
        created_at: row.time()?,
        created_by: row.text()?,
        updated_at: row.time()?,
        updated_by: row.text()?,
    })
}

fn deployment(mut row: Row) -> Result<Deployment> {
    Ok(Deployment {
        id: row.int()?,
        model: row.text()?,
        environment: row.text()?,
        version: row.text()?,
        status: row.word()?,
        previous_version: row.maybe_text()?,
        row_version: row.int()?,
        deployed_at: row.time()?,
        deployed_by: row.text()?,
        ended_at: row.maybe_time()?,
        ended_by: row.maybe_text()?,
    })
}

fn audit_entry(mut row: Row) -> Result<AuditEntry> {
    Ok(AuditEntry {
        seq: row.int()?,
        at: row.time()?,
        actor: row.text()?,
        txn: row.maybe_int()?,
        op: row.text()?,
        model: row.text()?,
        version: row.text()?,
        environment: row.maybe_text()?,
        old_status: row.maybe_text()?,
        new_status: row.maybe_text()?,
        row_version: row.int()?,
        detail: row.json()?,
    })
}
