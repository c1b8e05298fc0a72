//! Writes the pages of the provider below `docs/`, in the format of the Terraform registry.
//!
//! `docgen` writes the pages and removes those of kinds that no longer exist, `docgen --check` only tells
//! which are stale. What stands on a page is decided by `tfplug::docs`; this program reads and writes files.

use std::env::args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use mlassets::provider::MlAssets;
use tfplug::Served;
use tfplug::docs::{self, Sections, Texts};

/// Where the registry's navigation lists a kind, by the start of its name.
const SECTIONS: Sections<'_> = &[
    ("concurrency_", "Prefect"),
    ("deployment", "Prefect"),
    ("variable", "Prefect"),
    ("work_", "Prefect"),
    ("pause_", "Prefect"),
    ("resume_", "Prefect"),
    ("model_", "Model registry"),
    ("checksum_", "Model registry"),
    ("compare_versions", "Model registry"),
    ("next_model_", "Model registry"),
    ("registry_", "Model registry"),
    ("worm_", "Write-once archive"),
    ("chain_", "Write-once archive"),
    ("signal", "Operations"),
    ("halt", "Operations"),
    ("resume", "Operations"),
    ("notify", "Operations"),
    ("release_gate", "Operations"),
];

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            report(&format!("docgen: {error:#}"));
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
    let served = Served::new::<MlAssets>(env!("CARGO_PKG_VERSION"));
    let lines = bring_up_to_date(&root(), &served, check)?;
    for line in &lines {
        report(line);
    }
    Ok(if check && !lines.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Writes, or with `check` only names, each page that is not what it should be; a line for each.
fn bring_up_to_date(root: &Path, served: &Served, check: bool) -> Result<Vec<String>> {
    let mut examples = Texts::new();
    for folder in docs::EXAMPLES {
        read(root, folder, &mut examples)?;
    }
    let pages = docs::render(served, &examples, SECTIONS).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
        anyhow::anyhow!("the examples are not complete:{}", lines.concat())
    })?;
    let mut present = Texts::new();
    read(root, "docs", &mut present)?;
    present.retain(|path, _| docs::is_page(path));

    let mut lines = Vec::new();
    for (path, text) in &pages {
        if present.get(path) == Some(text) {
            continue;
        }
        if check {
            lines.push(format!("{path} is stale, run `cargo xtask gen`"));
            continue;
        }
        let file = root.join(path);
        let folder = file.parent().context("a page lies in a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&file, text))
            .with_context(|| format!("cannot write {path}"))?;
        lines.push(format!("{path} written"));
    }
    for path in present.keys().filter(|path| !pages.contains_key(*path)) {
        if check {
            lines.push(format!(
                "{path} is about something that no longer exists, run `cargo xtask gen`"
            ));
            continue;
        }
        fs::remove_file(root.join(path)).with_context(|| format!("cannot remove {path}"))?;
        lines.push(format!("{path} removed"));
    }
    Ok(lines)
}

/// Reads every file below `folder`, which need not exist, by its path relative to `root`.
fn read(root: &Path, folder: &str, texts: &mut Texts) -> Result<()> {
    let place = root.join(folder);
    if !place.exists() {
        return Ok(());
    }
    for item in fs::read_dir(&place).with_context(|| format!("cannot read {folder}"))? {
        let item = item.with_context(|| format!("cannot read {folder}"))?;
        let path = format!("{folder}/{}", item.file_name().to_string_lossy());
        if item.file_type()?.is_dir() {
            read(root, &path, texts)?;
        } else {
            let text = fs::read_to_string(item.path())
                .with_context(|| format!("cannot read {path} as text"))?;
            texts.insert(path, text);
        }
    }
    Ok(())
}

/// The root of the repository, two folders above this package.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("this package is xtask/docgen of the repository").to_owned()
}

#[expect(clippy::print_stderr, reason = "a command line program reports on stderr")]
fn report(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use tfplug::Registry;
    use tfplug::schema::Block;

    use super::*;

    /// A provider with nothing but its own page.
    fn served() -> Served {
        Served::dynamic("shop", "example.test/a/shop", "1.0.0", Block::default(), Registry::new())
    }

    #[test]
    fn pages_are_written_checked_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        };
        write("examples/provider/provider.tf", "provider \"shop\" {}\n");
        write("docs/resources/gone.md", "of an older version");
        write("docs/guide/start.md", "written by people");

        assert_eq!(
            bring_up_to_date(root, &served(), true).unwrap(),
            [
                "docs/index.md is stale, run `cargo xtask gen`",
                "docs/resources/gone.md is about something that no longer exists, run `cargo xtask gen`",
            ]
        );
        assert!(!root.join("docs/index.md").exists(), "a check writes nothing");
        assert_eq!(
            bring_up_to_date(root, &served(), false).unwrap(),
            ["docs/index.md written", "docs/resources/gone.md removed"]
        );
        assert_eq!(bring_up_to_date(root, &served(), true).unwrap(), [""; 0]);
        assert!(root.join("docs/guide/start.md").exists());
    }

    #[test]
    fn missing_examples_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        let error = bring_up_to_date(folder.path(), &served(), true).unwrap_err().to_string();
        assert_eq!(
            error,
            "the examples are not complete:\n  examples/provider/provider.tf: missing; write one with \
             `provider \"shop\"` that works as it stands"
        );
    }
}
