//! The name of a value in a tree: `database.storage_gb`, `network.zones[0]`, `hosts."example.com"`.

use std::fmt;
use std::str::FromStr;

/// From the root to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Segment>);

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Into a map.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

/// Where a walk is; a path only for messages, so that none is built without need.
pub(super) enum Trail<'a> {
    Root,
    Key(&'a Trail<'a>, &'a str),
    Index(&'a Trail<'a>, usize),
}

impl Path {
    /// The keys on the way, without places in lists.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) => None,
        })
    }
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// The byte of the text that does not fit.
    pub at: usize,
    expected: &'static str,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at character {}", self.expected, self.at + 1)
    }
}

impl std::error::Error for PathError {}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    let dot = if position == 0 { "" } else { "." };
                    if is_bare(key) {
                        write!(f, "{dot}{key}")?;
                    } else {
                        write!(f, "{dot}{}", serde_json::Value::from(key.as_str()))?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() || segments.is_empty() {
            let error = |expected| PathError { at: text.len() - rest.len(), expected };
            if let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']').ok_or(error("`[`, a number and `]`"))?;
                let index = index.parse().map_err(|_| error("`[`, a number and `]`"))?;
                segments.push(Segment::Index(index));
                rest = after;
                continue;
            }
            let name = match (segments.is_empty(), rest.strip_prefix('.')) {
                (true, _) => rest,
                (false, Some(name)) => name,
                (false, None) => return Err(error("`.` or `[`")),
            };
            let (key, after) = key(name).ok_or(error("a key"))?;
            segments.push(Segment::Key(key));
            rest = after;
        }
        Ok(Self(segments))
    }
}

impl Trail<'_> {
    /// The path in backticks, for messages.
    pub(super) fn path(&self) -> String {
        let mut segments = Vec::new();
        let mut at = self;
        loop {
            match at {
                Trail::Root => break,
                Trail::Key(parent, key) => {
                    segments.push(Segment::Key((*key).to_owned()));
                    at = parent;
                }
                Trail::Index(parent, index) => {
                    segments.push(Segment::Index(*index));
                    at = parent;
                }
            }
        }
        segments.reverse();
        if segments.is_empty() { "this".to_owned() } else { format!("`{}`", Path(segments)) }
    }
}

/// The key that a text begins with, and what follows it.
fn key(text: &str) -> Option<(String, &str)> {
    if text.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter();
        let key = values.next()?.ok()?;
        return Some((key, &text[values.byte_offset()..]));
    }
    let end = text.find(SPECIAL).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

fn is_bare(key: &str) -> bool {
    !key.is_empty() && !key.contains(SPECIAL)
}

const SPECIAL: fn(char) -> bool =
    |char| matches!(char, '.' | '[' | ']' | '"' | '=') || char.is_whitespace() || char.is_control();

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, segments: &[Segment]) {
        assert_eq!(text.parse(), Ok(Path(segments.to_vec())));
        assert_eq!(Path(segments.to_vec()).to_string(), text);
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        assert_eq!(text.parse::<Path>().expect_err("no path").to_string(), expected);
    }

    fn key(name: &str) -> Segment {
        Segment::Key(name.to_owned())
    }

    #[test]
    fn written_as_people_say_it() {
        check("database", &[key("database")]);
        check("database.storage_gb", &[key("database"), key("storage_gb")]);
        check("alarms.high-cpu", &[key("alarms"), key("high-cpu")]);
        check("zones[0]", &[key("zones"), Segment::Index(0)]);
        check("a[1][2].b", &[key("a"), Segment::Index(1), Segment::Index(2), key("b")]);
        check(r#"hosts."example.com".port"#, &[key("hosts"), key("example.com"), key("port")]);
        check(r#""a \"b\"""#, &[key("a \"b\"")]);
        check(r#"a."""#, &[key("a"), key("")]);
    }

    #[test]
    fn what_is_no_path() {
        check_error("", "expected a key at character 1");
        check_error("a.", "expected a key at character 2");
        check_error("a..b", "expected a key at character 2");
        check_error(".a", "expected a key at character 1");
        check_error("a[x]", "expected `[`, a number and `]` at character 2");
        check_error("a[0", "expected `[`, a number and `]` at character 2");
        check_error("a[0]b", "expected `.` or `[` at character 5");
        check_error("a b", "expected `.` or `[` at character 2");
        check_error("a.\"b", "expected a key at character 2");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            first in any::<String>().prop_map(Segment::Key),
            rest in prop::collection::vec(
                prop_oneof![
                    any::<String>().prop_map(Segment::Key),
                    any::<usize>().prop_map(Segment::Index),
                ],
                0..5,
            ),
        ) {
            let path = Path(std::iter::once(first).chain(rest).collect());
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
    }
}
