//! Azurite: the Blob service of an account of Azure that forgets everything.

use std::process::Command;

use anyhow::Result;

use super::guard::{Guard, Recipe, Stop};
use crate::tools::{AZURITE, Store};

/// The account and its key, which is base64.
const ACCOUNT: &str = "mlassets";
const KEY: &str = "b25seSBmb3IgdGVzdHMh";

/// A running Blob service with a folder of its own.
#[derive(Debug)]
pub(crate) struct Azurite {
    guard: Guard,
}

impl Azurite {
    pub(crate) fn start(store: &Store) -> Result<Self> {
        let program = store.need(&AZURITE)?.program;
        let guard = Guard::start(&Recipe {
            name: "azurite",
            stop: Stop::Terminate,
            command: &|home, port| {
                let mut command = Command::new(&program);
                command
                    .args(["--silent", "--disableTelemetry", "--blobHost", "127.0.0.1"])
                    .args(["--blobPort", &port.to_string(), "--location"])
                    .arg(home)
                    .current_dir(home)
                    .env("AZURITE_ACCOUNTS", format!("{ACCOUNT}:{KEY}"));
                Ok(command)
            },
            ready: &|_, log| log.contains("successfully listens"),
        })?;
        Ok(Self { guard })
    }

    /// The address of the account, with its name and key, as tests take it.
    pub(crate) fn url(&self) -> String {
        format!("http://{ACCOUNT}:{KEY}@127.0.0.1:{}/{ACCOUNT}", self.guard.port)
    }
}
