//! The kinds of worker that a server knows, with their default templates.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::http::Request;
use super::{Prefect, path};

/// A kind of worker, which is also a type of work pool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WorkerType {
    /// The type to give to a work pool.
    pub pool_type: String,
    /// The Python package that the worker comes in.
    pub package: String,
    /// Its name for people.
    pub display_name: Option<String>,
    /// What it does, in a sentence or two.
    pub description: Option<String>,
    /// The command that installs it.
    pub install_command: Option<String>,
    /// Its manual.
    pub documentation_url: Option<String>,
    /// Whether its makers call it a beta.
    pub is_beta: bool,
    /// The template that a pool of this type starts with; `{}` if there is none.
    pub default_base_job_template: Value,
}

#[derive(Deserialize)]
struct Metadata {
    display_name: Option<String>,
    description: Option<String>,
    install_command: Option<String>,
    documentation_url: Option<String>,
    is_beta: Option<bool>,
    default_base_job_configuration: Option<Value>,
}

impl Prefect {
    /// The kinds of worker that the server knows, by type.
    pub async fn worker_types(&self) -> Result<Vec<WorkerType>, Error> {
        let packages: BTreeMap<String, BTreeMap<String, Metadata>> =
            self.0.read(&Request::get(path::WORKER_TYPES)).await?;
        let mut types: Vec<WorkerType> = packages
            .into_iter()
            .flat_map(|(package, types)| {
                types.into_iter().map(move |(name, metadata)| metadata.of(package.clone(), name))
            })
            .collect();
        types.sort_by(|a, b| a.pool_type.cmp(&b.pool_type));
        Ok(types)
    }
}

impl Metadata {
    fn of(self, package: String, pool_type: String) -> WorkerType {
        WorkerType {
            pool_type,
            package,
            display_name: self.display_name,
            description: self.description,
            install_command: self.install_command,
            documentation_url: self.documentation_url,
            is_beta: self.is_beta.unwrap_or_default(),
            default_base_job_template: self
                .default_base_job_configuration
                .unwrap_or_else(|| Value::Object(Map::new())),
        }
    }
}
