//! What people and programs see of a run, and how it ends.

mod people;
mod programs;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use anstream::StripStream;
use expect_test::Expect;
use mlgen::doc::Document;
use tempfile::TempDir;

use super::{Exit, Streams, finish};
use crate::args::Format;
use crate::emit::{Names, Output, Owner, Scope, lock};
use crate::job::{Mode, RenderJob};

const WRITE: Mode = Mode::Write { force: false };

/// A project with `a.tf` to change, `b.tf` to keep, `old.tf` to remove and `new.tf` to create.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = [("a.tf", "one\ntwo\n"), ("b.tf", "same\n"), ("old.tf", "gone\n")];
    run(folder.path(), WRITE, Format::Human, &files);
    folder
}

const FILES: [(&str, &str); 3] = [("a.tf", "one\n2\n"), ("b.tf", "same\n"), ("d/new.tf", "new")];

struct Run {
    exit: Exit,
    out: String,
    err: String,
}

fn job(root: &Path, mode: Mode, format: Format) -> RenderJob {
    RenderJob {
        root: root.to_owned(),
        environments: Names::All,
        targets: Names::All,
        set: Vec::new(),
        mode,
        format,
    }
}

fn run(root: &Path, mode: Mode, format: Format, files: &[(&str, &str)]) -> Run {
    let job = job(root, mode, format);
    let output = |(path, text): &(&str, &str)| Output {
        owner: Owner::new("staging", "aws"),
        document: Document {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
            executable: false,
        },
    };
    let outputs = files.iter().map(output).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams { out: &mut out, err: &mut err, live: false };
    let exit = finish(&job, &Scope::ALL, outputs, &[], &mut streams).unwrap();
    let [out, err] = [out, err].map(|bytes| String::from_utf8(bytes).unwrap());
    Run { exit, out, err }
}

fn plain(text: &str) -> String {
    use std::io::Write as _;
    let mut stream = StripStream::new(Vec::new());
    stream.write_all(text.as_bytes()).unwrap();
    String::from_utf8(stream.into_inner()).unwrap()
}

/// The exit, then the output; errors after a line of dashes.
#[track_caller]
fn check(root: &Path, mode: Mode, format: Format, files: &[(&str, &str)], expected: Expect) {
    let Run { exit, out, err } = run(root, mode, format, files);
    let dashes = if err.is_empty() { "" } else { "----\n" };
    expected.assert_eq(&plain(&format!("{exit:?}\n{out}{dashes}{err}")));
}

fn by_hand() -> TempDir {
    let folder = project();
    fs::write(folder.path().join("a.tf"), "one\nmine\n").unwrap();
    folder
}

fn foreign() -> TempDir {
    let folder = project();
    fs::create_dir(folder.path().join("d")).unwrap();
    fs::write(folder.path().join("d/new.tf"), "mine\n").unwrap();
    folder
}

/// Tells whoever listens what is written.
struct Told(Sender<String>);

impl io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(String::from_utf8(bytes.to_owned()).unwrap()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn whoever_waits_is_told() {
    let folder = project();
    let other = lock(folder.path(), || ()).unwrap();
    let (told, hear) = channel();
    thread::scope(|scope| {
        let job = job(folder.path(), WRITE, Format::Human);
        let run = scope.spawn(move || {
            let mut streams = Streams { out: &mut Vec::new(), err: &mut Told(told), live: false };
            finish(&job, &Scope::ALL, Vec::new(), &[], &mut streams)
        });
        assert_eq!(hear.recv().unwrap(), "waiting for another mlgen in this project\n");
        drop(other);
        assert_eq!(run.join().unwrap().unwrap(), Exit::Fine);
    });
}

/// A pipe whose reader went away, or a full disk.
struct Broken(io::ErrorKind);

impl io::Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_went_away_does_not_make_a_check_pass() {
    let folder = project();
    for format in [Format::Human, Format::Json] {
        let job = job(folder.path(), Mode::Check, format);
        let ends = |kind| {
            let mut streams = Streams { out: &mut Broken(kind), err: &mut Vec::new(), live: false };
            finish(&job, &Scope::ALL, Vec::new(), &[], &mut streams)
        };
        assert_eq!(ends(io::ErrorKind::BrokenPipe).unwrap(), Exit::WouldChange);
        let error = ends(io::ErrorKind::StorageFull).unwrap_err();
        assert_eq!(error.to_string(), "cannot write the result: no storage space");
    }
}

/// A system of two environments, as somebody writes it.
const SYSTEM: &str = "system: shop
targets:
  aws: { region: eu-central-1, state: { bucket: shop-state } }
environments:
  one: { class: staging, targets: [aws] }
  two: { class: staging, targets: [aws] }
";

#[track_caller]
fn check_counted(live: bool, format: Format, counted: bool) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("configs/base")).unwrap();
    fs::write(folder.path().join("mlgen.yaml"), SYSTEM).unwrap();
    let base = "components: { uploads: { kind: object-storage } }";
    fs::write(folder.path().join("configs/base/shop.yaml"), base).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams { out: &mut out, err: &mut err, live };
    let exit = super::run(&job(folder.path(), WRITE, format), &mut streams).unwrap();
    let [out, err] = [out, err].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(exit, Exit::Fine, "{err}");
    assert!(folder.path().join("deploy/two/aws/uploads.tf").exists());
    assert!(!out.contains("rendered"), "{out}");
    if counted {
        assert!(err.contains("rendered 1/2 ") && err.contains("rendered 2/2 "), "{err:?}");
        assert!(err.ends_with("\r\x1b[2K"), "{err:?}");
    } else {
        assert_eq!(err, "");
    }
}

#[test]
fn stacks_are_counted_for_people_at_a_terminal() {
    check_counted(true, Format::Human, true);
    check_counted(false, Format::Human, false);
    check_counted(true, Format::Json, false);
}
