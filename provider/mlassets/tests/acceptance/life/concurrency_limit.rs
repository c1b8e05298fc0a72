//! `mlassets_concurrency_limit`.

use mlassets::backend::prefect::{ConcurrencyLimitPatch, NewConcurrencyLimit};
use serde_json::json;

use super::{Life, with_each_program};
use crate::harness::{told, unique};
use crate::meddle::{post, prefect, wait};
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_concurrency_limit.this";

fn limit(name: &str, more: &str) -> String {
    format!("resource \"mlassets_concurrency_limit\" \"this\" {{\n  name = {name:?}\n{more}\n}}\n")
}

#[test]
fn lives() {
    with_each_program(|program| {
        let name = unique("limit ä?");
        let life = Life::new(program, ADDRESS, "");
        let created = json!({
            "name": name, "limit": 2, "active": true, "slot_decay_per_second": 0, "active_slots": 0,
        });
        life.becomes("it is created", &limit(&name, "  limit = 2"), "create", &created);
        let id = life.text("id");
        let all = "  limit = 0\n  active = false\n  slot_decay_per_second = 1.5";
        let changed =
            json!({ "limit": 0, "active": false, "slot_decay_per_second": 1.5, "id": id });
        life.becomes("it changes in place", &limit(&name, all), "update", &changed);
        life.meddled(
            "somebody else has other ideas",
            || {
                let theirs = ConcurrencyLimitPatch {
                    limit: Some(9),
                    active: Some(true),
                    slot_decay_per_second: Some(0.1),
                };
                wait(prefect().update_concurrency_limit(&name, &theirs)).expect("it is there");
            },
            "update",
            &changed,
        );
        life.is_imported(&name, &format!("{{ name = {name:?} }}"));
        life.workspace.run(&["state", "rm", ADDRESS]).ok();
        life.workspace.run(&["import", "-no-color", "-input=false", ADDRESS, &id]).ok();
        life.is("it is imported by its ID", &json!({ "name": name, "id": id }));
        life.workspace.plan_is_empty();

        let plain = limit(&name, "  limit = 2");
        life.becomes("defaults come back", &plain, "update", &created);
        life.undisturbed("somebody takes a slot", || {
            let slots = json!({ "names": [name], "slots": 1, "mode": "concurrency" });
            post("/v2/concurrency_limits/increment", &slots);
        });
        let other = unique("renamed");
        let renamed = limit(&other, "  limit = 2");
        life.becomes("it is renamed", &renamed, "replace", &json!({ "name": other }));
        life.meddled(
            "it is deleted",
            || assert!(wait(prefect().delete_concurrency_limit(&other)).expect("it answers")),
            "create",
            &json!({ "name": other }),
        );
        life.cannot_import(
            "resource \"mlassets_concurrency_limit\" \"this_missing\" {\n  name = \"none\"\n  limit = 1\n}\n",
            "none",
            "There is nothing with the import ID \"none\", which has the form `{name}`.",
        );
        life.ends();
        assert_eq!(wait(prefect().find_concurrency_limit(&other)).expect("it answers"), None);
    });
}

/// Prefect looks for the limit of a tag by itself, through an interface of its own.
#[test]
fn a_limit_of_a_tag_is_one_with_its_name() {
    let tag = unique("gpu");
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    let of_tag = limit(&format!("tag:{tag}"), "  limit = 3");
    life.becomes("it is created", &of_tag, "create", &json!({ "limit": 3 }));
    let known = || -> Vec<serde_json::Value> {
        let all = post("/concurrency_limits/filter", &json!({ "limit": 200 }));
        let all = all.as_array().expect("a list").clone();
        all.into_iter().filter(|limit| limit["tag"] == tag).collect()
    };
    let [limit_of_tag] = known().try_into().expect("Prefect knows one limit of the tag");
    assert_eq!(
        (&limit_of_tag["concurrency_limit"], &limit_of_tag["id"]),
        (&json!(3), &json!(life.text("id")))
    );
    life.meddled(
        "the tag is limited by hand",
        || drop(post("/concurrency_limits/", &json!({ "tag": tag, "concurrency_limit": 9 }))),
        "update",
        &json!({ "limit": 3 }),
    );
    life.ends();
    assert!(known().is_empty());
}

#[test]
fn errors_name_the_way_out() {
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    life.workspace.configure("");
    let invalid = |at, detail| Expected { at, summary: "Invalid value", detail };
    for (configuration, error) in [
        (
            limit("a/b", "  limit = 1"),
            invalid("name = ", "The name contains `/`; Prefect refuses each of `/ % & < >`."),
        ),
        (
            limit("0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01", "  limit = 1"),
            invalid(
                "name = ",
                "The name reads as a UUID and would be taken for an ID; choose another.",
            ),
        ),
        (limit("n", "  limit = -1"), invalid("limit = ", "`limit` must be at least 0.")),
        (
            limit("n", "  limit = 1\n  slot_decay_per_second = -0.5"),
            invalid("slot_decay_per_second = ", "`slot_decay_per_second` must be at least 0."),
        ),
    ] {
        life.refuses(&configuration, &[error]);
    }

    let name = unique("theirs");
    let theirs = NewConcurrencyLimit {
        name: name.clone(),
        limit: 5,
        active: true,
        slot_decay_per_second: 0.0,
    };
    wait(prefect().create_concurrency_limit(&theirs)).expect("the name is new");
    life.workspace.configure(&limit(&name, "  limit = 6"));
    let exists = format!(
        "POST /v2/concurrency_limits/ on the Prefect server …: the name is taken (409); import the existing object, or \
         choose another name. To manage the existing limit, import it: `terraform import ADDRESS \"{name}\"`."
    );
    let expected = Expected { at: "name = ", summary: "Concurrency limit exists", detail: &exists };
    let apply = ["apply", "-auto-approve", "-json", "-input=false"];
    life.workspace.run(&apply).fails().errs(&[expected]);
    life.workspace.configure(&limit(&name, "  limit = 5"));
    life.workspace.apply().ok();
    life.ends();
}
