//! Writes the documents that are part of the program: of the full schemas only the types that are used.
//!
//! Used is what a `resource`, `data` or `ephemeral` block of a .tf or .tftest.hcl file names, and what `facts.json` asks
//! for. Types that the full documents lack are taken from `additions/`, which are written by hand.
//! The result is sorted, with one line for each attribute and block of a type, so that a change of it reads
//! well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value as Json;

use crate::document::{Document, Provider, Sort};
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
        let own = name.rsplit('.').next().unwrap_or(name);
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
    provider.retain(|name| used.contains(name) || known.always.contains(name));
    Ok(provider)
}

fn serves(provider: &Provider, name: &str) -> bool {
    provider.types().any(|served| served == name)
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
    let sort = match words.next()? {
        "resource" => Sort::Resource,
        "data" => Sort::Data,
        "ephemeral" => Sort::Ephemeral,
        _ => return None,
    };
    let name = words.next()?.strip_prefix('"')?.strip_suffix('"')?;
    Some(sort.named(name))
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
            (r#"ephemeral "random_password" "db" {"#, Some("ephemeral.random_password")),
            (r#"resources "aws_vpc" "this" {"#, None),
            ("resource aws_vpc this", None),
            ("", None),
        ] {
            assert_eq!(type_in(line).as_deref(), expected, "{line}");
        }
    }

    const FULL: &str = r#"{"format_version": "1.0", "provider_schemas": {
        "example.com/acme/thing": {
            "provider": {"version": 0, "block": {"attributes": {"url": {"type": "string", "optional": true}}}},
            "resource_schemas": {
                "thing_box": {"version": 1, "block": {"attributes": {
                    "size": {"type": ["object", {"b": "number", "a": "string"}], "required": true, "description": "How large."},
                    "color": {"type": "string", "computed": true}
                }}},
                "thing_unused": {"version": 0, "block": {}}
            },
            "data_source_schemas": {"thing_box": {"version": 0, "block": {}}}
        }
    }}"#;

    const TRIMMED: &str = r#"{
 "format_version": "1.0",
 "provider_schemas": {
  "example.com/acme/thing": {
   "provider": {
    "version": 0,
    "block": {
     "attributes": {
      "url": {"type":"string","optional":true}
     }
    }
   },
   "resource_schemas": {
    "thing_box": {
     "version": 1,
     "block": {
      "attributes": {
       "color": {"type":"string","computed":true},
       "size": {"type":["object",{"a":"string","b":"number"}],"required":true}
      }
     }
    }
   },
   "data_source_schemas": {}
  }
 }
}
"#;

    /// Trims for one configuration and gives the lines or the error.
    fn trimmed(out: &Path, configuration: &str, check: bool) -> String {
        let modules = out.join("modules");
        fs::create_dir_all(&modules).unwrap();
        fs::write(modules.join("main.tf"), configuration).unwrap();
        fs::write(out.join("full.document"), FULL).unwrap();
        let facts = r#"{"example.com/acme/thing": {"version": "1.0.0", "always": [], "computed_blocks": {}}}"#;
        fs::write(out.join("facts.json"), facts).unwrap();
        let trim = Trim {
            from: vec![out.join("full.document")],
            used_in: vec![modules],
            out: out.to_owned(),
            check,
        };
        let lines = run(&trim).map_or_else(|error| format!("{error:#}"), |done| done.to_string());
        lines.replace(&out.display().to_string(), "OUT")
    }

    #[test]
    fn only_what_is_used_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let uses = "resource \"thing_box\" \"this\" {}\n";
        let out = folder.path();
        assert_eq!(
            trimmed(out, uses, true),
            "OUT/thing.json is stale: run `mlassets-standin trim`\n"
        );
        assert_eq!(trimmed(out, uses, false), "OUT/thing.json written\n");
        assert_eq!(fs::read_to_string(out.join("thing.json")).unwrap(), TRIMMED);
        assert_eq!(trimmed(out, uses, true), "");
        assert_eq!(
            Document::parse(TRIMMED).unwrap(),
            Document::read(&out.join("thing.json")).unwrap()
        );
    }

    #[test]
    fn a_type_that_no_document_has_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let uses = "data \"thing_bag\" \"this\" {}\nresource \"other_thing\" \"this\" {}\n";
        assert_eq!(
            trimmed(folder.path(), uses, false),
            "no document has data.thing_bag: give a fuller one with `--from`, or write them into OUT/additions"
        );
    }

    #[test]
    fn an_addition_gives_way_to_a_full_document() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("additions")).unwrap();
        let addition =
            FULL.replace("thing_unused", "thing_added").replace("\"version\": 1", "\"version\": 9");
        fs::write(folder.path().join("additions/thing.json"), addition).unwrap();
        let uses = "resource \"thing_box\" \"this\" {}\nresource \"thing_added\" \"this\" {}\n";
        trimmed(folder.path(), uses, false);
        let document = Document::read(&folder.path().join("thing.json")).unwrap();
        let resources = &document.provider_schemas["example.com/acme/thing"].resource_schemas;
        let versions: Vec<_> =
            resources.iter().map(|(name, schema)| (&**name, schema.version)).collect();
        assert_eq!(versions, [("thing_added", 0), ("thing_box", 1)]);
    }
}
