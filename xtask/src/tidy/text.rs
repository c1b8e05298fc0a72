//! Rules about single files: their length, their head, and words that must not stay in them.

use super::rust::{Code, is_word_char};
use super::{File, Findings};

/// A file that grew beyond this holds more than one idea.
const LONGEST: usize = 800;

/// Kinds of files that people write, by extension.
const WRITTEN: [&str; 9] = ["rs", "md", "py", "sh", "sql", "toml", "tf", "proto", "yaml"];

/// The rules' own texts and tests name what they forbid.
const RULES: &str = "xtask/src/tidy";

/// Something that code outside of comments and strings must not hold.
struct Forbidden {
    text: &'static str,
    in_tests_too: bool,
    instead: &'static str,
}

const CODE: [Forbidden; 6] = [
    Forbidden { text: "todo!", in_tests_too: true, instead: "do it now or leave the item out" },
    Forbidden {
        text: "unimplemented!",
        in_tests_too: true,
        instead: "do it now or leave the item out",
    },
    Forbidden { text: "dbg!", in_tests_too: true, instead: "remove it, or use `tracing`" },
    Forbidden {
        text: "#[ignore",
        in_tests_too: true,
        instead: "let the test pass, or assert what happens today and say why",
    },
    Forbidden {
        text: "HashMap",
        in_tests_too: false,
        instead: "use `BTreeMap`: its order is the same in every run",
    },
    Forbidden {
        text: "HashSet",
        in_tests_too: false,
        instead: "use `BTreeSet`: its order is the same in every run",
    },
];

/// Words that mark unfinished work, anywhere.
const MARKS: [&str; 2] = ["FIXME", "XXX"];

/// Where machines keep people's files; such a path is right on one machine only.
const MACHINE: [&str; 3] = ["/home/", "/root/", "/work/"];

pub(super) fn check(file: &File, findings: &mut Findings) {
    if !WRITTEN.iter().any(|extension| file.has_extension(extension)) || file.is_in(RULES) {
        return;
    }
    if !file.is_generated() {
        check_length(file, findings);
        if file.is_rust() {
            check_head(file, findings);
            check_code(file, findings);
        }
    }
    check_words(file, findings);
}

fn check_length(file: &File, findings: &mut Findings) {
    let lines = file.text.lines().count();
    if lines > LONGEST {
        findings.add(
            file,
            LONGEST + 1,
            "length",
            format!("{lines} lines are more than {LONGEST}; split it into files of one idea each"),
        );
    }
}

fn check_head(file: &File, findings: &mut Findings) {
    // A case for the compiler is read as a whole, and a head would move the lines that its errors name.
    let is_case = file.path.contains("/tests/ui/");
    if !is_case && !file.text.starts_with("//!") {
        findings.add(
            file,
            1,
            "head",
            "open the file with `//!` lines: what it is, why, what it is not",
        );
    }
}

fn check_code(file: &File, findings: &mut Findings) {
    for (number, line, in_tests) in Code::read(&file.path, &file.text).lines() {
        for forbidden in &CODE {
            if (!in_tests || forbidden.in_tests_too) && has_word(line, forbidden.text) {
                findings.add(
                    file,
                    number,
                    "code",
                    format!("`{}`: {}", forbidden.text, forbidden.instead),
                );
            }
        }
    }
}

fn check_words(file: &File, findings: &mut Findings) {
    for (number, line) in (1..).zip(file.text.lines()) {
        for mark in MARKS.iter().filter(|mark| has_word(line, mark)) {
            findings.add(
                file,
                number,
                "mark",
                format!("`{mark}`: settle it now, or describe it in `docs/`"),
            );
        }
        for folder in MACHINE.iter().filter(|folder| has_absolute(line, folder)) {
            findings.add(
                file,
                number,
                "machine path",
                format!(
                    "`{folder}…` exists on one machine only; use a relative path or a variable"
                ),
            );
        }
    }
}

