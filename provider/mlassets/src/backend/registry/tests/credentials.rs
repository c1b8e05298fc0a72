//! Short-lived users: what they can do, for how long, and that nothing of them is left.

use std::time::Duration;

use super::{Bench, text};
use crate::backend::registry::Lend;

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_file_has_no_users() {
    let bench = Bench::sqlite().await;
    let lend = Lend { writes: false, lifetime: MINUTE };
    let expected = "PLACE has no users, so there are no credentials for it; whoever may read the file may read the registry";
    assert_eq!(text(&bench, bench.registry.lend(lend).await), expected);
    assert_eq!(text(&bench, bench.registry.take_back("mlassets_tmp_x").await), expected);
}

#[cfg(feature = "acceptance")]
mod on_postgres {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::backend::registry::tests::{new_version, open};
    use crate::backend::registry::{Credentials, Error, Registry};

    /// The registry as the short-lived user sees it.
    fn as_user(bench: &Bench, lent: &Credentials) -> Registry {
        open(lent.url.expose_secret(), &bench.schema, "lent")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_reader_reads_and_a_writer_writes() {
        let bench = Bench::postgres().await;
        bench.register("v1").await;
        for writes in [false, true] {
            let lent = bench.registry.lend(Lend { writes, lifetime: MINUTE }).await.unwrap();
            let user = as_user(&bench, &lent);
            assert!(user.find_version("m", "v1").await.unwrap().is_some());
            let written = user.register(&new_version("v2")).await;
            match written {
                Ok(_) => assert!(writes),
                Err(error) => {
                    assert!(!writes && matches!(error, Error::Permission { .. }), "{error}");
                }
            }
            // The laws bind it too.
            let sql = format!(
                "SET SESSION AUTHORIZATION {}; DELETE FROM {{schema}}.model_registry",
                lent.username
            );
            assert!(bench.sql(&sql).await.is_err());
            bench.registry.take_back(&lent.username).await.unwrap();
        }
        bench.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_is_left_of_a_user() {
        let bench = Bench::postgres().await;
        let lent = bench.registry.lend(Lend { writes: true, lifetime: MINUTE }).await.unwrap();
        let user = as_user(&bench, &lent);
        user.schema_state().await.unwrap();
        bench.registry.take_back(&lent.username).await.unwrap();
        bench.registry.take_back(&lent.username).await.unwrap();
        let sessions = format!(
            "DO $$ BEGIN ASSERT NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{}'), 'it is there'; END $$",
            lent.username
        );
        bench.sql(&sessions).await.unwrap();
        let error = as_user(&bench, &lent).schema_state().await.unwrap_err();
        // A server that trusts its network asks for no password, and still for a user.
        assert!(matches!(error, Error::Login { .. }), "{error}");
        let error = text(&bench, bench.registry.lend_on(&lent.username, MINUTE).await);
        let expected = "is not in PLACE any more; someone dropped it while it was needed";
        assert!(error.ends_with(expected), "{error}");
        bench.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_users_time_grows_by_renewal_and_ends_by_itself() {
        let bench = Bench::postgres().await;
        let lent = bench.registry.lend(Lend { writes: false, lifetime: MINUTE }).await.unwrap();
        let later = bench.registry.lend_on(&lent.username, MINUTE * 10).await.unwrap();
        assert!(later > lent.expires_at);
        let until = format!(
            "DO $$ BEGIN ASSERT (SELECT rolvaliduntil FROM pg_roles WHERE rolname = '{}') = '{later}'; END $$",
            lent.username
        );
        bench.sql(&until).await.unwrap();

        // A run was killed long ago: the next one tidies up after it.
        let long_ago = format!("ALTER ROLE {} VALID UNTIL '2020-01-01T00:00:00Z'", lent.username);
        bench.sql(&long_ago).await.unwrap();
        let next = bench.registry.lend(Lend { writes: false, lifetime: MINUTE }).await.unwrap();
        let error = bench.registry.lend_on(&lent.username, MINUTE).await.unwrap_err();
        assert!(matches!(error, Error::RoleGone { .. }), "{error}");
        bench.registry.take_back(&next.username).await.unwrap();
        bench.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_are_made_and_taken_back_at_once() {
        let bench = Bench::postgres().await;
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let registry = bench.registry(&format!("actor-{number}"));
                tokio::spawn(async move {
                    let lent = registry.lend(Lend { writes: true, lifetime: MINUTE }).await?;
                    registry.take_back(&lent.username).await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        bench.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_server_never_gets_the_password() {
        let bench = Bench::postgres().await;
        let lent = bench.registry.lend(Lend { writes: false, lifetime: MINUTE }).await.unwrap();
        let stored = format!(
            "DO $$ BEGIN ASSERT (SELECT rolpassword FROM pg_authid WHERE rolname = '{}') LIKE 'SCRAM-SHA-256$%'; END $$",
            lent.username
        );
        bench.sql(&stored).await.unwrap();
        assert!(lent.password.expose_secret().starts_with("mlassets_password_"));
        assert!(!format!("{lent:?}").contains("mlassets_password_"));
        bench.registry.take_back(&lent.username).await.unwrap();
        bench.close().await;
    }
}
