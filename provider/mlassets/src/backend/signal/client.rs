//! The client: a connection for each call, since there are few, and one script for each look and each change.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError};

use super::concern::{Concern, Info};
use super::error::Error;
use super::location::{self, Config, ConfigProblem};
use super::model::{CopyTo, Expected, Outcome, SetSignal, Signal, check_key, check_name};
use crate::backend::fault;

const GET: &str = concat!(include_str!("shared.lua"), include_str!("get.lua"));
const SET: &str = concat!(include_str!("shared.lua"), include_str!("set.lua"));

/// How long replicas have to confirm a change, in milliseconds.
const CONFIRMED_WITHIN: u64 = 1000;

/// The signals of a Redis server.
pub struct Signals {
    client: Client,
    /// Host and port, for messages.
    place: String,
    prefix: String,
    actor: String,
    timeout: Duration,
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals").field("place", &self.place).finish_non_exhaustive()
    }
}

/// What one of the scripts says.
struct Answer {
    outcome: String,
    facts: Vec<Option<String>>,
}

impl Signals {
    /// A client; nothing is connected to yet.
    pub fn new(config: &Config) -> Result<Self, ConfigProblem> {
        let (client, place) = location::open(config)?;
        Ok(Signals {
            client,
            place,
            prefix: config.key_prefix.clone(),
            actor: config.actor.clone(),
            timeout: config.timeout,
        })
    }

    /// The key of the signal of this name.
    pub fn key(&self, name: &str) -> String {
        format!("{{{}}}:{name}", self.prefix)
    }

    /// The signal of this name, if it was ever set, and whether `copy` says the same.
    pub async fn find(&self, name: &str, copy: Option<&CopyTo>) -> Result<Option<Signal>, Error> {
        let step = format!("reading the signal `{name}`");
        check_name(name).map_err(Error::Invalid)?;
        let key = self.key(name);
        let mut connection = self.connect().await?;
        let mut command = redis::cmd("EVAL");
        command.arg(GET).arg(1 + usize::from(copy.is_some())).arg(&key);
        if let Some(copy) = copy {
            command.arg(&copy.key);
        }
        command.arg(copy.map_or("", |copy| copy.encoding.name()));
        let answer = self.ask(&mut connection, &command, &step).await?;
        match answer.outcome.as_str() {
            "none" => Ok(None),
            "found" => self.signal(&key, &answer).map(Some),
            _ => Err(self.refused(key, &answer, &step)),
        }
    }

    /// The names of all keys that may be signals, sorted; a copy beside them is among them.
    pub async fn list(&self) -> Result<BTreeSet<String>, Error> {
        let failed = |error| Error::doing(&self.place, "listing the signals", &error);
        let mut connection = self.connect().await?;
        // A server of a cluster that keeps other keys says so here; its scan would find nothing.
        let mut exists = redis::cmd("EXISTS");
        exists.arg(self.key("events"));
        let _: i64 = exists.query_async(&mut connection).await.map_err(failed)?;
        let start = self.key("");
        let pattern = format!("{}*", literal(&start));
        let (mut names, mut cursor) = (BTreeSet::new(), "0".to_owned());
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(&cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(1000);
            let page: Result<(String, Vec<Vec<u8>>), RedisError> =
                scan.query_async(&mut connection).await;
            let (next, keys) = page.map_err(failed)?;
            let found = keys.into_iter().filter_map(|key| String::from_utf8(key).ok());
            let found = found.filter_map(|key| key.strip_prefix(&start).map(str::to_owned));
            names.extend(found.filter(|name| check_name(name).is_ok()));
            if next == "0" {
                return Ok(names);
            }
            cursor = next;
        }
    }

    /// Sets a signal. Nothing happens where it is just so already, whatever was expected.
    ///
    /// An error after which the signal may be set nevertheless says so; the same call can then be made again.
    pub async fn set(&self, set: &SetSignal) -> Result<Outcome, Error> {
        let step = format!("setting the signal `{}`", set.name);
        check_name(&set.name).map_err(Error::Invalid)?;
        let (key, history) = (self.key(&set.name), self.key("events"));
        if let Some(copy) = &set.copy {
            check_key(&copy.key).map_err(Error::Invalid)?;
            if copy.key == key || copy.key == history {
                return Err(Error::Invalid(
                    "the copy must have another key than the signal and its history",
                ));
            }
        }
        let mut connection = self.connect().await?;
        let info = info(&mut connection, set.ttl.is_some()).await;
        fault::point("signal.before_set");
        let mut command = redis::cmd("EVAL");
        command.arg(SET).arg(2 + usize::from(set.copy.is_some())).arg(&key).arg(history);
        if let Some(copy) = &set.copy {
            command.arg(&copy.key);
        }
        command
            .arg(if set.active { "1" } else { "0" })
            .arg(set.reason.as_deref().unwrap_or_default())
            .arg(&self.actor)
            .arg(match set.expected {
                Expected::Any => String::new(),
                Expected::Absent => "0".to_owned(),
                Expected::Version(version) => version.to_string(),
            })
            .arg(set.ttl.map_or_else(String::new, |ttl| ttl.as_millis().to_string()))
            .arg(set.copy.as_ref().map_or("", |copy| copy.encoding.name()))
            .arg(&set.name);
        let answer = self.ask(&mut connection, &command, &step).await?;
        fault::point("signal.after_set");
        let is_changed = match answer.outcome.as_str() {
            "set" => true,
            "unchanged" => false,
            _ => return Err(self.refused(key, &answer, &step)),
        };
        let mut concerns = info.concerns;
        let said = |at: usize| answer.fact(at).filter(|said| !said.is_empty()).map(str::to_owned);
        concerns.extend(said(8).map(|said| Concern::NoHistory { said }));
        concerns.extend(said(9).map(|said| Concern::NobodyWoken { said }));
        if is_changed && info.replicas > 0 && !confirmed(&mut connection).await {
            concerns.push(Concern::Unconfirmed);
        }
        let woken = answer.fact(7).and_then(|woken| woken.parse().ok()).unwrap_or(0);
        let signal = self.signal(&key, &answer)?;
        tracing::debug!(
            name = set.name,
            active = set.active,
            version = signal.version,
            is_changed,
            "signal"
        );
        Ok(Outcome { signal, is_changed, woken, concerns })
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Error> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        let connected = self.client.get_multiplexed_async_connection_with_config(&config).await;
        connected.map_err(|error| Error::connecting(&self.place, &error))
    }

