//! Many writers of one version at once: one publishes it, the others take it over or are refused.

use std::process::Stdio;
use std::sync::Barrier;
use std::thread;

use crate::backend::artifacts::directory::Directory;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::child::command;
use crate::backend::artifacts::tests::{Lab, new};
use crate::backend::artifacts::{Error, Look};

const WRITERS: usize = 20;

/// What each writer gets, where writer `i` publishes the artifacts of `lab(i)`.
fn race(target: &Lab, labs: &[&Lab]) -> Vec<Result<bool, Error>> {
    let barrier = Barrier::new(WRITERS);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|i| {
                let (barrier, sources) = (&barrier, labs[i % labs.len()].sources());
                scope.spawn(move || {
                    let store = Directory::new(target.temp.path().join("store")).unwrap();
                    barrier.wait();
                    store.publish(&new(sources), &Meter::default())
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    })
}

#[test]
fn the_same_version_is_published_once() {
    let lab = Lab::new();
    let results = race(&lab, &[&lab]);
    let new = results.into_iter().filter(|result| *result.as_ref().unwrap()).count();
    assert_eq!(new, 1);
    lab.is_intact("after a race");
}

/// Locks belong to processes, so threads cannot stand for them.
#[test]
fn processes_publish_one_version() {
    let lab = Lab::new();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| command(lab.temp.path(), "publish").stdout(Stdio::piped()).spawn().unwrap())
        .collect();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    lab.is_intact("after a race of processes");
}

#[test]
fn of_two_contents_one_wins() {
    let (lab, other) = (Lab::new(), Lab::new());
    other.source("ai1.pkl", b"FIRST");
    let results = race(&lab, &[&lab, &other]);
    let won = results.iter().position(|result| matches!(result, Ok(true))).unwrap();
    for (i, result) in results.iter().enumerate() {
        match result {
            Ok(new) => assert!(i % 2 == won % 2 && (i == won) == *new, "{i} and {won}"),
            Err(Error::Taken { .. }) => assert!(i % 2 != won % 2, "{i} and {won}"),
            Err(error) => panic!("{error}"),
        }
    }
    let size = lab.find(Look::Bytes).unwrap().manifest.unwrap().total_bytes();
    assert_eq!(size, 11);
    lab.is_intact("after a race");
}
