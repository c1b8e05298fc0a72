//! A server process that cannot outlive xtask.
//!
//! The server runs in a process group of its own, so that Ctrl-C reaches it only through here. Beside it runs a
//! shell, the watchdog, that reads from a pipe whose other end xtask holds. A line means that all is well; the
//! end of the pipe without one means that xtask is gone, however that happened (Ctrl-C, a closed terminal,
//! `kill -9`), and the watchdog ends the server and removes its folder.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

use super::port;
use crate::{process, ui};

/// How long a server may take to stop before it is killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a server may take to start. The machine may be busy compiling meanwhile.
const START: Duration = Duration::from_mins(4);

/// `$1` process and group, `$2` signal, `$3` folder.
const WATCHDOG: &str = r#"
read -r _ && exit 0
kill -s "$2" "$1" 2>/dev/null
n=0
while kill -0 "$1" 2>/dev/null && [ "$n" -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
kill -s KILL -- "-$1" 2>/dev/null
rm -rf "$3"
"#;

/// A running server with its folder and its log.
#[derive(Debug)]
pub(super) struct Guard {
    name: &'static str,
    child: Child,
    watchdog: Child,
    stop: Stop,
    /// None once the server is to be kept.
    home: Option<TempDir>,
    log: PathBuf,
    pub(super) port: u16,
}

/// The signal that ends a server at once and in order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    Terminate,
    Quit,
}

impl Stop {
    fn signal(self) -> Signal {
        match self {
            Self::Terminate => Signal::TERM,
            Self::Quit => Signal::QUIT,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Terminate => "TERM",
            Self::Quit => "QUIT",
        }
    }
}

/// How to start one kind of server.
pub(super) struct Recipe<'a> {
    pub(super) name: &'static str,
    pub(super) stop: Stop,
    /// Prepares a new folder and gives the command that serves from it on a port.
    pub(super) command: &'a dyn Fn(&Path, u16) -> Result<Command>,
    /// Whether the server answers, by its port and what it has logged so far.
    pub(super) ready: &'a dyn Fn(u16, &str) -> bool,
}

impl Guard {
    /// Starts a server and waits until it answers.
    pub(super) fn start(recipe: &Recipe<'_>) -> Result<Self> {
        let started = Instant::now();
        let mut guard = Self::spawn(recipe)?;
        if let Err(error) = guard.wait(recipe, started) {
            if !port::was_taken(&guard.logged()) {
                return Err(error);
            }
            ui::note(
                recipe.name,
                &format!("another program took port {}, trying another", guard.port),
            );
            guard = Self::spawn(recipe)?;
            guard.wait(recipe, started)?;
        }
        let took = ui::elapsed(started.elapsed());
        ui::note(recipe.name, &format!("answers on 127.0.0.1:{} ({took})", guard.port));
        Ok(guard)
    }

    /// Lets the server live on without xtask, and gives its process and its folder.
    pub(super) fn keep(mut self) -> (u32, PathBuf) {
        self.dismiss();
        let home = self.home.take().expect("a server is kept once").keep();
        (self.child.id(), home)
    }

