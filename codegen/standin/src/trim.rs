//! Writes the documents that are part of the program: of the full schemas only the types that are used.
//!
//! Used is what a `resource` or `data` block of a .tf or .tftest.hcl file names, and what `facts.json` asks
//! for. Types that the full documents lack are taken from `additions/`, which are written by hand.
//! The result is sorted, with one line for each attribute and block of a type, so that a change of it reads
//! well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value as Json;

use crate::document::{Document, Provider};
use crate::facts::{Facts, Known};

/// What is to be trimmed.
#[derive(Clone, Debug, Default)]
pub struct Trim {
    /// Full documents; the last one counts.
    pub from: Vec<PathBuf>,
    /// Folders with configurations that use the types.
    pub used_in: Vec<PathBuf>,
    /// The folder of `facts.json` and `additions/`, where the documents go.
    pub out: PathBuf,
    /// Only compare.
    pub check: bool,
}

/// What came of it: a line for each document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trimmed {
    lines: Vec<String>,
    stale: bool,
}

impl Trimmed {
    /// Whether a document is not what it should be.
    pub fn is_stale(&self) -> bool {
        self.stale
    }
}

impl fmt::Display for Trimmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Trims, and writes or compares.
pub fn run(trim: &Trim) -> Result<Trimmed> {
    let facts = fs::read_to_string(trim.out.join("facts.json"))
        .with_context(|| format!("cannot read facts.json in {}", trim.out.display()))
        .and_then(|text| Facts::parse(&text))?;
    let mut used = BTreeSet::new();
    for folder in &trim.used_in {
        scan(folder, &mut used)?;
    }
    let mut full = Document::default();
    for file in additions(&trim.out)?.iter().chain(&trim.from) {
        full.merge(Document::read(file)?);
    }
    let mut done = Trimmed::default();
    let mut missing: BTreeSet<&str> = used.iter().map(String::as_str).collect();
    for (address, known) in facts.iter() {
        let name = address.rsplit('/').next().unwrap_or(address);
        let provider = full.provider_schemas.get(address).cloned().unwrap_or_default();
        let kept = keep(provider, &used, known)?;
        missing.retain(|name| !serves(&kept, name));
        let document = Document {
            format_version: "1.0".to_owned(),
            provider_schemas: BTreeMap::from([(address.clone(), kept)]),
            ..Document::default()
        };
        let text = written(&document)?;
        let file = trim.out.join(format!("{name}.json"));
        if fs::read_to_string(&file).is_ok_and(|there| there == text) {
            continue;
        }
        if trim.check {
            done.stale = true;
            done.lines.push(format!("{} is stale: run `mlassets-standin trim`", file.display()));
        } else {
            fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
            done.lines.push(format!("{} written", file.display()));
        }
    }
    missing.retain(|name| {
        let own = name.strip_prefix("data.").unwrap_or(name);
        let stands_in = |address: &String| {
            let provider = address.rsplit('/').next().unwrap_or(address);
            own.strip_prefix(provider).is_some_and(|rest| rest.starts_with('_'))
        };
        facts.iter().any(|(address, _)| stands_in(address))
    });
    if !missing.is_empty() {
        let missing: Vec<&str> = missing.into_iter().collect();
        bail!(
            "no document has {}: give a fuller one with `--from`, or write them into {}",
            missing.join(", "),
            trim.out.join("additions").display()
        );
    }
    Ok(done)
}

fn additions(out: &Path) -> Result<Vec<PathBuf>> {
    let folder = out.join("additions");
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = list(&folder)?;
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    Ok(files)
}

/// The provider with only those types that are used or asked for.
fn keep(mut provider: Provider, used: &BTreeSet<String>, known: &Known) -> Result<Provider> {
    for name in &known.always {
        if !serves(&provider, name) {
            bail!("facts.json asks for {name}, which no document has");
        }
    }
    let is_kept = |name: &str| used.contains(name) || known.always.contains(name);
    provider.resource_schemas.retain(|name, _| is_kept(name));
    provider.data_source_schemas.retain(|name, _| is_kept(&format!("data.{name}")));
    Ok(provider)
}

fn serves(provider: &Provider, name: &str) -> bool {
    match name.strip_prefix("data.") {
        Some(name) => provider.data_source_schemas.contains_key(name),
        None => provider.resource_schemas.contains_key(name),
    }
}

/// Collects the types that the configurations below a folder use.
fn scan(folder: &Path, used: &mut BTreeSet<String>) -> Result<()> {
    for path in list(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') {
            scan(&path, used)?;
        } else if ["tf", "hcl"]
            .iter()
            .any(|end| path.extension().is_some_and(|found| found == *end))
        {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            used.extend(text.lines().filter_map(type_in));
        }
    }
    Ok(())
}

/// The entries of a folder, sorted.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths: Result<Vec<PathBuf>, _> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.with_context(|| format!("cannot read {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}

/// The type in the first line of a block: `resource "aws_vpc" "this" {`. Terraform's formatter puts the
/// type there, and a type in a comment or a heredoc does no harm: the document is the larger by one.
fn type_in(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let before = match words.next()? {
        "resource" => "",
        "data" => "data.",
        _ => return None,
    };
    let name = words.next()?.strip_prefix('"')?.strip_suffix('"')?;
    Some(format!("{before}{name}"))
}

/// The text of a document.
fn written(document: &Document) -> Result<String> {
    let json = serde_json::to_value(document).context("a document can be written")?;
    let mut out = String::new();
    write(&json, LINES, 0, &mut out);
    out.push('\n');
    Ok(out)
}

/// How deep objects are broken into lines: down to the attributes of a type.
const LINES: usize = 7;

fn write(json: &Json, lines: usize, depth: usize, out: &mut String) {
    match json {
        Json::Object(members) if lines > 0 && !members.is_empty() => {
            out.push('{');
            for (place, (name, value)) in members.iter().enumerate() {
                out.push_str(if place == 0 { "\n" } else { ",\n" });
                out.push_str(&" ".repeat(depth + 1));
                out.push_str(&Json::from(name.as_str()).to_string());
                out.push_str(": ");
                // A provider's own configuration has one level less around it.
                let inner = if name == "provider" && depth == 2 { lines - 2 } else { lines - 1 };
                write(value, inner, depth + 1, out);
            }
            out.push('\n');
            out.push_str(&" ".repeat(depth));
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_in_the_first_line_of_a_block() {
        for (line, expected) in [
            (r#"resource "aws_vpc" "this" {"#, Some("aws_vpc")),
            (r#"  data  "aws_region" "here" {}"#, Some("data.aws_region")),
            (r#"resources "aws_vpc" "this" {"#, None),
            ("resource aws_vpc this", None),
            ("", None),
        ] {
            assert_eq!(type_in(line).as_deref(), expected, "{line}");
        }
    }
}
