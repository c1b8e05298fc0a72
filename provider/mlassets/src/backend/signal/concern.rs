//! What should be known of a server on which a stop relies.

use std::collections::BTreeMap;
use std::fmt;

/// Something that does not keep a signal from being set, and may keep it from being obeyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// The server may drop the signal to gain memory.
    Evictable {
        /// The policy in force.
        policy: String,
    },
    /// The server may have forgotten the signal after it restarts.
    NotDurable,
    /// There are replicas, and none of them has confirmed the change in time.
    Unconfirmed,
    /// The change is not in the history.
    NoHistory {
        /// What the server said.
        said: String,
    },
    /// Nobody was woken.
    NobodyWoken {
        /// What the server said.
        said: String,
    },
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Evictable { policy } => write!(
                f,
                "the server has a limit of memory and the policy `{policy}`, so it may drop a signal; set `maxmemory-policy \
                 noeviction`"
            ),
            Self::NotDurable => f.write_str(
                "the server keeps no append-only file, so a signal may be gone after a restart; set `appendonly yes`",
            ),
            Self::Unconfirmed => f.write_str(
                "no replica has confirmed the change within a second, so it may be lost if the server fails now",
            ),
            Self::NoHistory { said } => write!(f, "the change is in force and not in the history, the server said: {said}"),
            Self::NobodyWoken { said } => write!(
                f,
                "the change is in force and its listeners were not woken, so only those see it that look; the server said: {said}"
            ),
        }
    }
}

/// What the answer to `INFO` tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) concerns: Vec<Concern>,
    pub(super) replicas: u64,
}

impl Info {
    pub(super) fn read(answer: &str, has_ttl: bool) -> Self {
        let facts: BTreeMap<&str, &str> =
            answer.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
        let fact = |name: &str| facts.get(name).copied().unwrap_or_default();
        let policy = fact("maxmemory_policy");
        let limited = !matches!(fact("maxmemory"), "" | "0");
        // Such a policy drops only keys that expire anyway.
        let spares = policy == "noeviction" || (policy.starts_with("volatile-") && !has_ttl);
        let mut concerns = Vec::new();
        if limited && !spares {
            concerns.push(Concern::Evictable { policy: policy.to_owned() });
        }
        if fact("aof_enabled") == "0" {
            concerns.push(Concern::NotDurable);
        }
        Info { concerns, replicas: fact("connected_slaves").parse().unwrap_or(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answer: &str, has_ttl: bool, concerns: &[Concern], replicas: u64) {
        let expected = Info { concerns: concerns.to_vec(), replicas };
        assert_eq!(Info::read(answer, has_ttl), expected, "{answer}");
    }

    #[test]
    fn a_server_tells_whether_it_can_be_relied_on() {
        let evictable = |policy: &str| Concern::Evictable { policy: policy.to_owned() };
        check("", false, &[], 0);
        check(
            "# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:1\r\n",
            false,
            &[],
            0,
        );
        let lru = "maxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:0\r\nconnected_slaves:2\r\n";
        check(lru, false, &[evictable("allkeys-lru"), Concern::NotDurable], 2);
        let volatile = "maxmemory:1000\r\nmaxmemory_policy:volatile-ttl\r\n";
        check(volatile, false, &[], 0);
        check(volatile, true, &[evictable("volatile-ttl")], 0);
        check("maxmemory:1000\r\nmaxmemory_policy:noeviction\r\n", true, &[], 0);
    }

    #[test]
    fn a_concern_says_what_to_do() {
        for (concern, expected) in [
            (
                Concern::Evictable { policy: "allkeys-lru".to_owned() },
                "the server has a limit of memory and the policy `allkeys-lru`, so it may drop a signal; set \
                 `maxmemory-policy noeviction`",
            ),
            (
                Concern::NotDurable,
                "the server keeps no append-only file, so a signal may be gone after a restart; set `appendonly yes`",
            ),
            (
                Concern::NoHistory { said: "NOPERM".to_owned() },
                "the change is in force and not in the history, the server said: NOPERM",
            ),
        ] {
            assert_eq!(concern.to_string(), expected);
        }
    }
}
