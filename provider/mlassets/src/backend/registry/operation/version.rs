//! Changing a version that exists: its metadata, verified, archived.

use serde_json::Value;

use super::register::{archived, equal_maps};
use super::{Operation, points, read};
use crate::backend::fault;
use crate::backend::registry::Result;
use crate::backend::registry::error::Error;
use crate::backend::registry::model::{Status, UpdateMetadata, Version};
use crate::backend::registry::session::{Access, Param, Session};

impl Operation for UpdateMetadata {
    type Output = Version;
    const STEP: &'static str = "changing a version";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<super::Points> = points!("model_version.update");

    async fn run(&self, session: &mut Session) -> Result<Version> {
        let row = read::hold(session, &self.model, &self.version).await?;
        if row.status == Status::Archived {
            return Err(archived(row));
        }
        if row.description == self.description && equal_maps(&row.metadata, &self.metadata) {
            return Ok(row);
        }
        if let Some(expected) = self.expected_row_version
            && expected != row.row_version
        {
            return Err(Error::StaleVersion {
                model: row.model,
                version: row.version,
                expected,
                found: row.row_version,
                by: row.updated_by,
                at: row.updated_at,
            });
        }
        let metadata = Value::Object(self.metadata.clone());
        let sql = "UPDATE model_registry SET description = $1, metadata = $2 WHERE id = $3";
        let params = [Param::Text(&self.description), Param::Json(&metadata), Param::Int(row.id)];
        session.execute(sql, &params).await?;
        fault::point("model_version.update.after_update");
        read::hold(session, &self.model, &self.version).await
    }
}

pub(in super::super) struct MarkVerified {
    pub(in super::super) model: String,
    pub(in super::super) version: String,
}

impl Operation for MarkVerified {
    type Output = Version;
    const STEP: &'static str = "marking a version as verified";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<super::Points> = points!("model_version.verify");

    async fn run(&self, session: &mut Session) -> Result<Version> {
        let row = read::hold(session, &self.model, &self.version).await?;
        match row.status {
            Status::Archived => Err(archived(row)),
            Status::Registered => {
                set_status(session, row.id, Status::Verified).await?;
                fault::point("model_version.verify.after_update");
                read::hold(session, &self.model, &self.version).await
            }
            Status::Verified | Status::Deployed | Status::Superseded | Status::RolledBack => {
                Ok(row)
            }
        }
    }
}

pub(in super::super) struct Archive {
    pub(in super::super) model: String,
    pub(in super::super) version: String,
}

impl Operation for Archive {
    type Output = Version;
    const STEP: &'static str = "archiving a version";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<super::Points> = points!("model_version.archive");

    async fn run(&self, session: &mut Session) -> Result<Version> {
        let row = read::hold(session, &self.model, &self.version).await?;
        let sql = "SELECT environment FROM model_deployment WHERE model_name = $1 \
            AND model_version = $2 AND status = 'deployed' ORDER BY environment";
        let rows =
            session.query(sql, &[Param::Text(&row.model), Param::Text(&row.version)]).await?;
        let environments: Vec<_> =
            rows.into_iter().map(|mut row| row.text()).collect::<Result<_>>()?;
        if !environments.is_empty() {
            let (model, version) = (row.model, row.version);
            return Err(Error::StillDeployed { model, version, environments });
        }
        if row.status == Status::Archived {
            return Ok(row);
        }
        set_status(session, row.id, Status::Archived).await?;
        fault::point("model_version.archive.after_update");
        read::hold(session, &self.model, &self.version).await
    }
}

async fn set_status(session: &mut Session, id: i64, status: Status) -> Result<()> {
    let sql = "UPDATE model_registry SET status = $1 WHERE id = $2";
    session.execute(sql, &[Param::Text(status.as_str()), Param::Int(id)]).await.map(drop)
}
