//! Turns the protocol text of `tfplug` into the Rust that is committed beside it.
//!
//! `protogen` writes the files, `protogen --check` only tells which of them
//! are stale. Nobody who builds the framework needs this program or `protoc`.

mod generate;
mod redact;

use std::env::args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

const OUTPUT: &str = "provider/tfplug/src/wire/generated";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            report(&format!("protogen: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut check = false;
    for argument in args().skip(1) {
        match argument.as_str() {
            "--check" => check = true,
            other => bail!("unknown argument {other:?}, expected nothing or `--check`"),
        }
    }
    let root = root();
    let output = root.join(OUTPUT);
    let mut stale = Vec::new();
    for file in generate::generate(&root)? {
        let path = output.join(&file.name);
        if fs::read_to_string(&path).ok().as_deref() == Some(file.text.as_str()) {
            continue;
        }
        if check {
            stale.push(file.name);
        } else {
            fs::write(&path, file.text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    for name in &stale {
        report(&format!("{OUTPUT}/{name} is stale, run `cargo run -p protogen`"));
    }
    Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The root of the repository, two folders above this package.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("this package is xtask/protogen of the repository").to_owned()
}

#[expect(clippy::print_stderr, reason = "a command line program reports on stderr")]
fn report(text: &str) {
    eprintln!("{text}");
}
