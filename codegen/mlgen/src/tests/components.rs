//! Components: their names, kinds, inputs and where they exist.

use expect_test::expect;

use super::{check, check_components, check_rendered, check_set};

#[test]
fn unknown_kinds_are_suggested() {
    check_components(
        r"databse: {}
api: { kind: servise }
worker: {}
",
        &expect![[r#"
    error: there is no kind `databse` for aws
     --> configs/base/x.yaml:2:3
      |
    2 |   databse: {}
      |   ^^^^^^^
      |
      = help: did you mean `database`?

    error: there is no kind `servise` for aws
     --> configs/base/x.yaml:3:16
      |
    3 |   api: { kind: servise }
      |                ^^^^^^^
      |
      = help: did you mean `service`?

    error: there is no kind `worker` for aws
     --> configs/base/x.yaml:4:3
      |
    4 |   worker: {}
      |   ^^^^^^
      |
      = help: say what `worker` is with `kind`: aws has `bucket`, `cdn`, `database`, `network`, `secrets` and `service`
"#]],
    );
}

#[test]
fn unknown_inputs_are_suggested() {
    check_components(
        r"network: { ciddr: 10.0.0.0/8, zzz: 1 }
",
        &expect![[r#"
    error: `network` has no input `ciddr` for aws
     --> configs/base/x.yaml:2:14
      |
    2 |   network: { ciddr: 10.0.0.0/8, zzz: 1 }
      |              ^^^^^
      |
      = help: did you mean `cidr`?

    error: `network` has no input `zzz` for aws
     --> configs/base/x.yaml:2:33
      |
    2 |   network: { ciddr: 10.0.0.0/8, zzz: 1 }
      |                                 ^^^
      |
      = help: it has `name` and `cidr`
"#]],
    );
}

#[test]
fn an_input_of_another_target_belongs_under_it() {
    check(
        r"//- mlgen.yaml
system: toys
environments:
  local: { targets: [compose, aws] }
targets:
  aws: { region: x, state: { bucket: b } }
  compose: {}
//- configs/base/x.yaml
components:
  api:
    kind: service
    image: x
",
        &expect![[r#"
    error: `api` (kind `service`) has no input `image` for aws
     --> configs/base/x.yaml:4:5
      |
    4 |     image: x
      |     ^^^^^
      |
      = help: `compose` has it: move it under `compose:`
"#]],
    );
}

#[test]
fn all_required_inputs_are_missed_at_once() {
    check_components(
        r"database: {}
cdn:
  environments: [production]
",
        &expect![[r#"
    error: `database` needs `network` for aws in staging and production
     --> configs/base/x.yaml:2:3
      |
    2 |   database: {}
      |   ^^^^^^^^ `network` is a map
      |
      = help: Network that it is in.

    error: `cdn` needs `bucket` for aws in production
     --> configs/base/x.yaml:3:3
      |
    3 |   cdn:
      |   ^^^ `bucket` is a map
"#]],
    );
}

#[test]
fn names_are_checked() {
    check_components(
        r"Api: { kind: network }
9: { kind: network }
secret: { kind: network }
terraform: { kind: network }
web_override: { kind: network }
a_b-1: { kind: network }
",
        &expect![[r#"
    error: this cannot be the name of a component
     --> configs/base/x.yaml:2:3
      |
    2 |   Api: { kind: network }
      |   ^^^
      |
      = help: begin with a letter, then use a-z, 0-9, _ and -

    error: a key must be a string, found a number
     --> configs/base/x.yaml:3:3
      |
    3 |   9: { kind: network }
      |   ^
      |
      = help: put it into quotes: `"9"`

    error: `secret` cannot be the name of a component
     --> configs/base/x.yaml:4:3
      |
    4 |   secret: { kind: network }
      |   ^^^^^^
      |
      = help: the word means something else in `${...}`, or is a file of every stack

    error: `terraform` cannot be the name of a component
     --> configs/base/x.yaml:5:3
      |
    5 |   terraform: { kind: network }
      |   ^^^^^^^^^
      |
      = help: the word means something else in `${...}`, or is a file of every stack

    error: `web_override` cannot be the name of a component
     --> configs/base/x.yaml:6:3
      |
    6 |   web_override: { kind: network }
      |   ^^^^^^^^^^^^
      |
      = help: Terraform lays files that end in `override.tf` over the others
"#]],
    );
}

#[test]
fn unknown_scopes() {
    check(
        r"//- configs/base/x.yaml
targets: [asw]
components:
  network:
    environments: [stagin]
  api: { kind: service, environments: prod, targets: aws }
",
        &expect![[r#"
    error: `targets` of mlgen.yaml has no `asw`
     --> configs/base/x.yaml:1:11
      |
    1 | targets: [asw]
      |           ^^^
      |
      = help: did you mean `aws`?

    error: `environments` of mlgen.yaml has no `stagin`
     --> configs/base/x.yaml:4:20
      |
    4 |     environments: [stagin]
      |                    ^^^^^^
      |
      = help: did you mean `staging`?

    error: `environments` must be a list of strings
     --> configs/base/x.yaml:5:39
      |
    5 |   api: { kind: service, environments: prod, targets: aws }
      |                                       ^^^^ a string

    error: `targets` must be a list of strings
     --> configs/base/x.yaml:5:54
      |
    5 |   api: { kind: service, environments: prod, targets: aws }
      |                                                      ^^^ a string
"#]],
    );
}

#[test]
fn a_section_for_a_target_that_the_component_does_not_have() {
    check_components(
        r"network:
  targets: [aws]
  compose: { x: 1 }
",
        &expect![[r#"
    error: `network` does not exist for compose, so nothing reads this
     --> configs/base/x.yaml:4:5
      |
    4 |     compose: { x: 1 }
      |     ^^^^^^^
      |
    note: here it says where the component exists
     --> configs/base/x.yaml:3:15
      |
    3 |     targets: [aws]
      |               ---
"#]],
    );
}

#[test]
fn a_section_is_a_map() {
    check_components(
        r"network:
  aws: [1]
api: 3
",
        &expect![[r#"
    error: section `aws` must be a map
     --> configs/base/x.yaml:3:10
      |
    3 |     aws: [1]
      |          ^^^ a list

    error: component `api` must be a map
     --> configs/base/x.yaml:4:8
      |
    4 |   api: 3
      |        ^ a number
"#]],
    );
}

#[test]
fn sections_of_files() {
    check(
        r"//- configs/base/x.yaml
component:
  network: {}
inputs: [1]
secrets: { db: { descripton: x } }
outputs: { url: { value: [1] }, site: 3 }
documents: { a: { path: x }, b: { template: t, path: p, each: day } }
",
        &expect![[r#"
    error: a file of configs/ has no `component`
     --> configs/base/x.yaml:1:1
      |
    1 | component:
      | ^^^^^^^^^
      |
      = help: did you mean `components`?

    error: `inputs` must be a map
     --> configs/base/x.yaml:3:9
      |
    3 | inputs: [1]
      |         ^^^ a list

    error: a secret has no `descripton`
     --> configs/base/x.yaml:4:18
      |
    4 | secrets: { db: { descripton: * } }
      |                  ^^^^^^^^^^
      |
      = help: did you mean `description`?

    error: an output must be a reference such as ${api.url}
     --> configs/base/x.yaml:5:26
      |
    5 | outputs: { url: { value: [1] }, site: 3 }
      |                          ^^^ a list

    error: an output must be a reference such as ${api.url}
     --> configs/base/x.yaml:5:39
      |
    5 | outputs: { url: { value: [1] }, site: 3 }
      |                                       ^ a number

    error: a document needs `template`
     --> configs/base/x.yaml:6:14
      |
    6 | documents: { a: { path: x }, b: { template: t, path: p, each: day } }
      |              ^

    error: `each` must be `environment`
     --> configs/base/x.yaml:6:63
      |
    6 | documents: { a: { path: x }, b: { template: t, path: p, each: day } }
      |                                                               ^^^ a string
"#]],
    );
}

#[test]
fn names_of_facts() {
    check(
        r#"//- configs/base/x.yaml
inputs: { version: x, 9lives: y, n: { type: nmber }, m: { type: "list(" } }
secrets: { "a b": z }
outputs: { "a.b": "${network.id}" }
components: { network: {} }
"#,
        &expect![[r#"
    error: Terraform has no variables of this name
     --> configs/base/x.yaml:1:11
      |
    1 | inputs: { version: x, 9lives: y, n: { type: nmber }, m: { type: "list(" } }
      |           ^^^^^^^
      |
      = help: say whose it is, for instance `image_version`

    error: this cannot be the name of an input
     --> configs/base/x.yaml:1:23
      |
    1 | inputs: { version: x, 9lives: y, n: { type: nmber }, m: { type: "list(" } }
      |                       ^^^^^^
      |
      = help: begin with a letter, then use letters, digits and _

    error: this is no type that mlgen knows
     --> configs/base/x.yaml:1:45
      |
    1 | inputs: { version: x, 9lives: y, n: { type: nmber }, m: { type: "list(" } }
      |                                             ^^^^^
      |
      = help: write string, number, bool, list(...), set(...), map(...), object({...}) or tuple([...])

    error: this is no type that mlgen knows
     --> configs/base/x.yaml:1:65
      |
    1 | inputs: { version: x, 9lives: y, n: { type: nmber }, m: { type: "list(" } }
      |                                                                 ^^^^^^^
      |
      = help: write string, number, bool, list(...), set(...), map(...), object({...}) or tuple([...])

    error: this cannot be the name of a secret
     --> configs/base/x.yaml:2:12
      |
    2 | secrets: { "a b": * }
      |            ^^^^^
      |
      = help: begin with a letter, then use letters, digits and _

    error: this cannot be the name of an output
     --> configs/base/x.yaml:3:12
      |
    3 | outputs: { "a.b": "${network.id}" }
      |            ^^^^^
      |
      = help: begin with a letter, then use letters, digits and _
"#]],
    );
}

#[test]
fn a_module_declares_no_reserved_word() {
    check(
        r#"//- modules/aws/odd/variables.tf
variable "kind" {
  type = string
}
variable "compose" {
  type = string
  default = null
}
variable "worn" {
  type = strng
}
variable "made" {
  default = max(1, 2)
}
//- modules/aws/odd/component.yaml
sumary: x
classes: { staging: { wron: 1 } }
//- modules/aws/torn/variables.tf
variable "a" {
//- configs/base/x.yaml
components: { odd: { worn: x }, torn: {} }
"#,
        &expect![[r#"
    error: `odd` needs `kind` for aws in staging and production
     --> configs/base/x.yaml:1:15
      |
    1 | components: { odd: { worn: x }, torn: {} }
      |               ^^^ `kind` is a string

    error: `odd` needs `made` for aws in staging and production
     --> configs/base/x.yaml:1:15
      |
    1 | components: { odd: { worn: x }, torn: {} }
      |               ^^^ `made` is a value

    error: component.yaml has no `sumary`
     --> modules/aws/odd/component.yaml:1:1
      |
    1 | sumary: x
      | ^^^^^^
      |
      = help: did you mean `summary`?

    error: aws/odd (class staging) has no `wron`
     --> modules/aws/odd/component.yaml:2:23
      |
    2 | classes: { staging: { wron: 1 } }
      |                       ^^^^
      |
      = help: did you mean `worn`?

    error: `kind` is reserved and cannot be an input
     --> modules/aws/odd/variables.tf:1:1
      |
    1 | variable "kind" {
      | ^^^^^^^^^^^^^^^
      |
      = help: rename the variable

    error: this is no type that mlgen knows
     --> modules/aws/odd/variables.tf:9:10
      |
    9 |   type = strng
      |          ^^^^^
      |
      = help: write string, number, bool, list(...), set(...), map(...), object({...}) or tuple([...])

    error: a default must be a constant
      --> modules/aws/odd/variables.tf:12:13
       |
    12 |   default = max(1, 2)
       |             ^^^^^^^^^

    error: this file is no HCL: invalid block body; expected `}`, newline or identifier
     --> modules/aws/torn/variables.tf:1:15
      |
    1 | variable "a" {
      |               ^
"#]],
    );
}

#[test]
fn somebody_elses_module_is_passed_through() {
    check_rendered(
        r"//- configs/base/x.yaml
components:
  network: {}
  registry:
    source: terraform-aws-modules/ecr/aws
    version: ~> 3.0
    repository_name: ${prefix}-api
    vpc: ${network.id}
    retention: { keep: 3, on: true }
  local:
    source: ./infra/local
    db_password: { $literal: none, reason: a test }
//- configs/envs/staging/x.yaml
components:
  registry:
    retention: { keep: 1 }
    force_delete: true
",
        &["staging/aws/registry.tf", "local.tf", "staging.tfvars"],
        &expect![[r#"
            //- deploy/production/aws/local.tf
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            module "local" {
              source = "../../../infra/local"

              db_password = "none"
            }
            //- deploy/staging/aws/local.tf
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            module "local" {
              source = "../../../infra/local"

              db_password = "none"
            }
            //- deploy/staging/aws/registry.tf
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            variable "registry_retention_keep" {
              type = any
            }

            module "registry" {
              source  = "terraform-aws-modules/ecr/aws"
              version = "~> 3.0"

              force_delete    = true
              repository_name = "${var.prefix}-api"

              retention = {
                keep = var.registry_retention_keep
                on   = true
              }

              vpc = module.network.id
            }
            //- deploy/staging/aws/staging.tfvars
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            environment = "staging"
            prefix      = "toys-staging"
            aws_region  = "eu-central-1"

            # registry
            registry_retention_keep = 1
        "#]],
    );
}

#[test]
fn somebody_elses_module_is_terraform() {
    check(
        r"//- mlgen.yaml
system: toys
environments:
  local: { targets: [compose] }
targets: { compose: {} }
//- configs/base/x.yaml
components:
  registry:
    source: terraform-aws-modules/ecr/aws
    kind: service
",
        &expect![[r#"
    error: `registry` is a module of Terraform, which is nothing for compose
     --> configs/base/x.yaml:3:13
      |
    3 |     source: terraform-aws-modules/ecr/aws
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `targets: []` at `registry`

    error: a component has a `kind` or a `source`, not both
     --> configs/base/x.yaml:4:11
      |
    4 |     kind: service
      |           ^^^^^^^
      |
      = help: leave `kind` out: nothing is known of somebody else's module
    note: the module that it names
     --> configs/base/x.yaml:3:13
      |
    3 |     source: terraform-aws-modules/ecr/aws
      |             -----------------------------
"#]],
    );
}

#[test]
fn the_command_line_knows_components_and_inputs() {
    check_set(
        r"//- configs/base/x.yaml
components:
  network: {}
",
        &[
            "netwrk.cidr=x",
            "network.cidrr=x",
            "network=3",
            "network.kind=x",
            "network.cidr=3",
            "nonsense",
        ],
        &expect![[r#"
            error: `kind` cannot be set on the command line
             --> --set:1:1
              |
            1 | network.kind=x
              | ^^^^^^^^^^^^
              |
              = help: write it in configs/

            error: `network` has no input `cidrr` for aws
             --> --set:1:1
              |
            1 | network.cidrr=x
              | ^^^^^^^^^^^^^
              |
              = help: did you mean `cidr`?

            error: a setting needs a `=`
             --> --set:1:1
              |
            1 | nonsense
              | ^^^^^^^^
              |
              = help: write `component.input=value`, such as `database.storage_gb=100`

            error: a setting needs an input
             --> --set:1:1
              |
            1 | network=3
              | ^^^^^^^
              |
              = help: write `network.input=value`

            error: there is no component `netwrk`
             --> --set:1:1
              |
            1 | netwrk.cidr=x
              | ^^^^^^^^^^^
              |
              = help: did you mean `network`?

            error: `network.cidr` must be a string
             --> --set:1:14
              |
            1 | network.cidr=3
              |              ^ a number
              |
              = help: put it in quotes
        "#]],
    );
}

#[test]
fn names_of_arguments_of_somebody_elses_module() {
    check_components(
        r#"registry:
  source: ./infra
  count: 2
  providers: { aws: aws.east }
  "x y": 1
  "a = 1\n}\nresource \"null_resource\" \"b\" {\n  c": 1
  é: 1
  _ok-1: 1
"#,
        &expect![[r#"
            error: `registry.count` is an argument of Terraform, not of the module
             --> configs/base/x.yaml:4:5
              |
            4 |     count: 2
              |     ^^^^^
              |
              = help: a component is one call of a module, with the providers of its stack

            error: `registry.providers` is an argument of Terraform, not of the module
             --> configs/base/x.yaml:5:5
              |
            5 |     providers: { aws: aws.east }
              |     ^^^^^^^^^
              |
              = help: a component is one call of a module, with the providers of its stack

            error: "x y" cannot be an input of `registry`
             --> configs/base/x.yaml:6:5
              |
            6 |     "x y": 1
              |     ^^^^^
              |
              = help: a name of Terraform has letters, digits, `_` and `-`, and begins with no digit

            error: "a = 1\n}\nresource \"null_resource\" \"b\" {\n  c" cannot be an input of `registry`
             --> configs/base/x.yaml:7:5
              |
            7 |     "a = 1\n}\nresource \"null_resource\" \"b\" {\n  c": 1
              |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: a name of Terraform has letters, digits, `_` and `-`, and begins with no digit

            error: "é" cannot be an input of `registry`
             --> configs/base/x.yaml:8:5
              |
            8 |     é: 1
              |     ^
              |
              = help: a name of Terraform has letters, digits, `_` and `-`, and begins with no digit
        "#]],
    );
}
