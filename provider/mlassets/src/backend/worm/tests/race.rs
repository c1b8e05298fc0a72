//! Many writers at once, in threads and in processes: one chain, each name once, nothing left over.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use crate::backend::worm::Error;
use crate::backend::worm::directory::Directory;
use crate::backend::worm::tests::child::{command, run};
use crate::backend::worm::tests::{Lab, bucket, mode, options, path, record};

const WRITERS: usize = 16;

/// What each of many writers, each with its own view of the archive, gets from `write`.
fn race<T: Send>(lab: &Lab, write: impl Fn(&Directory, usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(WRITERS);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|i| {
                let (write, barrier) = (&write, &barrier);
                scope.spawn(move || {
                    let root = lab.temp.path().to_owned();
                    let archive = Directory::new(root, options(&lab.now)).unwrap();
                    barrier.wait();
                    write(&archive, i)
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    })
}

#[track_caller]
fn check_whole(lab: &Lab, records: u64) {
    let report = lab.verify(None);
    assert_eq!(report.problems, []);
    assert_eq!((report.entries, report.records), (records + 1, records));
    assert_eq!(std::fs::read_dir(lab.path(".tmp")).unwrap().count(), 0);
}

#[test]
fn threads_with_different_records_share_one_chain() {
    let lab = Lab::with_bucket();
    let sequences: Vec<Vec<u64>> = race(&lab, |archive, i| {
        (0..5)
            .map(|j| archive.append(&record(&format!("{i}-{j}"), "x")).unwrap().record.sequence)
            .collect()
    });
    let all: BTreeSet<u64> = sequences.into_iter().flatten().collect();
    assert_eq!(all, (2..=81).collect());
    check_whole(&lab, 80);
}

#[test]
fn threads_with_the_same_record_get_the_same_entry() {
    let lab = Lab::with_bucket();
    let all = race(&lab, |archive, _| archive.append(&record("same", "x")).unwrap());
    assert!(all.iter().all(|appended| appended.record == all[0].record));
    assert_eq!(all.iter().filter(|appended| appended.created).count(), 1);
    check_whole(&lab, 1);
}

#[test]
fn of_threads_with_the_same_name_one_wins() {
    let lab = Lab::with_bucket();
    let results = race(&lab, |archive, i| archive.append(&record("same", &i.to_string())));
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    let sha256 = won.into_iter().next().unwrap().unwrap().record.sha256;
    for error in lost {
        assert!(
            matches!(&error, Err(Error::RecordExists { sha256: there, .. }) if *there == sha256),
            "{error:?}"
        );
    }
    check_whole(&lab, 1);
}

#[test]
fn threads_create_one_bucket() {
    let lab = Lab::new();
    let buckets = race(&lab, |archive, _| archive.create_bucket(&bucket(10)).unwrap());
    assert!(buckets.iter().all(|bucket| *bucket == buckets[0]));
    check_whole(&lab, 0);
}

#[test]
fn a_check_among_writers_raises_no_false_alarm() {
    let lab = Lab::with_bucket();
    race(&lab, |archive, i| {
        for j in 0..4 {
            if i % 4 == 0 {
                assert_eq!(archive.verify_bucket("audit", None).unwrap().problems, []);
            } else {
                archive.append(&record(&format!("{i}-{j}"), "x")).unwrap();
            }
        }
    });
    check_whole(&lab, 48);
}

#[test]
fn processes_share_one_chain() {
    let lab = Lab::with_bucket();
    let now = lab.now.lock().unwrap().to_string();
    let writers: Vec<_> = ["a", "b", "c", "d"]
        .map(|name| {
            let orders = format!("append {name} 10");
            command(lab.temp.path(), &now, &orders).spawn().unwrap()
        })
        .into();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    check_whole(&lab, 40);
}

#[test]
fn no_umask_changes_the_mode() {
    for (umask, folder) in [("077", 0o700), ("000", 0o755), ("777", 0o000)] {
        // With umask 777 not even the owner may open the folders, unless it is root.
        if umask == "777" && !rustix::process::geteuid().is_root() {
            continue;
        }
        let lab = Lab::new();
        let now = lab.now.lock().unwrap().to_string();
        run(lab.temp.path(), &now, &format!("umask {umask}|create 10|append a"));
        assert_eq!(mode(&lab.path(&path("a"))), 0o444, "{umask}");
        assert_eq!(mode(&lab.path(".chain/000000000002.json")), 0o444, "{umask}");
        assert_eq!(mode(&lab.path("model_distribution/2025/202501")), folder, "{umask}");
        check_whole(&lab, 1);
    }
}