    fn spawn(recipe: &Recipe<'_>) -> Result<Self> {
        let home = tempfile::Builder::new()
            .prefix(&format!("mlassets-{}-", recipe.name))
            .tempdir()
            .context("cannot create a temporary folder")?;
        let port = port::free()?;
        let mut command = (recipe.command)(home.path(), port)?;
        let log = home.path().join("server.log");
        let file =
            File::create(&log).with_context(|| format!("cannot create {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let mut child = command
            .spawn()
            .with_context(|| format!("`{}` cannot be started", process::shown(&command)))?;
        let watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog", &child.id().to_string(), recipe.stop.name()])
            .arg(home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        let watchdog = match watchdog {
            Ok(watchdog) => watchdog,
            Err(error) => {
                child.kill()?;
                child.wait()?;
                return Err(error).context("`/bin/sh` cannot be started");
            }
        };
        let (name, stop) = (recipe.name, recipe.stop);
        Ok(Self { name, child, watchdog, stop, home: Some(home), log, port })
    }

    fn wait(&mut self, recipe: &Recipe<'_>, started: Instant) -> Result<()> {
        let mut said = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "{} ended while it started: {status}\n{}",
                    self.name,
                    process::tail(&self.logged())
                );
            }
            if (recipe.ready)(self.port, &self.logged()) {
                return Ok(());
            }
            if started.elapsed() > START {
                bail!(
                    "{} does not answer after {}\n{}",
                    self.name,
                    ui::elapsed(START),
                    process::tail(&self.logged())
                );
            }
            if said.elapsed() > process::PROGRESS {
                said = Instant::now();
                ui::note(
                    self.name,
                    &format!("still starting ({})", ui::elapsed(started.elapsed())),
                );
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn logged(&self) -> String {
        fs::read(&self.log)
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }

    /// Tells the watchdog that all is well, which ends it.
    fn dismiss(&mut self) {
        if let Some(mut pipe) = self.watchdog.stdin.take() {
            // It fails only if someone else ended the watchdog, and then there is nobody to tell.
            let _ = pipe.write_all(b"done\n");
        }
        let _ = self.watchdog.wait();
    }

    fn end(&mut self) -> rustix::io::Result<()> {
        let pid = Pid::from_child(&self.child);
        if matches!(self.child.try_wait(), Ok(None)) {
            kill_process(pid, self.stop.signal())?;
            let asked = Instant::now();
            while matches!(self.child.try_wait(), Ok(None)) && asked.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        // What the server started itself ends here as well; that the group is empty already is no error.
        match kill_process_group(pid, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.home.is_none() {
            return;
        }
        if let Err(error) = self.end() {
            ui::note(
                self.name,
                &format!("process {} could not be stopped: {error}", self.child.id()),
            );
        }
        let _ = self.child.wait();
        self.dismiss();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// A server that logs its port, then does `then`.
    fn start(then: &str) -> Result<Guard> {
        Guard::start(&Recipe {
            name: "sample",
            stop: Stop::Terminate,
            command: &|_, port| {
                let mut command = Command::new("/bin/sh");
                command.args(["-c", &format!("echo ready on {port}; {then}")]);
                Ok(command)
            },
            ready: &|port, log| log.contains(&format!("ready on {port}\n")),
        })
    }

    fn alive(pid: Pid) -> bool {
        rustix::process::test_kill_process(pid).is_ok()
    }

    #[test]
    fn a_server_and_what_it_started_end_with_its_guard() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let quoted = process::quoted(&pipe.to_string_lossy());
        let guard = start(&format!("mkfifo {quoted}; sleep 600 > {quoted} & wait")).unwrap();
        let (server, watchdog) = (Pid::from_child(&guard.child), Pid::from_child(&guard.watchdog));
        let home = guard.home.as_ref().unwrap().path().to_owned();
        while !pipe.exists() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut held = File::open(pipe).unwrap();
        assert!(alive(server) && alive(watchdog) && home.exists());
        drop(guard);
        assert!(!alive(server) && !alive(watchdog) && !home.exists());
        // The pipe ends when `sleep`, which holds its other end, is gone.
        assert_eq!(held.read_to_end(&mut Vec::new()).unwrap(), 0);
    }

    #[test]
    fn a_server_that_ignores_the_request_to_stop_is_killed() {
        let guard = start("trap '' TERM; while :; do sleep 1; done").unwrap();
        let server = Pid::from_child(&guard.child);
        drop(guard);
        assert!(!alive(server));
    }

    #[test]
    fn the_watchdog_ends_the_server_when_nobody_holds_the_pipe() {
        let mut guard = start("exec sleep 600").unwrap();
        let home = guard.home.as_ref().unwrap().path().to_owned();
        drop(guard.watchdog.stdin.take());
        guard.child.wait().unwrap();
        guard.watchdog.wait().unwrap();
        assert!(!home.exists());
    }

    #[test]
    fn a_server_that_ends_early_shows_its_log() {
        let error = Guard::start(&Recipe {
            name: "sample",
            stop: Stop::Quit,
            command: &|_, _| {
                let mut command = Command::new("/bin/sh");
                command.args(["-c", "echo 'no such database'; exit 4"]);
                Ok(command)
            },
            ready: &|_, _| false,
        })
        .unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "sample ended while it started: exit status: 4\n    no such database\n"
        );
    }

    #[test]
    fn a_taken_port_is_tried_once_more() {
        let tries = std::cell::Cell::new(0);
        let guard = Guard::start(&Recipe {
            name: "sample",
            stop: Stop::Terminate,
            command: &|_, _| {
                tries.set(tries.get() + 1);
                let script = if tries.get() == 1 {
                    "echo 'Address already in use'; exit 1"
                } else {
                    "echo up; exec sleep 600"
                };
                let mut command = Command::new("/bin/sh");
                command.args(["-c", script]);
                Ok(command)
            },
            ready: &|_, log| log.contains("up"),
        });
        assert!(guard.is_ok());
        assert_eq!(tries.get(), 2);
    }
}
