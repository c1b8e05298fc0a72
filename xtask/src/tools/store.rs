//! `.tools`: installing once, whole or not at all, with one process at a time.
//!
//! A tool is built in a folder of its own and renamed into place, so a broken download leaves nothing behind. A
//! stamp holds what was installed; another pin makes another stamp and so another installation. A lock file keeps
//! two runs of xtask from installing at once.

use std::cell::OnceCell;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};

use super::python::Python;
use super::{Found, Package, Tool};
use crate::version::Version;
use crate::{repository, ui};

/// The folder `.tools` and what was found out about this machine.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    python: OnceCell<Python>,
}

impl Store {
    pub(crate) fn new() -> Self {
        Self::at(repository::tools_folder())
    }

    fn at(folder: PathBuf) -> Self {
        Self { folder, python: OnceCell::new() }
    }

    /// A fitting `tool` of this machine or of `.tools`, installed now if need be; none if it cannot be installed.
    pub(crate) fn get(&self, tool: &Tool) -> Result<Option<Found>> {
        if let Some(found) = self.look(tool) {
            return Ok(Some(found));
        }
        let Some(package) = &tool.package else { return Ok(None) };
        let _lock = self.lock()?;
        self.install(tool, package).map(Some)
    }

    /// As [`Store::get`] for a tool that xtask can install.
    pub(crate) fn need(&self, tool: &Tool) -> Result<Found> {
        self.get(tool)?.with_context(|| format!("bug in xtask: {} has no package", tool.name))
    }

    /// As [`Store::get`], without installing anything.
    pub(crate) fn look(&self, tool: &Tool) -> Option<Found> {
        let search = tool.search();
        for reason in search.rejected {
            ui::note(tool.name, &format!("not used: {reason}"));
        }
        if search.found.is_some() {
            return search.found;
        }
        tool.package.as_ref().and_then(|package| self.installed(tool, package))
    }

    /// As [`Store::need`], for a tool that another needs while it is being installed.
    pub(super) fn need_while_installing(&self, tool: &Tool) -> Result<Found> {
        match (tool.search().found, &tool.package) {
            (Some(found), _) => Ok(found),
            (None, Some(package)) => self.install(tool, package),
            (None, None) => anyhow::bail!("{} is needed but not on PATH", tool.name),
        }
    }

    /// The Python of this machine.
    pub(super) fn python(&self) -> Result<&Python> {
        if let Some(python) = self.python.get() {
            return Ok(python);
        }
        let python = Python::find(&self.folder)?;
        Ok(self.python.get_or_init(|| python))
    }

    fn install(&self, tool: &Tool, package: &Package) -> Result<Found> {
        // Another process may have installed it while this one waited for the lock.
        if let Some(found) = self.installed(tool, package) {
            return Ok(found);
        }
        ui::note(tool.name, &format!("installing {} into {}", package.pin, self.folder.display()));
        let started = Instant::now();
        let staging = self.folder.join(format!(".new-{}", tool.name));
        let old = self.folder.join(format!(".old-{}", tool.name));
        let place = self.folder.join(tool.name);
        remove(&staging)?;
        fs::create_dir_all(&staging)
            .with_context(|| format!("cannot create {}", staging.display()))?;
        let version = (package.build)(self, package.pin, &staging)
            .and_then(|()| (tool.version)(&staging.join(package.program)))
            .with_context(|| {
                format!(
                    "{} could not be installed; put {} {} on PATH to do without",
                    package.pin, tool.name, tool.wanted
                )
            })?;
        fs::write(staging.join(STAMP), package.stamp())?;
        fs::write(staging.join(VERSION), version.to_string())?;
        remove(&old)?;
        if place.exists() {
            fs::rename(&place, &old)?;
        }
        fs::rename(&staging, &place)?;
        remove(&old)?;
        ui::note(tool.name, &format!("{version} is ready ({})", ui::elapsed(started.elapsed())));
        Ok(Found { program: place.join(package.program), version })
    }

    fn installed(&self, tool: &Tool, package: &Package) -> Option<Found> {
        let place = self.folder.join(tool.name);
        let program = place.join(package.program);
        let stamp = fs::read_to_string(place.join(STAMP)).ok()?;
        let version = fs::read_to_string(place.join(VERSION)).ok()?;
        (stamp == package.stamp() && program.is_file())
            .then_some(Found { program, version: Version::find(&version)? })
    }

    fn lock(&self) -> Result<File> {
        fs::create_dir_all(&self.folder)
            .with_context(|| format!("cannot create {}", self.folder.display()))?;
        let path = self.folder.join("lock");
        let file =
            File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                ui::note("tools", "waiting for another xtask that is installing tools");
                file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        Ok(file)
    }
}

/// The file in a tool's folder that says what was installed.
const STAMP: &str = "installed.txt";

/// The file beside it with the version, because some programs need seconds to tell theirs.
const VERSION: &str = "version.txt";

impl Package {
    fn stamp(&self) -> String {
        format!("{}\n\n{}", self.pin, self.recipe)
    }
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::version::Wanted;

    static BUILDS: AtomicUsize = AtomicUsize::new(0);

    fn tool(pin: &'static str, build: fn(&Store, &str, &Path) -> Result<()>) -> Tool {
        Tool {
            name: "sample",
            purpose: "a test",
            wanted: Wanted { from: Version(1, 0, 0), below: Version(2, 0, 0) },
            candidates: Vec::new,
            version: super::super::terraform::version,
            package: Some(Package { pin, recipe: "", program: "sample", build }),
        }
    }

    fn build(_: &Store, _pin: &str, folder: &Path) -> Result<()> {
        let builds = BUILDS.fetch_add(1, Ordering::SeqCst);
        let program = folder.join("sample");
        fs::write(
            &program,
            format!("#!/bin/sh\necho '{{\"terraform_version\": \"1.0.{builds}\"}}'\n"),
        )?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        Ok(())
    }

    fn fail(_: &Store, _pin: &str, folder: &Path) -> Result<()> {
        fs::write(folder.join("half"), "")?;
        anyhow::bail!("the network is down")
    }

    #[test]
    fn a_tool_is_installed_once_per_pin_and_never_by_halves() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path().join("tools"));
        let version = |tool: &Tool| store.get(tool).unwrap().unwrap().version;

        let first = tool("sample==1", build);
        assert!(store.look(&first).is_none());
        assert_eq!(version(&first), Version(1, 0, 0));
        assert_eq!(version(&first), Version(1, 0, 0));
        assert_eq!(version(&tool("sample==2", build)), Version(1, 0, 1));

        let error = store.get(&tool("sample==3", fail)).unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "sample==3 could not be installed; put sample 1.0.0 or newer, below 2.0.0 on PATH to do without: the network is down"
        );
        assert_eq!(
            version(&tool("sample==2", build)),
            Version(1, 0, 1),
            "a failure keeps the old one"
        );
        assert!(!folder.path().join("tools/sample/half").exists());
    }
}
