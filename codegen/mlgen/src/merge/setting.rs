//! A value from the command line: `--set database.storage_gb=100` is a tree with one leaf.
//!
//! The value is YAML as in a file, operators included: `--set 'network.zones={ $append: [c] }'`.

use crate::diag::{Diagnostic, Diags};
use crate::merge::path::{Path, Segment};
use crate::node::{Entry, Map, Node, Value};
use crate::source::{FileId, Sources};
use crate::yaml;

/// Reads a source that holds `path=value`. Each setting is a layer of its own, so that the later wins.
pub fn setting(sources: &Sources, file: FileId) -> (Option<Node>, Diags) {
    let text = sources.text(file);
    match read_path(text, file) {
        Ok((path, length)) => {
            let (node, diags) = yaml::parse_from(sources, file, length + 1);
            (node.map(|node| nest(path, length, file, node)), diags)
        }
        Err(error) => {
            let mut diags = Diags::default();
            diags.push(*error);
            (None, diags)
        }
    }
}

/// The keys before the `=`, and how many bytes they take.
fn read_path(text: &str, file: FileId) -> Result<(Vec<String>, usize), Box<Diagnostic>> {
    const HELP: &str = "write `component.input=value`, such as `database.storage_gb=100`";
    let mut quoted = false;
    let equals = text.bytes().enumerate().position(|(at, byte)| {
        quoted ^= byte == b'"' && !text[..at].ends_with('\\');
        byte == b'=' && !quoted
    });
    let length = equals.ok_or_else(|| {
        let all = file.span(0..text.len());
        Box::new(Diagnostic::error(all, "a setting needs a `=`").help(HELP))
    })?;
    let path: Path = text[..length].parse().map_err(|error: crate::merge::PathError| {
        let place = file.span(error.at..length.max(error.at));
        Box::new(Diagnostic::error(place, format!("this is no path: {error}")).help(HELP))
    })?;
    let keys = path.0.into_iter().map(|segment| match segment {
        Segment::Key(key) => Ok(key),
        Segment::Index(_) => {
            let place = file.span(0..length);
            let error = Diagnostic::error(place, "an item of a list cannot be set by itself");
            Err(Box::new(error.help("set the whole list, or use `{ $append: [...] }`")))
        }
    });
    Ok((keys.collect::<Result<_, _>>()?, length))
}

fn nest(path: Vec<String>, length: usize, file: FileId, leaf: Node) -> Node {
    let key = file.span(0..length);
    let span = file.span(0..leaf.span.end as usize);
    path.into_iter().rev().fold(leaf, |node, name| {
        let map = Map::from_iter([(name, Entry { key, node })]);
        Node { value: Value::Map(map), span }
    })
}
