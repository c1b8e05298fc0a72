//! Documents that would be written over each other.

use expect_test::expect;

use super::check;

#[test]
fn stacks_in_one_folder() {
    check(
        r"//- mlgen.yaml
system: toys
environments:
  dev: { targets: [aws, compose] }
  staging: { targets: [aws] }
  production: { targets: [aws, compose] }
targets:
  aws: { region: eu-central-1, state: { bucket: b } }
  compose: {}
layout: { aws: deploy, compose: deploy }
//- configs/base/x.yaml
components:
  network: { targets: [aws] }
",
        &expect![[r#"
            error: several stacks have the file `deploy/terraform.tf`: aws in dev, aws in staging, aws in production
             --> mlgen.yaml:4:3
              |
            4 |   staging: { targets: [aws] }
              |   ^^^^^^^
              |
              = help: put `{environment}` into the folder of `aws` under `layout` of mlgen.yaml
            note: the first of them
             --> mlgen.yaml:3:3
              |
            3 |   dev: { targets: [aws, compose] }
              |   ---

            error: several stacks have the file `deploy/compose.yaml`: compose in dev, compose in production
             --> mlgen.yaml:5:3
              |
            5 |   production: { targets: [aws, compose] }
              |   ^^^^^^^^^^
              |
              = help: put `{environment}` into the folder of `compose` under `layout` of mlgen.yaml
            note: the first of them
             --> mlgen.yaml:3:3
              |
            3 |   dev: { targets: [aws, compose] }
              |   ---
        "#]],
    );
}

#[test]
fn environments_with_one_folder() {
    check(
        r"//- mlgen.yaml
system: toys
environments:
  staging: { targets: [aws] }
  production: { targets: [aws], names: { folder: staging } }
targets:
  aws: { region: eu-central-1, state: { bucket: b } }
//- configs/base/x.yaml
components:
  network: {}
",
        &expect![[r#"
            error: several stacks have the file `deploy/staging/aws/terraform.tf`: aws in staging, aws in production
             --> mlgen.yaml:4:3
              |
            4 |   production: { targets: [aws], names: { folder: staging } }
              |   ^^^^^^^^^^
              |
              = help: give the environments different `names: { folder: ... }`
            note: the first of them
             --> mlgen.yaml:3:3
              |
            3 |   staging: { targets: [aws] }
              |   -------
        "#]],
    );
}

#[test]
fn a_document_with_the_path_of_a_stack() {
    check(
        r"//- mlgen.yaml
system: toys
environments:
  staging: { targets: [compose] }
  production: { targets: [compose] }
targets: { compose: {} }
//- configs/base/x.yaml
components:
  service: {}
documents:
  one: { template: t.txt, path: deploy/production/compose/compose.yaml }
  two: { template: t.txt, path: deploy/production/compose/other.yaml }
//- templates/t.txt
text
",
        &expect![[r#"
            error: `deploy/production/compose/compose.yaml` is a file of the stack for compose in production
             --> configs/base/x.yaml:4:33
              |
            4 |   one: { template: t.txt, path: deploy/production/compose/compose.yaml }
              |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: give the document another path
        "#]],
    );
}
