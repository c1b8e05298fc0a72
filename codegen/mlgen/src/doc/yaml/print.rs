//! Lines and indentation.

use super::scalar::{Place, block, is_plain, quoted, text};
use super::{Map, Yaml};

/// A whole file, with one end of line at its end. Entries of the top that take several lines stand between blank ones.
pub fn print(document: &Yaml) -> String {
    let mut out = String::new();
    match document {
        Yaml::Map(map) if !map.is_empty() => entries(map, 0, Spaced::Long, &mut out),
        Yaml::List(list) if !list.is_empty() => items(list, 0, &mut out),
        scalar => {
            out.push_str(&flow(scalar, Place::Block));
            out.push('\n');
        }
    }
    out
}

/// Which entries stand between blank lines.
#[derive(Clone, Copy)]
enum Spaced {
    No,
    /// Those of several lines.
    Long,
    All,
}

fn entries(map: &Map, indent: usize, spaced: Spaced, out: &mut String) {
    let mut before_is_long = false;
    for (at, (key, entry)) in map.entries.iter().enumerate() {
        let is_long = entry.comment.is_some() || takes_lines(&entry.value);
        let apart = match spaced {
            Spaced::No => false,
            Spaced::Long => is_long || before_is_long,
            Spaced::All => true,
        };
        before_is_long = is_long;
        if at > 0 && apart {
            out.push('\n');
        }
        // The first key of a map in a list follows the dash.
        let follows = out.ends_with("- ");
        if let Some(comment) = &entry.comment {
            for line in comment.lines() {
                let line: String =
                    line.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
                margin(indent, out);
                out.push_str(format!("# {line}").trim_end());
                out.push('\n');
            }
        }
        if !follows {
            margin(indent, out);
        }
        out.push_str(&text(key, Place::Key));
        out.push(':');
        value(&entry.value, indent, out);
    }
}

/// What follows a colon, with the end of its line.
fn value(value: &Yaml, indent: usize, out: &mut String) {
    match value {
        Yaml::Map(map) if !map.is_empty() => {
            out.push('\n');
            entries(map, indent + 2, if map.spaced { Spaced::All } else { Spaced::No }, out);
        }
        Yaml::List(list) if !list.is_empty() => {
            out.push('\n');
            items(list, indent + 2, out);
        }
        Yaml::String(text) if block(text).is_some() => {
            out.push(' ');
            literal(text, indent + 2, out);
        }
        scalar => {
            out.push(' ');
            out.push_str(&flow(scalar, Place::Block));
            out.push('\n');
        }
    }
}

fn items(list: &[Yaml], indent: usize, out: &mut String) {
    for item in list {
        margin(indent, out);
        out.push_str("- ");
        match item {
            Yaml::Map(map) if !map.is_empty() => {
                // A comment needs a line above the first key.
                if map.entries.first().is_some_and(|(_, entry)| entry.comment.is_some()) {
                    end_line(out);
                }
                entries(map, indent + 2, Spaced::No, out);
            }
            Yaml::List(list) if !list.is_empty() => {
                end_line(out);
                items(list, indent + 2, out);
            }
            Yaml::String(text) if block(text).is_some() => literal(text, indent + 2, out),
            scalar => {
                out.push_str(&flow(scalar, Place::Block));
                out.push('\n');
            }
        }
    }
}

fn literal(text: &str, indent: usize, out: &mut String) {
    let Some((header, lines)) = block(text) else { return };
    out.push_str(header);
    out.push('\n');
    for line in lines {
        if !line.is_empty() {
            margin(indent, out);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn one_line(list: &[Yaml]) -> String {
    let items: Vec<_> = list.iter().map(|item| flow(item, Place::Flow)).collect();
    format!("[{}]", items.join(", "))
}

/// A value on one line.
fn flow(value: &Yaml, place: Place) -> String {
    match value {
        Yaml::Null => "null".to_owned(),
        Yaml::Bool(value) => value.to_string(),
        Yaml::Number(number) => self::number(number),
        Yaml::String(content) => text(content, place),
        Yaml::List(list) | Yaml::Line(list) => one_line(list),
        Yaml::Map(map) if map.is_empty() => "{}".to_owned(),
        Yaml::Map(map) => {
            let entries: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), flow(value, Place::Flow)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A number that readers of version 1.1, too, take for one: with a dot and a sign if it has an exponent.
fn number(number: &serde_json::Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return text };
    let dot = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{dot}e{sign}{exponent}")
}

/// Ends a line that holds a dash.
fn end_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

/// Whether a value begins on the line after its key.
fn takes_lines(value: &Yaml) -> bool {
    match value {
        Yaml::Map(map) => !map.is_empty(),
        Yaml::List(items) => !items.is_empty(),
        Yaml::String(text) => block(text).is_some(),
        _ => false,
    }
}

fn margin(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}
