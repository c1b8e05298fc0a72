//! What a work pool, a work queue, a variable or a concurrency limit may be called, decided without the server.
//!
//! The server's own rule is the pattern `^[^/%&><]+$`, for pools also "not blank" and "not `prefect…`".
//! Three rules are ours: `.` and `..` are steps in a URL, and a line break ends the path that the server
//! matches, so that it would create an object that no client can address; and a rename of a queue is held to the same rules as its creation, because
//! the server checks nothing there and would accept `a/b`, out of reach for ever.

use std::fmt;

/// Characters that the server refuses in any name.
pub const BANNED: [char; 5] = ['/', '%', '&', '<', '>'];

/// The most characters of a variable's name.
pub const LONGEST_VARIABLE: usize = 255;

/// What is wrong with a name, in words that never repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameProblem {
    /// Empty, or, for a pool, nothing but blanks and quotes.
    Empty,
    /// Contains this character of [`BANNED`].
    Banned(char),
    /// Contains a control character, such as a line break: the server would create it and never route to it.
    Control,
    /// `.` or `..`: no URL can hold it as a segment.
    Dots,
    /// A pool whose name starts with `prefect`, in any case.
    Reserved,
    /// A variable whose name has other characters than it may.
    Alphabet,
    /// A variable whose name is longer than [`LONGEST_VARIABLE`].
    Long,
    /// What reads as a UUID: the server, or an import, takes it for an ID.
    Id,
}

impl fmt::Display for NameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the name is empty or blank; give at least one visible character"),
            Self::Banned(found) => {
                write!(f, "the name contains `{found}`; Prefect refuses each of `/ % & < >`")
            }
            Self::Control => f.write_str("the name contains a line break or another control character; leave it out"),
            Self::Dots => f.write_str("the names `.` and `..` cannot be addressed through a URL; choose another"),
            Self::Reserved => f.write_str(
                "names that start with `prefect`, in upper or lower case, are reserved by Prefect; choose another",
            ),
            Self::Alphabet => {
                f.write_str("names of variables are made of `a` to `z`, `0` to `9`, `_` and `-`; leave out all else")
            }
            Self::Long => write!(f, "the name has more than {LONGEST_VARIABLE} characters; shorten it"),
            Self::Id => f.write_str("the name reads as a UUID and would be taken for an ID; choose another"),
        }
    }
}

/// Checks the name of a work pool that is to be created.
pub fn check_pool(name: &str) -> Result<(), NameProblem> {
    if name.chars().all(|c| matches!(c, ' ' | '\'' | '"')) {
        return Err(NameProblem::Empty);
    }
    if name.to_lowercase().starts_with("prefect") {
        return Err(NameProblem::Reserved);
    }
    check_queue(name)
}

/// Checks the name of a work queue that is to be created or renamed.
pub fn check_queue(name: &str) -> Result<(), NameProblem> {
    match name {
        "" => Err(NameProblem::Empty),
        "." | ".." => Err(NameProblem::Dots),
        _ if name.chars().any(char::is_control) => Err(NameProblem::Control),
        _ => name
            .chars()
            .find(|c| BANNED.contains(c))
            .map_or(Ok(()), |c| Err(NameProblem::Banned(c))),
    }
}

/// Checks the name of a variable that is to be created. The server would take the empty name, out of reach for ever.
pub fn check_variable(name: &str) -> Result<(), NameProblem> {
    let fits = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
    match name {
        "" => Err(NameProblem::Empty),
        _ if !name.chars().all(fits) => Err(NameProblem::Alphabet),
        _ if name.len() > LONGEST_VARIABLE => Err(NameProblem::Long),
        _ if is_id(name) => Err(NameProblem::Id),
        _ => Ok(()),
    }
}

/// Checks the name of a concurrency limit that is to be created.
pub fn check_limit(name: &str) -> Result<(), NameProblem> {
    if is_id(name) { Err(NameProblem::Id) } else { check_queue(name) }
}

