//! Charts and Compose: names, order, ports and secrets, which mlgen evaluates itself.

use expect_test::expect;

use super::{check, check_rendered};

/// A project with a chart and a Compose service beside a database of the cloud.
const PROJECT: &str = r#"//- mlgen.yaml
system: toys
environments:
  production: { targets: [aws, far, compose, helm], prefix: toys }
targets:
  aws: { region: eu-central-1, state: { bucket: toys-state } }
  far: {}
  compose: {}
  helm: {}
//- modules/far/target.yaml
writer: terraform
backend: { type: local }
//- modules/far/store/variables.tf
variable "name" {
  type = string
}
//- modules/far/store/main.tf
locals {
  port = 7000
}
//- modules/far/store/outputs.tf
output "host" {
  value = "x"
}
output "port" {
  value = local.port
}
//- modules/aws/store/variables.tf
variable "name" {
  type = string
}
variable "engine" {
  type    = string
  default = "small"
}
variable "given" {
  type    = number
  default = null
}
//- modules/aws/store/main.tf
locals {
  is_small = var.engine == "small"
  port     = local.is_small ? 6000 : coalesce(var.given, aws_store.this.port)
}
//- modules/aws/store/outputs.tf
output "host" {
  value = aws_store.this.host
}
output "port" {
  value = local.port
}
output "password" {
  value = aws_store.this.password
}
//- modules/aws/store/component.yaml
summary: A store.
secret_outputs: [password]
//- modules/compose/service/component.yaml
summary: A program.
inputs:
  name: { type: string }
  port: { type: integer, default: 80 }
  connect: { type: map(component), default: {} }
outputs:
  host: ${name}
service:
  image: scratch
  ports: ["${port}"]
//- modules/helm/target.yaml
writer: helm
folder: deploy/helm
//- modules/helm/program/Chart.yaml
apiVersion: v2
name: program
version: 0.1.0
//- modules/helm/program/component.yaml
secret_inputs: [secrets, api.keyRef]
outputs:
  app: ${name}
  port: ${port}
//- modules/helm/program/values.yaml
name: ""
port: 80
connect: {}
secrets: {}
api:
  keyRef: { name: "", key: key }
//- modules/helm/program/values.schema.json
{
  "type": "object",
  "properties": {
    "name": { "type": "string" },
    "port": { "type": "integer" },
    "environment": { "type": "object", "additionalProperties": { "type": "string" } },
    "connect": {
      "type": "object",
      "additionalProperties": {
        "type": "object", "additionalProperties": false, "required": ["port"],
        "properties": { "app": { "type": "string" }, "port": { "type": "integer" } }
      }
    },
    "secrets": {
      "type": "object",
      "additionalProperties": {
        "type": "object", "additionalProperties": false, "required": ["secret", "key"],
        "properties": { "secret": { "type": "string" }, "key": { "type": "string" } }
      }
    },
    "api": {
      "type": "object", "additionalProperties": false,
      "properties": {
        "keyRef": {
          "type": "object", "additionalProperties": false,
          "properties": { "name": { "type": "string" }, "key": { "type": "string" } }
        }
      }
    }
  }
}
"#;

fn project(spec: &str) -> String {
    format!("{PROJECT}//- configs/base/x.yaml\n{spec}")
}

