//! A Redis server that keeps nothing on disk.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::guard::{Guard, Recipe, Stop};
use crate::tools::{REDIS, Store};

/// A running Redis server, without a password.
#[derive(Debug)]
pub(crate) struct Redis {
    guard: Guard,
    program: PathBuf,
}

impl Redis {
    pub(crate) fn start(store: &Store) -> Result<Self> {
        let program = store.need(&REDIS)?.program;
        let guard = Guard::start(&Recipe {
            name: "redis",
            stop: Stop::Terminate,
            command: &|home, port| {
                let mut command = Command::new(&program);
                command
                    .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
                    .args(["--save", "", "--appendonly", "no", "--dir"])
                    .arg(home)
                    .current_dir(home);
                Ok(command)
            },
            ready: &|_, log| log.contains("Ready to accept connections"),
        })?;
        Ok(Self { guard, program })
    }

    /// What clients call `REDIS_URL`.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.guard.port)
    }

    /// The program, for tests that want a server with settings of their own.
    pub(crate) fn program(&self) -> String {
        self.program.display().to_string()
    }
}
