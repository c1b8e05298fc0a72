//! A registry in MLflow: our versions are model versions with our tags, what is deployed is an alias.
//!
//! MLflow has no transactions and takes no conditions, so nothing here is a law that binds whoever writes. What holds:
//!
//! - One deployed version per model and environment, since an alias points to one version.
//! - One version per name: of several with the same name only the one with the lowest number counts. MLflow never
//!   gives a number twice, so that is settled for good as soon as it is there; whoever came later is told.
//! - Who loses a race learns so by reading back. Between two writers who look, write and look again one after the
//!   other without a break, nothing can be told apart, and the last one wins.
//!
//! Each write is one call that may be repeated, in an order that leaves something sensible wherever it stops.
//! Model versions without our tags, and all other aliases, are left alone.

mod deployments;
mod picture;
mod tags;
mod versions;

#[cfg(test)]
#[cfg(feature = "acceptance")]
mod tests;

use super::Result;
use super::error::Error;
use crate::backend::mlflow::{Address, Config, Mlflow};

/// A registry in MLflow.
#[derive(Debug)]
pub(super) struct MlflowStore {
    mlflow: Mlflow,
    address: Address,
    actor: String,
}

impl MlflowStore {
    pub(super) fn new(config: &Config, actor: &str) -> Result<Self> {
        Ok(Self::with_client(Mlflow::new(config)?, config.address.clone(), actor))
    }

    fn with_client(mlflow: Mlflow, address: Address, actor: &str) -> Self {
        Self { mlflow, address, actor: actor.to_owned() }
    }

    fn place(&self) -> String {
        format!("MLflow {}", self.address)
    }

    fn unexpected(&self, message: impl Into<String>) -> Error {
        Error::Unexpected { place: self.place(), message: message.into() }
    }
}
