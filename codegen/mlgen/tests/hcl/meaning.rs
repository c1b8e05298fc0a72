//! Terraform takes a printed text for the text that it was.

use mlgen::doc::hcl::{Block, Body, Expr, Part, print};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::trees;
use crate::terraform;

const TEXTS: usize = 500;

#[test]
fn terraform_finds_every_text_again() {
    let mut runner = TestRunner::default();
    let strategy = trees::text();
    let mut text = || {
        let text = strategy.new_tree(&mut runner).expect("a strategy without dead ends").current();
        composed(&text)
    };
    let texts: Vec<[String; 3]> = (0..TEXTS).map(|_| [text(), text(), text() + "\n"]).collect();
    let body: Body = texts
        .iter()
        .enumerate()
        .map(|(at, [quoted, part, lines])| {
            let template =
                [part.clone().into(), Expr::string("x").into(), Part::from(part.as_str())];
            let heredoc =
                [lines.clone().into(), Expr::string("x").into(), Part::from(lines.as_str())];
            let values =
                [Expr::string(quoted), Expr::template(template), Expr::Heredoc(heredoc.into())];
            Block::new("output", [format!("o{at}")]).attr("value", Expr::list(values))
        })
        .collect();

    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = print(&body);
    std::fs::write(folder.path().join("main.tf"), &file).expect("a fresh folder has room");
    for command in [&["init", "-input=false"][..], &["apply", "-auto-approve", "-input=false"]] {
        let output = terraform::run(folder.path(), command);
        assert!(output.status.success(), "{command:?}\n{output:?}");
    }
    let output = terraform::run(folder.path(), &["output", "-json"]);
    let outputs: Value = serde_json::from_slice(&output.stdout).expect("outputs are JSON");
    for (at, [quoted, part, lines]) in texts.iter().enumerate() {
        let expected =
            serde_json::json!([quoted, format!("{part}x{part}"), format!("{lines}x{lines}")]);
        assert_eq!(outputs[format!("o{at}")]["value"], expected);
    }
}

/// The text without characters that Terraform could compose with others (NFC).
fn composed(text: &str) -> String {
    let kept = |c: &char| {
        *c < '\u{300}' || ('\u{2000}'..'\u{2100}').contains(c) || "日本👩🚀\u{3000}".contains(*c)
    };
    text.chars().filter(kept).collect()
}
