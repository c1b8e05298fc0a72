//! Schemas know what the catalogue knows.

use expect_test::{Expect, expect};

use super::app;
use crate::schema::{SchemaKind, schema};

const PROJECT: &str = r#"
//- configs/base/x.yaml
components:
  db: { kind: database, network: { id: x } }
  local: { kind: service }
  other: { source: a/b, anything: 1 }
"#;

#[track_caller]
fn check(pointer: &str, expected: &Expect) {
    let app = app(PROJECT, &[]);
    let whole = schema(SchemaKind::Configs, Some(&app));
    expected.assert_eq(&whole.pointer(pointer).map(ToString::to_string).unwrap_or_default());
}

#[test]
fn an_input_has_its_type_default_and_description() {
    let db = "/properties/components/properties/db";
    check(
        &format!("{db}/properties/size"),
        &expect![[
            r##"{"description":"GiB of storage.","default":100,"anyOf":[{"type":"number"},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]}"##
        ]],
    );
    check(
        &format!("{db}/properties/aws/properties/multi/description"),
        &expect![[r#""Whether there are several.""#]],
    );
    check(
        &format!("{db}/properties/backups/anyOf/0"),
        &expect![[
            r##"{"type":"object","properties":{"days":{"anyOf":[{"type":"number"},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]},"window":{"anyOf":[{"type":"string"},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]},"hosts":{"anyOf":[{"type":"array","items":{"anyOf":[{"type":"object","properties":{"name":{"anyOf":[{"type":"string"},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]},"port":{"anyOf":[{"type":"number"},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]}},"additionalProperties":false},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]}},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]}},"additionalProperties":false}"##
        ]],
    );
    check(&format!("{db}/additionalProperties"), &expect!["false"]);
}

#[test]
fn inputs_of_several_targets_fit_as_any_of_them() {
    let local = "/properties/components/properties/local/properties";
    check(
        &format!("{local}/secrets/anyOf/1"),
        &expect![[
            r##"{"default":{},"anyOf":[{"type":"object","additionalProperties":{"anyOf":[{"type":"string"},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]}},{"type":"string","pattern":"\\$\\{"},{"type":"null"},{"$ref":"#/$defs/operator"}]}"##
        ]],
    );
    check(&format!("{local}/image/default"), &expect![[r#""scratch""#]]);
}

#[test]
fn nothing_is_known_of_somebody_elses_module() {
    check("/properties/components/properties/other", &expect![[r#""#]]);
    check(
        "/properties/components/additionalProperties",
        &expect![[r#"{"type":["object","null"]}"#]],
    );
}

#[test]
fn the_scopes_are_those_of_the_project() {
    check("/properties/environments/items", &expect![[r#"{"enum":["staging","production"]}"#]]);
    let anywhere = schema(SchemaKind::Configs, None);
    assert_eq!(anywhere.pointer("/properties/environments/items/type"), Some(&"string".into()));
}

#[test]
fn mlgen_yaml_may_name_its_schema() {
    let project = schema(SchemaKind::Project, None);
    assert!(project.pointer("/properties/$schema").is_some());
    assert!(project.pointer("/properties/environments").is_some());
    assert_eq!(project.pointer("/additionalProperties"), Some(&false.into()));
}
