//! What the spec says about documents: their paths, their data, their environments.

use expect_test::expect;

use super::{app, check_spec};
use crate::Choice;

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
        &expect![[r"
            == staging.md
            shop-staging-shop ${{ secrets.X }} ${HOME}

            == production.md
            shop-shop ${{ secrets.X }} ${HOME}
        "]],
    );
    check_spec(
        "documents:\n  a:\n    template: t\n    path: a.md\n    a: ${api.url}\n    b: ${prefix}\n    system: x\n",
        &[template],
        &expect![[r"
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
              = help: every template sees something of this name: choose another"]],
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
    let made: Vec<_> = made.map(|one| (one.path, one.executable)).collect();
    let programs: Vec<_> = made.iter().filter(|(_, executable)| *executable).collect();
    let programs: Vec<_> = programs.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(programs, ["staging.md", "b.md"]);
}

#[test]
fn an_environment_may_have_documents_of_its_own() {
    let template = ("templates/t", "{{environment.name}} {{components.cdn.port}}\n");
    let own = "documents:\n  b: { template: t, path: b.md }\n";
    check_spec(
        "components: {}\n",
        &[template, ("configs/envs/production/d.yaml", own)],
        &expect![[r"
        == b.md
        production 8080
    "]],
    );
    check_spec(
        "documents:\n  b: { template: t, path: b.md, environments: [staging] }\n",
        &[("templates/t", "x\n"), ("configs/envs/production/d.yaml", own)],
        &expect![[r"
            error: document `b` is already there
             --> configs/envs/production/d.yaml:2:3
              |
            2 |   b: { template: t, path: b.md }
              |   ^
              |
              = help: choose another name
            note: for all environments
             --> configs/base/documents.yaml:2:3
              |
            2 |   b: { template: t, path: b.md, environments: [staging] }
              |   -"]],
    );
}

#[test]
fn a_document_of_all_environments_has_none() {
    check_spec(
        "documents:\n  b: { template: t, path: b.md }\n",
        &[("templates/t", "{{environment.name}}\n")],
        &expect![[r"
            error: `environment.name` is unknown
             --> templates/t:1:3
              |
            1 | {{environment.name}}
              |   ^^^^^^^^^^^^^^^^
              |
              = help: this document is made once: say `each: environment`, or write {{#each environments}}
            note: document `b`
             --> configs/base/documents.yaml:2:18
              |
            2 |   b: { template: t, path: b.md }
              |                  -"]],
    );
}
