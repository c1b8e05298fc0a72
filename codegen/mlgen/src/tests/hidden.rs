//! Secrets that must not be seen, whatever else is wrong on their lines.

use expect_test::expect;

use super::{app, check, told};

/// Errors about a project that holds `hunter2` somewhere, which none of them shows.
#[track_caller]
fn check_hidden(text: &str, set: &[&str], messages: &[&str]) {
    let app = app(text, set);
    let found: Vec<_> = app.diagnostics().into_iter().map(|one| one.message).collect();
    assert_eq!(found, messages);
    let told = told(&app);
    assert!(!told.contains("hunter"), "{told}");
}

fn base(text: &str) -> String {
    format!("//- configs/base/x.yaml\n{text}\n")
}

#[test]
fn no_error_shows_a_secret() {
    let value = "secrets:\n  api_key: { description: d, value: hunter2hunter2 }";
    check_hidden(&base(value), &[], &["a secret has no `value`"]);
    let twice = "secrets: { DB_PASSWORD: hunter2, DB_PASSWORD: hunter3 }";
    check_hidden(&base(twice), &[], &["`DB_PASSWORD` stands twice in one map"]);
    let syntax = "components: { api: { kind: service, secrets: { DB_PASSWORD: hunter2, X: ${database.password} } } }";
    let flow = "`${` cannot stand inside `{ }` or `[ ]` without quotes";
    check_hidden(&base(syntax), &[], &[flow]);
    let quote = "components:\n  api:\n    environment:\n      DB_PASSWORD: \"hunter2\n      X: y";
    check_hidden(
        &base(quote),
        &[],
        &["a line of this text begins too far left, or the quote is never closed"],
    );
    let tag = "components: { api: { kind: service, environment: { DB_PASSWORD: !hunter2 x } } }";
    check_hidden(
        &base(tag),
        &[],
        &[
            "the tag `***` has no meaning here",
            "`api.environment.DB_PASSWORD` sounds like a secret, and this is its value",
        ],
    );
    let several = "components:\n  api:\n    kind: service\n    environment: { DB_PASS: \"hunter2\", PGPASSWORD: hunter3, STRIPE: sk_live_hunter2hunter2, X: 3 }";
    check_hidden(
        &base(several),
        &[],
        &[
            "`api.environment.DB_PASS` sounds like a secret, and this is its value",
            "`api.environment.PGPASSWORD` sounds like a secret, and this is its value",
            "`api.environment.STRIPE` holds a key of Stripe",
            "`api.environment.X` must be a string",
        ],
    );
    let text = "components: { api: { kind: service, environment: { A_TOKEN: \"hunter2${nope.x}\", B_TOKEN: \"hunter2${a b}\" } } }";
    check_hidden(&base(text), &[], &["there is no component `nope`", "`***` is no reference"]);
    let api = base("components: { api: { kind: service } }");
    check_hidden(
        &api,
        &["nope.environment.DB_PASSWORD=hunter2hunter2", "api.environment={ TOKEN: hunter2"],
        &["there is no component `nope`", "a `,` or a `}` is missing before this"],
    );
}

