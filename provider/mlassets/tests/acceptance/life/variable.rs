//! `mlassets_variable`.

use mlassets::backend::prefect::{NewVariable, VariablePatch};
use serde_json::json;

use super::{Life, with_each_program};
use crate::harness::{told, unique};
use crate::meddle::{prefect, wait};
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_variable.this";

fn variable(name: &str, more: &str) -> String {
    format!("resource \"mlassets_variable\" \"this\" {{\n  name = {name:?}\n{more}\n}}\n")
}

#[test]
fn lives() {
    with_each_program(|program| {
        let name = unique("variable");
        let life = Life::new(program, ADDRESS, "");
        let plain = variable(&name, "  value = \"production\"");
        life.becomes("it is created", &plain, "create", &json!({ "name": name, "tags": null }));
        let id = life.text("id");

        let object =
            "  value = { b = [1, 2.50, null], a = { deep = true } }\n  tags  = [\"y\", \"x\"]";
        let changed = json!({ "id": id, "tags": ["x", "y"] });
        life.becomes("it changes in place", &variable(&name, object), "update", &changed);
        let found = wait(prefect().find_variable(&name)).expect("the server answers");
        let found = found.expect("it is there");
        assert_eq!(found.value, json!({ "a": { "deep": true }, "b": [1, 2.5, null] }));
        life.stays(
            "the same in other words",
            &variable(&name, "  value = { a = tomap({ deep = true }), b = [1, 2.5, null] }\n  tags = [\"x\", \"y\"]"),
        );
        life.undisturbed("the same in the words of Python", || {
            let same = json!({ "b": [1.0, 2.5, null], "a": { "deep": true } });
            let patch = VariablePatch { value: Some(same), tags: None };
            wait(prefect().update_variable(&name, &patch)).expect("it is there");
        });
        life.meddled(
            "somebody else has other ideas",
            || {
                let theirs = VariablePatch { value: Some(json!(null)), tags: Some(Vec::new()) };
                wait(prefect().update_variable(&name, &theirs)).expect("it is there");
            },
            "update",
            &changed,
        );
        life.is_imported(&name, &format!("{{ name = {name:?} }}"));
        // What another provider knows by its ID can be imported by that.
        life.workspace.run(&["state", "rm", ADDRESS]).ok();
        life.workspace.run(&["import", "-no-color", "-input=false", ADDRESS, &id]).ok();
        life.is("it is imported by its ID", &json!({ "name": name, "id": id }));
        life.workspace.plan_is_empty();

        for value in ["12", "true", "[]", "{}", "toset([\"b\", \"a\"])", "\"\""] {
            let configuration = variable(&name, &format!("  value = {value}"));
            life.becomes(value, &configuration, "update", &json!({ "id": id, "tags": null }));
        }
        life.becomes(
            "nothing",
            &variable(&name, ""),
            "update",
            &json!({ "id": id, "value": null }),
        );
        let other = unique("renamed");
        let renamed = variable(&other, "  value = 1");
        life.becomes("it is renamed", &renamed, "replace", &json!({ "name": other }));
        assert_eq!(wait(prefect().find_variable(&name)).expect("the server answers"), None);
        life.meddled(
            "it is deleted",
            || assert!(wait(prefect().delete_variable(&other)).expect("the server answers")),
            "create",
            &json!({ "name": other }),
        );
        life.cannot_import(
            "resource \"mlassets_variable\" \"this_missing\" {\n  name = \"none\"\n  value = 1\n}\n",
            "none",
            "There is nothing with the import ID \"none\", which has the form `{name}`.",
        );
        life.ends();
        assert_eq!(wait(prefect().find_variable(&other)).expect("the server answers"), None);
    });
}

#[test]
fn errors_name_the_way_out() {
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    life.workspace.configure("");
    let invalid = |at, detail| Expected { at, summary: "Invalid value", detail };
    for (configuration, error) in [
        (
            variable("Name", "  value = 1"),
            invalid(
                "name = ",
                "Names of variables are made of `a` to `z`, `0` to `9`, `_` and `-`; leave out all else.",
            ),
        ),
        (
            variable("", "  value = 1"),
            invalid("name = ", "The name is empty or blank; give at least one visible character."),
        ),
        (
            variable("n", "  value = join(\"\", [for n in range(1000) : \"日日\"])"),
            invalid(
                "value = ",
                "The value takes 6002 bytes as JSON; a variable of Prefect holds 5000.",
            ),
        ),
    ] {
        life.refuses(&configuration, &[error]);
    }

    let name = unique("theirs");
    let theirs =
        NewVariable { name: name.clone(), value: json!(1), tags: vec!["theirs".to_owned()] };
    wait(prefect().create_variable(&theirs)).expect("the name is new");
    life.workspace.configure(&variable(&name, "  value = 1"));
    let exists = format!(
        "POST /variables/ on the Prefect server …: the name is taken (409); import the existing object, or choose another \
         name. To manage the existing variable, import it: `terraform import ADDRESS \"{name}\"`."
    );
    let expected = Expected { at: "name = ", summary: "Variable exists", detail: &exists };
    let apply = ["apply", "-auto-approve", "-json", "-input=false"];
    life.workspace.run(&apply).fails().errs(&[expected]);
    // What is as declared is taken over.
    life.workspace.configure(&variable(&name, "  value = 1\n  tags = [\"theirs\"]"));
    life.workspace.apply().ok();
    life.ends();
    assert_eq!(wait(prefect().find_variable(&name)).expect("the server answers"), None);
}
