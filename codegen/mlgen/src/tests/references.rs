//! References: to components, outputs, facts, settings and other environments.

use expect_test::expect;

use super::{check, check_components, check_rendered};

#[test]
fn what_does_not_exist_is_suggested() {
    check_components(
        r"network: {}
database:
  network: ${netwrk}
  tags:
    a: ${network.idd}
    b: ${network.nothing}
    c: ${nothing_like_it.x}
    d: ${input.tag}
    e: ${settings.regio}
    f: ${settings.state.buckt}
    g: ${staging2:network.id}
",
        &expect![[r#"
    error: there is no component `netwrk`
     --> configs/base/x.yaml:4:14
      |
    4 |     network: ${netwrk}
      |              ^^^^^^^^^
      |
      = help: did you mean `network`?

    error: `network` has no output `idd`
     --> configs/base/x.yaml:6:10
      |
    6 |       a: ${network.idd}
      |          ^^^^^^^^^^^^^^
      |
      = help: did you mean `id`?

    error: `network` has no output `nothing`
     --> configs/base/x.yaml:7:10
      |
    7 |       b: ${network.nothing}
      |          ^^^^^^^^^^^^^^^^^^
      |
      = help: aws/network gives `id` and `zones`

    error: there is no component `nothing_like_it`
     --> configs/base/x.yaml:8:10
      |
    8 |       c: ${nothing_like_it.x}
      |          ^^^^^^^^^^^^^^^^^^^^
      |
      = help: there are `database` and `network`

    error: there is no input `tag`
     --> configs/base/x.yaml:9:10
      |
    9 |       d: ${input.tag}
      |          ^^^^^^^^^^^^
      |
      = help: add it under `inputs:` with a description

    error: target `aws` has no setting `regio`
      --> configs/base/x.yaml:10:10
       |
    10 |       e: ${settings.regio}
       |          ^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `region`?

    error: target `aws` has no setting `state.buckt`
      --> configs/base/x.yaml:11:10
       |
    11 |       f: ${settings.state.buckt}
       |          ^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `state`?

    error: there is no environment `staging2`
      --> configs/base/x.yaml:12:10
       |
    12 |       g: ${staging2:network.id}
       |          ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `staging`?
"#]],
    );
}

#[test]
fn what_is_no_reference() {
    check_components(
        r#"network: { cidr: "${a b}" }
api:
  kind: service
  environment:
    A: ${input}
    B: ${network.id
    C: ${x:y}
    D: $${kept}
    E: ${}
"#,
        &expect![[r#"
    error: `${a b}` is no reference
     --> configs/base/x.yaml:2:21
      |
    2 |   network: { cidr: "${a b}" }
      |                     ^^^^^^
      |
      = help: write a component, `component.output`, `input.name` or `secret.name`; for a literal `${` write `$${`

    error: `${input}` is no reference
     --> configs/base/x.yaml:6:10
      |
    6 |       A: ${input}
      |          ^^^^^^^^
      |
      = help: write `${input.name}`

    error: this reference has no end
     --> configs/base/x.yaml:7:10
      |
    7 |       B: ${network.id
      |          ^^
      |
      = help: close it with `}`, or write `$${` for a literal `${`

    error: `${x:y}` is no reference
     --> configs/base/x.yaml:8:10
      |
    8 |       C: ${x:y}
      |          ^^^^^^
      |
      = help: write `${x:component.output}`

    error: `${}` is no reference
      --> configs/base/x.yaml:10:10
       |
    10 |       E: ${}
       |          ^^^
       |
       = help: write a component, `component.output`, `input.name` or `secret.name`; for a literal `${` write `$${`
"#]],
    );
}

#[test]
fn whole_components_and_outputs() {
    check_components(
        r#"network: {}
bucket: { readers: { a: "${network}", b: "to ${network}" } }
cdn: { bucket: "${network}" }
database: { network: "${bucket}" }
"#,
        &expect![[r#"
    error: `bucket.readers.a` must be a string, and this is a whole component
     --> configs/base/x.yaml:3:28
      |
    3 |   bucket: { readers: { a: "${network}", b: "to ${network}" } }
      |                            ^^^^^^^^^^
      |
      = help: name an output: `id` and `zones`

    error: `bucket.readers.b` must be a string, and this is a whole component
     --> configs/base/x.yaml:3:48
      |
    3 |   bucket: { readers: { a: "${network}", b: "to ${network}" } }
      |                                                ^^^^^^^^^^
      |
      = help: name an output: `id` and `zones`

    error: `network` cannot be `cdn.bucket`: aws/network has no output `domain`
     --> configs/base/x.yaml:4:19
      |
    4 |   cdn: { bucket: "${network}" }
      |                   ^^^^^^^^^^ a component of kind `network`

    error: `bucket` cannot be `database.network`: aws/bucket has no output `id`
     --> configs/base/x.yaml:5:25
      |
    5 |   database: { network: "${bucket}" }
      |                         ^^^^^^^^^ a component of kind `bucket`
"#]],
    );
}

#[test]
fn absent_components_need_a_question_mark() {
    check(
        r#"//- configs/base/x.yaml
components:
  network: {}
  cdn: { environments: [production], bucket: "${bucket}" }
  bucket:
    readers: { cdn: "${cdn.arn}", id: "is ${cdn.arn?}", net: "${network.id}" }
  other: { kind: service, targets: [compose] }
outputs:
  site: ${cdn.arn}
  program: ${other.host}
"#,
        &expect![[r#"
    error: `cdn` is absent in staging
     --> configs/base/x.yaml:5:22
      |
    5 |     readers: { cdn: "${cdn.arn}", id: "is ${cdn.arn?}", net: "${network.id}" }
      |                      ^^^^^^^^^^
      |
      = help: write ${cdn.arn?} to leave the value out where there is no `cdn`
    note: here it says where the component exists
     --> configs/base/x.yaml:3:25
      |
    3 |   cdn: { environments: [production], bucket: "${bucket}" }
      |                         ----------

    error: `cdn` is absent in staging
     --> configs/base/x.yaml:8:9
      |
    8 |   site: ${cdn.arn}
      |         ^^^^^^^^^^
      |
      = help: write ${cdn.arn?} to leave the value out where there is no `cdn`
    note: here it says where the component exists
     --> configs/base/x.yaml:3:25
      |
    3 |   cdn: { environments: [production], bucket: "${bucket}" }
      |                         ----------

    error: `other` is absent in staging and production
     --> configs/base/x.yaml:9:12
      |
    9 |   program: ${other.host}
      |            ^^^^^^^^^^^^^
      |
      = help: write ${other.host?} to leave the value out where there is no `other`
    note: here it says where the component exists
     --> configs/base/x.yaml:6:37
      |
    6 |   other: { kind: service, targets: [compose] }
      |                                     -------
"#]],
    );
}

#[test]
fn a_question_mark_leaves_out() {
    check_rendered(
        r#"//- configs/base/x.yaml
components:
  network: {}
  cdn: { environments: [production], bucket: "${bucket}" }
  bucket:
    readers: { cdn: "${cdn.arn?}", text: "is ${cdn.arn?}", net: "${network.id}" }
  api: { kind: service, environment: { CDN: "${cdn.arn?}" }, peers: ["${cdn.arn?}", "${network.id}"] }
outputs:
  site: ${cdn.arn?}
"#,
        &[
            "staging/aws/bucket.tf",
            "staging/aws/api.tf",
            "staging/aws/cdn.tf",
            "production/aws/cdn.tf",
        ],
        &expect![[r#"
    //- deploy/production/aws/cdn.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "cdn" {
      source = "../../../modules/aws/cdn"

      name   = "${var.prefix}-cdn"
      bucket = { domain = module.bucket.domain }
    }

    output "site" {
      value = module.cdn.arn
    }
    //- deploy/staging/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "api" {
      source = "../../../modules/aws/service"

      name  = "${var.prefix}-api"
      peers = [module.network.id]
    }
    //- deploy/staging/aws/bucket.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "bucket" {
      source = "../../../modules/aws/bucket"

      name    = "${var.prefix}-bucket"
      readers = { net = module.network.id }
    }
"#]],
    );
}

#[test]
fn what_is_needed_is_not_left_out() {
    check_components(
        r#"network: { environments: [production] }
database:
  network: ${network?}
other:
  kind: database
  network: { id: "${network.id?}" }
"#,
        &expect![[r#"
    error: `database.network` is needed, and `?` leaves it out here
     --> configs/base/x.yaml:4:14
      |
    4 |     network: ${network?}
      |              ^^^^^^^^^^^
      |
      = help: leave the `?` out, or give the component only where there is something to refer to

    error: `other.network.id` is needed, and `?` leaves it out here
     --> configs/base/x.yaml:7:20
      |
    7 |     network: { id: "${network.id?}" }
      |                    ^^^^^^^^^^^^^^^^
      |
      = help: leave the `?` out, or give the component only where there is something to refer to
"#]],
    );
}

#[test]
fn broken_components_are_told_once() {
    check_components(
        r#"network: { kind: netwrk }
database: { network: "${network}" }
api: { kind: service, environment: { A: "${network.id}" } }
"#,
        &expect![[r#"
    error: there is no kind `netwrk` for aws
     --> configs/base/x.yaml:2:20
      |
    2 |   network: { kind: netwrk }
      |                    ^^^^^^
      |
      = help: did you mean `network`?
"#]],
    );
}

#[test]
fn facts_have_scopes() {
    check(
        r#"//- configs/base/x.yaml
inputs:
  image_tag: { description: Which image., targets: [compose] }
  zone: { description: Where., environments: [production] }
components:
  api: { kind: service, image_tag: "${input.image_tag}", environment: { Z: "${input.zone}", T: "${input.image_tg}" } }
"#,
        &expect![[r#"
    error: input `image_tag` does not exist for aws in staging and production
     --> configs/base/x.yaml:5:37
      |
    5 |   api: { kind: service, image_tag: "${input.image_tag}", environment: { Z: "${input.zone}", T: "${input.image_tg}" } }
      |                                     ^^^^^^^^^^^^^^^^^^
      |
    note: declared here
     --> configs/base/x.yaml:2:3
      |
    2 |   image_tag: { description: Which image., targets: [compose] }
      |   ---------

    error: input `zone` does not exist for aws in staging
     --> configs/base/x.yaml:5:77
      |
    5 |   api: { kind: service, image_tag: "${input.image_tag}", environment: { Z: "${input.zone}", T: "${input.image_tg}" } }
      |                                                                             ^^^^^^^^^^^^^
      |
    note: declared here
     --> configs/base/x.yaml:3:3
      |
    3 |   zone: { description: Where., environments: [production] }
      |   ----

    error: there is no input `image_tg`
     --> configs/base/x.yaml:5:97
      |
    5 |   api: { kind: service, image_tag: "${input.image_tag}", environment: { Z: "${input.zone}", T: "${input.image_tg}" } }
      |                                                                                                 ^^^^^^^^^^^^^^^^^
      |
      = help: add it under `inputs:` with a description
"#]],
    );
}

#[test]
fn outputs_are_outputs_of_components() {
    check(
        r#"//- configs/base/x.yaml
components: { network: {} }
inputs: { tag: x }
outputs:
  a: ${network}
  b: ${input.tag}
  c: plain
  d: id ${network.id}
  e: ${network.idd}
  f: ${prefix}
  g: { value: "${network.id}", descripton: x }
  h: "${network"
"#,
        &expect![[r#"
    error: an output is one output of a component
     --> configs/base/x.yaml:4:6
      |
    4 |   a: ${network}
      |      ^^^^^^^^^^
      |
      = help: write for instance ${api.url}

    error: an output is one output of a component
     --> configs/base/x.yaml:5:6
      |
    5 |   b: ${input.tag}
      |      ^^^^^^^^^^^^
      |
      = help: write for instance ${api.url}

    error: an output is one output of a component
     --> configs/base/x.yaml:6:6
      |
    6 |   c: plain
      |      ^^^^^
      |
      = help: write for instance ${api.url}

    error: an output is one output of a component
     --> configs/base/x.yaml:7:6
      |
    7 |   d: id ${network.id}
      |      ^^^^^^^^^^^^^^^^
      |
      = help: write for instance ${api.url}

    error: `network` has no output `idd`
     --> configs/base/x.yaml:8:6
      |
    8 |   e: ${network.idd}
      |      ^^^^^^^^^^^^^^
      |
      = help: did you mean `id`?

    error: an output is one output of a component
     --> configs/base/x.yaml:9:6
      |
    9 |   f: ${prefix}
      |      ^^^^^^^^^
      |
      = help: write for instance ${api.url}

    error: an output has no `descripton`
      --> configs/base/x.yaml:10:32
       |
    10 |   g: { value: "${network.id}", descripton: x }
       |                                ^^^^^^^^^^
       |
       = help: did you mean `description`?

    error: this reference has no end
      --> configs/base/x.yaml:11:7
       |
    11 |   h: "${network"
       |       ^^
       |
       = help: close it with `}`, or write `$${` for a literal `${`
"#]],
    );
}

#[test]
fn other_environments() {
    check(
        r#"//- configs/base/x.yaml
components:
  network: {}
  database: { environments: [production], network: "${network}" }
  api:
    kind: service
    environment:
      A: ${production:database.hst}
      B: ${staging:database.host}
      C: ${production:network.id}
      D: ${production:databse.host}
      E: ${production:database.password}
      F: ${shared:network.id}
"#,
        &expect![[r#"
    error: `database` has no output `hst`
     --> configs/base/x.yaml:7:10
      |
    7 |       A: ${production:database.hst}
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `host`?

    error: this is environment `production` itself
     --> configs/base/x.yaml:7:10
      |
    7 |       A: ${production:database.hst}
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write ${database.hst}

    error: environment `staging` has no component `database`
     --> configs/base/x.yaml:8:10
      |
    8 |       B: ${staging:database.host}
      |          ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `database`?

    error: this is environment `staging` itself
     --> configs/base/x.yaml:8:10
      |
    8 |       B: ${staging:database.host}
      |          ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write ${database.host}

    error: this is environment `production` itself
     --> configs/base/x.yaml:9:10
      |
    9 |       C: ${production:network.id}
      |          ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write ${network.id}

    error: environment `production` has no component `databse`
      --> configs/base/x.yaml:10:10
       |
    10 |       D: ${production:databse.host}
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `database`?

    error: this is environment `production` itself
      --> configs/base/x.yaml:10:10
       |
    10 |       D: ${production:databse.host}
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write ${databse.host}

    error: `production:database.password` is a secret, and `api.environment.E` is no place for one
      --> configs/base/x.yaml:11:10
       |
    11 |       E: ${production:database.password}
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: it belongs under `secrets`

    error: this is environment `production` itself
      --> configs/base/x.yaml:11:10
       |
    11 |       E: ${production:database.password}
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write ${database.password}

    error: there is no environment `shared`
      --> configs/base/x.yaml:12:10
       |
    12 |       F: ${shared:network.id}
       |          ^^^^^^^^^^^^^^^^^^^^
"#]],
    );
}

#[test]
fn outputs_of_other_environments_are_root_variables() {
    check_rendered(
        r#"//- mlgen.yaml
system: toys
environments:
  shared: { targets: [aws] }
  staging: { targets: [aws] }
targets:
  aws: { region: r, state: { bucket: b } }
//- configs/base/x.yaml
components:
  registry: { kind: bucket, environments: [shared] }
  api: { kind: service, environments: [staging], environment: { R: "${shared:registry.domain}" } }
  web: { kind: service, environments: [staging], image_tag: "${shared:registry.domain}:1" }
documents: { readme: { template: readme.md, path: README.md } }
"#,
        &["api.tf", "registry.tf", "staging/aws/variables.tf", "web.tf", "README.md"],
        &expect![[r#"
            //- README.md
            <!-- Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`. -->

            # toys

            One spec for every environment: `mlgen.yaml` says where toys runs, `configs/base` what it is, `configs/envs` what differs.

            | environment | for | rendered |
            | --- | --- | --- |
            | shared |  | aws: `deploy/shared/aws` |
            | staging |  | aws: `deploy/staging/aws` |

            ## Everyday commands

            ```bash
            mlgen render --all                      # write every environment
            mlgen render --all --check              # for pipelines: is what is committed what the spec says?
            mlgen explain ENVIRONMENT component.input   # where a value comes from, and where it goes
            ```

            ## shared

            With Terraform, on aws:

            ```bash
            cd deploy/shared/aws
            terraform init -backend-config=shared.s3.tfbackend
            terraform plan -var-file=shared.tfvars -out=plan
            terraform apply plan
            ```

            ## staging

            With Terraform, on aws:

            ```bash
            cd deploy/staging/aws
            export TF_VAR_shared_registry_domain="$(terraform -chdir=../../shared/aws output -raw registry_domain)"
            terraform init -backend-config=staging.s3.tfbackend
            terraform plan -var-file=staging.tfvars -out=plan
            terraform apply plan
            ```
            //- deploy/shared/aws/registry.tf
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            module "registry" {
              source = "../../../modules/aws/bucket"

              name = "${var.prefix}-registry"
            }

            output "registry_domain" {
              value = module.registry.domain
            }
            //- deploy/staging/aws/api.tf
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            module "api" {
              source = "../../../modules/aws/service"

              name        = "${var.prefix}-api"
              environment = { R = var.shared_registry_domain }
            }
            //- deploy/staging/aws/variables.tf
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            variable "environment" {
              description = "Environment that this stack is."
              type        = string
            }

            variable "prefix" {
              description = "Prefix of the names of everything in this environment."
              type        = string
            }

            variable "aws_region" {
              description = "Region of everything."
              type        = string
            }

            variable "shared_registry_domain" {
              description = "Output `domain` of `registry` in environment shared."
              type        = string
            }
            //- deploy/staging/aws/web.tf
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            module "web" {
              source = "../../../modules/aws/service"

              name      = "${var.prefix}-web"
              image_tag = "${var.shared_registry_domain}:1"
            }
        "#]],
    );
}

#[test]
fn cycles_are_projected() {
    check_rendered(
        r#"//- configs/base/x.yaml
components:
  cdn: { bucket: "${bucket}" }
  bucket: { readers: { cdn: "${cdn.arn}" } }
  api: { kind: service, connect: { database: "${database}" } }
  database: { network: "${network}" }
  network: {}
"#,
        &["staging/aws/cdn.tf", "staging/aws/bucket.tf", "staging/aws/api.tf"],
        &expect![[r#"
    //- deploy/staging/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "api" {
      source = "../../../modules/aws/service"

      name    = "${var.prefix}-api"
      connect = { database = module.database }
    }
    //- deploy/staging/aws/bucket.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "bucket" {
      source = "../../../modules/aws/bucket"

      name    = "${var.prefix}-bucket"
      readers = { cdn = module.cdn.arn }
    }
    //- deploy/staging/aws/cdn.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "cdn" {
      source = "../../../modules/aws/cdn"

      name   = "${var.prefix}-cdn"
      bucket = { domain = module.bucket.domain }
    }
"#]],
    );
}

#[test]
fn facts_that_nothing_takes() {
    check_rendered(
        r#"//- configs/base/x.yaml
inputs:
  tag: Which image.
  other: { description: Which one else., environments: [staging] }
components:
  api: { kind: service, image_tag: "${input.tag}" }
"#,
        &["production/aws/api.tf"],
        &expect![[r#"
            warning: nothing takes input `other`
             --> configs/base/x.yaml:3:3
              |
            3 |   other: { description: Which one else., environments: [staging] }
              |   ^^^^^
              |
              = help: write ${input.other} where it belongs, or remove it
            //- deploy/production/aws/api.tf
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            variable "tag" {
              description = "Which image."
              type        = string
            }

            module "api" {
              source = "../../../modules/aws/service"

              name      = "${var.prefix}-api"
              image_tag = var.tag
            }
        "#]],
    );
}
