//! What a signal is, and what is asked of it.

use std::time::Duration;

use jiff::Timestamp;

use super::concern::Concern;

/// A signal as it is in Redis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Its key, where consumers look.
    pub key: String,
    /// Whether it is given: consumers stop.
    pub active: bool,
    /// Why.
    pub reason: Option<String>,
    /// Who changed it last.
    pub actor: String,
    /// Grows by one with each change.
    pub version: u64,
    /// When it was changed, by the server's clock.
    pub at: Timestamp,
    /// Until Redis forgets it, if it does.
    pub ttl: Option<Duration>,
    /// Whether the copy that was asked about says the same.
    pub is_copied: bool,
}

/// A change of a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetSignal {
    /// Its name, without the prefix.
    pub name: String,
    /// Whether it is to be given.
    pub active: bool,
    /// Why.
    pub reason: Option<String>,
    /// Until Redis forgets it. A stop should not end by itself.
    pub ttl: Option<Duration>,
    /// Where the same is to be said for other consumers.
    pub copy: Option<CopyTo>,
    /// What must be there before.
    pub expected: Expected,
}

/// A further key that says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyTo {
    /// The key. In a cluster it must lie in the slot of the signal.
    pub key: String,
    /// In which form.
    pub encoding: Encoding,
}

/// How a copy says whether the signal is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As the signal itself.
    Hash,
    /// The text `1` or `0`.
    Plain,
    /// A JSON object with the same members as the hash.
    Json,
}

/// What must be there before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is: a stop must not fail because somebody else was faster.
    Any,
    /// Nothing yet.
    Absent,
    /// This version.
    Version(u64),
}

/// What a change came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The signal as it is now.
    pub signal: Signal,
    /// Whether anything had to be changed.
    pub is_changed: bool,
    /// How many listeners were woken.
    pub woken: u64,
    /// What should be known although the signal is set.
    pub concerns: Vec<Concern>,
}

impl Encoding {
    /// The encoding of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Hash, Self::Plain, Self::Json].into_iter().find(|encoding| encoding.name() == name)
    }

    /// Its name in Terraform.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Plain => "plain",
            Self::Json => "json",
        }
    }
}

/// Checks the name of a signal: 1 to 64 characters `a-z A-Z 0-9 _ . -`.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if !(1..=64).contains(&name.len()) {
        Err("the name must have 1 to 64 characters")
    } else if !name.bytes().all(plain) {
        Err("only letters, digits, `_`, `.` and `-` are allowed in the name")
    } else if name == "events" {
        Err("`events` is the history of all signals; choose another name")
    } else {
        Ok(())
    }
}

/// Checks the prefix of all keys: 1 to 64 characters without braces, blanks and control characters.
pub fn check_prefix(prefix: &str) -> Result<(), &'static str> {
    if !(1..=64).contains(&prefix.len()) {
        Err("the prefix must have 1 to 64 characters")
    } else if !prefix.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}')) {
        Err("braces, blanks and characters beyond ASCII are not allowed in the prefix")
    } else {
        Ok(())
    }
}

/// Checks the key of a copy: 1 to 512 bytes without control characters.
pub fn check_key(key: &str) -> Result<(), &'static str> {
    if !(1..=512).contains(&key.len()) {
        Err("the key must have 1 to 512 bytes")
    } else if key.chars().any(char::is_control) {
        Err("control characters are not allowed in the key")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_prefixes_and_keys() {
        for name in ["halt_global", "a", "Model.ranker-2"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for (name, rule) in [
            ("", "the name must have 1 to 64 characters"),
            ("a:b", "only letters, digits, `_`, `.` and `-` are allowed in the name"),
            ("events", "`events` is the history of all signals; choose another name"),
        ] {
            assert_eq!(check_name(name), Err(rule), "{name}");
        }
        assert_eq!(check_prefix("mlassets:ops"), Ok(()));
        let rule = "braces, blanks and characters beyond ASCII are not allowed in the prefix";
        for prefix in ["{a}", "a b", "ä"] {
            assert_eq!(check_prefix(prefix), Err(rule), "{prefix}");
        }
        assert_eq!(check_prefix(""), Err("the prefix must have 1 to 64 characters"));
        assert_eq!(check_key("trading:stop"), Ok(()));
        assert_eq!(check_key(""), Err("the key must have 1 to 512 bytes"));
        assert_eq!(check_key("a\n"), Err("control characters are not allowed in the key"));
    }

    #[test]
    fn an_encoding_is_found_by_its_name() {
        for encoding in [Encoding::Hash, Encoding::Plain, Encoding::Json] {
            assert_eq!(Encoding::parse(encoding.name()), Some(encoding));
        }
        assert_eq!(Encoding::parse("xml"), None);
    }
}
