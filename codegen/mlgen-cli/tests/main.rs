//! Tests of the program `mlgen`, of the catalogue and of the examples.
//!
//! A test belongs to a folder of the repository: a new module, chart or example is tested as soon as it is there,
//! under its own name. So the list of tests is made when this program starts. What needs Terraform, Helm and the
//! checkers is behind the feature `acceptance`; `cargo xtask test` says where they are.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "acceptance")]
mod acceptance;
mod catalogue;
mod guide;
mod program;
mod rainbow;
mod repository;
mod schema;

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // At the end all failures are shown together, each once.
    panic::set_hook(Box::new(|panic| PANIC.set(panic.to_string())));
    let mut trials = program::trials();
    trials.extend(catalogue::trials());
    trials.extend(rainbow::trials());
    trials.extend(schema::trials());
    trials.extend(guide::trials());
    #[cfg(feature = "acceptance")]
    trials.extend(acceptance::trials());
    let conclusion = libtest_mimic::run(&arguments, trials);
    #[cfg(feature = "acceptance")]
    acceptance::clean();
    conclusion.exit_code()
}

/// A test that fails by panicking.
fn test(name: impl Into<String>, body: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, || {
        let done = panic::catch_unwind(AssertUnwindSafe(body));
        done.map_err(|_| PANIC.take().into())
    })
}

thread_local! {
    /// What the panic of this thread said, and where.
    static PANIC: Cell<String> = Cell::default();
}
