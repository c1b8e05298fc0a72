//! Deploying a version and ending a deployment.
//!
//! All of one model and environment happens under one lock. The old row ends before the new one
//! begins: in one UPDATE the partial unique index would refuse the swap in some physical row orders.

use super::register::archived;
use super::{Operation, points, read};
use crate::backend::fault;
use crate::backend::registry::Result;
use crate::backend::registry::error::{Conflict, Error};
use crate::backend::registry::model::{
    Deploy, Deployment, DeploymentStatus, Expected, Retire, Status, Version,
};
use crate::backend::registry::session::{Access, Param, Session};

impl Operation for Deploy {
    type Output = Deployment;
    const STEP: &'static str = "deploying a version";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<super::Points> = points!("model_deployment.deploy");

    async fn run(&self, session: &mut Session) -> Result<Deployment> {
        let Self { model, environment, version, expected, allow_rollback } = self;
        session.lock(&place_of(model, environment)).await?;
        fault::point("model_deployment.deploy.after_lock");
        let current = read::deployed(session, model, environment).await?;
        if let Some(current) = &current
            && current.version == *version
        {
            return Ok(current.clone());
        }
        check_expectation(model, environment, *expected, current.as_ref())?;

        let (new, old) = hold_both(session, model, version, current.as_ref()).await?;
        match new.status {
            Status::Registered => {
                return Err(Error::NotVerified { model: new.model, version: new.version });
            }
            Status::Archived => return Err(archived(new)),
            Status::Verified | Status::Deployed | Status::Superseded | Status::RolledBack => {}
        }
        if let (Some(current), Some(old)) = (&current, &old) {
            let is_rollback = new.is_older_than(old);
            if is_rollback && !allow_rollback {
                return Err(Error::RollbackRefused {
                    model: model.clone(),
                    environment: environment.clone(),
                    deployed: old.version.clone(),
                    asked: version.clone(),
                });
            }
            let status = if is_rollback {
                DeploymentStatus::RolledBack
            } else {
                DeploymentStatus::Superseded
            };
            end(session, current.id, status).await?;
            fault::point("model_deployment.deploy.after_end");
        }

        let actor = session.actor().to_owned();
        let sql = "INSERT INTO model_deployment \
            (model_name, environment, model_version, previous_version, deployed_by, row_version) \
            SELECT $1, $2, $3, $4, $5, coalesce(max(row_version), 0) + 1 FROM model_deployment \
            WHERE model_name = $1 AND environment = $2";
        let params = [
            Param::Text(model),
            Param::Text(environment),
            Param::Text(version),
            Param::Maybe(current.as_ref().map(|current| &*current.version)),
            Param::Text(&actor),
        ];
        session.execute(sql, &params).await?;
        fault::point("model_deployment.deploy.after_insert");
        let now = read::deployed(session, model, environment).await?;
        now.ok_or_else(|| vanished(session))
    }
}

impl Operation for Retire {
    type Output = Option<Deployment>;
    const STEP: &'static str = "ending a deployment";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<super::Points> = points!("model_deployment.retire");

    async fn run(&self, session: &mut Session) -> Result<Option<Deployment>> {
        let Self { model, environment, expected } = self;
        session.lock(&place_of(model, environment)).await?;
        fault::point("model_deployment.retire.after_lock");
        let Some(current) = read::deployed(session, model, environment).await? else {
            return Ok(None);
        };
        check_expectation(model, environment, *expected, Some(&current))?;
        read::hold(session, model, &current.version).await?;
        end(session, current.id, DeploymentStatus::Retired).await?;
        fault::point("model_deployment.retire.after_end");
        let ended = read::deployment_by_id(session, current.id).await?;
        ended.map(Some).ok_or_else(|| vanished(session))
    }
}

/// Refuses a change of something else than the caller saw.
pub(in super::super) fn check_expectation(
    model: &str,
    environment: &str,
    expected: Expected,
    current: Option<&Deployment>,
) -> Result<()> {
    match (expected, current) {
        (Expected::Any, _) | (Expected::Nothing, None) => return Ok(()),
        (Expected::Row(row), Some(current)) if current.row_version == row => return Ok(()),
        (Expected::Nothing | Expected::Row(_), _) => {}
    }
    let deployed = current.map(|current| {
        let Deployment { version, row_version, deployed_by, deployed_at, .. } = current.clone();
        (version, row_version, deployed_by, deployed_at)
    });
    let (model, environment) = (model.to_owned(), environment.to_owned());
    Err(Error::Conflict(Box::new(Conflict { model, environment, expected, deployed })))
}

/// Holds the version to deploy and the one deployed, in one order for all: nobody waits in a ring.
async fn hold_both(
    session: &mut Session,
    model: &str,
    new: &str,
    current: Option<&Deployment>,
) -> Result<(Version, Option<Version>)> {
    let Some(current) = current else {
        return Ok((read::hold(session, model, new).await?, None));
    };
    let mut names = [new, &*current.version];
    names.sort_unstable();
    let mut held = Vec::new();
    for name in names {
        held.push(read::hold(session, model, name).await?);
    }
    let [first, second] = held.try_into().expect("two names were held");
    Ok(if first.version == new { (first, Some(second)) } else { (second, Some(first)) })
}

async fn end(session: &mut Session, id: i64, status: DeploymentStatus) -> Result<()> {
    let sql = "UPDATE model_deployment SET status = $1 WHERE id = $2";
    session.execute(sql, &[Param::Text(status.as_str()), Param::Int(id)]).await.map(drop)
}

fn place_of(model: &str, environment: &str) -> String {
    format!("deployment {model} in {environment}")
}

fn vanished(session: &Session) -> Error {
    Error::Unexpected {
        place: session.place(),
        message: "a deployment that was just written is not there".into(),
    }
}
