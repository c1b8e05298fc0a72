//! YAML and JSON to a [`Node`] tree in which each value and each key knows its bytes.
//!
//! What is read is YAML 1.2 with less guessing. A plain scalar is null (`null`, `~`, nothing), a boolean (`true`,
//! `false`), a decimal number, or a string exactly as written; the room `scalar` says which. Quoted scalars are strings.
//! An alias (`*name`) is a copy of what was anchored: it stands where the alias stands, the values inside stand where
//! they were written. A file without any value is an empty map. Tags, merge keys (`<<`), keys that are no strings and
//! several documents in one file are errors. A value that is wrong does not hide the next one; only broken syntax ends
//! the reading.

mod build;
mod scalar;
mod syntax;
#[cfg(test)]
mod tests;

use std::path::Path;

use saphyr_parser::{Event, Parser};

use crate::diag::{Diagnostic, Diags};
use crate::node::{Map, Node, Value};
use crate::source::{FileId, Sources, Span};
use crate::yaml::build::Builder;

/// Maps and lists inside each other; everything that walks a tree may recurse because of this.
const DEPTH: usize = 100;

/// The tree of a file, unless its syntax is broken.
///
/// A file whose path ends in `.json` may also write numbers with an exponent.
pub fn parse(sources: &Sources, file: FileId) -> (Option<Node>, Diags) {
    let json = Path::new(sources.path(file)).extension();
    let json = json.is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let (root, diags) = parse_text(sources.text(file), file, json);
    let root = root.map(|node| {
        let written = node.span.start < node.span.end;
        let empty = Node { value: Value::Map(Map::new()), span: file.span(0..0) };
        if written { node } else { empty }
    });
    (root, diags)
}

/// Whether a text would be a number if it stood without quotes.
pub(crate) fn is_number(text: &str) -> bool {
    matches!(scalar::plain(text, false), Value::Number(_))
}

/// The tree of what stands in a source from a byte on.
pub(crate) fn parse_from(sources: &Sources, file: FileId, start: usize) -> (Option<Node>, Diags) {
    let text = " ".repeat(start) + &sources.text(file)[start..];
    parse_text(&text, file, false)
}

fn parse_text(text: &str, file: FileId, json: bool) -> (Option<Node>, Diags) {
    let mut builder = Builder::new(text, file, json);
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, place) = match event {
            Ok(found) => found,
            Err(error) => {
                let at = builder.byte(error.marker().index());
                builder.diags.push(syntax::diagnostic(text, file, at, error.info()));
                return (None, builder.diags);
            }
        };
        let range = builder.byte(place.start.index())..builder.byte(place.end.index());
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    let marker = range.start..range.end.min(range.start + 3);
                    builder.diags.push(several_documents(file.span(marker)));
                    break;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                builder.refuse_tag(&range, tag.as_deref());
                builder.scalar(&text, style, anchor, range);
            }
            Event::SequenceStart(anchor, tag) => {
                builder.refuse_tag(&range, tag.as_deref());
                builder.open_list(anchor, range);
            }
            Event::MappingStart(anchor, tag) => {
                builder.refuse_tag(&range, tag.as_deref());
                builder.open_map(anchor, range);
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(range),
            Event::Alias(anchor) => builder.alias(anchor, range),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        if builder.depth() > DEPTH {
            let message = format!("values are nested deeper than {DEPTH} levels");
            builder.diags.push(Diagnostic::error(builder.here(), message));
            return (None, builder.diags);
        }
    }
    let nothing = || Node { value: Value::Null, span: file.span(text.len()..text.len()) };
    (Some(builder.root.unwrap_or_else(nothing)), builder.diags)
}

fn several_documents(at: Span) -> Diagnostic {
    Diagnostic::error(at, "a file holds one document")
        .label("a second one begins here")
        .help("put it into a file of its own: the files of a folder are read together")
}
