//! Secrets: references only, in the right places, and no value is ever shown.

use expect_test::expect;

use super::{app, check, check_components, check_rendered, told};

#[test]
fn literals_are_refused_and_not_shown() {
    check(
        r#"//- configs/base/x.yaml
secrets: { jwt: Signs tokens. }
components:
  api:
    kind: service
    environment: { DB_PASSWORD: hunter2, API-TOKEN: 12345, PORT: 3, USER: "${secret.jwt}" }
    secrets: { A: hunter2, B: 12345, C: [hunter2], D: "x-${secret.jwt}", E: "${prefix}", F: "hunter2 ${prefix}" }
    hidden: hunter2
"#,
        &expect![[r#"
    error: `api.environment.DB_PASSWORD` sounds like a secret, and this is its value
     --> configs/base/x.yaml:5:33
      |
    5 |     environment: { DB_PASSWORD: *******, API-TOKEN: *****, PORT: 3, USER: "${secret.jwt}" }
      |                                 ^^^^^^^
      |
      = help: declare it under `secrets:` and refer to it with ${secret.db_password}; if it is no secret, write { $literal: ..., reason: ... }

    error: `api.environment.API-TOKEN` sounds like a secret, and this is its value
     --> configs/base/x.yaml:5:53
      |
    5 |     environment: { DB_PASSWORD: *******, API-TOKEN: *****, PORT: 3, USER: "${secret.jwt}" }
      |                                                     ^^^^^
      |
      = help: declare it under `secrets:` and refer to it with ${secret.api-token}; if it is no secret, write { $literal: ..., reason: ... }

    error: `api.environment.PORT` must be a string
     --> configs/base/x.yaml:5:66
      |
    5 |     environment: { DB_PASSWORD: *******, API-TOKEN: *****, PORT: 3, USER: "${secret.jwt}" }
      |                                                                  ^ a number
      |
      = help: put it in quotes

    error: `secret.jwt` is a secret, and `api.environment.USER` is no place for one
     --> configs/base/x.yaml:5:76
      |
    5 |     environment: { DB_PASSWORD: *******, API-TOKEN: *****, PORT: 3, USER: "${secret.jwt}" }
      |                                                                            ^^^^^^^^^^^^^
      |
      = help: it belongs under `secrets`

    error: `api.secrets.A` takes references to secrets, and no values
     --> configs/base/x.yaml:6:19
      |
    6 |     secrets: { A: *******, B: *****, C: *********, D: "**${secret.jwt}", E: "${prefix}", F: "********${prefix}" }
      |                   ^^^^^^^
      |
      = help: declare the secret under `secrets:` and write ${secret.name}

    error: `api.secrets.B` takes references to secrets, and no values
     --> configs/base/x.yaml:6:31
      |
    6 |     secrets: { A: *******, B: *****, C: *********, D: "**${secret.jwt}", E: "${prefix}", F: "********${prefix}" }
      |                               ^^^^^
      |
      = help: declare the secret under `secrets:` and write ${secret.name}

    error: `api.secrets.C` must be a string
     --> configs/base/x.yaml:6:41
      |
    6 |     secrets: { A: *******, B: *****, C: *********, D: "**${secret.jwt}", E: "${prefix}", F: "********${prefix}" }
      |                                         ^^^^^^^^^ a list

    error: `api.secrets.D` must be one reference to a secret, not a text around it
     --> configs/base/x.yaml:6:55
      |
    6 |     secrets: { A: *******, B: *****, C: *********, D: "**${secret.jwt}", E: "${prefix}", F: "********${prefix}" }
      |                                                       ^^^^^^^^^^^^^^^^^
      |
      = help: only where a secret is kept is known here, not its value: keep the whole text as the secret, or hand over its parts

    error: `api.secrets.E` takes references to secrets, and this is none
     --> configs/base/x.yaml:6:78
      |
    6 |     secrets: { A: *******, B: *****, C: *********, D: "**${secret.jwt}", E: "${prefix}", F: "********${prefix}" }
      |                                                                              ^^^^^^^^^
      |
      = help: write ${secret.name}

    error: `api.secrets.F` must be one reference to a secret, not a text around it
     --> configs/base/x.yaml:6:93
      |
    6 |     secrets: { A: *******, B: *****, C: *********, D: "**${secret.jwt}", E: "${prefix}", F: "********${prefix}" }
      |                                                                                             ^^^^^^^^^^^^^^^^^^^
      |
      = help: only where a secret is kept is known here, not its value: keep the whole text as the secret, or hand over its parts

    error: `api.hidden` is sensitive, and this is its value
     --> configs/base/x.yaml:7:13
      |
    7 |     hidden: *******
      |             ^^^^^^^
      |
      = help: declare it under `inputs:` and write ${input.name}, so that no file holds it
"#]],
    );
}

#[test]
fn a_literal_that_is_overridden_is_refused_too() {
    check(
        r#"//- configs/base/x.yaml
secrets: { jwt: Signs tokens. }
components:
  api:
    kind: service
    secrets:
      A: hunter2
//- configs/envs/staging/x.yaml
components:
  api:
    secrets: { A: "${secret.jwt}" }
//- configs/envs/production/x.yaml
components:
  api:
    secrets: { A: "${secret.jwt}" }
"#,
        &expect![[r#"
    error: `api.secrets.A` takes references to secrets, and no values
     --> configs/base/x.yaml:6:10
      |
    6 |       A: *******
      |          ^^^^^^^
      |
      = help: declare the secret under `secrets:` and write ${secret.name}
"#]],
    );
}

#[test]
fn plain_and_secret_do_not_mix() {
    check_components(
        r#"network: {}
database: { network: "${network}", tags: { p: "${database.password}" } }
api:
  kind: service
  environment: { P: "${database.password}", Q: "p=${database.password}" }
  secrets: { H: "${database.host}", I: "${input.x}", N: "${secret.none}" }
"#,
        &expect![[r#"
    error: `database.password` is a secret, and `database.tags.p` is no place for one
     --> configs/base/x.yaml:3:50
      |
    3 |   database: { network: "${network}", tags: { p: "${database.password}" } }
      |                                                  ^^^^^^^^^^^^^^^^^^^^
      |
      = help: this component takes no secrets

    error: `database.password` is a secret, and `api.environment.P` is no place for one
     --> configs/base/x.yaml:6:24
      |
    6 |     environment: { P: "${database.password}", Q: "p=${database.password}" }
      |                        ^^^^^^^^^^^^^^^^^^^^
      |
      = help: it belongs under `secrets`

    error: `database.password` is a secret, and `api.environment.Q` is no place for one
     --> configs/base/x.yaml:6:53
      |
    6 |     environment: { P: "${database.password}", Q: "p=${database.password}" }
      |                                                     ^^^^^^^^^^^^^^^^^^^^
      |
      = help: it belongs under `secrets`

    error: `database.host` is no reference to a secret
     --> configs/base/x.yaml:7:20
      |
    7 |     secrets: { H: "${database.host}", I: "${input.x}", N: "${secret.none}" }
      |                    ^^^^^^^^^^^^^^^^ `api.secrets.H` takes nothing else

    error: `api.secrets.I` takes references to secrets, and this is none
     --> configs/base/x.yaml:7:43
      |
    7 |     secrets: { H: "${database.host}", I: "${input.x}", N: "${secret.none}" }
      |                                           ^^^^^^^^^^
      |
      = help: write ${secret.name}

    error: there is no secret `none`
     --> configs/base/x.yaml:7:60
      |
    7 |     secrets: { H: "${database.host}", I: "${input.x}", N: "${secret.none}" }
      |                                                            ^^^^^^^^^^^^^^
      |
      = help: add it under `secrets:` with a description
"#]],
    );
}

#[test]
fn a_name_that_only_sounds_secret() {
    check_rendered(
        r#"//- configs/base/x.yaml
components:
  api:
    kind: service
    environment:
      CSRF_TOKEN: { $literal: header, reason: the name of a header }
      EMPTY_TOKEN: ""
"#,
        &["production/aws/api.tf"],
        &expect![[r#"
    //- deploy/production/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "api" {
      source = "../../../modules/aws/service"

      name = "${var.prefix}-api"

      environment = {
        CSRF_TOKEN  = "header"
        EMPTY_TOKEN = ""
      }
    }
"#]],
    );
}

#[test]
fn they_are_kept_by_the_targets_component() {
    check_rendered(
        r#"//- configs/base/x.yaml
secrets:
  jwt: Signs tokens.
  local: { description: Of one machine., targets: [compose] }
components:
  api: { kind: service, secrets: { JWT: "${secret.jwt}" } }
"#,
        &["production/aws/api.tf", "production/aws/secrets.tf"],
        &expect![[r#"
    //- deploy/production/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "api" {
      source = "../../../modules/aws/service"

      name    = "${var.prefix}-api"
      secrets = { JWT = module.secrets.references["jwt"] }
    }
    //- deploy/production/aws/secrets.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "secret_values" {
      description = "Values of the secrets that are new or have a new version, by name. Set TF_VAR_secret_values; they are stored in no plan and no state."
      type        = map(string)
      default     = {}
      sensitive   = true
      ephemeral   = true
    }

    module "secrets" {
      source = "../../../modules/aws/secrets"

      path    = "/toys/${var.environment}"
      secrets = { jwt = { description = "Signs tokens." } }
      values  = var.secret_values
    }
"#]],
    );
}

#[test]
fn the_name_of_the_keeper_is_taken() {
    check(
        r"//- configs/base/x.yaml
secrets: { jwt: Signs tokens. }
components:
  secrets: { kind: network }
",
        &expect![[r#"
    error: `secrets` is what the secrets of a stack for aws are in
     --> configs/base/x.yaml:3:3
      |
    3 |   secrets: { kind: network }
      |   ^^^^^^^
      |
      = help: give it another name, or make it of kind `secrets`
    note: there are secrets
     --> configs/base/x.yaml:1:12
      |
    1 | secrets: { jwt: ************* }
      |            ---
"#]],
    );
}

#[test]
fn on_compose_a_text_may_hold_one() {
    check_rendered(
        r#"//- mlgen.yaml
system: toys
environments:
  local: { targets: [compose] }
targets: { compose: {} }
//- configs/base/x.yaml
secrets: { pw: Opens it. }
components:
  api: { kind: service, secrets: { URL: "db://u:${secret.pw}@h" } }
"#,
        &["compose.yaml"],
        &expect![[r#"
            //- deploy/local/compose/compose.yaml
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.
            # First: cp .env.example .env, and fill it in.

            name: toys-local

            services:
              toys-local-api:
                image: scratch
                environment:
                  URL: db://u:${PW:?set it in .env}@h
        "#]],
    );
}

#[test]
fn no_message_has_the_value() {
    for text in [
        "secrets: { A: hunter2 }",
        "secrets: { A: { $literal: hunter2, reason: hunter3 }, B: 3 }",
        "environment: { TOKEN: hunter2 }\n    image_tag: 3",
        "hidden: hunter2",
        "secrets: [hunter2]",
        "secrets: hunter2",
    ] {
        let base = "//- configs/base/x.yaml\ncomponents:\n  api:\n    kind: service\n    ";
        let app = app(&format!("{base}{text}\n"), &["api.secrets.Z=hunter2"]);
        let told = told(&app);
        assert!(app.has_errors(), "{text}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn keys_of_env_stand_under_who_reads_them() {
    check_rendered(
        r#"//- mlgen.yaml
system: toys
environments:
  production: { targets: [compose] }
targets: { compose: {} }
//- configs/base/x.yaml
inputs: { tag: Which image. }
secrets: { jwt: Signs tokens., key: Opens. }
components:
  api: { kind: service, image: "x:${input.tag}", secrets: { JWT: "${secret.jwt}" } }
  web: { kind: service, secrets: { JWT: "${secret.jwt}", KEY: "${secret.key}" } }
"#,
        &[".env.example"],
        &expect![[r#"
            //- deploy/production/compose/.env.example
            # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.
            # Copy to .env and fill in what is empty; .env must never be committed.

            # --- api ---
            # Which image.
            TAG=

            # --- api, web ---
            # Signs tokens.
            JWT=

            # --- web ---
            # Opens.
            KEY=
        "#]],
    );
}
