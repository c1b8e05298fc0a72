//! What is read, with the bytes of each value, and every error in full.

#![allow(clippy::needless_raw_string_hashes, reason = "expect_test writes them")]

mod errors;
mod laws;
mod syntax;

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use crate::diag;
use crate::node::{Node, Value};
use crate::source::Sources;
use crate::yaml::parse;

/// The tree as lines `key: value at line:column "bytes"`, then what there is to tell.
#[track_caller]
fn check(text: &str, expected: &Expect) {
    check_file("a.yaml", text, expected);
}

#[track_caller]
fn check_file(path: &str, text: &str, expected: &Expect) {
    expected.assert_eq(&outcome(path, text));
}

fn outcome(path: &str, text: &str) -> String {
    let mut sources = Sources::default();
    sources.add("other.yaml", "ü: 1\n");
    let file = sources.add(path, text);
    let (root, diags) = parse(&sources, file);
    let mut shown = String::new();
    match root {
        Some(root) => show(&root, &sources, "", 0, &mut shown),
        None => shown.push_str("nothing\n"),
    }
    for one in diags.sorted(&sources) {
        shown += &diag::render(&one, &sources, false);
        shown.push('\n');
    }
    shown
}

fn show(node: &Node, sources: &Sources, key: &str, depth: usize, out: &mut String) {
    let place = sources.position(node.span);
    let bytes = sources.slice(node.span);
    let value = match &node.value {
        Value::String(text) => format!("{text:?}"),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        other => other.kind().to_owned(),
    };
    let indent = "  ".repeat(depth);
    let (line, column) = (place.line, place.column);
    writeln!(out, "{indent}{key}{value} at {line}:{column} {bytes:?}").expect("a string takes all");
    match &node.value {
        Value::List(items) => {
            for item in items {
                show(item, sources, "- ", depth + 1, out);
            }
        }
        Value::Map(map) => {
            for (name, entry) in map {
                let key = format!("{name} {:?}: ", sources.slice(entry.key));
                show(&entry.node, sources, &key, depth + 1, out);
            }
        }
        _ => {}
    }
}

#[test]
fn block_style() {
    check(
        "a: 1\nb:\n  c:\n  d: [x, \"y\"] # why\n\n# more\n\ne:\n- one\n-\n- f: ~\n",
        &expect![[r#"
            a map at 1:1 "a: 1\nb:\n  c:\n  d: [x, \"y\"] # why\n\n# more\n\ne:\n- one\n-\n- f: ~"
              a "a": 1 at 1:4 "1"
              b "b": a map at 3:3 "c:\n  d: [x, \"y\"]"
                c "c": null at 3:4 ""
                d "d": a list at 4:6 "[x, \"y\"]"
                  - "x" at 4:7 "x"
                  - "y" at 4:10 "\"y\""
              e "e": a list at 9:3 "one\n-\n- f: ~"
                - "one" at 9:3 "one"
                - null at 10:2 ""
                - a map at 11:3 "f: ~"
                  f "f": null at 11:6 "~"
        "#]],
    );
}

#[test]
fn places_are_bytes_after_wide_characters() {
    check(
        "\u{feff}ä: öö\n日本: [\"ñ\", {é: 本}]\r\nk: v\r\n",
        &expect![[r#"
        a map at 1:2 "ä: öö\n日本: [\"ñ\", {é: 本}]\r\nk: v"
          ä "ä": "öö" at 1:5 "öö"
          日本 "日本": a list at 2:5 "[\"ñ\", {é: 本}]"
            - "ñ" at 2:6 "\"ñ\""
            - a map at 2:11 "{é: 本}"
              é "é": "本" at 2:15 "本"
          k "k": "v" at 3:4 "v"
    "#]],
    );
}

#[test]
fn texts_of_many_lines() {
    check(
        "a: |\n  one\n  ${x}\n\nb: >-\n  two\n  three\nc: plain\n  goes on\nd: ''\n",
        &expect![[r#"
            a map at 1:1 "a: |\n  one\n  ${x}\n\nb: >-\n  two\n  three\nc: plain\n  goes on\nd: ''"
              a "a": "one\n${x}\n" at 2:3 "one\n  ${x}"
              b "b": "two three" at 6:3 "two\n  three"
              c "c": "plain goes on" at 8:4 "plain\n  goes on"
              d "d": "" at 10:4 "''"
        "#]],
    );
}

#[test]
fn a_file_without_a_value_is_an_empty_map() {
    check(
        "",
        &expect![[r#"
        a map at 1:1 ""
    "#]],
    );
    check(
        "# nothing yet\n",
        &expect![[r#"
        a map at 1:1 ""
    "#]],
    );
    check(
        "---\n",
        &expect![[r#"
            a map at 1:1 ""
        "#]],
    );
}

#[test]
fn json() {
    check_file(
        "a.json",
        "{\n\t\"a\": 1e3,\n\t\"b\": [true, null, \"\\u00e4\\n\"]\n}\n",
        &expect![[r#"
            a map at 1:1 "{\n\t\"a\": 1e3,\n\t\"b\": [true, null, \"\\u00e4\\n\"]\n}"
              a "\"a\"": 1e+3 at 2:7 "1e3"
              b "\"b\"": a list at 3:7 "[true, null, \"\\u00e4\\n\"]"
                - true at 3:8 "true"
                - null at 3:14 "null"
                - "ä\n" at 3:20 "\"\\u00e4\\n\""
        "#]],
    );
    check_file(
        "a.yaml",
        "{ \"a\": 1e3 }",
        &expect![[r#"
        a map at 1:1 "{ \"a\": 1e3 }"
          a "\"a\"": "1e3" at 1:8 "1e3"
    "#]],
    );
}

#[test]
fn references_in_block_style_and_in_quotes() {
    check(
        "a: ${network}\nb: { c: \"${cdn.url?}\" }\nd:\n- ${shared:registry.url}/x\n",
        &expect![[r#"
            a map at 1:1 "a: ${network}\nb: { c: \"${cdn.url?}\" }\nd:\n- ${shared:registry.url}/x"
              a "a": "${network}" at 1:4 "${network}"
              b "b": a map at 2:4 "{ c: \"${cdn.url?}\" }"
                c "c": "${cdn.url?}" at 2:9 "\"${cdn.url?}\""
              d "d": a list at 4:3 "${shared:registry.url}/x"
                - "${shared:registry.url}/x" at 4:3 "${shared:registry.url}/x"
        "#]],
    );
}

#[test]
fn an_alias_is_a_copy() {
    check(
        "a: &x { b: 1 }\nc: *x\nd: &y\n  k: &z v\ne: [*y, *z]\n",
        &expect![[r#"
        a map at 1:1 "a: &x { b: 1 }\nc: *x\nd: &y\n  k: &z v\ne: [*y, *z]"
          a "a": a map at 1:7 "{ b: 1 }"
            b "b": 1 at 1:12 "1"
          c "c": a map at 2:4 "*x"
            b "b": 1 at 1:12 "1"
          d "d": a map at 4:3 "k: &z v"
            k "k": "v" at 4:9 "v"
          e "e": a list at 5:4 "[*y, *z]"
            - a map at 5:5 "*y"
              k "k": "v" at 4:9 "v"
            - "v" at 5:9 "*z"
    "#]],
    );
}
