//! The provider with nothing behind it, as a program of its own.

mod nothing;

use std::process::ExitCode;

use crate::nothing::Bench;

fn main() -> ExitCode {
    tfplug::serve::<Bench>(env!("CARGO_PKG_VERSION"))
}
