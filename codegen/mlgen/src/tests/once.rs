//! One mistake is one error, in however many stacks it shows.

use expect_test::expect;

use super::{check, check_components};

/// Two targets whose database differs, and three environments.
const TWO: &str = r#"
//- mlgen.yaml
system: toys
environments:
  dev: { class: staging, targets: [aws, azure] }
  staging: { class: staging, targets: [aws, azure] }
  production: { targets: [aws] }
targets:
  aws: { region: eu-central-1, state: { bucket: b } }
  azure: {}
//- modules/azure/target.yaml
writer: terraform
//- modules/azure/database/variables.tf
variable "name" {
  type = string
}
variable "network" {
  type = string
}
variable "tier" {
  type    = string
  default = "basic"
}
"#;

#[test]
fn a_wrong_type_is_not_judged_by_rules() {
    check_components(
        r#"database:
  network: { id: x }
  size: "10"
  max_size: 5
"#,
        &expect![[r#"
            error: `database.size` must be a number
             --> configs/base/x.yaml:4:11
              |
            4 |     size: "10"
              |           ^^^^ a string
              |
              = help: write it without quotes
        "#]],
    );
}

#[test]
fn a_misspelt_input_is_not_missing() {
    check(
        &format!(
            "{TWO}//- configs/base/x.yaml\ncomponents:\n  database:\n    netwrok: x\n    teir: x\n"
        ),
        &expect![[r#"
            error: `database` has no input `netwrok` for aws and azure
             --> configs/base/x.yaml:3:5
              |
            3 |     netwrok: x
              |     ^^^^^^^
              |
              = help: did you mean `network`?

            error: `database` has no input `teir` for aws and azure
             --> configs/base/x.yaml:4:5
              |
            4 |     teir: x
              |     ^^^^
              |
              = help: it has `name`, `network`, `size`, `max_size`, `multi`, `tags`, `backups`, `zones` and `pair`
        "#]],
    );
}

#[test]
fn a_missing_input_names_all_stacks() {
    check(
        &format!("{TWO}//- configs/base/x.yaml\ncomponents:\n  database: {{}}\n"),
        &expect![[r#"
            error: `database` needs `network` for aws in dev, staging and production, for azure in dev and staging
             --> configs/base/x.yaml:2:3
              |
            2 |   database: {}
              |   ^^^^^^^^ `network` is a map
              |
              = help: Network that it is in.
        "#]],
    );
}

#[test]
fn a_kind_that_no_target_has() {
    check(
        &format!(
            "{TWO}//- configs/base/x.yaml\ncomponents:\n  db: {{ kind: databse }}\noutputs:\n  host: ${{db.host}}\n"
        ),
        &expect![[r#"
            error: there is no kind `databse` for aws and azure
             --> configs/base/x.yaml:2:15
              |
            2 |   db: { kind: databse }
              |               ^^^^^^^
              |
              = help: did you mean `database`?
        "#]],
    );
}

#[test]
fn what_is_absent_in_several_environments() {
    check(
        &format!(
            "{TWO}//- configs/base/x.yaml\ncomponents:\n  database: {{ network: {{ id: \"${{other.url}}\" }}, targets: [aws] }}\n  other: {{ kind: service, targets: [aws], environments: [production] }}\n"
        ),
        &expect![[r#"
            error: `other` is absent in dev and staging
             --> configs/base/x.yaml:2:31
              |
            2 |   database: { network: { id: "${other.url}" }, targets: [aws] }
              |                               ^^^^^^^^^^^^
              |
              = help: write ${other.url?} to leave the value out where there is no `other`
            note: here it says where the component exists
             --> configs/base/x.yaml:3:58
              |
            3 |   other: { kind: service, targets: [aws], environments: [production] }
              |                                                          ----------
        "#]],
    );
}

#[test]
fn a_file_that_is_no_yaml_hides_what_depends_on_it() {
    for (broken, other) in [
        (
            "configs/base/broken.yaml",
            "//- configs/envs/staging/x.yaml\ncomponents:\n  database: { size: 30 }\n",
        ),
        (
            "configs/envs/staging/broken.yaml",
            "//- configs/envs/staging/x.yaml\ncomponents:\n  nobody: { size: 30 }\n",
        ),
    ] {
        let project = format!(
            "//- {broken}\ncomponents:\n  database: {{ size: [ }}\n{other}//- configs/base/x.yaml\noutputs:\n  host: ${{database?}}\n"
        );
        let app = super::app(&project, &[]);
        let told = app.diagnostics().into_iter();
        let told: Vec<String> = told.map(|one| one.message).collect();
        assert_eq!(told, ["a value is missing here"], "{broken}");
    }
}

#[test]
fn an_environment_that_can_be_read_is_checked() {
    check(
        r"//- configs/base/x.yaml
components:
  database: { network: { id: x }, size: 10 }
//- configs/envs/staging/broken.yaml
components:
  database: { size: [ }
",
        &expect![[r#"
            error: A database has at least 20 GiB
              --> configs/base/x.yaml:2:41
               |
             2 |   database: { network: { id: x }, size: 10 }
               |                                         ^^ `database.size`
               |
            note: the rule of the module
              --> modules/aws/database/variables.tf:12:3
               |
            12 |   validation {
               |   ----------

            error: a value is missing here
             --> configs/envs/staging/broken.yaml:2:23
              |
            2 |   database: { size: [ }
              |                       ^
              |
              = help: write one, or take the comma away
        "#]],
    );
}

#[test]
fn a_kind_that_cannot_be_read_is_not_used() {
    for file in ["database/component.yaml", "database/variables.tf", "secrets/variables.tf"] {
        let project = format!(
            "//- modules/aws/{file}\nsummary: {{ [\n//- configs/base/x.yaml\nsecrets:\n  key: A key.\ncomponents:\n  database: {{ anything: true }}\n  api: {{ kind: service, environment: {{ HOST: \"${{database.host}}\" }} }}\n"
        );
        let app = super::app(&project, &[]);
        let told = app.diagnostics();
        let about = |one: &crate::diag::Diagnostic| {
            one.span.is_some_and(|span| app.sources().path(span.file).ends_with(file))
        };
        let others: Vec<_> =
            told.iter().filter(|one| !about(one)).map(|one| &one.message).collect();
        let expected: &[&str] = if file.starts_with("secrets") {
            &[
                "`database` needs `network` for aws in staging and production",
                "`database` has no input `anything` for aws",
            ]
        } else {
            &[]
        };
        assert!(told.iter().any(about), "{file}");
        assert_eq!(others, expected, "{file}");
    }
}

#[test]
fn a_target_that_cannot_be_read_is_not_used() {
    check(
        "//- modules/aws/target.yaml\nwriter: [\n//- configs/base/x.yaml\ncomponents:\n  database: { anything: true }\n",
        &expect![[r#"
            error: a value is missing here
             --> modules/aws/target.yaml:1:11
              |
            1 | writer: [
              |          ^
              |
              = help: write one, or take the comma away
        "#]],
    );
}
