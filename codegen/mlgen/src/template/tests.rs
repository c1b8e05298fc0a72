//! Whole projects in, documents or errors out.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use crate::catalogue::{Folder, Place};
use crate::{App, Choice, Input, diag};

const PROJECT: &str = "\
system: shop
title: The shop
environments:
  staging: { class: staging, targets: [compose], purpose: Rehearsals. }
  production: { targets: [compose], prefix: shop }
targets:
  compose: {}
";

const COMPONENTS: &str = "\
components:
  database: { password: \"${secret.db_password}\" }
  api:
    kind: service
    port: 80
    environment: { HOST: \"${database.host}\", MODE: fast }
  cdn: { kind: service, environments: [production], port: 8080 }
secrets:
  db_password: Opens the database.
";

const SERVICE: &str = "\
summary: A container.
inputs:
  name: { type: string, description: Name. }
  port: { type: number, description: Port. }
  replicas: { type: number, default: 2, description: How many. }
  image: { type: string, optional: true, description: Image. }
  environment: { type: map(string), default: {}, description: Variables. }
outputs: { url: \"http://localhost:${port}\" }
service: { image: \"${image}\" }
";

const DATABASE: &str = "\
summary: A database.
inputs:
  name: { type: string, description: Name. }
  password: { type: secret, description: Password. }
outputs: { host: \"${name}\" }
service: { image: postgres }
";

fn app(documents: &str, templates: &[(&str, &str)]) -> App {
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    let mut files: BTreeMap<String, String> = templates.iter().map(own).collect();
    let spec = [
        ("mlgen.yaml", PROJECT),
        ("configs/base/components.yaml", COMPONENTS),
        ("configs/base/documents.yaml", documents),
    ];
    files.extend(spec.iter().map(own));
    let catalogue = [
        (
            "compose/target.yaml",
            "summary: S.\nwriter: compose\nconventions:\n  name: ${component}\n",
        ),
        ("compose/service/component.yaml", SERVICE),
        ("compose/database/component.yaml", DATABASE),
    ];
    let folder = Folder {
        place: Place::Local("modules".into()),
        files: catalogue.iter().map(own).collect(),
    };
    App::new(Input { files, catalogues: vec![folder], set: Vec::new() })
}

/// All documents that come from templates, or all diagnostics.
fn shown(documents: &str, templates: &[(&str, &str)]) -> String {
    let app = app(documents, templates);
    let diagnostics = app.diagnostics();
    let mut text: Vec<String> =
        diagnostics.iter().map(|one| diag::render(one, app.sources(), false)).collect();
    if text.is_empty() {
        let rendered = app.render(&Choice::default()).into_iter();
        let made = rendered.flat_map(|one| one.documents);
        let made = made.filter(|one| {
            !one.path.ends_with("compose.yaml") && !one.path.ends_with(".env.example")
        });
        text = made.map(|one| format!("== {}\n{}", one.path, one.text)).collect();
    }
    text.join("\n")
}

/// One document of the template `t.md`, which each environment has.
#[track_caller]
fn check(template: &str, expected: &Expect) {
    let documents = "documents:\n  notes:\n    template: t.md\n    path: n/{{environment.name}}.md\n    each: environment\n    service: api\n    list: [a, b]\n";
    expected.assert_eq(&shown(documents, &[("templates/t.md.hbs", template)]));
}

/// The documents of a spec.
#[track_caller]
fn check_spec(documents: &str, templates: &[(&str, &str)], expected: &Expect) {
    expected.assert_eq(&shown(documents, templates));
}

#[test]
fn inputs_environments_and_data_are_seen() {
    check(
        "# {{title}} {{environment.name}} {{environment.prefix}} {{environment.names.namespace}}\n\
         {{#with (lookup components service)}}\n{{name}} {{kind}} {{target}} {{port}} {{replicas}} {{default image \"none\"}} {{environment.MODE}}\n{{/with}}\n\
         {{#each (of_kind components \"service\")}}\n- {{@key}}: {{port}}\n{{/each}}\n\
         {{#each environments}}{{name}} {{/each}}{{join list \"+\"}} {{targets.compose.folder}} ${{ github.sha }}\n",
        &expect![[r#"
            == n/staging.md
            # The shop staging shop-staging shop-staging
            api service compose 80 2 none fast
            - api: 80
            staging production a+b deploy/staging/compose ${{ github.sha }}

            == n/production.md
            # The shop production shop shop-production
            api service compose 80 2 none fast
            - api: 80
            - cdn: 8080
            staging production a+b deploy/production/compose ${{ github.sha }}
        "#]],
    );
}

#[test]
fn what_leads_nowhere_is_told_at_once() {
    check(
        "{{titel}}\n{{components.api.prot}}\n{{components.apo.port}}\n{{#if environment.nmae}}{{/if}}\n{{#each environments}}{{system}}{{/each}}\n",
        &expect![[r#"
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
              |               ----"#]],
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
        &expect![[r#"
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
          |               ----"#]],
    );
    check(
        "{{#if title}}\n{{/each}}\n",
        &expect![[r#"
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
          |               ----"#]],
    );
    check(
        "port: {{ .Values.port }}\n",
        &expect![[r#"
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

#[test]
fn templates_that_nobody_has() {
    check_spec(
        "documents:\n  a: { template: readmi.md, path: a }\n  b: { template: other, path: b }\n",
        &[],
        &expect![[r#"
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
              = help: write it to templates/other, or name another one"#]],
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
        &expect![[r#"
            == a.yml
            x:
              y: The shop

              w: 2
            z: 1
        "#]],
    );
    check_spec(
        document,
        &[("templates/a", "{{> b}}"), ("templates/b", "{{#if title}}{{> a}}{{/if}}")],
        &expect![[r#"
            error: `a` includes itself
             --> templates/b:1:18
              |
            1 | {{#if title}}{{> a}}{{/if}}
              |                  ^"#]],
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

#[test]
fn paths_are_checked() {
    check_spec(
        "documents:\n  a: { template: t, path: ../a }\n  b: { template: t, path: \"{{systm}}.md\" }\n  c: { template: t, path: c.md, each: environment }\n  d: { template: t, path: \"{{system}}.md\" }\n  e: { template: t, path: shop.md }\n  f: { template: t, path: stack/main.tf }\n",
        &[("templates/t", "x\n")],
        &expect![[r#"
            error: `../a` leads out of a folder
             --> configs/base/documents.yaml:2:27
              |
            2 |   a: { template: t, path: ../a }
              |                           ^^^^
              |
              = help: write a path from the folder of mlgen.yaml, such as docs/runbook.md
            error: `systm` is unknown
             --> configs/base/documents.yaml:3:30
              |
            3 |   b: { template: t, path: "{{systm}}.md" }
              |                              ^^^^^
              |
              = help: did you mean `system`?
            note: document `b`
             --> configs/base/documents.yaml:3:18
              |
            3 |   b: { template: t, path: "{{systm}}.md" }
              |                  -
            error: two documents have the path `c.md`
             --> configs/base/documents.yaml:4:27
              |
            4 |   c: { template: t, path: c.md, each: environment }
              |                           ^^^^
              |
              = help: put the environment into it: {{environment.name}}
            error: two documents have the path `shop.md`
             --> configs/base/documents.yaml:6:27
              |
            6 |   e: { template: t, path: shop.md }
              |                           ^^^^^^^
              |
              = help: give each a path of its own
            note: the other one
             --> configs/base/documents.yaml:5:27
              |
            5 |   d: { template: t, path: "{{system}}.md" }
              |                           ---------------
            error: `stack/main.tf` is a file of Terraform, which no template may write
             --> configs/base/documents.yaml:7:27
              |
            7 |   f: { template: t, path: stack/main.tf }
              |                           ^^^^^^^^^^^^^
              |
              = help: describe it as components: stacks are written from a tree"#]],
    );
}

#[test]
fn data_may_name_the_environment() {
    let template = ("templates/t", "{{a}} {{b}}\n");
    check_spec(
        "documents:\n  a:\n    template: t\n    path: \"{{environment.name}}.md\"\n    each: environment\n    a: ${prefix}-${system}\n    b: ${{ secrets.X }} $${HOME}\n",
        &[template],
        &expect![[r#"
            == staging.md
            shop-staging-shop ${{ secrets.X }} ${HOME}

            == production.md
            shop-shop ${{ secrets.X }} ${HOME}
        "#]],
    );
    check_spec(
        "documents:\n  a:\n    template: t\n    path: a.md\n    a: ${api.url}\n    b: ${prefix}\n    system: x\n",
        &[template],
        &expect![[r#"
            error: a document sees inputs, never outputs: ${api.url}
             --> configs/base/documents.yaml:5:8
              |
            5 |     a: ${api.url}
              |        ^^^^^^^^^^
              |
              = help: let its template read the input, as {{components.api.port}}; for a literal `${` write `$${`
            error: ${prefix} has no value here
             --> configs/base/documents.yaml:6:8
              |
            6 |     b: ${prefix}
              |        ^^^^^^^^^
              |
              = help: a document has an environment where it says `each: environment`
            error: a document cannot have data called `system`
             --> configs/base/documents.yaml:7:5
              |
            7 |     system: x
              |     ^^^^^^
              |
              = help: every template sees something of this name: choose another"#]],
    );
}

#[test]
fn built_in_templates_fit_any_system() {
    check_spec(
        "documents:\n  readme: { template: readme.md, path: README.md }\n",
        &[],
        &expect![[r#"
            == README.md
            <!-- Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`. -->

            # The shop

            One spec for every environment: `mlgen.yaml` says where shop runs, `configs/base` what it is, `configs/envs` what differs.

            | environment | for | rendered |
            | --- | --- | --- |
            | staging | Rehearsals. | compose: `deploy/staging/compose` |
            | production |  | compose: `deploy/production/compose` |

            ## Everyday commands

            ```bash
            mlgen check                     # is the spec right?
            mlgen render --all              # write every environment
            mlgen diff staging production   # what differs, and which line makes it so
            ```

            ## staging

            Rehearsals.

            On one machine:

            ```bash
            cd deploy/staging/compose
            cp --no-clobber .env.example .env   # then fill it in
            docker compose up --detach --wait
            ```

            ## production

            On one machine:

            ```bash
            cd deploy/production/compose
            cp --no-clobber .env.example .env   # then fill it in
            docker compose up --detach --wait
            ```
        "#]],
    );
}

#[test]
fn only_the_chosen_environments() {
    let app = app(
        "documents:\n  a: { template: t, path: \"{{environment.name}}.md\", each: environment }\n  b: { template: t, path: b.md }\n",
        &[("templates/t", "#!/bin/sh\n")],
    );
    let choice = Choice { environments: vec!["staging".into()], targets: Vec::new() };
    let made = app.render(&choice).into_iter().flat_map(|one| one.documents);
    let made: Vec<_> = made.filter(|one| one.path.ends_with(".md")).collect();
    let paths: Vec<_> = made.iter().map(|one| (one.path.as_str(), one.executable)).collect();
    assert_eq!(paths, [("staging.md", true), ("b.md", true)]);
}
