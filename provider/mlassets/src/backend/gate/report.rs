//! Reports that tools leave in files: JSON, `JUnit`, or the exit code of a command.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use roxmltree::Document;
use serde_json::Value;

use super::expect::{Expectation, at};
use super::{Failure, Limits, Passed};
use crate::backend::worm::content_hash;

/// A file that some tool has written.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where it is.
    pub path: PathBuf,
    /// How it is read.
    pub format: Format,
}

/// How a report is read.
#[derive(Clone, Debug)]
pub enum Format {
    /// A JSON document with a value that decides.
    Json {
        /// Where the value is, as a JSON pointer.
        pointer: String,
        /// Where the report says when it was made, if not by the time of the file.
        time_pointer: Option<String>,
        /// What the value must be.
        expected: Expectation,
    },
    /// The XML of `JUnit`: at least one test, and none that failed.
    Junit,
    /// The exit code of a command, which must be 0: `pytest; echo $? > exit.txt`.
    Exit,
}

/// No report of a tool is larger.
const LARGEST: u64 = 64 << 20;

/// How far a clock may be ahead.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

impl Report {
    pub(super) fn check(&self, limits: Limits) -> Result<Passed, Failure> {
        let (text, modified) = self.read()?;
        let (found, made) = match &self.format {
            Format::Json { pointer, time_pointer, expected } => {
                json(&text, pointer, time_pointer.as_deref(), expected)?
            }
            Format::Junit => (junit(&text)?, None),
            Format::Exit => (exit(&text)?, None),
        };
        let made = match made {
            Some(made) => made,
            None => modified.map_err(|_| Failure::Unreadable(self.says("has no time")))?,
        };
        let age = limits.now.duration_since(made);
        if age > limits.max_age {
            return Err(Failure::Stale(
                self.says(&format!("is of {made}, and may be {} old", span(limits.max_age))),
            ));
        }
        if age < -SKEW {
            return Err(Failure::Undated(
                self.says(&format!("is of {made}, which is yet to come")),
            ));
        }
        let sha256 = Some(content_hash(text.as_bytes()));
        Ok(Passed { source: self.path.display().to_string(), found, sha256 })
    }

    /// The text of the file, and when it was written.
    fn read(&self) -> Result<(String, Result<Timestamp, jiff::Error>), Failure> {
        let unread = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Failure::Missing(self.says("does not exist")),
            io::ErrorKind::InvalidData => Failure::Unreadable(self.says("is not text in UTF-8")),
            _ => Failure::Unreadable(self.says(&format!("cannot be read: {error}"))),
        };
        let file = File::open(&self.path).map_err(unread)?;
        let metadata = file.metadata().map_err(unread)?;
        if !metadata.is_file() {
            return Err(Failure::Unreadable(self.says("is no file")));
        }
        if metadata.len() > LARGEST {
            return Err(Failure::Unreadable(
                self.says("is larger than 64 MiB, which no report is"),
            ));
        }
        let mut text = String::new();
        file.take(LARGEST).read_to_string(&mut text).map_err(unread)?;
        let modified = metadata.modified().map_err(unread)?;
        Ok((text, Timestamp::try_from(modified)))
    }

    fn says(&self, what: &str) -> String {
        format!("the report {} {what}", self.path.display())
    }
}

fn json(
    text: &str,
    pointer: &str,
    time_pointer: Option<&str>,
    expected: &Expectation,
) -> Result<(String, Option<Timestamp>), Failure> {
    let document: Value = serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::Unreadable(format!("the report is no JSON document ({place})"))
    })?;
    let value = at(&document, pointer).map_err(Failure::Failed)?;
    let made = time_pointer.map(|pointer| {
        let time = at(&document, pointer).map_err(Failure::Undated)?.as_str();
        time.and_then(|time| time.parse().ok()).ok_or_else(|| {
            Failure::Undated(format!("the value at {pointer:?} is no time as in RFC 3339"))
        })
    });
    let what = format!("the value at {pointer:?}");
    let found = expected.judge(&what, value).map_err(Failure::Failed)?;
    Ok((found, made.transpose()?))
}

/// Counts the tests rather than believing a summary: tools differ in what they sum up, and where.
fn junit(text: &str) -> Result<String, Failure> {
    let document = Document::parse(text)
        .map_err(|error| Failure::Unreadable(format!("the report is no XML document ({error})")))?;
    let root = document.root_element();
    if !matches!(root.tag_name().name(), "testsuites" | "testsuite") {
        return Err(Failure::Unreadable(
            "the report is not JUnit's: its root is neither <testsuites> nor <testsuite>"
                .to_owned(),
        ));
    }
    let tests: Vec<_> = root.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let has = |test: &roxmltree::Node<'_, '_>, names: &[&str]| {
        test.children().any(|child| names.contains(&child.tag_name().name()))
    };
    let failed: Vec<_> = tests.iter().filter(|test| has(test, &["failure", "error"])).collect();
    let skipped = tests.iter().filter(|test| has(test, &["skipped"])).count();
    // An error outside of any test, such as a module that cannot be loaded.
    let summed = root
        .descendants()
        .filter(|node| matches!(node.tag_name().name(), "testsuites" | "testsuite"))
        .any(|suite| {
            ["failures", "errors"].iter().any(|name| {
                suite
                    .attribute(*name)
                    .and_then(|count| count.trim().parse().ok())
                    .is_some_and(|count: u64| count > 0)
            })
        });
    if let Some(first) = failed.first() {
        let names: Vec<_> =
            ["classname", "name"].iter().filter_map(|name| first.attribute(*name)).collect();
        let name = if names.is_empty() { "one without a name".to_owned() } else { names.join(" ") };
        return Err(Failure::Failed(format!(
            "{} of {} tests failed, the first one is {name}",
            failed.len(),
            tests.len(),
        )));
    }
    if summed {
        return Err(Failure::Failed("the report counts failures or errors".to_owned()));
    }
    if tests.len() == skipped {
        return Err(Failure::Failed("no test has run".to_owned()));
    }
    Ok(format!("{} passed, {skipped} skipped", tests.len() - skipped))
}

