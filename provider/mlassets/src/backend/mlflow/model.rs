//! Registered models, and the aliases by which people call their versions.

use serde::Deserialize;
use serde_json::json;

use super::{Error, Mlflow, with_query};
use crate::backend::http::{Points, Request};

/// A registered model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// What its aliases point to.
    #[serde(default)]
    pub aliases: Vec<Alias>,
}

/// A name that points to a version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Alias {
    /// The name.
    pub alias: String,
    /// The number of the version, as MLflow writes it.
    pub version: String,
}

#[derive(Deserialize)]
struct Wrapped {
    registered_model: Model,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    registered_models: Vec<Model>,
    next_page_token: Option<String>,
}

const CREATE: Points = Points {
    before_send: "mlflow.create_model.before_send",
    after_response: "mlflow.create_model.after_response",
};
const SET_ALIAS: Points = Points {
    before_send: "mlflow.set_alias.before_send",
    after_response: "mlflow.set_alias.after_response",
};
const DELETE_ALIAS: Points = Points {
    before_send: "mlflow.delete_alias.before_send",
    after_response: "mlflow.delete_alias.after_response",
};

impl Model {
    /// The number of the version that an alias points to.
    pub fn alias(&self, alias: &str) -> Option<&str> {
        let found = self.aliases.iter().find(|found| found.alias == alias)?;
        Some(&found.version)
    }
}

impl Mlflow {
    /// The model with this name.
    pub async fn find_model(&self, name: &str) -> Result<Option<Model>, Error> {
        let request = Request::get(with_query("/registered-models/get", &[("name", name)]));
        match self.read::<Wrapped>(&request).await {
            Err(Error::NotFound { .. }) => Ok(None),
            found => Ok(Some(found?.registered_model)),
        }
    }

    /// All models, by name.
    pub async fn list_models(&self) -> Result<Vec<Model>, Error> {
        let mut models = Vec::new();
        let query = [("order_by", "name ASC")];
        let take = |page: Page| {
            models.extend(page.registered_models);
            page.next_page_token
        };
        self.pages("/registered-models/search", &query, take).await?;
        Ok(models)
    }

    /// Makes sure that there is a model with this name.
    pub async fn ensure_model(&self, name: &str) -> Result<(), Error> {
        let body = json!({ "name": name });
        let request = Request::settle_with("/registered-models/create", &body, CREATE);
        match self.send(&request).await {
            Ok(_) | Err(Error::Exists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Lets an alias point to a version, wherever it pointed before.
    pub async fn set_alias(&self, name: &str, alias: &str, version: &str) -> Result<(), Error> {
        let body = json!({ "name": name, "alias": alias, "version": version });
        let request = Request::settle_with("/registered-models/alias", &body, SET_ALIAS);
        self.send(&request).await.map(drop)
    }

    /// Makes sure that there is no such alias, wherever it pointed before.
    pub async fn delete_alias(&self, name: &str, alias: &str) -> Result<(), Error> {
        let body = json!({ "name": name, "alias": alias });
        let request = Request::delete_with("/registered-models/alias", &body, DELETE_ALIAS);
        match self.send(&request).await {
            Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