#[test]
fn what_is_left_of_a_line() {
    let several = "components:\n  api:\n    kind: service\n    secrets: { A: hunter2, B: \"${secret.x}\" }\n    environment: { DB_PASS: hunter2, PORT: 3 }\n";
    check(
        &base(several),
        &expect![[r#"
        error: `api.secrets.A` takes references to secrets, and no values
         --> configs/base/x.yaml:4:19
          |
        4 |     secrets: { A: *******, B: "${secret.x}" }
          |                   ^^^^^^^
          |
          = help: declare the secret under `secrets:` and write ${secret.name}

        error: there is no secret `x`
         --> configs/base/x.yaml:4:32
          |
        4 |     secrets: { A: *******, B: "${secret.x}" }
          |                                ^^^^^^^^^^^
          |
          = help: add it under `secrets:` with a description

        error: `api.environment.DB_PASS` sounds like a secret, and this is its value
         --> configs/base/x.yaml:5:29
          |
        5 |     environment: { DB_PASS: *******, PORT: 3 }
          |                             ^^^^^^^
          |
          = help: declare it under `secrets:` and refer to it with ${secret.db_pass}; if it is no secret, write { $literal: ..., reason: ... }

        error: `api.environment.PORT` must be a string
         --> configs/base/x.yaml:5:44
          |
        5 |     environment: { DB_PASS: *******, PORT: 3 }
          |                                            ^ a number
          |
          = help: put it in quotes
    "#]],
    );
}

#[test]
fn secrets_by_their_forms() {
    let spec = "components:
  api:
    kind: service
    environment:
      A: ghp_0123456789abcdefghij
      B: postgres://u:hunter2@db
      C: \"postgres://u:hunter2@${api.host}/x\"
      D: |
        -----BEGIN PRIVATE KEY-----
        MIIhunter2
        -----END PRIVATE KEY-----
      E: --password=hunter2
      F: postgres://u:$PASSWORD@db
      G: { $literal: \"postgres://u:hunter2@db\" }
      H: { $literal: \"postgres://u:public@db\", reason: The demo's. }
      DB_PASSWORD2: { $literal: hunter2 }
      TOKEN_TTL: \"300\"
";
    check(
        &base(spec),
        &expect![[r#"
        error: `api.environment.A` holds a token of GitHub
         --> configs/base/x.yaml:5:10
          |
        5 |       A: ************************
          |          ^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: declare it under `secrets:` and refer to it with ${secret.name}; if it is no secret, write { $literal: ..., reason: ... }

        error: `api.environment.B` holds a password in an address
         --> configs/base/x.yaml:6:10
          |
        6 |       B: ***********************
          |          ^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: declare it under `secrets:` and refer to it with ${secret.name}; if it is no secret, write { $literal: ..., reason: ... }

        error: `api.environment.C` holds a password in an address
         --> configs/base/x.yaml:7:10
          |
        7 |       C: ************************************
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: declare it under `secrets:` and refer to it with ${secret.name}; if it is no secret, write { $literal: ..., reason: ... }

        error: `api.environment.D` holds a private key
          --> configs/base/x.yaml:9:9
           |
         9 | /         ***************************
        10 | | ******************
        11 | | *********************************
           | |_________________________________^
           |
           = help: declare it under `secrets:` and refer to it with ${secret.name}; if it is no secret, write { $literal: ..., reason: ... }

        error: `api.environment.E` holds a secret in an argument
          --> configs/base/x.yaml:12:10
           |
        12 |       E: ******************
           |          ^^^^^^^^^^^^^^^^^^
           |
           = help: declare it under `secrets:` and refer to it with ${secret.name}; if it is no secret, write { $literal: ..., reason: ... }

        error: `api.environment.G` holds a password in an address
          --> configs/base/x.yaml:14:10
           |
        14 |       G: ***************************************
           |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           |
           = help: say why it is no secret: { $literal: ..., reason: ... }

        error: `api.environment.DB_PASSWORD2` sounds like a secret, and this is its value
          --> configs/base/x.yaml:16:21
           |
        16 |       DB_PASSWORD2: *********************
           |                     ^^^^^^^^^^^^^^^^^^^^^
           |
           = help: say why it is no secret: { $literal: ..., reason: ... }
    "#]],
    );
}

#[test]
fn secrets_of_documents_and_settings() {
    let documents = "\
//- configs/base/x.yaml
documents:
  note:
    template: note
    path: note.md
    api_token: hunter2
    nested: [{ password: 12345, url: \"http://u:hunter2@x\", token: \"${prefix}\" }]
//- templates/note.hbs
{{api_token}}
";
    check(
        documents,
        &expect![[r#"
        error: `api_token` sounds like a secret, and this is its value
         --> configs/base/x.yaml:5:16
          |
        5 |     api_token: *******
          |                ^^^^^^^
          |
          = help: a document holds no secrets: say where it is kept, or name the data otherwise if it is none

        error: `password` sounds like a secret, and this is its value
         --> configs/base/x.yaml:6:26
          |
        6 |     nested: [{ password: *****, url: ********************, token: "${prefix}" }]
          |                          ^^^^^
          |
          = help: a document holds no secrets: say where it is kept, or name the data otherwise if it is none

        error: `url` holds a password in an address
         --> configs/base/x.yaml:6:38
          |
        6 |     nested: [{ password: *****, url: ********************, token: "${prefix}" }]
          |                                      ^^^^^^^^^^^^^^^^^^^^
          |
          = help: a document holds no secrets: say where it is kept, or name the data otherwise if it is none

        error: ${prefix} has no value here
         --> configs/base/x.yaml:6:68
          |
        6 |     nested: [{ password: *****, url: ********************, token: "${prefix}" }]
          |                                                                    ^^^^^^^^^
          |
          = help: a document has an environment where it says `each: environment`
    "#]],
    );
    let settings = "\
//- mlgen.yaml
system: toys
environments: { staging: { targets: [aws] } }
targets:
  aws: { region: AKIAIOSFODNN7EXAMPLE, state: { bucket: x, secret_key: hunter2 } }
";
    check(
        settings,
        &expect![[r#"
            error: `aws.region` holds an access key of AWS
             --> mlgen.yaml:4:18
              |
            4 |   aws: { region: ********************, state: { bucket: x, secret_key: ******* } }
              |                  ^^^^^^^^^^^^^^^^^^^^
              |
              = help: settings are written into files: leave it out, and give it in the environment of the program that needs it

            error: `aws.state` has no `secret_key`
             --> mlgen.yaml:4:60
              |
            4 |   aws: { region: ********************, state: { bucket: x, secret_key: ******* } }
              |                                                            ^^^^^^^^^^
              |
              = help: it has `bucket`
        "#]],
    );
}
