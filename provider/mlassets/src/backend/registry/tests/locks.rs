//! Locks on the registry: one at a time, and none that outlives its holder.

use std::time::Duration;

use super::{Bench, laws, text};
use crate::backend::registry::Error;

laws!(
    one_has_it_and_the_others_are_told_who,
    the_next_one_waits,
    names_do_not_wait_for_each_other,
    a_holder_that_is_gone_leaves_nothing,
    what_nobody_holds_is_lost,
    a_lock_has_a_good_name,
);

const NOW: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_mins(2);

async fn one_has_it_and_the_others_are_told_who(bench: &Bench) {
    let (ana, bob) = (bench.registry("ana"), bench.registry("bob"));
    let held = ana.hold("publish", NOW).await.unwrap();
    ana.check_hold(&held.id).await.unwrap();
    assert_eq!(
        text(bench, bob.hold("publish", NOW).await),
        "the lock `publish` of PLACE is held by ana since TIME; wait until they are done, or longer"
    );
    // The same process is no exception.
    assert!(matches!(ana.hold("publish", NOW).await, Err(Error::LockTaken { .. })));
    ana.release(&held.id).await.unwrap();
    let held = bob.hold("publish", NOW).await.unwrap();
    bob.release(&held.id).await.unwrap();
}

async fn the_next_one_waits(bench: &Bench) {
    let (ana, bob) = (bench.registry("ana"), bench.registry("bob"));
    let held = ana.hold("publish", NOW).await.unwrap();
    let next = tokio::spawn(async move { bob.hold("publish", LONG).await.map(|_| bob) });
    // However long it is given, it has no lock.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!next.is_finished());
    ana.release(&held.id).await.unwrap();
    let bob = next.await.unwrap().unwrap();
    assert!(matches!(ana.hold("publish", NOW).await, Err(Error::LockTaken { .. })));
    drop(bob);
}

async fn names_do_not_wait_for_each_other(bench: &Bench) {
    let publish = bench.registry.hold("publish", NOW).await.unwrap();
    let train = bench.registry.hold("train", NOW).await.unwrap();
    for held in [publish, train] {
        bench.registry.release(&held.id).await.unwrap();
    }
}

async fn a_holder_that_is_gone_leaves_nothing(bench: &Bench) {
    let ana = bench.registry("ana");
    ana.hold("publish", NOW).await.unwrap();
    drop(ana);
    // A server notices the end of a session a moment later.
    let held = bench.registry.hold("publish", LONG).await.unwrap();
    bench.registry.release(&held.id).await.unwrap();
}

async fn what_nobody_holds_is_lost(bench: &Bench) {
    assert_eq!(
        text(bench, bench.registry.release("publish/0").await),
        "the lock `publish` of PLACE was lost while it was needed (this process does not have it); someone else may \
         have published meanwhile, so look at what is deployed before you go on"
    );
    let held = bench.registry.hold("publish", NOW).await.unwrap();
    if bench.is_sqlite() {
        std::fs::remove_file(format!("{}.publish.lock", bench.address)).unwrap();
    } else {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) \
            WHERE locktype = 'advisory' AND application_name LIKE 'mlassets lock % of ana' \
            AND (classid::bigint << 32) | objid::bigint \
                = hashtextextended('mlassets:registry:{schema}:lock:publish', 0)";
        bench.sql(end).await.unwrap();
    }
    let lost = bench.registry.check_hold(&held.id).await.unwrap_err();
    assert!(matches!(lost, Error::LockLost { .. }), "{lost}");
    let lost = bench.registry.release(&held.id).await.unwrap_err();
    assert!(matches!(lost, Error::LockLost { .. }), "{lost}");
    // The next one does not suffer from it.
    let held = bench.registry.hold("publish", LONG).await.unwrap();
    bench.registry.release(&held.id).await.unwrap();
}

async fn a_lock_has_a_good_name(bench: &Bench) {
    for name in ["", "../x", "Publish", "-x", "a b", &"x".repeat(33)] {
        let error = bench.registry.hold(name, NOW).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the lock must be 1 to 32 lower-case letters, digits, `-` or `_`, and begin with a letter or digit"
        );
    }
}
