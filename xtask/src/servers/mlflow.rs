//! An MLflow server on PostgreSQL, as `mlflow server` runs it, without the jobs of its user interface.
//!
//! By itself it has 15 connections to its database, and who creates a model that another one created meanwhile needs
//! two: of twenty at once each waits for the others, and so does everybody else, until they give up after half a minute.

use std::process::Command;

use anyhow::Result;

use super::guard::{Guard, Recipe, Stop};
use super::postgres::{MLFLOW_DATABASE, Postgres};
use crate::tools::{MLFLOW, Store};
use crate::{environment, http};

/// How many connections the server may have: two for each client of the largest race, and some.
const CONNECTIONS: &str = "60";

/// A running MLflow server; its database has to outlive it.
#[derive(Debug)]
pub(crate) struct Mlflow {
    guard: Guard,
}

impl Mlflow {
    pub(crate) fn start(store: &Store, postgres: &Postgres) -> Result<Self> {
        let program = store.need(&MLFLOW)?.program;
        let database = postgres.url_of(MLFLOW_DATABASE, "postgresql+psycopg2");
        let guard = Guard::start(&Recipe {
            name: "mlflow",
            stop: Stop::Terminate,
            command: &|home, port| {
                let mut command = Command::new(&program);
                environment::clean(&mut command);
                command
                    .args(["server", "--host", "127.0.0.1", "--port", &port.to_string()])
                    .args(["--workers", "1", "--backend-store-uri", &database])
                    .args(["--artifacts-destination", "./artifacts"])
                    .current_dir(home)
                    .env("MLFLOW_SQLALCHEMYSTORE_POOL_SIZE", CONNECTIONS)
                    .env("MLFLOW_DISABLE_TELEMETRY", "true")
                    .env("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
                    .env("DO_NOT_TRACK", "1");
                Ok(command)
            },
            ready: &|port, _| http::get(port, "/health").is_ok_and(|body| body.trim() == "OK"),
        })?;
        Ok(Self { guard })
    }

    /// What clients call `MLFLOW_TRACKING_URI`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.guard.port)
    }
}