    async fn ask(
        &self,
        connection: &mut MultiplexedConnection,
        command: &redis::Cmd,
        step: &str,
    ) -> Result<Answer, Error> {
        let answer: Result<Vec<Option<String>>, RedisError> = command.query_async(connection).await;
        let facts = answer.map_err(|error| Error::doing(&self.place, step, &error))?;
        let mut facts = facts.into_iter();
        let outcome = facts.next().flatten().unwrap_or_default();
        Ok(Answer { outcome, facts: facts.collect() })
    }

    /// The signal that an answer tells of.
    fn signal(&self, key: &str, answer: &Answer) -> Result<Signal, Error> {
        let signal = || {
            let ttl: i64 = answer.fact(5)?.parse().ok()?;
            Some(Signal {
                key: key.to_owned(),
                // Consumers go on at `0` alone, whatever else somebody has written.
                active: answer.fact(0)? != "0",
                reason: answer.fact(1).filter(|reason| !reason.is_empty()).map(str::to_owned),
                actor: answer.fact(2).unwrap_or_default().to_owned(),
                version: answer.fact(3)?.parse().ok()?,
                at: Timestamp::from_millisecond(answer.fact(4)?.parse().ok()?).ok()?,
                ttl: u64::try_from(ttl).ok().map(Duration::from_millis),
                is_copied: answer.fact(6) == Some("1"),
            })
        };
        signal().ok_or_else(|| Error::Malformed { place: self.place.clone(), key: key.to_owned() })
    }

    /// Why a script has done nothing.
    fn refused(&self, key: String, answer: &Answer, step: &str) -> Error {
        let place = self.place.clone();
        match answer.outcome.as_str() {
            "conflict" => {
                let found = self.signal(&key, answer).ok().map(Box::new);
                Error::Conflict { place, key, found }
            }
            "foreign" => Error::Foreign {
                place,
                key: answer.fact(0).unwrap_or_default().to_owned(),
                kind: answer.fact(1).unwrap_or_default().to_owned(),
            },
            _ => Error::Unreadable { place, step: step.to_owned() },
        }
    }
}

impl Answer {
    fn fact(&self, at: usize) -> Option<&str> {
        self.facts.get(at)?.as_deref()
    }
}

/// A pattern that fits this text alone.
fn literal(text: &str) -> String {
    let special = |letter: char| matches!(letter, '*' | '?' | '[' | ']' | '^' | '\\');
    let escaped = |letter| special(letter).then_some('\\').into_iter().chain([letter]);
    text.chars().flat_map(escaped).collect()
}

/// What the server tells of itself; nothing where this user may not ask.
async fn info(connection: &mut MultiplexedConnection, has_ttl: bool) -> Info {
    let answer: Result<String, RedisError> = redis::cmd("INFO").query_async(connection).await;
    match answer {
        Ok(answer) => Info::read(&answer, has_ttl),
        Err(error) => {
            tracing::debug!(code = error.code(), "the server does not tell about itself");
            Info::default()
        }
    }
}

/// Whether a replica has the change. Where this user may not ask, nobody can say that none has.
async fn confirmed(connection: &mut MultiplexedConnection) -> bool {
    let mut wait = redis::cmd("WAIT");
    wait.arg(1).arg(CONFIRMED_WITHIN);
    let answer: Result<u64, RedisError> = wait.query_async(connection).await;
    match answer {
        Ok(replicas) => replicas > 0,
        // A server that goes away now may take the change with it.
        Err(error) => error.kind() != ErrorKind::Io,
    }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn a_prefix_is_no_pattern() {
        assert_eq!(literal("{ops}:"), "{ops}:");
        assert_eq!(literal("{a*b?[c]\\}:"), "{a\\*b\\?\\[c\\]\\\\}:");
    }
}
