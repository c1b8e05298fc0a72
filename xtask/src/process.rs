//! Running other programs: errors that name the command, its end and the last lines that it wrote.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::ui;

/// How many of the last lines of a failed program an error shows.
const TAIL: usize = 25;

/// How often long work says that it goes on.
pub(crate) const PROGRESS: Duration = Duration::from_secs(10);

/// Runs `command` with its output passed through; an exit status other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed: {status}", shown(command));
    }
    Ok(())
}

/// Runs `command` with its output passed through and gives its exit status.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    command.status().with_context(|| cannot_start(command))
}

/// The standard output of `command`; an exit status other than 0 is an error with what it wrote last.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    capture_fed(command, Stdio::null())
}

/// As [`capture`], with something to read for the command.
pub(crate) fn capture_fed(command: &mut Command, input: impl Into<Stdio>) -> Result<String> {
    let output = command.stdin(input).output().with_context(|| cannot_start(command))?;
    finished(command, &output)
}

/// As [`capture`], and `who` says now and then that `what` goes on.
pub(crate) fn capture_long(who: &str, what: &str, command: &mut Command) -> Result<String> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let started = Instant::now();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    loop {
        match receiver.recv_timeout(PROGRESS) {
            Ok(output) => {
                return finished(command, &output.with_context(|| cannot_start(command))?);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                ui::note(who, &format!("still {what} ({})", ui::elapsed(started.elapsed())));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                bail!("bug in xtask: nobody waits for `{}`", shown(command))
            }
        }
    }
}

/// The last lines of `text`, moved to the right.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let skipped = lines.len().saturating_sub(TAIL);
    ui::indented(&lines[skipped..].join("\n"))
}

/// Every program called `name` on `PATH`, in its order.
pub(crate) fn on_path(name: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .filter(|program| program.is_file())
        .collect()
}

/// The command as one could type it, without the end of a very long one.
pub(crate) fn shown(command: &Command) -> String {
    /// Most arguments that somebody reads.
    const MOST: usize = 24;
    let mut text = quoted(&command.get_program().to_string_lossy());
    for argument in command.get_args().take(MOST) {
        let _ = write!(text, " {}", quoted(&argument.to_string_lossy()));
    }
    let more = command.get_args().len().saturating_sub(MOST);
    if more > 0 {
        let _ = write!(text, " … {more} more");
    }
    text
}

/// `text` as one word of a POSIX shell.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn finished(command: &Command, output: &Output) -> Result<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let written = format!("{text}\n{}", String::from_utf8_lossy(&output.stderr));
    bail!("`{}` failed: {}\n{}", shown(command), output.status, tail(&written));
}

fn cannot_start(command: &Command) -> String {
    format!("`{}` cannot be started", shown(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_names_the_command_its_status_and_its_last_words() {
        let error = capture(&mut shell("echo out; echo 'no such pin' >&2; exit 3")).unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "`/bin/sh -c 'echo out; echo '\\''no such pin'\\'' >&2; exit 3'` failed: exit status: 3\n    out\n    no such pin\n"
        );
    }

    #[test]
    fn of_many_arguments_the_first_are_shown() {
        let text = shown(Command::new("rustfmt").args((0..30).map(|number| number.to_string())));
        assert!(text.starts_with("rustfmt 0 1 2 ") && text.ends_with(" 22 23 … 6 more"), "{text}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("/nowhere/tool")).unwrap_err();
        assert!(format!("{error:#}").starts_with("`/nowhere/tool` cannot be started: "));
    }

    #[test]
    fn output_is_captured_with_and_without_progress() {
        assert_eq!(capture(&mut shell("echo yes")).unwrap(), "yes\n");
        assert_eq!(capture_long("test", "waiting", &mut shell("echo yes")).unwrap(), "yes\n");
    }

    #[test]
    fn only_the_tail_of_long_output_is_kept() {
        let text = (1..=40).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
        assert!(tail(&text).starts_with("    line 16\n"));
        assert!(tail(&text).ends_with("    line 40\n"));
    }

    #[test]
    fn words_are_quoted_for_a_shell_when_they_must_be() {
        for (text, expected) in [
            ("plain/path-1.0", "plain/path-1.0"),
            ("two words", "'two words'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
