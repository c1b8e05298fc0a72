//! Values against the types of the catalogue, at every depth.

use expect_test::expect;

use super::{check, check_components, check_rendered};

#[test]
fn every_depth_has_its_place() {
    check_components(
        r#"network: { cidr: 10 }
database:
  network: { id: true }
  size: "30"
  multi: "true"
  tags: { team: 3, tier: [] }
  backups:
    days: seven
    windw: x
    hosts:
      - { name: a, port: "22" }
      - { port: 22 }
      - b
  zones: [1, a, null]
  pair: [a]
"#,
        &expect![[r#"
    error: `network.cidr` must be a string
     --> configs/base/x.yaml:2:20
      |
    2 |   network: { cidr: 10 }
      |                    ^^ a number
      |
      = help: put it in quotes

    error: `database.network.id` must be a string
     --> configs/base/x.yaml:4:20
      |
    4 |     network: { id: true }
      |                    ^^^^ a boolean
      |
      = help: put it in quotes

    error: `database.size` must be a number
     --> configs/base/x.yaml:5:11
      |
    5 |     size: "30"
      |           ^^^^ a string
      |
      = help: write it without quotes

    error: `database.multi` must be true or false
     --> configs/base/x.yaml:6:12
      |
    6 |     multi: "true"
      |            ^^^^^^ a string
      |
      = help: write it without quotes

    error: `database.tags.team` must be a string
     --> configs/base/x.yaml:7:19
      |
    7 |     tags: { team: 3, tier: [] }
      |                   ^ a number
      |
      = help: put it in quotes

    error: `database.tags.tier` must be a string
     --> configs/base/x.yaml:7:28
      |
    7 |     tags: { team: 3, tier: [] }
      |                            ^^ a list

    error: `database.backups.days` must be a number
     --> configs/base/x.yaml:9:13
      |
    9 |       days: seven
      |             ^^^^^ a string

    error: `database.backups` has no `windw`
      --> configs/base/x.yaml:10:7
       |
    10 |       windw: x
       |       ^^^^^
       |
       = help: did you mean `window`?

    error: `database.backups.hosts[0].port` must be a number
      --> configs/base/x.yaml:12:28
       |
    12 |         - { name: a, port: "22" }
       |                            ^^^^ a string
       |
       = help: write it without quotes

    error: `database.backups.hosts[1]` needs `name`, a string
      --> configs/base/x.yaml:13:11
       |
    13 |         - { port: 22 }
       |           ^^^^^^^^^^^^

    error: `database.backups.hosts[2]` must be a map
      --> configs/base/x.yaml:14:11
       |
    14 |         - b
       |           ^ a string

    error: `database.zones[0]` must be a string
      --> configs/base/x.yaml:15:13
       |
    15 |     zones: [1, a, null]
       |             ^ a number
       |
       = help: put it in quotes

    error: `database.pair` must have 2 items, found 1
      --> configs/base/x.yaml:16:11
       |
    16 |     pair: [a]
       |           ^^^
"#]],
    );
}

#[test]
fn maps_lists_and_scalars_are_not_each_other() {
    check_components(
        r"database:
  network: [x]
  tags: x
  zones: { a: 1 }
  size: {}
",
        &expect![[r#"
    error: `database.network` must be a map
     --> configs/base/x.yaml:3:14
      |
    3 |     network: [x]
      |              ^^^ a list

    error: `database.tags` must be a map
     --> configs/base/x.yaml:4:11
      |
    4 |     tags: x
      |           ^ a string

    error: `database.zones` must be a list
     --> configs/base/x.yaml:5:12
      |
    5 |     zones: { a: 1 }
      |            ^^^^^^^^ a map

    error: `database.size` must be a number
     --> configs/base/x.yaml:6:11
      |
    6 |     size: {}
      |           ^^ a map
"#]],
    );
}

#[test]
fn null_where_null_is_no_value() {
    check_components(
        r#"network: {}
database: { network: "${network}", zones: null, size: null, backups: null }
"#,
        &expect![[r#"
    error: `database.zones` cannot be null
     --> configs/base/x.yaml:3:45
      |
    3 |   database: { network: "${network}", zones: null, size: null, backups: null }
      |                                             ^^^^
      |
      = help: leave it out to take the default
"#]],
    );
}

#[test]
fn a_text_with_references_is_a_string() {
    check_components(
        r#"network: {}
database:
  network: ${network}
  size: 1${network.id}
  multi: ${prefix}
  zones: ${system}
  pair: ["${settings.region}", "${settings.region}"]
  tags: { a: "${settings.state}" }
"#,
        &expect![[r#"
    error: `database.size` must be a number, not a text with references
     --> configs/base/x.yaml:5:11
      |
    5 |     size: 1${network.id}
      |           ^^^^^^^^^^^^^^

    error: `database.multi` must be true or false
     --> configs/base/x.yaml:6:12
      |
    6 |     multi: ${prefix}
      |            ^^^^^^^^^ a string

    error: `database.zones` must be a list
     --> configs/base/x.yaml:7:12
      |
    7 |     zones: ${system}
      |            ^^^^^^^^^ a string

    error: `database.pair[1]` must be a number
     --> configs/base/x.yaml:8:35
      |
    8 |     pair: ["${settings.region}", "${settings.region}"]
      |                                   ^^^^^^^^^^^^^^^^^^ the setting `region` is a string

    error: `database.tags.a` must be a string
     --> configs/base/x.yaml:9:17
      |
    9 |     tags: { a: "${settings.state}" }
      |                 ^^^^^^^^^^^^^^^^^ the setting `state` is a map
"#]],
    );
}

#[test]
fn validations_speak_in_the_words_of_the_module() {
    check_components(
        r"network: {}
database:
  network: ${network}
  size: 10
  max_size: 5
",
        &expect![[r#"
            error: A database has at least 20 GiB
              --> configs/base/x.yaml:5:11
               |
             5 |     size: 10
               |           ^^ `database.size`
               |
            note: the rule of the module
              --> modules/aws/database/variables.tf:12:3
               |
            12 |   validation {
               |   ----------

            error: The size is below the largest size
              --> configs/base/x.yaml:5:11
               |
             5 |     size: 10
               |           ^^ `database.size`
               |
            note: the rule of the module
              --> modules/aws/database/variables.tf:16:3
               |
            16 |   validation {
               |   ----------
        "#]],
    );
}

#[test]
fn a_literal_is_not_judged() {
    check_rendered(
        r#"//- configs/base/x.yaml
components:
  network: {}
  database:
    network: ${network}
    size: { $literal: 10, reason: an old one }
    tags: { $literal: { a: "${not.read}" }, reason: data }
"#,
        &["production/aws/database.tf"],
        &expect![[r#"
    //- deploy/production/aws/database.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "database_multi" {
      description = "Whether there are several."
      type        = bool
    }

    module "database" {
      source = "../../../modules/aws/database"

      name    = "${var.prefix}-database"
      network = module.network
      size    = 10
      multi   = var.database_multi
      tags    = { a = "$${not.read}" }
    }
"#]],
    );
}

#[test]
fn an_unquoted_reference_in_braces() {
    check(
        r"//- configs/base/x.yaml
components:
  database: { network: ${network} }
",
        &expect![[r#"
    error: `${` cannot stand inside `{ }` or `[ ]` without quotes
     --> configs/base/x.yaml:2:24
      |
    2 |   database: { network: ${network} }
      |                        ^^^^^^^^^^ YAML reads `{` as the start of a map
      |
      = help: put the value into quotes, or give each key a line of its own
"#]],
    );
}

#[test]
fn operators_are_checked() {
    check(
        r"//- configs/base/x.yaml
components:
  network: { cidr: { $apend: [x] } }
  database:
    network: { id: x }
    zones: { $append: [c] }
    tags: { $remove: [team, nope] }
    backups: { $unset: true, more: 1 }
//- configs/envs/staging/x.yaml
components:
  database:
    zones: { $remove: [z] }
    size: { $append: [1] }
",
        &expect![[r#"
    error: there is no operator `$apend`
     --> configs/base/x.yaml:2:22
      |
    2 |   network: { cidr: { $apend: [x] } }
      |                      ^^^^^^
      |
      = note: there are `$append`, `$literal`, `$remove`, `$replace`, `$unset`
      = help: did you mean `$append`?

    error: `tags` has no key `nope`
      --> configs/base/x.yaml:6:29
       |
     6 |     tags: { $remove: [team, nope] }
       |                             ^^^^
       |
       = note: it has `tier`
    note: the map, from default
      --> modules/aws/database/variables.tf:30:1
       |
    30 | variable "tags" {
       | ---------------

    error: `more` cannot stand beside `$unset`
     --> configs/base/x.yaml:7:30
      |
    7 |     backups: { $unset: true, more: 1 }
      |                              ^^^^
      |
      = help: an operator stands alone in its map

    error: `zones` has no item `z`
     --> configs/envs/staging/x.yaml:3:24
      |
    3 |     zones: { $remove: [z] }
      |                        ^
      |
      = note: it has `a`, `b`, `c`
    note: the list, from base
     --> configs/base/x.yaml:5:5
      |
    5 |     zones: { $append: [c] }
      |     -----

    error: `$append` works on a list, `size` is a number
     --> configs/envs/staging/x.yaml:4:11
      |
    4 |     size: { $append: [1] }
      |           ^^^^^^^^^^^^^^^^
      |
      = help: write the value itself
    note: a number, from default
     --> modules/aws/database/variables.tf:8:1
      |
    8 | variable "size" {
      | ---------------
"#]],
    );
}

#[test]
fn operators_edit_the_defaults() {
    check_rendered(
        r"//- configs/base/x.yaml
components:
  database:
    network: { id: x }
    zones: { $append: [c] }
    tags: { $remove: [team] }
",
        &["production/aws/database.tf"],
        &expect![[r#"
    //- deploy/production/aws/database.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "database_multi" {
      description = "Whether there are several."
      type        = bool
    }

    module "database" {
      source = "../../../modules/aws/database"

      name    = "${var.prefix}-database"
      network = { id = "x" }
      multi   = var.database_multi
      tags    = { tier = "1" }
      zones   = ["a", "b", "c"]
    }
"#]],
    );
}

#[test]
fn a_rule_that_cannot_be_evaluated_is_left_to_terraform() {
    let module = |rule: &str| {
        format!(
            r#"//- modules/aws/job/variables.tf
variable "at" {{
  type = string
  validation {{
    condition     = {rule}
    error_message = "No."
  }}
}}
//- configs/base/x.yaml
components:
  network: {{}}
  job: {{ at: tomorrow }}
  other: {{ kind: job, at: "${{network.id}}" }}
"#
        )
    };
    for (rule, errors) in [
        (r#"can(timeadd(var.at, "1h"))"#, 0),
        (r#"can(regex("^[0-9]", var.at))"#, 1),
        ("provider::time::is_time(var.at)", 0),
    ] {
        let app = super::app(&module(rule), &[]);
        assert_eq!(app.diagnostics().len(), errors, "{rule}: {}", super::told(&app));
    }
}

#[test]
fn a_rule_reads_what_other_inputs_say() {
    check_components(
        r"database:
  network: { id: x }
  max_size: 50
",
        &expect![[r#"
            error: The size is below the largest size
              --> configs/base/x.yaml:4:15
               |
             4 |     max_size: 50
               |               ^^ `database.max_size`
               |
            note: the rule of the module
              --> modules/aws/database/variables.tf:16:3
               |
            16 |   validation {
               |   ----------
        "#]],
    );
}

#[test]
fn classes_and_conventions_are_judged() {
    check(
        r"//- modules/aws/database/component.yaml
classes:
  staging: { size: 10 }
//- modules/aws/target.yaml
writer: terraform
settings:
  region: { type: string, description: Region. }
  state: { type: any, description: State. }
conventions:
  max_size: 99
//- configs/base/x.yaml
components:
  database: { network: { id: x } }
",
        &expect![[r#"
            error: The size is below the largest size
              --> configs/base/x.yaml:2:3
               |
             2 |   database: { network: { id: x } }
               |   ^^^^^^^^ `database.max_size`
               |
            note: the rule of the module
              --> modules/aws/database/variables.tf:16:3
               |
            16 |   validation {
               |   ----------

            error: A database has at least 20 GiB
              --> modules/aws/database/component.yaml:2:20
               |
             2 |   staging: { size: 10 }
               |                    ^^ `database.size`
               |
            note: the rule of the module
              --> modules/aws/database/variables.tf:12:3
               |
            12 |   validation {
               |   ----------
        "#]],
    );
}

#[test]
fn a_literal_is_not_judged_by_rules_of_others() {
    check_components(
        r"database:
  network: { id: x }
  max_size: { $literal: 50, reason: a test }
",
        &expect![[r#""#]],
    );
}
