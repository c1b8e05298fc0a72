//! What is remembered of a chain in an object store: it saves requests and hides nothing.

use super::{Lab, Meddler, client, on_each_store};
use crate::backend::worm::object::Objects;
use crate::backend::worm::{Error, LockMode, Options};

on_each_store! {
    what_is_no_entry_is_not_gone_on_from,
}

#[tokio::test]
async fn each_append_asks_as_much_as_the_one_before() {
    let lab = Lab::azure(LockMode::Compliance);
    let Meddler::Azure(fake) = &lab.store else { unreachable!("the lab is in the fake") };
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    // A second writer, whose entries the first one has to find.
    let other = Objects::azure(client(&fake.url()), LockMode::Compliance, Options::new("other"));
    let other = other.unwrap();
    let mut asked = Vec::new();
    for round in 0..6 {
        let mut pair = [0; 2];
        for (name, asked) in ["a", "b"].iter().zip(&mut pair) {
            let before = fake.requests();
            lab.archive.append(&lab.record(&format!("{name}{round}"), "x")).await.unwrap();
            *asked = fake.requests() - before;
        }
        asked.push(pair);
        other.append(&lab.record(&format!("c{round}"), "x")).await.unwrap();
    }
    // The first one locks the beginning of the chain; each but it that comes after the other writer reads one entry.
    // Where a second ends between a call and its lock, the lock is lengthened: so the cheaper of two rounds counts.
    let cheaper = |one: [u64; 2], two: [u64; 2]| [one[0].min(two[0]), one[1].min(two[1])];
    let (early, late) = (cheaper(asked[1], asked[2]), cheaper(asked[4], asked[5]));
    assert_eq!((early[0], late), (early[1] + 2, early), "{asked:?}");
    // Looks that wait for each other share one that began after them.
    lab.archive.journal(&lab.bucket).await.unwrap();
    let before = fake.requests();
    lab.archive.journal(&lab.bucket).await.unwrap();
    let between = fake.requests();
    let looks = (0..8).map(|_| lab.archive.journal(&lab.bucket));
    futures_util::future::try_join_all(looks).await.unwrap();
    assert!(fake.requests() - between <= 2 * (between - before), "{before} {between}");
    assert_eq!(lab.archive.verify_bucket(&lab.bucket, None).await.unwrap().problems, []);
}

async fn what_is_no_entry_is_not_gone_on_from(lab: Lab) {
    lab.archive.create_bucket(&lab.new_bucket(10)).await.unwrap();
    lab.archive.append(&lab.record("a", "x")).await.unwrap();
    let entry = ".chain/000000000003.json";
    lab.store.overwrite(&lab.bucket, entry, "no entry").await;
    // What stands at the next number is none, so nothing follows it.
    let error = lab.archive.append(&lab.record("b", "x")).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    let error = lab.archive.verify_writable(&lab.bucket).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}
