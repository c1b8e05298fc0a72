//! A Prefect server on SQLite, as people run it: with its 503 answers to parallel writes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::guard::{Guard, Recipe, Stop};
use crate::tools::{PREFECT, Store};
use crate::{environment, http};

/// A running Prefect server with a database of its own.
#[derive(Debug)]
pub(crate) struct Prefect {
    guard: Guard,
}

impl Prefect {
    pub(crate) fn start(store: &Store) -> Result<Self> {
        let program = store.need(&PREFECT)?.program;
        let guard = Guard::start(&Recipe {
            name: "prefect",
            stop: Stop::Terminate,
            command: &|home, port| {
                let mut command = Command::new(&program);
                environment::clean(&mut command);
                command
                    .args(["server", "start", "--no-ui", "--no-services"])
                    .args(["--host", "127.0.0.1", "--port", &port.to_string()])
                    .current_dir(home)
                    .env("PREFECT_HOME", home)
                    .env("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
                    .env("DO_NOT_TRACK", "1");
                Ok(command)
            },
            ready: &|port, _| {
                http::get(port, "/api/health").is_ok_and(|body| body.trim() == "true")
            },
        })?;
        Ok(Self { guard })
    }

    pub(crate) fn port(&self) -> u16 {
        self.guard.port
    }

    /// What clients call `PREFECT_API_URL`.
    pub(crate) fn api_url(&self) -> String {
        format!("http://127.0.0.1:{}/api", self.port())
    }

    /// Lets the server live on without xtask, and gives its process and its folder.
    pub(crate) fn keep(self) -> (u32, PathBuf) {
        self.guard.keep()
    }
}
