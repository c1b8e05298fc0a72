//! The program `mlassets-standin`: a provider when Terraform starts it, a tool for people otherwise.

use std::process::ExitCode;

fn main() -> ExitCode {
    standin::cli::main()
}
