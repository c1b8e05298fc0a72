//! Names that lead nowhere in the files of a catalogue.

use expect_test::expect;

use super::check;

/// A project that uses what is wrong.
const USED: &str = "//- configs/base/x.yaml\ncomponents:\n  network: {}\n";

#[test]
fn names_in_target_yaml() {
    check(
        &format!(
            r#"//- modules/aws/target.yaml
writer: terraform
also: [lm, bucket]
settings:
  region: {{ type: string, description: Region. }}
  state: {{ type: any, description: State. }}
conventions:
  name: ${{prefix}}-${{componnet}}
  cidr: ${{settings.regoin}}
  zone: a
  readers: {{ $apend: [x] }}
  tags: {{ a: "${{local.tgas}}", b: "${{local.tags}}", c: "${{a b}}" }}
backend:
  type: s3
  settings: {{ key: "${{systm}}/${{environment}}", bucket: "${{settings.state.bucket}}" }}
secrets:
  kind: secrts
  inputs: {{ path: "${{setings.region}}" }}
//- modules/aws/provider.tf
locals {{
  tags = {{}}
}}
//- modules/ml/work/variables.tf
variable "name" {{}}
{USED}"#
        ),
        &expect![[r#"
            error: target `aws` has no setting `regoin`
             --> configs/base/x.yaml:2:3
              |
            2 |   network: {}
              |   ^^^^^^^
              |
              = help: did you mean `region`?

            error: there is no component `componnet`
             --> configs/base/x.yaml:2:3
              |
            2 |   network: {}
              |   ^^^^^^^
              |
              = help: there are `network`

            error: the catalogue has no folder `lm`
             --> modules/aws/target.yaml:2:8
              |
            2 | also: [lm, bucket]
              |        ^^
              |
              = help: did you mean `ml`?

            error: the catalogue has no folder `bucket`
             --> modules/aws/target.yaml:2:12
              |
            2 | also: [lm, bucket]
              |            ^^^^^^

            error: `${componnet}` means nothing in a convention
             --> modules/aws/target.yaml:7:19
              |
            7 |   name: ${prefix}-${componnet}
              |                   ^^^^^^^^^^^^
              |
              = help: write ${component}, ${local.name}, ${settings.name}, ${prefix}, ${system} or ${environment}

            error: target `aws` has no setting `regoin`
             --> modules/aws/target.yaml:8:9
              |
            8 |   cidr: ${settings.regoin}
              |         ^^^^^^^^^^^^^^^^^^
              |
              = help: did you mean `region`?

            error: no kind has an input `zone` for aws
             --> modules/aws/target.yaml:9:3
              |
            9 |   zone: a
              |   ^^^^
              |
              = help: did you mean `zones`?

            error: there is no operator `$apend`
              --> modules/aws/target.yaml:10:14
               |
            10 |   readers: { $apend: [x] }
               |              ^^^^^^
               |
               = note: there are `$append`, `$literal`, `$remove`, `$replace`, `$unset`
               = help: did you mean `$append`?

            error: provider.tf has no local value `tgas`
              --> modules/aws/target.yaml:11:15
               |
            11 |   tags: { a: "${local.tgas}", b: "${local.tags}", c: "${a b}" }
               |               ^^^^^^^^^^^^^
               |
               = help: did you mean `tags`?

            error: `${a b}` is no reference
              --> modules/aws/target.yaml:11:55
               |
            11 |   tags: { a: "${local.tgas}", b: "${local.tags}", c: "${a b}" }
               |                                                       ^^^^^^
               |
               = help: write a component, `component.output`, `input.name` or `secret.name`; for a literal `${` write `$${`

            error: `${systm}` means nothing in a backend
              --> modules/aws/target.yaml:14:21
               |
            14 |   settings: { key: "${systm}/${environment}", bucket: "${settings.state.bucket}" }
               |                     ^^^^^^^^
               |
               = help: write ${settings.name}, ${prefix}, ${system} or ${environment}

            error: there is no kind `secrts` for aws
              --> modules/aws/target.yaml:16:9
               |
            16 |   kind: secrts
               |         ^^^^^^
               |
               = help: did you mean `secrets`?

            error: `${setings.region}` means nothing in an input of what holds secrets
              --> modules/aws/target.yaml:17:20
               |
            17 |   inputs: { path: "${setings.region}" }
               |                    ^^^^^^^^^^^^^^^^^
               |
               = help: write ${local.name}, ${settings.name}, ${prefix}, ${system} or ${environment}
        "#]],
    );
}

#[test]
fn inputs_of_what_holds_secrets() {
    check(
        &format!(
            r"//- modules/aws/target.yaml
writer: terraform
settings:
  region: {{ type: string, description: Region. }}
  state: {{ type: any, description: State. }}
secrets:
  kind: secrets
  inputs: {{ pth: x }}
{USED}"
        ),
        &expect![[r#"
            error: aws/secrets has no `pth`
             --> modules/aws/target.yaml:7:13
              |
            7 |   inputs: { pth: x }
              |             ^^^
              |
              = help: did you mean `path`?
        "#]],
    );
}

#[test]
fn names_in_component_yaml() {
    check(
        &format!(
            r"//- modules/aws/network/component.yaml
classes:
  staging: {{ cidrr: x }}
secret_inputs: [cird]
secret_outputs: [password]
{USED}"
        ),
        &expect![[r#"
            error: aws/network (class staging) has no `cidrr`
             --> modules/aws/network/component.yaml:2:14
              |
            2 |   staging: { cidrr: x }
              |              ^^^^^
              |
              = help: did you mean `cidr`?

            error: aws/network has no input `cird`
             --> modules/aws/network/component.yaml:3:17
              |
            3 | secret_inputs: [cird]
              |                 ^^^^
              |
              = help: did you mean `cidr`?

            error: aws/network has no output `password`
             --> modules/aws/network/component.yaml:4:18
              |
            4 | secret_outputs: [password]
              |                  ^^^^^^^^
              |
              = help: it has `id` and `zones`
        "#]],
    );
}

#[test]
fn names_in_the_component_yaml_of_compose() {
    check(
        r#"//- modules/compose/service/component.yaml
inputs:
  name: { type: string }
  image: { type: string, default: scratch }
  environment: { type: map(string), default: {} }
outputs:
  host: ${nmae}
service:
  image: ${settings.image}
  $each: x
  command: "${IMAGE:-x} $${HOME}"
  environment: { $merge: "${environment}", A: b }
//- mlgen.yaml
system: toys
environments:
  production: { targets: [compose] }
targets: { compose: {} }
//- configs/base/x.yaml
components:
  service: {}
"#,
        &expect![[r#"
            error: compose/service has no input `nmae`
             --> modules/compose/service/component.yaml:6:9
              |
            6 |   host: ${nmae}
              |         ^^^^^^^
              |
              = help: did you mean `name`?

            error: `${settings.image}` means nothing in component.yaml
             --> modules/compose/service/component.yaml:8:10
              |
            8 |   image: ${settings.image}
              |          ^^^^^^^^^^^^^^^^^
              |
              = help: write an input, ${prefix}, ${system} or ${environment}

            error: `$each` means nothing here
             --> modules/compose/service/component.yaml:9:3
              |
            9 |   $each: x
              |   ^^^^^
              |
              = help: write `{ $merge: [...] }` to join maps

            error: `${IMAGE:-x}` is no reference
              --> modules/compose/service/component.yaml:10:13
               |
            10 |   command: "${IMAGE:-x} $${HOME}"
               |             ^^^^^^^^^^^
               |
               = help: write `${IMAGE:component.output}`

            error: `$merge` stands alone in its map
              --> modules/compose/service/component.yaml:11:18
               |
            11 |   environment: { $merge: "${environment}", A: b }
               |                  ^^^^^^
               |
               = help: add what stands beside it to the list, as a map
        "#]],
    );
}