fn exit(text: &str) -> Result<String, Failure> {
    match text.trim().parse::<i64>() {
        Ok(0) => Ok("0".to_owned()),
        Ok(code) => Err(Failure::Failed(format!("the command ended with {code}"))),
        Err(_) => Err(Failure::Unreadable("the report holds no exit code".to_owned())),
    }
}

/// How long, in the largest unit that fits.
fn span(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    match seconds {
        s if s > 0 && s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s > 0 && s % 3600 == 0 => format!("{} h", s / 3600),
        s if s > 0 && s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn limits() -> Limits {
        Limits {
            now: Timestamp::now(),
            max_age: SignedDuration::from_hours(1),
            timeout: std::time::Duration::from_secs(1),
        }
    }

    #[track_caller]
    fn check(format: Format, text: &str, expected: &Result<&str, Failure>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        fs::write(&path, text).unwrap();
        let found = Report { path, format }.check(limits());
        match (&found, expected) {
            (Ok(passed), Ok(expected)) => {
                assert_eq!(passed.found, *expected);
                assert_eq!(passed.sha256, Some(content_hash(text.as_bytes())));
            }
            (Err(found), Err(expected)) => assert_eq!(found, expected, "{text}"),
            _ => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn an_exit_code_is_0() {
        check(Format::Exit, "0\n", &Ok("0"));
        check(Format::Exit, "2\n", &Err(Failure::Failed("the command ended with 2".to_owned())));
        for text in ["", "ok", "0 0"] {
            check(
                Format::Exit,
                text,
                &Err(Failure::Unreadable("the report holds no exit code".to_owned())),
            );
        }
    }

    #[test]
    fn all_tests_of_junit_have_passed() {
        let failed = |text: &str| Err(Failure::Failed(text.to_owned()));
        check(
            Format::Junit,
            "<?xml version=\"1.0\"?><testsuites><testsuite tests=\"2\" failures=\"0\"><testcase name=\"a\"/><testcase \
             name=\"b\"><skipped/></testcase></testsuite></testsuites>",
            &Ok("1 passed, 1 skipped"),
        );
        check(
            Format::Junit,
            "<testsuite><testcase classname=\"m\" name=\"a\"><failure message=\"x\"/></testcase><testcase/></testsuite>",
            &failed("1 of 2 tests failed, the first one is m a"),
        );
        check(
            Format::Junit,
            "<testsuite errors=\"1\"><testcase name=\"a\"/></testsuite>",
            &failed("the report counts failures or errors"),
        );
        check(Format::Junit, "<testsuites/>", &failed("no test has run"));
        check(
            Format::Junit,
            "<html/>",
            &Err(Failure::Unreadable(
                "the report is not JUnit's: its root is neither <testsuites> nor <testsuite>"
                    .to_owned(),
            )),
        );
    }

    #[test]
    fn a_value_of_json_decides() {
        let format = |pointer: &str, time_pointer: Option<&str>| Format::Json {
            pointer: pointer.to_owned(),
            time_pointer: time_pointer.map(str::to_owned),
            expected: Expectation { equals: Some("passed".to_owned()), ..Expectation::default() },
        };
        let text = r#"{"status": "passed", "other": "failed", "at": "2025-01-15T04:00:00Z", "soon": "9999-01-01T00:00:00Z"}"#;
        check(format("/status", None), text, &Ok("passed"));
        check(
            format("/other", None),
            text,
            &Err(Failure::Failed(
                "the value at \"/other\" should be \"passed\" and is \"failed\"".to_owned(),
            )),
        );
        check(
            format("/none", None),
            text,
            &Err(Failure::Failed("there is nothing at \"/none\"".to_owned())),
        );
        check(
            format("/status", None),
            "{",
            &Err(Failure::Unreadable(
                "the report is no JSON document (line 1, column 1)".to_owned(),
            )),
        );
        for (time, problem) in [
            ("/none", "there is nothing at \"/none\""),
            ("/status", "the value at \"/status\" is no time as in RFC 3339"),
        ] {
            check(format("/status", Some(time)), text, &Err(Failure::Undated(problem.to_owned())));
        }
        for (time, problem, kind) in [
            (
                "/at",
                "is of 2025-01-15T04:00:00Z, and may be 1 h old",
                Failure::Stale as fn(String) -> _,
            ),
            ("/soon", "is of 9999-01-01T00:00:00Z, which is yet to come", Failure::Undated),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("report.json");
            fs::write(&path, text).unwrap();
            let expected = format!("the report {} {problem}", path.display());
            let found = Report { path, format: format("/status", Some(time)) }.check(limits());
            assert_eq!(found, Err(kind(expected)));
        }
    }

    #[test]
    fn an_old_or_missing_file_has_not_passed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exit");
        let report = Report { path: path.clone(), format: Format::Exit };
        let missing = Failure::Missing(format!("the report {} does not exist", path.display()));
        assert_eq!(report.check(limits()), Err(missing));
        fs::write(&path, "0").unwrap();
        assert!(report.check(limits()).is_ok());
        let late = Limits { now: Timestamp::now() + SignedDuration::from_mins(61), ..limits() };
        assert!(matches!(report.check(late), Err(Failure::Stale(_))));
        let folder = Report { path: folder.path().to_owned(), format: Format::Exit };
        assert!(matches!(folder.check(limits()), Err(Failure::Unreadable(_))));
    }
}
