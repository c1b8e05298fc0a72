//! Names that lead nowhere, and values that are no text.

use expect_test::expect;

use super::{check, check_spec};

#[test]
fn what_leads_nowhere_is_told_at_once() {
    check(
        "{{titel}}\n{{components.api.prot}}\n{{components.apo.port}}\n{{#if environment.nmae}}{{/if}}\n{{#each environments}}{{system}}{{/each}}\n",
        &expect![[r"
            error: `titel` is unknown
             --> templates/t.md.hbs:1:3
              |
            1 | {{titel}}
              |   ^^^^^
              |
              = help: did you mean `title`?
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `components.api` has no `prot`
             --> templates/t.md.hbs:2:3
              |
            2 | {{components.api.prot}}
              |   ^^^^^^^^^^^^^^^^^^^
              |
              = help: did you mean `port`?
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: there is no component `apo`
             --> templates/t.md.hbs:3:3
              |
            3 | {{components.apo.port}}
              |   ^^^^^^^^^^^^^^^^^^^
              |
              = help: did you mean `api`?
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `environment` has no `nmae`
             --> templates/t.md.hbs:4:7
              |
            4 | {{#if environment.nmae}}{{/if}}
              |       ^^^^^^^^^^^^^^^^
              |
              = help: did you mean `name`?
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `system` is unknown
             --> templates/t.md.hbs:5:25
              |
            5 | {{#each environments}}{{system}}{{/each}}
              |                         ^^^^^^
              |
              = help: it belongs to the whole document: write `@root.system`
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----"]],
    );
}

#[test]
fn what_is_no_text_is_refused() {
    check(
        "{{components.api.image}}\n{{list}}\n{{components.api}}\n{{components.api.environment.HOST}}\n{{json components.api}}\n{{components.database.password}}\n",
        &expect![[r#"
            error: `components.api.image` is null, which is no text
             --> templates/t.md.hbs:1:3
              |
            1 | {{components.api.image}}
              |   ^^^^^^^^^^^^^^^^^^^^
              |
              = help: ask {{#if components.api.image}} first, or write {{default components.api.image ...}}
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `list` is a list, which is no text
             --> templates/t.md.hbs:2:3
              |
            2 | {{list}}
              |   ^^^^
              |
              = help: write {{join list ", "}}, or {{#each list}}
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `components.api` is a map, which is no text
             --> templates/t.md.hbs:3:3
              |
            3 | {{components.api}}
              |   ^^^^^^^^^^^^^^
              |
              = help: write {{json components.api}}, or {{#each components.api}}
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `components.api.environment.HOST` is not known before something exists: it refers to ${database.host}
             --> templates/t.md.hbs:4:3
              |
            4 | {{components.api.environment.HOST}}
              |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: a document sees inputs, never outputs
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: json: ${database.host} is not known before something exists
             --> templates/t.md.hbs:5:3
              |
            5 | {{json components.api}}
              |   ^^^^
              |
              = help: a document sees inputs, never outputs
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `components.database.password` is not known before something exists: it refers to ${secret.db_password}
             --> templates/t.md.hbs:6:3
              |
            6 | {{components.database.password}}
              |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: a document sees inputs, never outputs
            note: document `notes`, here of staging
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----"#]],
    );
}

#[test]
fn absent_components_are_told_with_their_place() {
    check(
        "{{components.cdn.port}}\n",
        &expect![[r#"
        error: component `cdn` is absent in staging
         --> templates/t.md.hbs:1:3
          |
        1 | {{components.cdn.port}}
          |   ^^^^^^^^^^^^^^^^^^^
          |
          = help: ask {{#if (has components "cdn")}} first, or say `environments` at the document
        note: here it says where the component exists
         --> configs/base/components.yaml:7:40
          |
        7 |   cdn: { kind: service, environments: [production], port: 8080 }
          |                                        ----------
        note: document `notes`, here of staging
         --> configs/base/documents.yaml:3:15
          |
        3 |     template: t.md
          |               ----"#]],
    );
    check_spec(
        "documents:\n  all:\n    template: t\n    path: all.md\n    service: cdn\n",
        &[(
            "templates/t",
            "{{#each environments}}\n{{#with (lookup components @root.service)}}\n{{port}}\n{{/with}}\n{{/each}}\n",
        )],
        &expect![[r#"
            error: component `cdn` is absent in staging
             --> templates/t:2:10
              |
            2 | {{#with (lookup components @root.service)}}
              |          ^^^^^^
              |
              = help: ask {{#if (has components "cdn")}} first, or say `environments` at the document
            note: here it says where the component exists
             --> configs/base/components.yaml:7:40
              |
            7 |   cdn: { kind: service, environments: [production], port: 8080 }
              |                                        ----------
            note: the document names it
             --> configs/base/documents.yaml:5:14
              |
            5 |     service: cdn
              |              ---
            note: document `all`
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t
              |               -"#]],
    );
}
