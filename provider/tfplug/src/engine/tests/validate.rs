//! What is said of a configuration alone.

use serde_json::{Value as Json, json};

use super::harness;
use super::kinds::{Firewall, Job, Pool, Ticket};
use super::world::World;
use crate::Resource;
use crate::testing::{Config, unknown};

/// The errors, or else the warnings.
#[track_caller]
fn check<R: Resource<Backend = World>>(config: Json, expected: &[&str]) {
    let (harness, _) = harness::<R>();
    let said: Vec<String> = match harness.validate(Config::Json(config)) {
        Ok(warnings) => warnings.iter().map(ToString::to_string).collect(),
        Err(problem) => problem.diags.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(said, expected);
}

#[test]
fn all_mistakes_are_told_at_once_and_once() {
    check::<Pool>(
        json!({ "name": "a name much too long to be one", "limit": 0, "type": "vm", "key": "short", "template": "{" }),
        &[
            "name: Invalid value: `name` must have 1 to 20 characters, found 30.",
            "type: Invalid value: `type` must be one of \"process\", \"docker\".",
            "limit: Invalid value: `limit` must be at least 1.",
            "template: Invalid JSON: The text is not a JSON document: EOF while parsing an object at line 1 column 1. Use `jsonencode`.",
            "key: Invalid value: `key` must have 8 to 100 characters.",
        ],
    );
    check::<Firewall>(
        json!({ "name": "fw", "list": [{ "port": 1.5 }, { "port": 0 }], "map": { "a": { "port": 70000 } } }),
        &[
            "list[0].port: Invalid number: Expected a whole number, found a fraction.",
            "list[1].port: Invalid value: `port` must be between 1 and 65535.",
            "map[\"a\"].port: Invalid value: `port` must be between 1 and 65535.",
        ],
    );
    check::<Firewall>(
        json!({ "name": "fw", "list": [null], "set": [{ "port": 1.5 }] }),
        &[
            "list[0]: Missing value: A value is needed here, found null.",
            "set[*].port: Invalid number: Expected a whole number, found a fraction.",
        ],
    );
}

#[test]
fn nothing_is_said_of_what_is_unknown() {
    let unknown = unknown();
    check::<Pool>(json!({ "name": unknown, "limit": unknown, "key": unknown }), &[]);
    check::<Firewall>(
        json!({ "name": "fw", "list": unknown, "set": [unknown], "single": { "port": unknown } }),
        &[],
    );
    check::<Ticket>(json!({ "text": unknown }), &[]);
    check::<Ticket>(json!({ "text": unknown, "page": unknown, "author": unknown }), &[]);
    check::<Job>(json!({ "step": unknown, "hook": unknown }), &[]);
}

#[test]
fn fields_that_exclude_each_other() {
    let missing = "Missing attribute: One of `text`, `page` must be set.";
    check::<Ticket>(json!({}), &[missing]);
    check::<Ticket>(json!({ "author": "me" }), &[missing]);
    check::<Ticket>(json!({ "text": "a", "author": "me" }), &[]);
    check::<Ticket>(
        json!({ "text": "a", "page": 1 }),
        &[
            "text: Conflicting attributes: Only one of `text`, `page` can be set. Leave the others out.",
            "page: Conflicting attributes: Only one of `text`, `page` can be set. Leave the others out.",
        ],
    );
    check::<Ticket>(
        json!({ "page": 1, "author": "me" }),
        &[
            "page: Conflicting attributes: Only one of `page`, `author` can be set. Leave the others out.",
            "author: Conflicting attributes: Only one of `page`, `author` can be set. Leave the others out.",
        ],
    );
}

#[test]
fn what_is_deprecated_is_warned_of() {
    check::<Pool>(
        json!({ "name": "gpu", "job": "x" }),
        &["warning: job: Deprecated attribute: Use `template`."],
    );
    check::<Job>(
        json!({ "name": "j", "step": [{ "port": 1 }], "retry": {} }),
        &["warning: retry: Deprecated block: Trying again is the worker's matter."],
    );
}

#[test]
fn the_author_sees_the_whole() {
    check::<Pool>(
        json!({ "name": "gpu", "job": "gpu" }),
        &[
            "warning: job: Deprecated attribute: Use `template`.",
            "job: Job named like its pool: Choose another name.",
        ],
    );
}

/// All that is said of a configuration, with its own word on write-only values.
#[track_caller]
fn check_raw<R: crate::Schema>(
    config: Vec<(&str, crate::Value)>,
    write_only_allowed: bool,
    expected: &[&str],
) {
    let block = R::block();
    let mut value = block.members().empty();
    if let crate::Value::Map(members) = &mut value {
        members.extend(config.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    let said = crate::engine::validate(crate::engine::Validation {
        block: &block,
        config: value,
        write_only_allowed,
        author: &|_| {},
    });
    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
    assert_eq!(said, expected);
}

#[test]
fn a_required_value_that_is_null_is_missing() {
    check_raw::<Pool>(
        vec![],
        true,
        &[
            "name: Missing required argument: The argument \"name\" is required, but its value is null.",
        ],
    );
    // The check of the list says so already, in words of its own.
    let empty = crate::Value::object([("port", crate::Value::Null)]);
    check_raw::<Firewall>(
        vec![("name", "fw".into()), ("list", crate::Value::List(vec![empty]))],
        true,
        &["list[0].port: Missing value: A value is needed here, found null."],
    );
}

#[test]
fn an_old_terraform_is_told_of_write_only_values() {
    check_raw::<Pool>(
        vec![("name", "gpu".into()), ("key", "hunter2hunter2".into())],
        false,
        &[
            "key: Write-only attribute not allowed: Write-only attributes need Terraform 1.11 or OpenTofu 1.11. Leave it out, or use a newer version.",
        ],
    );
}
