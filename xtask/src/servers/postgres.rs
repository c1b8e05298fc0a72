//! A PostgreSQL server with a cluster of its own, tuned to be thrown away.
//!
//! PostgreSQL refuses to run as root. Under root it runs as `nobody`, and its programs are copied into its folder
//! when `nobody` cannot reach them where they are.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::guard::{Guard, Recipe, Stop};
use crate::tools::{POSTGRES, Store};
use crate::{process, repository};

/// User and group `nobody`, which every Unix has under this or another number; any but 0 will do.
const NOBODY: u32 = 65_534;

/// A running PostgreSQL server. Its superuser is `mlassets`, without a password.
#[derive(Debug)]
pub(crate) struct Postgres {
    guard: Guard,
}

/// Everyone may come in without a password, except the user that tests of passwords use.
const ACCESS: &str =
    "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";

/// The database that a new cluster has beside `postgres`: for MLflow, whose tables are none of the tests'.
pub(super) const MLFLOW_DATABASE: &str = "mlflow";

impl Postgres {
    pub(crate) fn start(store: &Store) -> Result<Self> {
        let installed = store.need(&POSTGRES)?.program;
        let guard = Guard::start(&Recipe {
            name: "postgres",
            stop: Stop::Quit,
            command: &|home, port| {
                let postgres = usable(&installed, home)?;
                let data = home.join("data");
                process::capture_long(
                    "postgres",
                    "creating a cluster",
                    unprivileged(
                        Command::new(postgres.with_file_name("initdb")).arg("-D").arg(&data),
                        home,
                    )
                    .args(["--username=mlassets", "--auth=trust", "--encoding=UTF8", "--locale=C"])
                    .arg("--no-sync"),
                )?;
                fs::write(data.join("pg_hba.conf"), ACCESS)?;
                create_database(&postgres, &data, home, MLFLOW_DATABASE)?;
                let mut command = Command::new(&postgres);
                unprivileged(&mut command, home)
                    .arg("-D")
                    .arg(&data)
                    .args(["-p", &port.to_string()]);
                for setting in [
                    "listen_addresses=127.0.0.1",
                    "unix_socket_directories=",
                    "max_connections=300",
                    "fsync=off",
                    "full_page_writes=off",
                    "synchronous_commit=off",
                ] {
                    command.args(["-c", setting]);
                }
                Ok(command)
            },
            ready: &|_, log| log.contains("database system is ready to accept connections"),
        })?;
        Ok(Self { guard })
    }

    /// The address with user and database, as clients take it.
    pub(crate) fn url(&self) -> String {
        self.url_of("postgres", "postgres")
    }

    /// The address of another database, with the scheme that its client wants.
    pub(super) fn url_of(&self, database: &str, scheme: &str) -> String {
        format!("{scheme}://mlassets@127.0.0.1:{}/{database}", self.guard.port)
    }
}

/// Makes a database in a cluster that no server runs on yet, which takes no program but the server's own.
fn create_database(postgres: &Path, data: &Path, home: &Path, name: &str) -> Result<()> {
    let statement = home.join("create.sql");
    fs::write(&statement, format!("CREATE DATABASE {name}\n"))?;
    let mut command = Command::new(postgres);
    let command = unprivileged(&mut command, home).arg("--single").arg("-D").arg(data);
    process::capture_fed(command.arg("postgres"), fs::File::open(&statement)?)?;
    Ok(())
}

/// Makes `command` run in `home`, as `nobody` if xtask runs as root.
fn unprivileged<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    for (name, _) in std::env::vars_os() {
        // `PGDATA`, `PGPORT` and the like would lead elsewhere.
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.current_dir(home).env("HOME", home).env("LC_ALL", "C");
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// The program `installed`, or a copy of it in `home` when the user who is to run it cannot reach it.
fn usable(installed: &Path, home: &Path) -> Result<PathBuf> {
    if !rustix::process::geteuid().is_root() {
        return Ok(installed.to_owned());
    }
    let give = |path: &Path| {
        chown(path, Some(NOBODY), Some(NOBODY)).with_context(|| {
            format!("cannot give {} to the user that runs PostgreSQL", path.display())
        })
    };
    give(home)?;
    if open_to_all(installed) {
        return Ok(installed.to_owned());
    }
    let tools = repository::tools_folder();
    // What `.tools` holds is relocatable as a whole: libraries lie outside of the folder that has `bin`.
    let root = installed
        .ancestors()
        .find(|folder| folder.parent() == Some(&tools))
        .or_else(|| installed.ancestors().nth(2))
        .context("PostgreSQL lies at the root of the file system")?;
    let copy = home.join("programs");
    process::capture(Command::new("cp").arg("-R").arg(root).arg(&copy))?;
    let owner = format!("{NOBODY}:{NOBODY}");
    process::capture(Command::new("chown").args(["-R", &owner]).arg(&copy))?;
    Ok(copy.join(installed.strip_prefix(root)?))
}

/// Whether every user may enter the folders that lead to `program` and run it.
fn open_to_all(program: &Path) -> bool {
    program.ancestors().all(|path| {
        path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_behind_a_closed_folder_is_not_open_to_all() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("postgres");
        fs::write(&program, "").unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        set(&program, 0o755);
        set(folder.path(), 0o755);
        assert!(open_to_all(&program));
        set(folder.path(), 0o700);
        assert!(!open_to_all(&program));
        set(folder.path(), 0o755);
        set(&program, 0o744);
        assert!(!open_to_all(&program));
    }
}
