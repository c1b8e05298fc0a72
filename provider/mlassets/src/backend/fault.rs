//! Named points at which a test ends the process as `kill -9` would.
//!
//! A backend calls [`point`] before and after each effect on the outside world. Without the feature
//! `fault-injection` the call compiles to nothing. With it, `MLASSETS_FAULT=<name>` or
//! `MLASSETS_FAULT=<name>:<n>` kills the process when that point is passed for the first or n-th time,
//! and `MLASSETS_FAULT_LOG=<file>` appends the name of each point passed, so that a test can list them.

/// Passes the point `name`, which reads `<asset>.<operation>.<moment>`.
#[cfg(not(feature = "fault-injection"))]
#[inline]
pub fn point(_name: &'static str) {}

/// Passes the point `name`, which reads `<asset>.<operation>.<moment>`.
#[cfg(feature = "fault-injection")]
pub fn point(name: &'static str) {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);

    if let Ok(file) = std::env::var("MLASSETS_FAULT_LOG")
        && let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(file)
    {
        let _ = writeln!(file, "{name}");
    }
    let Ok(wanted) = std::env::var("MLASSETS_FAULT") else { return };
    let (wanted, nth) = match wanted.rsplit_once(':') {
        Some((name, nth)) => (name, nth.parse().unwrap_or(1)),
        None => (wanted.as_str(), 1),
    };
    if wanted == name && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == nth {
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        std::thread::sleep(std::time::Duration::from_mins(1));
    }
}
