//! Whole projects in, documents or errors out.

mod spec;
mod values;
mod writing;

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
        &expect![[r"
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
        "]],
    );
}

#[test]
fn built_in_templates_fit_any_system() {
    check_spec(
        "documents:\n  readme: { template: readme.md, path: README.md }\n",
        &[],
        &expect![[r"
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
            mlgen render --all                      # write every environment
            mlgen render --all --check              # for pipelines: is what is committed what the spec says?
            mlgen explain ENVIRONMENT component.input   # where a value comes from, and where it goes
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
        "]],
    );
}