#[test]
fn doors_to_what_runs_elsewhere() {
    check_rendered(
        &project(
            r#"components:
  store: { targets: [aws, far] }
  other: { kind: store, targets: [aws], engine: large }
  web: { kind: program, targets: [helm] }
  api:
    kind: program
    targets: [helm]
    connect: { store: "${store}", other: "${other?}", web: "${web}" }
"#,
        ),
        &["values.production.yaml"],
        &expect![[r#"
            //- deploy/helm/toys/values.production.yaml
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.
            # Give at the installation: --set api.connect.other.port=...

            enabled:
              api: true
              web: true

            api:
              name: toys-api
              connect:
                store:
                  port: 6000
                store_far:
                  port: 7000
                web:
                  app: toys-web
                  port: 80

            web:
              name: toys-web
        "#]],
    );
}

#[test]
fn secrets_of_charts_stand_where_the_chart_wants_them() {
    check_rendered(
        &project(
            r#"secrets: { key: { description: Opens the API., targets: [helm] } }
components:
  store: { targets: [aws] }
  api:
    kind: program
    targets: [helm]
    secrets: { PASSWORD: "${store.password}", KEY: "${secret.key}" }
    api: { keyRef: "${secret.key}" }
"#,
        ),
        &["values.production.yaml"],
        &expect![[r#"
            //- deploy/helm/toys/values.production.yaml
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.
            # Secret toys-secrets must have: key, store_password

            enabled:
              api: true

            api:
              name: toys-api
              secrets:
                KEY:
                  secret: toys-secrets
                  key: key
                PASSWORD:
                  secret: toys-secrets
                  key: store_password
              api:
                keyRef:
                  name: toys-secrets
                  key: key
        "#]],
    );
    check(
        &project(
            r#"components:
  store: { targets: [aws] }
  api:
    kind: program
    targets: [helm]
    environment: { PASSWORD: "${store.password}" }
    secrets: { HOST: "${store.host}" }
"#,
        ),
        &expect![[r#"
            error: `store.password` is a secret, and `api.environment.PASSWORD` is no place for one
             --> configs/base/x.yaml:6:31
              |
            6 |     environment: { PASSWORD: "${store.password}" }
              |                               ^^^^^^^^^^^^^^^^^
              |
              = help: it belongs under `api.keyRef` and `secrets`

            error: `store.host` is no reference to a secret
             --> configs/base/x.yaml:7:23
              |
            7 |     secrets: { HOST: "${store.host}" }
              |                       ^^^^^^^^^^^^^ `api.secrets.HOST` takes nothing else
        "#]],
    );
}

#[test]
fn names_that_two_components_would_have() {
    check(
        &project(
            r#"components:
  api: { kind: service, targets: [compose] }
  other: { kind: service, targets: [compose], name: toys-api }
  web: { kind: program, targets: [helm], name: same }
  worker: { kind: program, targets: [helm], name: same }
"#,
        ),
        &expect![[r#"
            error: `other` would be called `toys-api` for compose, and so is `api`
             --> configs/base/x.yaml:3:53
              |
            3 |   other: { kind: service, targets: [compose], name: toys-api }
              |                                                     ^^^^^^^^
              |
              = help: give it a name of its own
            note: the other one
             --> configs/base/x.yaml:2:3
              |
            2 |   api: { kind: service, targets: [compose] }
              |   ---

            error: `worker` would be called `same` for helm, and so is `web`
             --> configs/base/x.yaml:5:51
              |
            5 |   worker: { kind: program, targets: [helm], name: same }
              |                                                   ^^^^
              |
              = help: give it a name of its own
            note: the other one
             --> configs/base/x.yaml:4:48
              |
            4 |   web: { kind: program, targets: [helm], name: same }
              |                                                ----
        "#]],
    );
}

#[test]
fn services_that_need_each_other_start_in_any_order() {
    check_rendered(
        &project(
            r#"components:
  a: { kind: service, targets: [compose], connect: { b: "${b}" } }
  b: { kind: service, targets: [compose], connect: { a: "${a}", c: "${c}" } }
  c: { kind: service, targets: [compose] }
"#,
        ),
        &["compose.yaml"],
        &expect![[r#"
            //- deploy/production/compose/compose.yaml
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

            name: toys

            services:
              toys-a:
                image: scratch
                ports:
                  - 80

              toys-b:
                image: scratch
                ports:
                  - 80
                depends_on:
                  toys-c:
                    condition: service_started

              toys-c:
                image: scratch
                ports:
                  - 80
        "#]],
    );
}

#[test]
fn numbers_without_a_fraction() {
    check(
        &project(
            r#"components:
  a: { kind: service, targets: [compose], port: 80.5 }
  b: { kind: program, targets: [helm], port: -0.5 }
  c: { kind: program, targets: [helm], port: 80.0 }
"#,
        ),
        &expect![[r#"
            error: `a.port` must be a whole number
             --> configs/base/x.yaml:2:49
              |
            2 |   a: { kind: service, targets: [compose], port: 80.5 }
              |                                                 ^^^^ a number

            error: `b.port` must be a whole number
             --> configs/base/x.yaml:3:46
              |
            3 |   b: { kind: program, targets: [helm], port: -0.5 }
              |                                              ^^^^ a number
        "#]],
    );
}

#[test]
fn keys_without_a_value() {
    check(
        &project(
            r#"components:
  a: { kind: program, targets: [helm], environment: { A: ~, B: b } }
"#,
        ),
        &expect![[r#"
            error: `a.environment.A` has a key and no value
             --> configs/base/x.yaml:2:55
              |
            2 |   a: { kind: program, targets: [helm], environment: { A: ~, B: b } }
              |                                                       ^ null
              |
              = help: leave the key out; what a layer before sets goes with { $unset: true }
        "#]],
    );
}
