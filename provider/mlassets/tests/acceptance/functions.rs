//! Provider functions in expressions.

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
        &serde_json::json!({ "date": "2025-01-15", "number": 12 }),
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
        "Invalid value for \"time\" parameter: Expected a time as in RFC 3339, such as \"2025-01-15T04:00:00Z\".",
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
