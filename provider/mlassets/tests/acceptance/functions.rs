//! Provider functions in expressions.

use serde_json::json;

use crate::harness::Workspace;

/// The value of an output, or what Terraform says instead, on one line.
fn call(expression: &str, sensitive: bool) -> (Option<serde_json::Value>, String) {
    let more = if sensitive { "\n  sensitive = true" } else { "" };
    let text = format!("output \"it\" {{\n  value = {expression}{more}\n}}\n");
    let workspace = Workspace::new(&text);
    let run = workspace.run(&["apply", "-auto-approve", "-input=false", "-no-color"]);
    let state = std::fs::read_to_string(workspace.path("terraform.tfstate")).unwrap_or_default();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap_or_default();
    (state["outputs"]["it"].get("value").cloned(), run.text())
}

#[track_caller]
fn gives(expression: &str, expected: &serde_json::Value) {
    let (value, text) = call(expression, false);
    assert_eq!(value.as_ref(), Some(expected), "{expression}: {text}");
}

#[track_caller]
fn fails(expression: &str, expected: &str) {
    let (value, text) = call(expression, false);
    assert_eq!(value, None, "{expression}");
    assert!(text.ends_with(expected), "{expression}: {text}");
}

#[test]
fn model_version_parse() {
    gives(
        "provider::mlassets::model_version_parse(\"2025-01-15-v12\")",
        &json!({ "date": "2025-01-15", "number": 12 }),
    );
    fails(
        "provider::mlassets::model_version_parse(\"v12\")",
        "Invalid value for \"version\" parameter: The version is not of the form YYYY-MM-DD-vN, such as 2025-01-15-v1.",
    );
}

#[test]
fn worm_path() {
    gives(
        "provider::mlassets::worm_path(\"release\", \"2025-02-01T08:59:59+09:00\")",
        &"release/2025/202501".into(),
    );
    fails(
        "provider::mlassets::worm_path(\"Release\", \"2025-02-01T00:00:00Z\")",
        "Invalid value for \"record_type\" parameter: The record type is not allowed: only `a` to `z`, `0` to `9` \
         and `_` are allowed.",
    );
    fails(
        "provider::mlassets::worm_path(\"release\", \"yesterday\")",
        "Invalid value for \"time\" parameter: Expected a time as in RFC 3339, such as \"2025-01-15T04:00:00Z\", of \
         a day that there is and before the last one of the year 9999.",
    );
}

