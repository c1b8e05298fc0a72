//! Calls of functions, put to mlgen and to a real Terraform.

use std::collections::BTreeMap;

use mlgen::catalogue::condition::holds;
use serde_json::Value;

use crate::terraform;

const RANGES: [&str; 24] = [
    "10.0.0.0/8",
    "10.1.2.3/16",
    "010.001.0.0/016",
    "192.168.1.0/30",
    "192.168.1.7/32",
    "0.0.0.0/0",
    "10.0.0.0",
    "10.0.0/8",
    "10.0.0.256/8",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/+8",
    "10.0.0.0/8/8",
    " 10.0.0.0/8",
    "10.0.0.0/",
    "/8",
    "",
    "network",
    "fd00::/8",
    "0fd00:0::1/064",
    "2001:db8:0:0:1::/126",
    "::/0",
    "fd00::1::/8",
    "1:2:3:4:5:6:7:8::/64",
];

const NUMBERS: [&str; 9] = ["0", "1", "3", "-1", "-4", "256", "70000", "0.5", "\"2\""];

/// Calls of everything that takes no range of addresses.
const CALLS: [&str; 40] = [
    "length(flatten([[1, [2]], [], 3]))",
    "flatten([[\"a\", [\"b\"]], \"c\"])[2]",
    "length(compact([\"a\", \"\", null, \"b\"]))",
    "compact([for one in [1, null, 2] : one])[1]",
    "compact([for one in [1, null, 2] : one])[1] == \"2\"",
    "compact([for one in [1, null, 2] : one])[1] == 2",
    "length(distinct(compact([for one in [1, 1, null] : one])))",
    "jsondecode(\"{\\\"a\\\": {\\\"b\\\": 1}}\").a.b",
    "jsondecode(\"{\\\"a\\\": {\\\"b\\\": 1}}\").b",
    "jsondecode(\"{\\\"a\\\": 1\")",
    "jsondecode(\"\")",
    "jsondecode(\"1 2\")",
    "jsondecode(\" true \")",
    "jsondecode(\"01\")",
    "jsondecode(\"'a'\")",
    "jsondecode(\"\\\"a\\\\u0041\\\"\")",
    "try({ a = 1 }.b, \"none\")",
    "try([1, 2][5], [1, 2][1])",
    "try(cidrhost(\"x\", 0), \"none\")",
    "can(cidrhost(\"10.0.0.0/16\", 0))",
    "can(cidrhost(\"10.0.0.0/33\", 0))",
    "can(cidrnetmask(null))",
    "can(cidrnetmask(\"fd00::/8\"))",
    "startswith(\"db.t3\", \"db.\")",
    "endswith(\"db.t3\", \"\")",
    "strcontains(\"db.t3\", \".\")",
    "contains([\"a\", \"b\"], \"b\")",
    "length(\"e\\u0301\")",
    "lower(\"ÄB\")",
    "upper(\"äb\")",
    "trimspace(\" a\\t\\n\")",
    "floor(1.5)",
    "floor(-1.5)",
    "min(1, 2)",
    "max(1, 2.5)",
    "tonumber(\"8\")",
    "tonumber(\"x\")",
    "regex(\"^([0-9]+)x\", \"9x\")[0]",
    "regex(\"(?P<major>[0-9]+)\", \"9x\").major",
    "regex(\"^[a-z]+$\", \"9x\")",
];

/// The calls with the answers of Terraform; none for a call that it refuses.
fn asked(calls: &[String]) -> BTreeMap<String, Option<String>> {
    let tries: Vec<String> =
        calls.iter().map(|call| format!("try(tostring({call}), null),\n")).collect();
    let file = format!("output \"all\" {{\n  value = [\n{}  ]\n}}\n", tries.concat());
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("main.tf"), file).expect("a fresh folder has room");
    for command in [&["init", "-input=false"][..], &["apply", "-auto-approve", "-input=false"]] {
        let output = terraform::run(folder.path(), command);
        assert!(
            output.status.success(),
            "{command:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let output = terraform::run(folder.path(), &["output", "-json", "all"]);
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).expect("outputs are JSON");
    assert_eq!(answers.len(), calls.len());
    let answers = answers.into_iter().map(|one| one.as_str().map(str::to_owned));
    calls.iter().cloned().zip(answers).collect()
}

/// Each call gives what Terraform says, and is refused where Terraform refuses it.
#[track_caller]
fn check(calls: &[String], left: &[&str]) {
    let judged = |rule: &str| {
        let rule = hcl_edit::parser::parse_expr(rule).expect("the rule is HCL");
        holds(&rule, &BTreeMap::new())
    };
    let (mut wrong, mut without) = (Vec::new(), Vec::new());
    for (call, answer) in asked(calls) {
        let rule = match &answer {
            // Equal, however it is written.
            Some(text) if text.parse::<f64>().is_ok() => format!("tonumber({call}) == {text}"),
            Some(text) if text == "true" || text == "false" => format!("{call} == {text}"),
            Some(text) => format!("{call} == {text:?}"),
            None => format!("!can({call})"),
        };
        match judged(&rule) {
            Some(true) => {}
            Some(false) => wrong.push(format!("{call} is {answer:?}")),
            None => without.push(call),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(without, left, "what is left to Terraform");
}

#[test]
fn ranges_of_addresses() {
    let mut calls = Vec::new();
    for range in RANGES {
        let range = format!("{range:?}");
        calls.push(format!("cidrnetmask({range})"));
        for number in NUMBERS {
            calls.push(format!("cidrhost({range}, {number})"));
            for more in ["0", "2", "8", "65"] {
                calls.push(format!("cidrsubnet({range}, {more}, {number})"));
            }
        }
    }
    // A subnet of a number below zero is one that Go counts in its own way.
    calls.retain(|call| !(call.starts_with("cidrsubnet") && call.contains(", -")));
    check(&calls, &[]);
}

#[test]
fn everything_else() {
    check(&CALLS.map(str::to_owned), &[]);
}
