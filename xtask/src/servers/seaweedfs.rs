//! `SeaweedFS`, all of it in one process: an S3 server that keeps versions and enforces Object Lock.

use std::process::Command;

use anyhow::Result;

use super::guard::{Guard, Recipe, Stop};
use super::port;
use crate::http;
use crate::tools::{SEAWEEDFS, Store};

/// The administrator of the server, whom tests ask as.
const ACCESS_KEY: &str = "AKMLASSETS";
const SECRET_KEY: &str = "only-for-tests";

/// The ports that the parts of the server take beside that of S3. Left alone, they are the same for everyone.
const PORTS: [&str; 10] = [
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port.grpc",
    "admin.port",
    "admin.port.grpc",
    "s3.port.lance",
];

/// A running S3 server with a folder of its own.
#[derive(Debug)]
pub(crate) struct SeaweedFs {
    guard: Guard,
}

impl SeaweedFs {
    pub(crate) fn start(store: &Store) -> Result<Self> {
        let program = store.need(&SEAWEEDFS)?.program;
        let guard = Guard::start(&Recipe {
            name: "weed",
            stop: Stop::Terminate,
            command: &|home, port| {
                let mut command = Command::new(&program);
                command
                    .arg(format!("-logdir={}", home.display()))
                    .args(["mini", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"])
                    .arg(format!("-dir={}", home.display()))
                    .arg(format!("-filer.localSocket={}", home.join("filer.sock").display()))
                    .arg(format!("-s3.port={port}"))
                    .args(["-webdav=false", "-admin.ui=false", "-master.telemetry=false"])
                    .args(["-s3.port.iceberg=0", "-metricsPort=0"])
                    // Each bucket takes a volume, and left alone there are as many as the disk has gigabytes.
                    .args(["-volume.max=4000", "-master.volumeSizeLimitMB=16"])
                    .current_dir(home)
                    .env("HOME", home)
                    .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
                    .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
                for part in PORTS {
                    command.arg(format!("-{part}={}", port::free()?));
                }
                Ok(command)
            },
            // Whoever asks without a signature is told so, once all parts are up.
            ready: &|port, _| {
                http::get(port, "/").is_err_and(|error| format!("{error:#}").contains(" 403 "))
            },
        })?;
        Ok(Self { guard })
    }

    /// The address, with the administrator's keys, as tests take it.
    pub(crate) fn url(&self) -> String {
        format!("http://{ACCESS_KEY}:{SECRET_KEY}@127.0.0.1:{}", self.guard.port)
    }
}
