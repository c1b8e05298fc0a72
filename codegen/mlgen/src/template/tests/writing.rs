//! Templates that are wrong whatever they are given.

use expect_test::expect;

use super::{check, check_spec};

#[test]
fn what_is_wrong_without_any_data() {
    check(
        "{{uper title}}\n{{> part.md}}\n{{#iff title}}{{/iff}}\n{{join list}}\n{{#if a b}}{{/if}}\n",
        &expect![[r#"
            error: there is no helper `uper`
             --> templates/t.md.hbs:1:3
              |
            1 | {{uper title}}
              |   ^^^^
              |
              = help: did you mean `upper`?
            note: it is used here
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: there is no template `part.md`
             --> templates/t.md.hbs:2:5
              |
            2 | {{> part.md}}
              |     ^^^^^^^
              |
              = note: built in: `github/deploy-ecs.yml`, `github/test-node.yml`, `github/test-python.yml`, `readme.md` and `runbooks/ecs-service.md`
              = help: write it to templates/part.md, or name another one
            error: there is no block `iff`
             --> templates/t.md.hbs:3:4
              |
            3 | {{#iff title}}{{/iff}}
              |    ^^^
              |
              = help: did you mean {{#if}}?
            note: it is used here
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `join` does not take 1 values
             --> templates/t.md.hbs:4:3
              |
            4 | {{join list}}
              |   ^^^^
              |
              = help: it is written {{join list ", "}}
            note: it is used here
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----
            error: `if` takes one value, not 2
             --> templates/t.md.hbs:5:4
              |
            5 | {{#if a b}}{{/if}}
              |    ^^
              |
              = help: put an expression of several words in parentheses
            note: it is used here
             --> configs/base/documents.yaml:3:15
              |
            3 |     template: t.md
              |               ----"#]],
    );
    check(
        "a ${{ open\n",
        &expect![[r"
        error: this expression of GitHub has no end
         --> templates/t.md.hbs:1:3
          |
        1 | a ${{ open
          |   ^^^
          |
          = help: close it with `}}`
        note: it is used here
         --> configs/base/documents.yaml:3:15
          |
        3 |     template: t.md
          |               ----"]],
    );
    check(
        "{{#if title}}\n{{/each}}\n",
        &expect![[r"
        error: `{{#if}}` is closed by `{{/each}}`
         --> templates/t.md.hbs:2:1
          |
        2 | {{/each}}
          | ^^^^^^^^^
          |
          = help: write {{name}}, {{helper name}} or {{#if name}} ... {{/if}}; `\{{` is two braces
        note: it is used here
         --> configs/base/documents.yaml:3:15
          |
        3 |     template: t.md
          |               ----"]],
    );
    check(
        "port: {{ .Values.port }}\n",
        &expect![[r"
        error: this is no expression of a template
         --> templates/t.md.hbs:1:10
          |
        1 | port: {{ .Values.port }}
          |          ^^^^^^^^^^^^^^^
          |
          = help: Helm's `{{ .Values }}` is not supported here: a chart belongs into a catalogue
        note: it is used here
         --> configs/base/documents.yaml:3:15
          |
        3 |     template: t.md
          |               ----"]],
    );
}

#[test]
fn templates_that_nobody_has() {
    check_spec(
        "documents:\n  a: { template: readmi.md, path: a }\n  b: { template: other, path: b }\n",
        &[],
        &expect![[r"
            error: there is no template `readmi.md`
             --> configs/base/documents.yaml:2:18
              |
            2 |   a: { template: readmi.md, path: a }
              |                  ^^^^^^^^^
              |
              = note: built in: `github/deploy-ecs.yml`, `github/test-node.yml`, `github/test-python.yml`, `readme.md` and `runbooks/ecs-service.md`
              = help: did you mean `readme.md`?
            error: there is no template `other`
             --> configs/base/documents.yaml:3:18
              |
            3 |   b: { template: other, path: b }
              |                  ^^^^^
              |
              = note: built in: `github/deploy-ecs.yml`, `github/test-node.yml`, `github/test-python.yml`, `readme.md` and `runbooks/ecs-service.md`
              = help: write it to templates/other, or name another one"]],
    );
}

#[test]
fn templates_include_others_but_not_themselves() {
    let document = "documents:\n  a: { template: a, path: a.yml }\n";
    check_spec(
        document,
        &[
            ("templates/a", "x:\n  {{> parts/b name=title}}\nz: 1\n"),
            ("templates/parts/b.hbs", "y: {{name}}\n\nw: 2\n"),
        ],
        &expect![[r"
            == a.yml
            x:
              y: The shop

              w: 2
            z: 1
        "]],
    );
    check_spec(
        document,
        &[("templates/a", "{{> b}}"), ("templates/b", "{{#if title}}{{> a}}{{/if}}")],
        &expect![[r"
            error: `a` includes itself
             --> templates/b:1:18
              |
            1 | {{#if title}}{{> a}}{{/if}}
              |                  ^"]],
    );
}

#[test]
fn what_was_rendered_is_parsed() {
    check_spec(
        "documents:\n  a: { template: a, path: a.yml }\n  b: { template: b, path: b.json }\n",
        &[
            (
                "templates/a",
                "{{#each environments}}\n# {{name}}\n{{/each}}\nname: {{title}}\non: [push\n",
            ),
            ("templates/b", "{\n  \"a\": {{system}}\n}\n"),
        ],
        &expect![[r#"
            error: this does not become YAML: a `,` or a `]` is missing before this
             --> templates/a:5:11
              |
            5 | on: [push
              |          ^
              |
              = note: line 4 of a.yml: on: [push
              = help: close the list, or put a text with `{`, `}`, `[`, `]` or `,` in it into quotes
            note: document `a`
             --> configs/base/documents.yaml:2:18
              |
            2 |   a: { template: a, path: a.yml }
              |                  -
            error: this does not become JSON: expected value
             --> templates/b:2:3
              |
            2 |   "a": {{system}}
              |   ^^^^^^^^^^^^^^^
              |
              = note: line 2 of b.json:   "a": shop
            note: document `b`
             --> configs/base/documents.yaml:3:18
              |
            3 |   b: { template: b, path: b.json }
              |                  -"#]],
    );
}
