//! Named points at which a test ends the process as `kill -9` would.
//!
//! A backend calls [`point`] before and after each effect on the outside world. Without the feature
//! `fault-injection` the call compiles to nothing. With it, `MLASSETS_FAULT_LOG=<file>` appends the name of
//! each point passed, so that a test can list them, and `MLASSETS_FAULT` says where to die: at `<name>` or
//! `<name>:<n>`, when the process passes that point for the first or n-th time, or at `:<n>`, the n-th line
//! of the log, which the processes of one run share.

/// Passes the point `name`, which reads `<asset>.<operation>.<moment>`, or `<backend>.<moment>` for what
/// several operations have in common.
#[cfg(not(feature = "fault-injection"))]
#[inline]
pub fn point(_name: &'static str) {}

/// Passes the point `name`, which reads `<asset>.<operation>.<moment>`, or `<backend>.<moment>` for what
/// several operations have in common.
#[cfg(feature = "fault-injection")]
pub fn point(name: &'static str) {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);

    let in_run = log(name);
    let Ok(wanted) = std::env::var("MLASSETS_FAULT") else { return };
    let (wanted, nth) = match wanted.rsplit_once(':') {
        Some((name, nth)) => (name, nth.parse().unwrap_or(1)),
        None => (wanted.as_str(), 1),
    };
    let reached = if wanted.is_empty() {
        in_run == Some(nth)
    } else {
        wanted == name && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == nth
    };
    if reached {
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        std::thread::sleep(std::time::Duration::from_mins(1));
    }
}

/// Adds a line to the log, if there is one, and counts its lines.
#[cfg(feature = "fault-injection")]
fn log(name: &str) -> Option<usize> {
    use std::io::Write as _;

    // Two threads that pass at once must not both count two lines.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

    let path = std::env::var("MLASSETS_FAULT_LOG").ok()?;
    let _turn = TURN.lock().ok()?;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path).ok()?;
    file.write_all(format!("{name}\n").as_bytes()).ok()?;
    Some(std::fs::read_to_string(&path).ok()?.lines().count())
}
