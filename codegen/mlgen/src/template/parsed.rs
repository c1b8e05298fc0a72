//! What a template rendered is read by a parser before anybody may write it.
//!
//! Shell is not: only `sh -n` knows it, and nothing here starts a program. Nor is Markdown or plain text.

use std::path::Path;

use crate::source::Sources;
use crate::yaml;

/// Why a rendered text is not what its path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// Line of the rendered text, from 1.
    pub(super) line: usize,
    /// What it would have to be.
    pub(super) format: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// All errors of a parser of the path's format; none where it has no parser.
pub(super) fn refused(path: &str, text: &str) -> Vec<Refused> {
    let end = Path::new(path).extension().and_then(|end| end.to_str()).unwrap_or_default();
    match end.to_ascii_lowercase().as_str() {
        "yml" | "yaml" => yaml(path, text),
        "json" => json(text).into_iter().collect(),
        "toml" => toml(text).into_iter().collect(),
        "hcl" => hcl(text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Each of the documents of a file, between lines of `---`, as a file of its own.
fn yaml(path: &str, text: &str) -> Vec<Refused> {
    let mut found = Vec::new();
    let (mut document, mut begun) = (String::new(), 1);
    let mut lines = text.split_inclusive('\n').enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let separator = line.trim_end() == "---" && index > 0;
        if separator {
            found.extend(yaml_document(path, &document, begun));
            document.clear();
            begun = index + 2;
        } else {
            document.push_str(line);
        }
        if lines.peek().is_none() {
            found.extend(yaml_document(path, &document, begun));
        }
    }
    found
}

fn yaml_document(path: &str, text: &str, begun: usize) -> Vec<Refused> {
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    let (_, errors) = yaml::parse(&sources, file);
    let line = |span| begun + sources.position(span).line - 1;
    let refused = errors.into_iter().map(|error| Refused {
        line: error.span.map_or(begun, line),
        format: "YAML",
        message: error.message,
        help: error.help,
    });
    refused.collect()
}

fn json(text: &str) -> Option<Refused> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    Some(Refused { line: error.line(), format: "JSON", message, help: None })
}

fn toml(text: &str) -> Option<Refused> {
    let error = toml::from_str::<serde::de::IgnoredAny>(text).err()?;
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    Some(Refused { line, format: "TOML", message: error.message().to_owned(), help: None })
}

fn hcl(text: &str) -> Option<Refused> {
    let error = hcl_edit::parser::parse_body(text).err()?;
    let (line, message) = (error.location().line(), error.message().to_owned());
    Some(Refused { line, format: "HCL", message, help: None })
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[(usize, &str)]) {
        let found = refused(path, text);
        let found: Vec<_> = found.iter().map(|one| (one.line, one.message.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn formats() {
        check("a.yml", "a: 1\nb: [1, 2]\n", &[]);
        check("a.yaml", "---\na: 1\n---\nb: 1\n---\n", &[]);
        check("a.yaml", "a: 1\n---\nb: 1\nb: 2\n", &[(4, "`b` stands twice in one map")]);
        check("a.json", "{ \"a\": [1] }\n", &[]);
        check("a.json", "{\n  \"a\": [1,]\n}\n", &[(2, "expected value")]);
        check("a.toml", "a = 1\n[b]\nc = [1]\n", &[]);
        check("a.toml", "a = 1\nb = = 2\n", &[(2, "extra `=`, expected nothing")]);
        check("a.hcl", "a = [\n  1,\n]\n", &[]);
        let expected =
            "invalid expression; expected `\"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit";
        check("a.hcl", "a = 1\nb = = 2\n", &[(2, expected)]);
        check("a.md", "a: [", &[]);
        check("a.sh", "if", &[]);
    }
}
