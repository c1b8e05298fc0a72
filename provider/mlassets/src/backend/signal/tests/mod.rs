//! Signals on real Redis servers: the one that `MLASSETS_TEST_REDIS_URL` names, where each test has a prefix of its own,
//! and such with settings of their own, from the program that `MLASSETS_TEST_REDIS_SERVER` names.

mod life;
mod network;
mod refusals;
mod server;
mod tls;

use std::time::Duration;

use uuid::Uuid;

use super::{Config, CopyTo, Encoding, Expected, SetSignal, Signals};

/// The signals of a prefix that nobody else has.
struct Bench {
    url: String,
    prefix: String,
    signals: Signals,
}

impl Bench {
    fn new() -> Self {
        Self::at(&shared())
    }

    fn at(url: &str) -> Self {
        let prefix = format!("test:{}", Uuid::new_v4().simple());
        let config = Config { key_prefix: prefix.clone(), ..Config::new(url, "tester") };
        let signals = Signals::new(&config).expect("the test's server has an address");
        Bench { url: url.to_owned(), prefix, signals }
    }

    /// Runs a command, its words separated by blanks, with `@` for the prefix in braces.
    async fn redis<T: redis::FromRedisValue>(&self, command: &str) -> T {
        let command = command.replace('@', &format!("{{{}}}", self.prefix));
        raw(&self.url, &command).await
    }
}

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn shared() -> String {
    std::env::var("MLASSETS_TEST_REDIS_URL")
        .expect("`cargo xtask test` starts a Redis server and says where it is")
}

/// Runs a command, its words separated by blanks.
async fn raw<T: redis::FromRedisValue>(url: &str, command: &str) -> T {
    let client = redis::Client::open(url).expect("a URL of a test");
    let patient = redis::AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let connected = client.get_multiplexed_async_connection_with_config(&patient).await;
    let mut connection = connected.expect("the test's server answers");
    let mut words = command.split(' ');
    let mut sent = redis::cmd(words.next().expect("a command has a first word"));
    for word in words {
        sent.arg(word);
    }
    sent.query_async(&mut connection).await.unwrap_or_else(|error| panic!("{command}: {error}"))
}

fn given(reason: &str) -> SetSignal {
    SetSignal {
        name: "halt".to_owned(),
        active: true,
        reason: Some(reason.to_owned()),
        ttl: None,
        copy: None,
        expected: Expected::Any,
    }
}

fn copy(key: &str, encoding: Encoding) -> CopyTo {
    CopyTo { key: key.to_owned(), encoding }
}
