//! What is being rendered, while it takes a while: one line on a terminal that is gone at the end.

use std::io::Write;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::emit::Owner;

/// Counts stacks as they are done, from any thread. Where nobody would see it, it says nothing.
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
    /// Shows something if `out` is `live`, a terminal that can take a line back, and there is more than one stack to
    /// wait for.
    pub fn new(total: usize, out: W, live: bool) -> Self {
        let out = (live && total > 1).then_some(out);
        Self { total, state: Mutex::new(State { done: 0, out }) }
    }

    /// One more is done. It is shown if it changes how many of a hundred are.
    pub fn done(&self, stack: &Owner) {
        // A panic of another thread while it wrote a line does no harm to the next line.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        let (done, total) = (state.done, self.total);
        let percent = |done: usize| done * 100 / total;
        if let Some(out) = &mut state.out
            && percent(done) > percent(done - 1)
        {
            // Nobody misses a line that cannot be shown.
            drop(write!(out, "{CLEAR}rendered {done}/{total} {stack}"));
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

    fn shown(total: usize, live: bool) -> String {
        let mut out = Vec::new();
        let progress = Progress::new(total, &mut out, live);
        (1..=total).for_each(|number| progress.done(&Owner::new(format!("e{number}"), "aws")));
        drop(progress);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_that_is_gone_at_the_end() {
        let expected = "\r\x1b[2Krendered 1/2 e1 on aws\r\x1b[2Krendered 2/2 e2 on aws\r\x1b[2K";
        assert_eq!(shown(2, true), expected);
    }

    #[test]
    fn nothing_for_one_stack_or_where_nobody_looks() {
        assert_eq!(shown(1, true), "");
        assert_eq!(shown(2, false), "");
    }

    #[test]
    fn nothing_before_anything_is_done() {
        assert_eq!(shown(0, true), "");
    }

    #[test]
    fn many_stacks_make_no_more_than_a_hundred_lines() {
        let lines = shown(1_000, true);
        let lines: Vec<&str> = lines.split(CLEAR).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 100);
        assert_eq!(
            (lines[0], lines[99]),
            ("rendered 10/1000 e10 on aws", "rendered 1000/1000 e1000 on aws")
        );
    }
}
