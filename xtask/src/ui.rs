//! What a person sees: headings, notes, elapsed time, colours.
//!
//! The only room of xtask that prints. Colour is used on a terminal unless `NO_COLOR` is set; without a terminal
//! the same lines come out plain. Notes and errors go to standard error, so that a shell can use the rest. A
//! reader that went away (`| head`) is no error.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

/// Whether output may hold colour codes.
pub(crate) fn colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::io::stdout().is_terminal()
        && std::io::stderr().is_terminal()
}

/// A line as it is.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The heading of a step, set apart by an empty line.
pub(crate) fn heading(text: &str) {
    line(&format!("\n{}", paint("1;36", &format!("==> {text}"))));
}

/// A remark of `who` that may appear among the output of another program.
pub(crate) fn note(who: &str, text: &str) {
    let _ = writeln!(std::io::stderr(), "{} {text}", paint("2", &format!("[{who}]")));
}

/// A command that is about to run, as one could type it.
pub(crate) fn command(text: &str) {
    line(&paint("1", &format!("$ {text}")));
}

/// One line of a closing table.
pub(crate) fn outcome(passed: bool, text: &str) {
    let mark = if passed { paint("32", "  ok  ") } else { paint("1;31", "FAILED") };
    line(&format!("{mark}  {text}"));
}

/// The error that ends a chore.
pub(crate) fn failure(text: &str) {
    let _ = writeln!(std::io::stderr(), "{} {text}", paint("1;31", "error:"));
}

/// `0.4 s`, `12 s`, `2 min 05 s`.
pub(crate) fn elapsed(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// `text` with every line moved to the right by four columns.
pub(crate) fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "    {line}");
        all
    })
}

fn paint(code: &str, text: &str) -> String {
    if colour() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_reads_well_at_every_size() {
        for (milliseconds, expected) in [
            (0, "0.0 s"),
            (440, "0.4 s"),
            (12_300, "12 s"),
            (60_000, "1 min 00 s"),
            (125_000, "2 min 05 s"),
        ] {
            assert_eq!(elapsed(Duration::from_millis(milliseconds)), expected);
        }
    }
}
