//! Servers that say no, or on which nobody should rely.

use super::server::Server;
use super::{Bench, given, raw};
use crate::backend::signal::{Concern, Config, Error, Refusal, Signals};

fn at(url: &str) -> Signals {
    Signals::new(&Config::new(url, "tester")).expect("the test's server has an address")
}

#[track_caller]
fn refuses<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Refusal) {
    match result {
        Err(Error::Refused { refusal, .. }) => assert_eq!(&refusal, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_login_that_is_missing_or_wrong() {
    let server = Server::start(&["--requirepass", "hunter2"]).await;
    refuses(at(&server.url("")).find("halt", None).await, &Refusal::NoPassword);
    refuses(at(&server.url(":hunter3")).find("halt", None).await, &Refusal::Password);
    refuses(at(&server.url("nobody:hunter2")).find("halt", None).await, &Refusal::Password);
    assert!(at(&server.url(":hunter2")).set(&given("x")).await.unwrap().is_changed);
}

/// The user of the documentation can set signals, and nothing else.
#[tokio::test]
async fn a_user_with_few_rights() {
    let server = Server::start(&[]).await;
    let page = include_str!("../../../../../../docs/concepts/signals.md");
    let command = page
        .lines()
        .find(|line| line.starts_with("ACL SETUSER"))
        .expect("the page has the command");
    let _: String = raw(&server.url(""), &command.replace("PASSWORD", "hunter2")).await;
    let login = server.url("terraform:hunter2");

    let set = at(&login).set(&given("x")).await.unwrap();
    assert!(set.is_changed && set.concerns.is_empty(), "{set:?}");
    assert!(at(&login).find("halt", None).await.unwrap().is_some());
    let elsewhere = Bench::at(&login).signals.set(&given("x")).await;
    assert!(
        matches!(elsewhere, Err(Error::Refused { refusal: Refusal::Permission(_), .. })),
        "{elsewhere:?}"
    );

    // What only accompanies a stop does not keep it from coming into force.
    let _: String = raw(&server.url(""), "ACL SETUSER terraform -publish -xadd").await;
    let set = at(&login).set(&given("y")).await.unwrap();
    assert!(set.is_changed);
    let [Concern::NoHistory { .. }, Concern::NobodyWoken { .. }] = set.concerns.as_slice() else {
        panic!("{:?}", set.concerns)
    };
    assert_eq!(at(&login).find("halt", None).await.unwrap(), Some(set.signal));
}

#[tokio::test]
async fn a_server_without_memory() {
    let server = Server::start(&[]).await;
    at(&server.url("")).set(&given("x")).await.unwrap();
    let _: String = raw(&server.url(""), "CONFIG SET maxmemory 1").await;
    refuses(at(&server.url("")).set(&given("y")).await, &Refusal::Memory);
    let there = at(&server.url("")).find("halt", None).await.unwrap().unwrap();
    assert_eq!(there.version, 1, "nothing was changed");
}

#[tokio::test]
async fn a_server_that_may_forget() {
    let server =
        Server::start(&["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]).await;
    let set = at(&server.url("")).set(&given("x")).await.unwrap();
    let policy = "allkeys-lru".to_owned();
    assert_eq!(set.concerns, [Concern::Evictable { policy }, Concern::NotDurable]);
    let server = Server::start(&["--appendonly", "yes"]).await;
    assert_eq!(at(&server.url("")).set(&given("x")).await.unwrap().concerns, []);
}

#[tokio::test]
async fn a_replica() {
    let primary = Server::start(&["--appendonly", "yes"]).await;
    let (host, port) =
        ("127.0.0.1", primary.url("").rsplit_once(':').expect("a port").1.to_owned());
    let replica = Server::start(&["--replicaof", host, &port]).await;
    refuses(at(&replica.url("")).set(&given("x")).await, &Refusal::ReadOnly);
    while !raw::<String>(&primary.url(""), "INFO replication").await.contains("state=online") {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(at(&primary.url("")).set(&given("x")).await.unwrap().concerns, []);
    assert!(at(&replica.url("")).find("halt", None).await.unwrap().is_some());
}

#[tokio::test]
async fn a_cluster_that_does_not_serve_the_key() {
    let server = Server::start(&["--cluster-enabled", "yes"]).await;
    let refused = at(&server.url("")).set(&given("x")).await;
    assert!(
        matches!(refused, Err(Error::Refused { refusal: Refusal::Unwell(_), .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nobody_is_there() {
    let url = Server::start(&[]).await.url("");
    let error = at(&url).set(&given("x")).await.unwrap_err().to_string();
    let place = url.strip_prefix("redis://").expect("a URL");
    assert_eq!(error, format!("the Redis server {place} cannot be reached: nothing listens there"));
}
