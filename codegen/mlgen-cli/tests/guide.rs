//! The guide to the first render, followed to the letter: what it shows is what there is.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::repository;
use crate::{Trial, test};

const GUIDE: &str = "docs/guide/first-render.md";

/// The mistake that the guide makes, in the file that its error names.
const MISTAKE: [&str; 2] = ["database.host", "database.hots"];
const SERVICES: &str = "configs/base/services.yaml";

pub(crate) fn trials() -> Vec<Trial> {
    vec![test("guide::first_render_shows_what_there_is", follow)]
}

fn follow() {
    let text = fs::read_to_string(repository::root().join(GUIDE)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (mut consoles, mut excerpts, mut errors) = (0, 0, 0);
    for (language, block) in blocks(&text) {
        match language {
            "console" => {
                let (command, shown) = block.split_once('\n').unwrap();
                let (code, said, _) =
                    mlgen(folder.path(), command.strip_prefix("$ mlgen ").unwrap());
                assert_eq!(code, Some(0), "{command}");
                assert!(fits(&said, shown), "{command}\n{said}");
                consoles += 1;
            }
            "yaml" => {
                let files = repository::tree(folder.path(), &["deploy", ".mlgen"]);
                let written = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(block);
                assert!(files.values().any(written), "no file has\n{block}");
                excerpts += 1;
            }
            "text" => {
                let file = folder.path().join(SERVICES);
                let spec = fs::read_to_string(&file).unwrap();
                fs::write(&file, spec.replace(MISTAKE[0], MISTAKE[1])).unwrap();
                let (code, _, said) = mlgen(folder.path(), "render --env staging");
                assert_eq!((code, said.as_str()), (Some(2), block));
                fs::write(&file, spec).unwrap();
                errors += 1;
            }
            _ => {}
        }
    }
    assert_eq!((consoles, excerpts, errors), (3, 4, 1), "the blocks of the guide are found");
}

/// Code blocks with their languages.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let fenced = text.split("```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').unwrap()).collect()
}

fn mlgen(folder: &Path, arguments: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlgen"));
    let done = command.args(arguments.split(' ')).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

/// Whether a text is as shown, where a line `...` stands for any lines.
fn fits(text: &str, shown: &str) -> bool {
    let mut rest = text;
    for (index, part) in shown.split("...\n").enumerate() {
        match rest.find(part) {
            Some(at) if index > 0 || at == 0 => rest = &rest[at + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty()
}