/// All in one configuration, since a Terraform for each takes its time.
#[test]
fn each_computes() {
    let function = |name: &str, arguments: &str| format!("provider::mlassets::{name}({arguments})");
    let zeros = "0".repeat(64);
    let sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let cases = [
        (function("canonical_env", "\"PRD\""), json!("production")),
        (
            function("work_pool_name", "\"ml-assets-core\", \"production\""),
            json!("ml-assets-core-prod"),
        ),
        (function("compare_versions", "\"2025-01-15-v10\", \"2025-01-15-v9\""), json!(1)),
        (function("compare_versions", "\"2025-01-15-v1\", \"2025-01-15-v1\""), json!(0)),
        (function("next_model_version", "[], \"2025-01-15\""), json!("2025-01-15-v1")),
        (
            function(
                "next_model_version",
                "toset([\"2025-01-15-v9\", \"2025-01-15-v10\"]), \"2025-01-15\"",
            ),
            json!("2025-01-15-v11"),
        ),
        (
            function(
                "checksum_manifest",
                "{ a = { file = \"a.pkl\", sha256 = sha256(\"test\"), size = 4 } }",
            ),
            json!(format!(
                "{{\n  \"artifacts\": {{\n    \"a\": {{\n      \"file\": \"a.pkl\",\n      \"sha256\": \"{sum}\",\n      \
                 \"size\": 4\n    }}\n  }}\n}}\n"
            )),
        ),
        (
            // The same by Terraform's own means.
            format!(
                "{} == sha256(\"{zeros}\\n{{\\\"a\\\":1,\\\"b\\\":[]}}\")",
                function("chain_hash", "null, \"{ \\\"b\\\": [], \\\"a\\\": 1 }\"")
            ),
            json!(true),
        ),
        (
            function("redact", "\"postgres://app:hunter2@db/core\""),
            json!("postgres://app:***@db/core"),
        ),
        (
            function(
                "deep_merge",
                "{ a = 1, b = { c = [1], d = 2 } }, { b = { c = [], d = null } }, { e = toset([\"x\"]) }",
            ),
            json!({ "a": 1, "b": { "c": [], "d": 2 }, "e": ["x"] }),
        ),
        (function("deep_merge", "tomap({ a = 1 }), tomap({ b = 2 })"), json!({ "a": 1, "b": 2 })),
        (function("deep_merge", "var.any, var.any"), json!({ "a": "1", "b": { "c": true } })),
        (function("deep_merge", ""), json!({})),
    ];
    let outputs: String = cases
        .iter()
        .enumerate()
        .map(|(number, (expression, _))| {
            format!("output \"it{number}\" {{\n  value = {expression}\n}}\n")
        })
        .collect();
    let any =
        "variable \"any\" {\n  type    = any\n  default = { a = \"1\", b = { c = true } }\n}\n";
    let workspace = Workspace::new(&format!("{any}{outputs}"));
    workspace.apply().ok();
    workspace.plan_is_empty();
    let found = workspace.run(&["output", "-json"]).ok();
    let found: serde_json::Value = serde_json::from_str(&found.stdout).expect("outputs are JSON");
    for (number, (expression, expected)) in cases.iter().enumerate() {
        assert_eq!(&found[format!("it{number}")]["value"], expected, "{expression}");
    }
}

#[test]
fn each_refuses_what_it_cannot_use() {
    fails(
        "provider::mlassets::next_model_version([], \"15.1.2025\")",
        "Invalid value for \"date\" parameter: Expected a day of the form YYYY-MM-DD, such as 2025-01-15.",
    );
    fails(
        "provider::mlassets::chain_hash(\"none\", \"{}\")",
        "Invalid value for \"previous\" parameter: The hash before must have 64 hexadecimal digits in lower case, or be null \
         for the first document.",
    );
    fails(
        "provider::mlassets::checksum_manifest({ a = { file = \"a.pkl\", sha256 = \"none\", size = 4 } })",
        "Invalid value for \"artifacts\" parameter: The SHA-256 of `a` must have 64 hexadecimal digits in lower case, as \
         filesha256 gives them.",
    );
    fails(
        "provider::mlassets::work_pool_name(\"core\", \"\")",
        "Invalid value for \"environment\" parameter: The name must not be empty.",
    );
}

#[test]
fn what_is_sensitive_stays_so() {
    let expression =
        "provider::mlassets::worm_path(sensitive(\"release\"), \"2025-02-01T00:00:00Z\")";
    let (value, text) = call(expression, false);
    assert_eq!(value, None);
    assert!(text.contains("Output refers to sensitive values"), "{text}");
    let (value, text) = call(expression, true);
    assert_eq!(value, Some("release/2025/202502".into()));
    assert!(!text.contains("release/2025"), "{text}");
    let secret = "sensitive(join(\"-\", [\"hush\", \"hush\"]))";
    for call_with_it in [
        format!("provider::mlassets::model_version_parse({secret})"),
        format!("provider::mlassets::worm_path({secret}, \"2025-02-01T00:00:00Z\")"),
        format!("provider::mlassets::worm_path(\"release\", {secret})"),
    ] {
        let (value, text) = call(&call_with_it, true);
        assert_eq!(value, None);
        assert!(
            text.contains("Invalid function argument") && !text.contains("hush-hush"),
            "{text}"
        );
    }
}
