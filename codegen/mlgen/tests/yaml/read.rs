//! Readers of YAML 1.1 and 1.2: events of a strict parser, and what each version makes of bare scalars.

use std::sync::LazyLock;

use mlgen::doc::yaml::{Map, Yaml};
use regex::Regex;
use saphyr_parser::{Event, Parser, ScalarStyle};

/// A version of the language: how it names the kinds of bare scalars.
pub(crate) struct Version {
    null: Regex,
    yes: Regex,
    no: Regex,
    number: Regex,
    /// What is none of these, and no text either: dates, `<<`, `=`.
    other: Regex,
}

/// The types of YAML 1.1, <https://yaml.org/type/>, and what common readers made of them.
pub(crate) static V1_1: LazyLock<Version> = LazyLock::new(|| Version {
    null: exactly("|~|null|Null|NULL"),
    yes: exactly("y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON"),
    no: exactly("n|N|no|No|NO|false|False|FALSE|off|Off|OFF"),
    number: exactly(
        r"[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+|[-+]?([0-9][0-9_]*)?\.[0-9_]*([eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    ),
    other: exactly(
        r"=|<<|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(([Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9][0-9]?(:[0-9]{2})?))?)?",
    ),
});

/// The core schema of YAML 1.2, <https://yaml.org/spec/1.2.2/#103-core-schema>.
pub(crate) static V1_2: LazyLock<Version> = LazyLock::new(|| Version {
    null: exactly("|~|null|Null|NULL"),
    yes: exactly("true|True|TRUE"),
    no: exactly("false|False|FALSE"),
    number: exactly(
        r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    ),
    other: exactly("<<"),
});

fn exactly(pattern: &str) -> Regex {
    Regex::new(&format!("^(?:{pattern})$")).expect("a pattern of this file")
}

impl Version {
    /// The tree that a text is; lists are lists, however they stand.
    pub(crate) fn read(&self, text: &str) -> Result<Yaml, String> {
        let events: Result<Vec<_>, _> =
            Parser::new_from_str(text).map(|event| event.map(|(event, _)| event)).collect();
        let events = events.map_err(|error| error.to_string())?;
        let mut events = events
            .into_iter()
            .filter(|event| !matches!(event, Event::StreamStart | Event::DocumentStart(_)));
        let first = events.next().ok_or("no document")?;
        let value = self.value(first, &mut events)?;
        match events.next() {
            Some(Event::DocumentEnd) => Ok(value),
            other => Err(format!("expected the end, found {other:?}")),
        }
    }

    fn value<'a>(
        &self,
        event: Event<'a>,
        events: &mut impl Iterator<Item = Event<'a>>,
    ) -> Result<Yaml, String> {
        match event {
            Event::Scalar(text, ScalarStyle::Plain, _, None) => self.plain(&text),
            Event::Scalar(text, _, _, None) => Ok(Yaml::String(text.into_owned())),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match events.next().ok_or("a list has no end")? {
                        Event::SequenceEnd => return Ok(Yaml::List(items)),
                        event => items.push(self.value(event, events)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut map = Map::new();
                loop {
                    let key = match events.next().ok_or("a map has no end")? {
                        Event::MappingEnd => return Ok(Yaml::Map(map)),
                        event => self.value(event, events)?,
                    };
                    let Yaml::String(key) = key else { return Err(format!("{key:?} is no text")) };
                    let event = events.next().ok_or("a key has no value")?;
                    map.insert(key, self.value(event, events)?);
                }
            }
            other => Err(format!("unexpected {other:?}")),
        }
    }

    fn plain(&self, text: &str) -> Result<Yaml, String> {
        if self.null.is_match(text) {
            Ok(Yaml::Null)
        } else if self.yes.is_match(text) {
            Ok(Yaml::Bool(true))
        } else if self.no.is_match(text) {
            Ok(Yaml::Bool(false))
        } else if self.number.is_match(text) {
            text.parse()
                .map(Yaml::Number)
                .map_err(|_| format!("`{text}` is a number of another kind"))
        } else if self.other.is_match(text) {
            Err(format!("`{text}` is neither text nor number"))
        } else {
            Ok(Yaml::String(text.to_owned()))
        }
    }
}
