//! Adding a version: once, or not at all when another row has the name.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::{Operation, points, read};
use crate::backend::fault;
use crate::backend::registry::Result;
use crate::backend::registry::error::{Error, Taken};
use crate::backend::registry::model::{NewVersion, Registered, Status, Version};
use crate::backend::registry::session::{Access, Param, Session};

impl Operation for NewVersion {
    type Output = Registered;
    const STEP: &'static str = "registering a version";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<super::Points> = points!("model_version.create");

    async fn run(&self, session: &mut Session) -> Result<Registered> {
        let metadata = Value::Object(self.metadata.clone());
        let actor = session.actor().to_owned();
        // The guard of the insert would refuse a second row as well, but could not say whose it is.
        session.lock(&format!("version {}@{}", self.model, self.version)).await?;
        if let Some(version) = read::find(session, &self.model, &self.version, "").await? {
            return same(self, version);
        }
        let sql = "INSERT INTO model_registry (model_name, model_version, artifact_uri, artifact_sha256, \
            description, metadata, created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
        let params = [
            Param::Text(&self.model),
            Param::Text(&self.version),
            Param::Text(&self.artifact_uri),
            Param::Text(&self.artifact_sha256),
            Param::Text(&self.description),
            Param::Json(&metadata),
            Param::Text(&actor),
        ];
        session.execute(sql, &params).await?;
        fault::point("model_version.create.after_insert");
        let version = read::hold(session, &self.model, &self.version).await?;
        Ok(Registered { created: true, version })
    }
}

/// What a registration is where the name is there already: nothing to do, or an error.
pub(in super::super) fn same(new: &NewVersion, version: Version) -> Result<Registered> {
    let differing = differing(new, &version);
    if !differing.is_empty() {
        let git_sha = match version.metadata.get("git_sha") {
            Some(Value::String(sha)) => Some(sha.clone()),
            _ => None,
        };
        return Err(Error::VersionTaken(Box::new(Taken {
            model: version.model,
            version: version.version,
            differing,
            created_by: version.created_by,
            created_at: version.created_at,
            git_sha,
        })));
    }
    if version.status == Status::Archived {
        return Err(archived(version));
    }
    Ok(Registered { created: false, version })
}

/// The error for a version that is out of use.
pub(in super::super) fn archived(version: Version) -> Error {
    Error::Archived {
        model: version.model,
        version: version.version,
        at: version.updated_at,
        by: version.updated_by,
    }
}

fn differing(new: &NewVersion, old: &Version) -> Vec<String> {
    let mut fields = Vec::new();
    for (name, new, old) in [
        ("artifact_uri", &new.artifact_uri, &old.artifact_uri),
        ("artifact_sha256", &new.artifact_sha256, &old.artifact_sha256),
        ("description", &new.description, &old.description),
    ] {
        if new != old {
            fields.push(name.to_owned());
        }
    }
    let keys: BTreeSet<_> = new.metadata.keys().chain(old.metadata.keys()).collect();
    fields.extend(keys.into_iter().filter_map(|key| {
        let same = match (new.metadata.get(key), old.metadata.get(key)) {
            (Some(new), Some(old)) => equal(new, old),
            _ => false,
        };
        (!same).then(|| format!("metadata.{key}"))
    }));
    fields
}

/// Whether two maps mean the same.
pub(in super::super) fn equal_maps(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    a.len() == b.len()
        && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| equal(value, other)))
}

/// Whether two values mean the same: PostgreSQL answers `1e2` as `100`.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => equal_numbers(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => equal_maps(a, b),
        _ => a == b,
    }
}

fn equal_numbers(a: &Number, b: &Number) -> bool {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b || a.as_f64() == b.as_f64(),
    }
}
