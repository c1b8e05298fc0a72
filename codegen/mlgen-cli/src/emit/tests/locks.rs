//! One writer at a time.

use std::sync::mpsc::channel;
use std::thread;

use super::{Project, outputs, said};
use crate::emit::{Scope, lock, look};

#[test]
fn a_second_writer_waits_and_says_so() {
    let project = Project::with(&[]);
    let first = lock(project.root(), || panic!("nobody else is there")).unwrap();
    let (waits, waiting) = channel();
    thread::scope(|scope| {
        let second = scope.spawn(|| {
            let writer = lock(project.root(), || waits.send(()).unwrap());
            writer.map(drop)
        });
        waiting.recv().unwrap();
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap().unwrap();
    });
}

#[test]
fn checks_stand_side_by_side_and_hold_writers_back() {
    let project = Project::with(&[]);
    let one = look(project.root(), || panic!("nobody writes")).unwrap();
    let two = look(project.root(), || panic!("nobody writes")).unwrap();
    let (waits, waiting) = channel();
    thread::scope(|scope| {
        let writer = scope.spawn(|| lock(project.root(), || waits.send(()).unwrap()).map(drop));
        waiting.recv().unwrap();
        drop((one, two));
        writer.join().unwrap().unwrap();
    });
}

#[test]
fn a_check_waits_for_a_writer() {
    let project = Project::with(&[]);
    let writer = lock(project.root(), || panic!("nobody else is there")).unwrap();
    let (waits, waiting) = channel();
    thread::scope(|scope| {
        let check = scope.spawn(|| look(project.root(), || waits.send(()).unwrap()));
        waiting.recv().unwrap();
        let plan = writer.existing().plan(outputs(&[("a.tf", "1")]), &Scope::ALL, false).unwrap();
        writer.apply(&plan).unwrap();
        // It sees what was written meanwhile, manifest and all.
        let seen = check.join().unwrap().unwrap();
        let plan = seen.plan(Vec::new(), &Scope::ALL, false).unwrap();
        assert_eq!(said(&plan), "Remove a.tf (staging on aws)\n");
    });
}

#[test]
fn a_project_that_is_not_there() {
    let error = look("nowhere/at/all".as_ref(), || ()).unwrap_err();
    let expected = "cannot find `nowhere/at/all`: No such file or directory (os error 2)";
    assert_eq!(error.to_string(), expected);
}
