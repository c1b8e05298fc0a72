//! The program itself: what it writes where, and its exit codes.

use std::process::{Command, Stdio};

use crate::{Trial, test};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("program::results_and_errors_go_their_own_ways", results_and_errors),
        test("program::a_reader_that_has_seen_enough_is_no_error", broken_pipe),
    ]
}

#[track_caller]
fn check(arguments: &[&str], code: i32, out: &str, err: &str) {
    let done = Command::new(env!("CARGO_BIN_EXE_mlgen")).args(arguments).output().unwrap();
    assert_eq!(done.status.code(), Some(code));
    for (bytes, part) in [(done.stdout, out), (done.stderr, err)] {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(part) && text.is_empty() == part.is_empty(), "{text}");
    }
}

fn results_and_errors() {
    check(&["completions", "bash"], 0, "complete -F _mlgen", "");
    check(&["--version"], 0, concat!("mlgen ", env!("CARGO_PKG_VERSION")), "");
    check(&["completions", "dos"], 2, "", "invalid value 'dos'");
    check(&["bake"], 2, "", "unrecognized subcommand 'bake'");
}

fn broken_pipe() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlgen"));
    let command = command.args(["completions", "bash"]).stdout(Stdio::piped());
    let mut program = command.stderr(Stdio::piped()).spawn().unwrap();
    drop(program.stdout.take());
    let done = program.wait_with_output().unwrap();
    assert_eq!(
        (done.status.code(), String::from_utf8(done.stderr).unwrap().as_str()),
        (Some(0), "")
    );
}
