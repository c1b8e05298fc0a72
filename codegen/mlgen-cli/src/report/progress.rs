//! What is being rendered, while it takes a while: one line on a terminal that is gone at the end.

use std::io::Write;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Counts environments as they are done, from any thread. On no terminal it says nothing.
#[derive(Debug)]
pub struct Progress<W: Write> {
    total: usize,
    state: Mutex<State<W>>,
}

#[derive(Debug)]
struct State<W> {
    done: usize,
    /// None if nothing is to be said.
    out: Option<W>,
}

/// Back to the start of the line, which is then empty.
const CLEAR: &str = "\r\x1b[2K";

impl<W: Write> Progress<W> {
    /// Shows something if `out` is a terminal and there is more than one environment to wait for.
    pub fn new(total: usize, out: W, is_terminal: bool) -> Self {
        let out = (is_terminal && total > 1).then_some(out);
        Self { total, state: Mutex::new(State { done: 0, out }) }
    }

    /// One more is done.
    pub fn done(&self, environment: &str) {
        // A panic of another thread while it wrote a line does no harm to the next line.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        let (done, total) = (state.done, self.total);
        if let Some(out) = &mut state.out {
            // Nobody misses a line that cannot be shown.
            drop(write!(out, "{CLEAR}rendered {done}/{total} {environment}"));
            drop(out.flush());
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if state.done > 0
            && let Some(out) = &mut state.out
        {
            drop(out.write_all(CLEAR.as_bytes()));
            drop(out.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(total: usize, is_terminal: bool, expected: &str) {
        let mut out = Vec::new();
        let progress = Progress::new(total, &mut out, is_terminal);
        ["staging", "production"].iter().take(total).for_each(|name| progress.done(name));
        drop(progress);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_line_that_is_gone_at_the_end() {
        let expected = "\r\x1b[2Krendered 1/2 staging\r\x1b[2Krendered 2/2 production\r\x1b[2K";
        check(2, true, expected);
    }

    #[test]
    fn nothing_for_one_environment_or_no_terminal() {
        check(1, true, "");
        check(2, false, "");
    }

    #[test]
    fn nothing_before_anything_is_done() {
        check(0, true, "");
    }
}
