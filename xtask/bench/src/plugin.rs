//! A provider's process, started as Terraform starts it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::connect::Connector;
use crate::handshake;
use crate::identity::Identity;

/// Variables that would make a run depend on the machine, by the start of their names.
const FOREIGN: [&str; 6] = ["TF_", "PLUGIN_", "PREFECT_", "MLASSETS_", "DATABASE_URL", "RUST_"];

/// A provider that runs. It ends with this value.
#[derive(Debug)]
pub(crate) struct Plugin {
    child: Child,
    /// From the start of the process to its handshake line.
    pub(crate) start: Duration,
    pub(crate) connector: Connector,
    // Closed, it would end a plugin that still writes.
    _stdout: BufReader<ChildStdout>,
    // Holds the socket.
    _folder: TempDir,
}

impl Plugin {
    /// Starts `program` and waits for its handshake line.
    pub(crate) fn start(program: &Path, identity: &Identity) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bench-").tempdir()?;
        let mut command = Command::new(program);
        clean(&mut command);
        command
            .envs(handshake::variables(identity))
            .env("TMPDIR", folder.path())
            // Its own provider plans nothing without knowing where the registry is. Nothing is ever written there.
            .env("MLASSETS_REGISTRY_URL", folder.path().join("registry.db"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // Providers in Go write all they do to it, and leave it to the host to throw it away.
            .stderr(Stdio::null());
        let started = Instant::now();
        let mut child = command
            .spawn()
            .with_context(|| format!("`{}` cannot be started", program.display()))?;
        let stdout = child.stdout.take().expect("standard output is a pipe");
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        let read = stdout.read_line(&mut line);
        let start = started.elapsed();
        let connector = read
            .map_err(Into::into)
            .and_then(|_| handshake::parse(&line))
            .and_then(|address| Connector::new(&address, identity));
        let connector = match connector {
            Ok(connector) => connector,
            Err(error) => {
                end(&mut child);
                return Err(error.context(format!("`{}` does not serve", program.display())));
            }
        };
        Ok(Self { child, start, connector, _stdout: stdout, _folder: folder })
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Takes what the machine says to providers out of the environment of `command`.
pub(crate) fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if FOREIGN.iter().any(|start| name.starts_with(start)) {
            command.env_remove(&*name);
        }
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself, which is as good.
    let _ = child.kill();
    let _ = child.wait();
}
