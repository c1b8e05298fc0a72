//! What is remembered of a chain: writers find each other's entries, and nothing is gone on from that does not fit.

use std::fs;
use std::time::Duration;

use crate::backend::worm::directory::Directory;
use crate::backend::worm::tests::{Lab, bucket, key, options, path, record, set_mode};
use crate::backend::worm::{Error, Problem};

/// Longer than a tick of the clock, by which a folder tells that it changed.
const TICK: Duration = Duration::from_millis(30);

fn second(lab: &Lab) -> Directory {
    Directory::new(lab.temp.path().to_owned(), options(&lab.now)).unwrap()
}

#[test]
fn writers_by_turns_make_one_chain() {
    let lab = Lab::with_bucket();
    let other = second(&lab);
    for round in 0..5 {
        let one = lab.append(&format!("a{round}"), "x").unwrap();
        let next = lab.append(&format!("b{round}"), "x").unwrap();
        let theirs = other.append(&record(&format!("c{round}"), "x")).unwrap().record;
        assert_eq!((next.sequence, theirs.sequence), (one.sequence + 1, one.sequence + 2));
        // What the other one wrote is there for the first one, and not to be written again.
        let again = lab.archive.append(&record(&format!("c{round}"), "y")).unwrap_err();
        assert!(matches!(again, Error::RecordExists { event_time: Some(_), .. }), "{again}");
    }
    other.extend_retention("audit", 20).unwrap();
    let last = lab.append("last", "x").unwrap();
    assert_eq!(last.retain_until.duration_since(last.written_at).as_hours(), 20 * 24);
    assert_eq!(lab.verify(Some(&last.anchor())).problems, []);
}

/// Each damage is done behind the back of an archive that has just appended; its next append refuses.
#[test]
fn nothing_is_gone_on_from_that_does_not_fit() {
    let check = |name: &str, damage: &dyn Fn(&Lab)| {
        let lab = Lab::with_bucket();
        for name in ["a", "b", "c"] {
            lab.append(name, "hello").unwrap();
        }
        std::thread::sleep(TICK);
        damage(&lab);
        let before = fs::read_dir(lab.path(".chain")).unwrap().count();
        let error = lab.append("d", "hello").unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{name}: {error}");
        let error = lab.archive.verify_writable("audit").unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{name}: {error}");
        assert_eq!(fs::read_dir(lab.path(".chain")).unwrap().count(), before, "{name}");
    };
    let entry = |lab: &Lab, number: u64| lab.path(&format!(".chain/{number:012}.json"));
    let rewrite = |lab: &Lab, number: u64, text: &str| {
        fs::remove_file(entry(lab, number)).unwrap();
        fs::write(entry(lab, number), text).unwrap();
        set_mode(&entry(lab, number), 0o444);
    };
    check("the first is gone", &|lab| fs::remove_file(entry(lab, 1)).unwrap());
    check("one in the middle is gone", &|lab| fs::remove_file(entry(lab, 3)).unwrap());
    check("the newest is another", &|lab| rewrite(lab, 4, "{}"));
    check("what follows is no entry", &|lab| {
        fs::write(entry(lab, 5), "{}").unwrap();
        set_mode(&entry(lab, 5), 0o444);
    });
    check("what follows does not", &|lab| {
        fs::copy(entry(lab, 3), entry(lab, 5)).unwrap();
    });
    check("one has another name", &|lab| {
        fs::rename(entry(lab, 3), lab.path(".chain/aside")).unwrap();
    });
}

/// Other bytes in the newest entry show to an append, further back to the next look at the whole.
#[test]
fn other_bytes_show_where_they_are_looked_at() {
    for (number, is_newest) in [(4_u64, true), (3, false)] {
        let lab = Lab::with_bucket();
        for name in ["a", "b", "c"] {
            lab.append(name, "hello").unwrap();
        }
        let entry = lab.path(&format!(".chain/{number:012}.json"));
        let text = fs::read_to_string(&entry).unwrap().replace("tester", "taster");
        set_mode(&entry, 0o644);
        fs::write(&entry, text).unwrap();
        set_mode(&entry, 0o444);
        assert_eq!(lab.append("d", "hello").is_err(), is_newest);
        let reason = "the hash does not fit the entry";
        let found = lab.archive.find_record(&key("a"), None).unwrap();
        assert_eq!(found.problems, [Problem::BrokenChain { sequence: number, reason }]);
        // Once it is seen, nothing is built on it.
        lab.append("e", "hello").unwrap_err();
        second(&lab).append(&record("e", "hello")).unwrap_err();
    }
}

#[test]
fn a_bucket_that_was_made_again_is_another() {
    let lab = Lab::with_bucket();
    lab.append("a", "hello").unwrap();
    lab.pass_days(11);
    lab.archive.delete_record(&key("a")).unwrap();
    let gone = second(&lab);
    gone.delete_bucket("audit").unwrap();
    gone.create_bucket(&bucket(5)).unwrap();
    gone.append(&record("b", "hello")).unwrap();
    let next = lab.append("a", "hello").unwrap();
    assert_eq!((next.sequence, &*next.key.path), (3, &*path("a")));
    assert_eq!(next.retain_until.duration_since(next.written_at).as_hours(), 5 * 24);
    assert_eq!(lab.verify(None).problems, []);
}