/// Whether the server takes `text` for an ID, as Python's `UUID` does: it leaves out marks anywhere.
pub fn is_id(text: &str) -> bool {
    let digits = text.replace("urn:", "").replace("uuid:", "");
    let digits = digits.trim_matches(['{', '}']).replace('-', "");
    digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Whether a URL can hold `name` as one segment, so that an existing object can be asked for by it.
pub fn check_addressable(name: &str) -> Result<(), NameProblem> {
    match name {
        "" => Err(NameProblem::Empty),
        "." | ".." => Err(NameProblem::Dots),
        _ if name.chars().any(char::is_control) => Err(NameProblem::Control),
        _ if name.contains('/') => Err(NameProblem::Banned('/')),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, pool: Result<(), NameProblem>, queue: Result<(), NameProblem>) {
        assert_eq!(check_pool(name), pool, "as the pool {name:?}");
        assert_eq!(check_queue(name), queue, "as the queue {name:?}");
    }

    #[test]
    fn follows_the_server() {
        check("gpu", Ok(()), Ok(()));
        check("gpu pool #1?", Ok(()), Ok(()));
        check("学習 キュー", Ok(()), Ok(()));
        check("back\\slash", Ok(()), Ok(()));
        check(" prefect", Ok(()), Ok(()));
        check("my-prefect", Ok(()), Ok(()));
        check(&"n".repeat(300), Ok(()), Ok(()));
        check("", Err(NameProblem::Empty), Err(NameProblem::Empty));
        check(" ", Err(NameProblem::Empty), Ok(()));
        check(" '\" ", Err(NameProblem::Empty), Ok(()));
        check("prefect", Err(NameProblem::Reserved), Ok(()));
        check("PreFectX", Err(NameProblem::Reserved), Ok(()));
        for banned in BANNED {
            let name = format!("a{banned}b");
            check(&name, Err(NameProblem::Banned(banned)), Err(NameProblem::Banned(banned)));
        }
    }

    #[test]
    fn variables_and_limits_have_rules_of_their_own() {
        let check = |name: &str, variable, limit| {
            assert_eq!(check_variable(name), variable, "as the variable {name:?}");
            assert_eq!(check_limit(name), limit, "as the limit {name:?}");
        };
        check("a-b_1", Ok(()), Ok(()));
        check("", Err(NameProblem::Empty), Err(NameProblem::Empty));
        check("A", Err(NameProblem::Alphabet), Ok(()));
        check("tag:gpu", Err(NameProblem::Alphabet), Ok(()));
        check("a\n", Err(NameProblem::Alphabet), Err(NameProblem::Control));
        check("a/b", Err(NameProblem::Alphabet), Err(NameProblem::Banned('/')));
        check(&"n".repeat(255), Ok(()), Ok(()));
        check(&"n".repeat(256), Err(NameProblem::Long), Ok(()));
        for id in ["0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01", "0b2c5d1e7b7c4f0e9d523f6b1f6f0a01"] {
            check(id, Err(NameProblem::Id), Err(NameProblem::Id));
            check(&id[1..], Ok(()), Ok(()));
        }
        assert_eq!(check_limit("{0B2C5D1E7B7C4F0E9D523F6B1F6F0A01}"), Err(NameProblem::Id));
    }

    #[test]
    fn refuses_what_no_url_holds() {
        check(".", Err(NameProblem::Dots), Err(NameProblem::Dots));
        check("..", Err(NameProblem::Dots), Err(NameProblem::Dots));
        check("...", Ok(()), Ok(()));
        for control in ["a\nb", "a\n", "\r", "a\tb", "a\0", "a\u{85}b"] {
            check(control, Err(NameProblem::Control), Err(NameProblem::Control));
            assert_eq!(check_addressable(control), Err(NameProblem::Control), "{control:?}");
        }
        assert_eq!(check_addressable("a/b"), Err(NameProblem::Banned('/')));
        assert_eq!(check_addressable("a%b"), Ok(()));
    }

    #[test]
    fn says_what_to_do() {
        let texts: Vec<String> = [
            NameProblem::Empty,
            NameProblem::Banned('%'),
            NameProblem::Control,
            NameProblem::Dots,
            NameProblem::Reserved,
            NameProblem::Alphabet,
            NameProblem::Long,
            NameProblem::Id,
        ]
        .iter()
        .map(ToString::to_string)
        .collect();
        assert_eq!(
            texts,
            [
                "the name is empty or blank; give at least one visible character",
                "the name contains `%`; Prefect refuses each of `/ % & < >`",
                "the name contains a line break or another control character; leave it out",
                "the names `.` and `..` cannot be addressed through a URL; choose another",
                "names that start with `prefect`, in upper or lower case, are reserved by Prefect; choose another",
                "names of variables are made of `a` to `z`, `0` to `9`, `_` and `-`; leave out all else",
                "the name has more than 255 characters; shorten it",
                "the name reads as a UUID and would be taken for an ID; choose another",
            ]
        );
    }
}