/// Whether `line` holds `word` with nothing of a word on either side of it.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let open_end = word.ends_with(is_word_char);
        let inside =
            before.is_some_and(is_word_char) || (open_end && after.is_some_and(is_word_char));
        !inside
    })
}

/// Whether `line` holds a path that starts with `folder`, rather than one that passes through such a name.
fn has_absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| is_word_char(c) || "./-~})$*>".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::check;

    #[test]
    fn a_file_has_at_most_800_lines() {
        let text = |lines: usize| format!("//! Head.\n{}", "\n".repeat(lines - 1));
        check(
            &[("a/long.rs", &text(801))],
            &[
                "a/long.rs:801: length: 801 lines are more than 800; split it into files of one idea each",
            ],
        );
        check(&[("a/long.rs", &text(800))], &[]);
        check(&[("a/generated/long.rs", &text(801)), ("a/data.json", &text(801))], &[]);
        check(&[("a/long.rs", &format!("// @generated by a program.\n{}", text(801)))], &[]);
    }

    #[test]
    fn a_file_opens_with_its_head() {
        let expected =
            "a/x.rs:1: head: open the file with `//!` lines: what it is, why, what it is not";
        check(&[("a/x.rs", "use std::fs;\n")], &[expected]);
        check(&[("a/x.rs", "//! Head.\n"), ("a/tests/ui/x.rs", "fn main() {}\n")], &[]);
    }

    #[test]
    fn unfinished_code_is_found() {
        for (code, message) in [
            ("todo!()", "code: `todo!`: do it now or leave the item out"),
            ("unimplemented!()", "code: `unimplemented!`: do it now or leave the item out"),
            ("dbg!(x)", "code: `dbg!`: remove it, or use `tracing`"),
            (
                "#[ignore = \"x\"]",
                "code: `#[ignore`: let the test pass, or assert what happens today and say why",
            ),
            ("// FIXME later", "mark: `FIXME`: settle it now, or describe it in `docs/`"),
            ("/* XXX */", "mark: `XXX`: settle it now, or describe it in `docs/`"),
        ] {
            check(
                &[("a/x.rs", &format!("//! Head.\n{code}\n"))],
                &[&format!("a/x.rs:2: {message}")],
            );
        }
        check(&[("a/x.rs", "//! Head, `todo!`.\nlet x = \"dbg!()\";\nmktemp(\"XXXXXX\");\n")], &[]);
    }

    #[test]
    fn maps_have_an_order_outside_of_tests() {
        check(
            &[("a/x.rs", "//! Head.\nuse std::collections::HashMap;\n")],
            &["a/x.rs:2: code: `HashMap`: use `BTreeMap`: its order is the same in every run"],
        );
        check(
            &[("a/x.rs", "//! Head.\nlet x = HashSet::new();\n")],
            &["a/x.rs:2: code: `HashSet`: use `BTreeSet`: its order is the same in every run"],
        );
        check(
            &[(
                "a/x.rs",
                "//! Head.\n#[cfg(test)]\nmod tests {\n    use std::collections::HashMap;\n}\n",
            )],
            &[],
        );
        check(&[("a/tests/x.rs", "//! Head.\nuse std::collections::HashMap;\n")], &[]);
    }

    #[test]
    fn no_path_of_one_machine_stays() {
        for (path, line, folder) in [
            ("a/x.md", "see /home/me/notes", "/home/"),
            ("a/x.toml", "path = \"/root/x\"", "/root/"),
            ("a/x.rs", "//! In `/work/x`.", "/work/"),
        ] {
            check(
                &[(path, line)],
                &[&format!(
                    "{path}:1: machine path: `{folder}…` exists on one machine only; use a relative path or a variable"
                )],
            );
        }
        check(&[("a/x.md", "docs/home/page ~/work/x $HOME/work/ ${dir}/work/ ../root/x")], &[]);
    }
}
