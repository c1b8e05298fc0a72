//! What goes wrong with signals: which server, which step, whose matter it is, and whether the signal is set.

use redis::{ErrorKind, RedisError};
use thiserror::Error;

use super::model::Signal;

/// Why a call failed.
#[derive(Debug, Error)]
pub enum Error {
    /// A name or a key that nobody can have.
    #[error("{0}")]
    Invalid(&'static str),
    /// Something else has the key.
    #[error(
        "the key `{key}` on the Redis server {place} is not ours: it holds {}; nothing was changed. Choose another name or \
         `key_prefix`, or remove that key if nobody needs it",
        what(kind)
    )]
    Foreign {
        /// The server.
        place: String,
        /// The key.
        key: String,
        /// The type of what it holds.
        kind: String,
    },
    /// The signal is not what was expected.
    #[error("the signal at `{key}` on the Redis server {place} was changed meanwhile: {}", now(found.as_deref()))]
    Conflict {
        /// The server.
        place: String,
        /// Its key.
        key: String,
        /// What is there.
        found: Option<Box<Signal>>,
    },
    /// The server said no, and nothing was changed.
    #[error("{step} on the Redis server {place} failed: {refusal}")]
    Refused {
        /// The server.
        place: String,
        /// What was to be done.
        step: String,
        /// Why not.
        refusal: Refusal,
    },
    /// Nobody answers there.
    #[error("the Redis server {place} cannot be reached: {reason}")]
    Unreachable {
        /// The server.
        place: String,
        /// What happened.
        reason: String,
    },
    /// The answer did not come.
    #[error(
        "{step} on the Redis server {place} got no answer ({reason}), so it is not known whether it was done; apply again"
    )]
    Lost {
        /// The server.
        place: String,
        /// What was to be done.
        step: String,
        /// What happened.
        reason: String,
    },
    /// The key holds a hash that is no signal.
    #[error(
        "the hash at `{key}` on the Redis server {place} is no signal: it needs `active`, and `version` and `at` as whole \
         numbers. Correct it there, or delete the key, after which nothing is signalled"
    )]
    Malformed {
        /// The server.
        place: String,
        /// The key.
        key: String,
    },
    /// The answer makes no sense.
    #[error(
        "{step} on the Redis server {place} got an answer that cannot be read; is something else writing there?"
    )]
    Unreadable {
        /// The server.
        place: String,
        /// What was to be done.
        step: String,
    },
}

/// Why a server said no.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// `WRONGPASS`.
    #[error("user or password is wrong")]
    Password,
    /// `NOAUTH`.
    #[error(
        "it asks for a password; write it into the URL, as in redis://:PASSWORD@host or redis://USER:PASSWORD@host"
    )]
    NoPassword,
    /// `NOPERM`.
    #[error(
        "the user may not do that ({0}); it needs the keys and channels of the prefix, and the commands in the documentation"
    )]
    Permission(String),
    /// `OOM`.
    #[error(
        "it is out of memory, so the signal is NOT set; stop the consumers by other means, then free memory or raise \
         `maxmemory`"
    )]
    Memory,
    /// `READONLY`.
    #[error("it is a replica, which takes no changes; name the primary in the URL")]
    ReadOnly,
    /// `MOVED` and its kin.
    #[error("it is a node of a cluster, and the key belongs to another one{}; name that one in the URL", at_node(.0.as_deref()))]
    Moved(Option<String>),
    /// `CROSSSLOT`.
    #[error(
        "it is a node of a cluster, and the key of the copy lies in another slot; begin that key with the prefix in braces"
    )]
    CrossSlot,
    /// `LOADING`.
    #[error("it is still loading its data; try again when it is done")]
    Loading,
    /// `MISCONF`, `NOREPLICAS`, `MASTERDOWN`, `CLUSTERDOWN`: it protects its data.
    #[error("it takes no changes at the moment ({0})")]
    Unwell(String),
    /// Something else.
    #[error("it said: {0}")]
    Other(String),
}

impl Error {
    /// What went wrong while a connection was made.
    pub(super) fn connecting(place: &str, error: &RedisError) -> Self {
        let step = "signing in";
        match error.kind() {
            ErrorKind::AuthenticationFailed => {
                let refusal = Refusal::Password;
                Error::Refused { place: place.to_owned(), step: step.to_owned(), refusal }
            }
            ErrorKind::Io => Error::Unreachable { place: place.to_owned(), reason: reason(error) },
            _ => Self::doing(place, step, error),
        }
    }

    /// What went wrong in a step.
    pub(super) fn doing(place: &str, step: &str, error: &RedisError) -> Self {
        let (place, step) = (place.to_owned(), step.to_owned());
        match error.kind() {
            ErrorKind::Io => Error::Lost { place, step, reason: reason(error) },
            ErrorKind::Parse | ErrorKind::UnexpectedReturnType => Error::Unreadable { place, step },
            _ => {
                let said = [error.code(), error.detail()]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" ");
                Error::Refused { place, step, refusal: Refusal::read(&said) }
            }
        }
    }
}

