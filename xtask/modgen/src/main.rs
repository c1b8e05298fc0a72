//! Writes what mlgen knows of files that people write: the tables in `modules/<target>/<kind>/README.md`, what a
//! component takes and gives; and the schemas in `docs/reference/`.
//!
//! `modgen` writes what stands between two marks in each page, and whole schemas; `modgen --check` only tells which
//! files are stale. What the tables say is in `table`; this file reads and writes files.

mod table;

use std::collections::BTreeMap;
use std::env::args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use mlgen::catalogue::{Catalogue, Folder, Place};
use mlgen::diag::{self, Diags};
use mlgen::doc::json;
use mlgen::schema::{SchemaKind, schema};
use mlgen::source::Sources;

/// The folder of the catalogue, from the root of the repository.
const MODULES: &str = "modules";

/// The folder of the schemas, from the root of the repository.
const REFERENCE: &str = "docs/reference";

/// Each schema that `mlgen schema` prints where there is no project, and the file that holds it.
const SCHEMAS: [(&str, SchemaKind); 2] =
    [("project.schema.json", SchemaKind::Project), ("configs.schema.json", SchemaKind::Configs)];

const START: &str = "<!-- tables: written by cargo xtask gen -->\n";
const END: &str = "<!-- end of tables -->";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            report(&format!("modgen: {error:#}"));
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
    let mut stale = false;
    let mut put = |shown: &str, found: Option<&str>, wanted: &str| -> Result<()> {
        if found == Some(wanted) {
            return Ok(());
        }
        stale = true;
        if check {
            report(&format!("{shown} is stale, run `cargo xtask gen`"));
            return Ok(());
        }
        fs::write(root().join(shown), wanted).with_context(|| format!("cannot write {shown}"))?;
        report(&format!("{shown} written"));
        Ok(())
    };
    for (name, tables) in tables(&root().join(MODULES))? {
        let shown = format!("{MODULES}/{name}/README.md");
        let page = fs::read_to_string(root().join(&shown));
        let page = page.with_context(|| format!("cannot read {shown}"))?;
        let wanted = insert(&page, &tables).with_context(|| shown.clone())?;
        put(&shown, Some(&page), &wanted)?;
    }
    for (name, kind) in SCHEMAS {
        let shown = format!("{REFERENCE}/{name}");
        // One that is not there yet is stale.
        let found = fs::read_to_string(root().join(&shown)).ok();
        put(&shown, found.as_deref(), &json::print(&schema(kind, None)))?;
    }
    Ok(if check && stale { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The tables of every kind of every target, by `<target>/<kind>`.
fn tables(modules: &Path) -> Result<BTreeMap<String, String>> {
    let files = mlgen_cli::files::read_tree(modules, ".", |_| true)?.into_iter();
    let files = files.map(|(path, text)| (path.trim_start_matches("./").to_owned(), text));
    let folder = Folder { place: Place::Local(MODULES.to_owned()), files: files.collect() };
    let (mut sources, mut diags) = (Sources::default(), Diags::default());
    let catalogue = Catalogue::new(vec![folder], &mut sources);
    let mut tables = BTreeMap::new();
    for name in catalogue.targets() {
        let Some(target) = catalogue.target(name, &sources, &mut diags) else { continue };
        for kind in catalogue.kinds(&target) {
            let Some(kind) = catalogue.kind(&target, kind, &sources, &mut diags) else { continue };
            // What a target takes from another one's folder has its page there.
            if kind.folder == name {
                tables.insert(kind.title(), table::of(&kind));
            }
        }
    }
    let errors = diags.sorted(&sources);
    if !errors.is_empty() {
        let errors = errors.iter().map(|error| diag::render(error, &sources, false));
        bail!("the catalogue has errors:\n{}", errors.collect::<Vec<_>>().join("\n"));
    }
    Ok(tables)
}

/// The page with these tables between its marks.
fn insert(page: &str, tables: &str) -> Result<String> {
    let Some((before, rest)) = page.split_once(START) else {
        bail!("the line `{}` is missing", START.trim_end());
    };
    let Some((_, after)) = rest.split_once(END) else {
        bail!("the line `{END}` is missing");
    };
    Ok(format!("{before}{START}\n{tables}\n{END}{after}"))
}

/// The root of the repository, two folders above this package.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("this package is xtask/modgen of the repository").to_owned()
}

#[expect(clippy::print_stderr, reason = "a command line program reports on stderr")]
fn report(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_go_between_the_marks_and_stay() {
        let page = format!("# cache\n\n{START}old\n{END}\n\nMore.\n");
        let once = insert(&page, "| new |\n").unwrap();
        assert_eq!(once, format!("# cache\n\n{START}\n| new |\n\n{END}\n\nMore.\n"));
        assert_eq!(insert(&once, "| new |\n").unwrap(), once);
    }

    #[test]
    fn a_page_without_marks_is_an_error() {
        for (page, expected) in [
            (
                "# cache\n".to_owned(),
                "the line `<!-- tables: written by cargo xtask gen -->` is missing",
            ),
            (START.to_owned(), "the line `<!-- end of tables -->` is missing"),
        ] {
            assert_eq!(insert(&page, "").unwrap_err().to_string(), expected);
        }
    }
}
