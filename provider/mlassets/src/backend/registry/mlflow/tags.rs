//! The tags that make a model version ours, and what they say.

use std::str::FromStr as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::model::{NewVersion, Status};
use crate::backend::mlflow::{ModelVersion, NewModelVersion, Tag};

/// Our name of the version. A model version without this tag is not ours.
pub(super) const VERSION: &str = "mlassets.version";
/// The last word of [`Status`] that was written; who looks for what is deployed looks at the aliases.
pub(super) const STATE: &str = "mlassets.state";
/// The metadata as one JSON object, so that it changes at once.
pub(super) const METADATA: &str = "mlassets.metadata";
/// The [`Changed`] of the last change of state or metadata.
pub(super) const CHANGED: &str = "mlassets.changed";
const SHA256: &str = "mlassets.sha256";
const CREATED_BY: &str = "mlassets.created_by";
/// A random text for each attempt to register, so that it knows its own.
const ATTEMPT: &str = "mlassets.attempt";

/// What an alias begins with that says what is deployed.
const ALIAS: &str = "deployed-";
const DEPLOYED: &str = "mlassets.deployed.";

/// Who changed a version last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Changed {
    /// The version's row version since then.
    pub(super) row: i64,
    #[serde(with = "moment")]
    pub(super) at: Timestamp,
    pub(super) by: String,
}

/// That a version was to be deployed in an environment. It was written before the alias was moved, so it counts only
/// while the alias points to the version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Deployed {
    /// The deployment's row version.
    pub(super) row: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) previous: Option<String>,
    #[serde(with = "moment")]
    pub(super) at: Timestamp,
    pub(super) by: String,
}

/// The alias of what is deployed in an environment.
pub(super) fn alias(environment: &str) -> String {
    format!("{ALIAS}{environment}")
}

/// The environment of an alias, if it is one that says what is deployed.
pub(super) fn environment_of(alias: &str) -> Option<&str> {
    alias.strip_prefix(ALIAS).filter(|environment| !environment.is_empty())
}

/// The tag with a [`Deployed`] for an environment.
pub(super) fn deployed_key(environment: &str) -> String {
    format!("{DEPLOYED}{environment}")
}

/// What is read from the tags of one of our model versions.
pub(super) struct Facts {
    pub(super) version: String,
    pub(super) state: Status,
    pub(super) sha256: String,
    pub(super) metadata: Map<String, Value>,
    pub(super) created_by: String,
    pub(super) changed: Option<Changed>,
}

/// The facts of a model version that is ours. The error names the tag that does not say what it should.
pub(super) fn facts(version: &ModelVersion) -> Result<Facts, &'static str> {
    let changed = version.tag(CHANGED).map(serde_json::from_str).transpose();
    Ok(Facts {
        version: version.tag(VERSION).ok_or(VERSION)?.to_owned(),
        state: version.tag(STATE).and_then(|word| Status::from_str(word).ok()).ok_or(STATE)?,
        sha256: version.tag(SHA256).ok_or(SHA256)?.to_owned(),
        metadata: version
            .tag(METADATA)
            .map_or(Ok(Map::new()), serde_json::from_str)
            .map_err(|_| METADATA)?,
        created_by: version.tag(CREATED_BY).unwrap_or("unknown").to_owned(),
        changed: changed.map_err(|_| CHANGED)?,
    })
}

/// When a version was last to be deployed in an environment.
pub(super) fn deployed(version: &ModelVersion, environment: &str) -> Option<Deployed> {
    serde_json::from_str(version.tag(&deployed_key(environment))?).ok()
}

/// Whether `attempt` created the version.
pub(super) fn is_of_attempt(version: &ModelVersion, attempt: &str) -> bool {
    version.tag(ATTEMPT) == Some(attempt)
}

/// A version to create, with all its tags.
pub(super) fn new_version(new: &NewVersion, actor: &str, attempt: &str) -> NewModelVersion {
    let metadata = Value::Object(new.metadata.clone()).to_string();
    let tags = [
        (VERSION, new.version.as_str()),
        (STATE, Status::Registered.as_str()),
        (SHA256, &new.artifact_sha256),
        (METADATA, &metadata),
        (CREATED_BY, actor),
        (ATTEMPT, attempt),
    ];
    NewModelVersion {
        name: new.model.clone(),
        source: new.artifact_uri.clone(),
        description: new.description.clone(),
        tags: tags.map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() }).into(),
    }
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is made of texts and numbers")
}

/// A time as a text.
mod moment {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
