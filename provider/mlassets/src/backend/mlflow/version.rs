//! Model versions: a number that MLflow gives, a source that never changes, a description, and tags.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Error, Mlflow};
use crate::backend::http::{Points, Request};

/// A model version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ModelVersion {
    /// The model.
    pub name: String,
    /// Its number, which MLflow gives and never uses again, written as a text.
    pub version: String,
    /// When it was created, in milliseconds since 1970.
    #[serde(default)]
    pub creation_timestamp: i64,
    /// When it or its description was changed last, in milliseconds since 1970. Tags and aliases do not count.
    #[serde(default)]
    pub last_updated_timestamp: i64,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// Where its artifacts are.
    #[serde(default)]
    pub source: String,
    /// For programs.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Tag {
    /// Its name.
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// A model version to create, with its tags in the same call.
#[derive(Clone, Debug, Serialize)]
pub struct NewModelVersion {
    /// The model, which must be there.
    pub name: String,
    /// Where the artifacts are.
    pub source: String,
    /// For people.
    pub description: String,
    /// For programs.
    pub tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Wrapped {
    model_version: ModelVersion,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    model_versions: Vec<ModelVersion>,
    next_page_token: Option<String>,
}

const CREATE: Points = Points {
    before_send: "mlflow.create_version.before_send",
    after_response: "mlflow.create_version.after_response",
};
const DESCRIBE: Points = Points {
    before_send: "mlflow.describe_version.before_send",
    after_response: "mlflow.describe_version.after_response",
};
const SET_TAG: Points = Points {
    before_send: "mlflow.set_tag.before_send",
    after_response: "mlflow.set_tag.after_response",
};
const DELETE: Points = Points {
    before_send: "mlflow.delete_version.before_send",
    after_response: "mlflow.delete_version.after_response",
};

impl ModelVersion {
    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key == key).map(|tag| &*tag.value)
    }

    /// Its number, to order by.
    pub fn number(&self) -> i64 {
        self.version.parse().unwrap_or(i64::MAX)
    }
}

impl Mlflow {
    /// The versions of a model, or of all models, in the order of their numbers.
    pub async fn list_versions(&self, model: Option<&str>) -> Result<Vec<ModelVersion>, Error> {
        let filter = model.map(|model| format!("name='{model}'"));
        let mut query = vec![("order_by", "name ASC"), ("order_by", "version_number ASC")];
        query.extend(filter.as_deref().map(|filter| ("filter", filter)));
        let mut versions = Vec::new();
        let take = |page: Page| {
            versions.extend(page.model_versions);
            page.next_page_token
        };
        self.pages("/model-versions/search", &query, take).await?;
        versions.sort_by(|a, b| a.name.cmp(&b.name).then(a.number().cmp(&b.number())));
        versions.dedup_by(|a, b| a.name == b.name && a.version == b.version);
        Ok(versions)
    }

    /// Creates a version, each time another one.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] if the answer was lost, [`Error::NotFound`] for an unknown model.
    pub async fn create_version(&self, new: &NewModelVersion) -> Result<ModelVersion, Error> {
        let request = Request::create("/model-versions/create", new, CREATE);
        Ok(self.read::<Wrapped>(&request).await?.model_version)
    }

    /// Replaces the description.
    pub async fn describe_version(
        &self,
        version: &ModelVersion,
        description: &str,
    ) -> Result<(), Error> {
        let ModelVersion { name, version, .. } = version;
        let body = json!({ "name": name, "version": version, "description": description });
        let request = Request::patch("/model-versions/update", &body, DESCRIBE);
        self.send(&request).await.map(drop)
    }

    /// Sets a tag, whatever it was before.
    pub async fn set_tag(
        &self,
        version: &ModelVersion,
        key: &str,
        value: &str,
    ) -> Result<(), Error> {
        let ModelVersion { name, version, .. } = version;
        let body = json!({ "name": name, "version": version, "key": key, "value": value });
        let request = Request::settle_with("/model-versions/set-tag", &body, SET_TAG);
        self.send(&request).await.map(drop)
    }

    /// Makes sure that there is no such version. Its aliases go with it.
    pub async fn delete_version(&self, version: &ModelVersion) -> Result<(), Error> {
        let ModelVersion { name, version, .. } = version;
        let body = json!({ "name": name, "version": version });
        let request = Request::delete_with("/model-versions/delete", &body, DELETE);
        match self.send(&request).await {
            Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