impl Refusal {
    /// What a server says. Before Redis 7 the code of an error in a script stands somewhere in its text.
    fn read(said: &str) -> Self {
        let said: String = said.chars().filter(|c| !c.is_control()).collect();
        let words: Vec<&str> =
            said.split_whitespace().map(|word| word.trim_start_matches('-')).collect();
        let code = words.iter().find_map(|word| CODES.iter().find(|code| code == &word)).copied();
        let after = |code| words.iter().skip_while(|word| **word != code).nth(2);
        match code.unwrap_or_default() {
            "WRONGPASS" => Self::Password,
            "NOAUTH" => Self::NoPassword,
            "NOPERM" => Self::Permission(said),
            "OOM" => Self::Memory,
            "READONLY" => Self::ReadOnly,
            "MOVED" | "ASK" => {
                Self::Moved(after(code.unwrap_or_default()).map(|node| (*node).to_owned()))
            }
            "CROSSSLOT" => Self::CrossSlot,
            "LOADING" => Self::Loading,
            "" if said.contains("ACL failure") || said.contains("can't run this command") => {
                Self::Permission(said)
            }
            "" => Self::Other(said),
            _ => Self::Unwell(said),
        }
    }
}

/// The codes that have a meaning here.
const CODES: [&str; 13] = [
    "WRONGPASS",
    "NOAUTH",
    "NOPERM",
    "OOM",
    "READONLY",
    "MOVED",
    "ASK",
    "CROSSSLOT",
    "LOADING",
    "MISCONF",
    "NOREPLICAS",
    "MASTERDOWN",
    "CLUSTERDOWN",
];

/// What happened to a connection. The library's text may hold the address, and with it no secret.
fn reason(error: &RedisError) -> String {
    if error.is_timeout() {
        "the time is up".to_owned()
    } else if error.is_connection_refusal() {
        "nothing listens there".to_owned()
    } else {
        error.to_string().trim_end_matches('.').to_owned()
    }
}

fn what(kind: &str) -> String {
    match kind {
        "hash" => "a hash without a version".to_owned(),
        kind => format!("a value of type {kind}"),
    }
}

fn now(found: Option<&Signal>) -> String {
    match found {
        None => "it is gone; plan again".to_owned(),
        Some(signal) => format!(
            "version {}, {} by {:?} at {}; plan again to see what differs",
            signal.version,
            if signal.active { "active" } else { "not active" },
            signal.actor,
            signal.at
        ),
    }
}

fn at_node(node: Option<&str>) -> String {
    node.map_or_else(String::new, |node| format!(", {node}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_known_by_its_code_wherever_it_stands() {
        for (said, expected) in [
            ("WRONGPASS invalid username-password pair or user is disabled.", Refusal::Password),
            ("NOAUTH Authentication required.", Refusal::NoPassword),
            ("OOM command not allowed when used memory > 'maxmemory'.", Refusal::Memory),
            (
                "ERR Error running script (call to f_1): @user_script:54: @user_script: 54: -OOM command not allowed",
                Refusal::Memory,
            ),
            ("READONLY You can't write against a read only replica.", Refusal::ReadOnly),
            ("MOVED 3999 127.0.0.1:6381", Refusal::Moved(Some("127.0.0.1:6381".to_owned()))),
            ("CROSSSLOT Keys in request don't hash to the same slot", Refusal::CrossSlot),
            ("LOADING Redis is loading the dataset in memory", Refusal::Loading),
            (
                "MISCONF Redis is configured to save\n",
                Refusal::Unwell("MISCONF Redis is configured to save".to_owned()),
            ),
            ("ERR unknown command", Refusal::Other("ERR unknown command".to_owned())),
        ] {
            assert_eq!(Refusal::read(said), expected, "{said}");
        }
    }

    #[test]
    fn a_message_says_which_server_which_step_and_what_to_do() {
        let place = || "cache:6379".to_owned();
        let refused = |refusal| Error::Refused {
            place: place(),
            step: "setting the signal `halt`".to_owned(),
            refusal,
        };
        let conflict =
            |found| Error::Conflict { place: place(), key: "{a}:halt".to_owned(), found };
        let signal = Signal {
            key: "{a}:halt".to_owned(),
            active: true,
            reason: None,
            actor: "ops".to_owned(),
            version: 3,
            at: "2025-01-15T04:00:00Z".parse().unwrap(),
            ttl: None,
            is_copied: true,
        };
        for (error, expected) in [
            (
                refused(Refusal::Memory),
                "setting the signal `halt` on the Redis server cache:6379 failed: it is out of memory, so the signal is NOT \
                 set; stop the consumers by other means, then free memory or raise `maxmemory`",
            ),
            (
                refused(Refusal::Moved(Some("10.0.0.2:6379".to_owned()))),
                "setting the signal `halt` on the Redis server cache:6379 failed: it is a node of a cluster, and the key \
                 belongs to another one, 10.0.0.2:6379; name that one in the URL",
            ),
            (
                Error::Foreign {
                    place: place(),
                    key: "{a}:halt".to_owned(),
                    kind: "list".to_owned(),
                },
                "the key `{a}:halt` on the Redis server cache:6379 is not ours: it holds a value of type list; nothing was \
                 changed. Choose another name or `key_prefix`, or remove that key if nobody needs it",
            ),
            (
                conflict(Some(Box::new(signal))),
                "the signal at `{a}:halt` on the Redis server cache:6379 was changed meanwhile: version 3, active by \"ops\" at \
                 2025-01-15T04:00:00Z; plan again to see what differs",
            ),
            (
                conflict(None),
                "the signal at `{a}:halt` on the Redis server cache:6379 was changed meanwhile: it is gone; plan again",
            ),
        ] {
            assert_eq!(error.to_string(), expected);
        }
    }
}
