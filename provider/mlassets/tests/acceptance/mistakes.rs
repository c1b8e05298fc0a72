//! What is wrong in a configuration is said at its attribute, before anything runs.

use crate::harness::Workspace;
use crate::messages::Expected;

/// One resource with a mistake, the line that is to be underlined, and what is to be said.
struct Mistake {
    kind: &'static str,
    body: &'static str,
    at: &'static str,
    summary: &'static str,
    detail: &'static str,
}

/// What the rules of an attribute find.
const fn invalid(
    kind: &'static str,
    body: &'static str,
    at: &'static str,
    detail: &'static str,
) -> Mistake {
    Mistake { kind, body, at, summary: "Invalid value", detail }
}

/// Validates all mistakes at once: none may hide another.
#[track_caller]
fn check(mistakes: &[Mistake]) {
    let resources = mistakes.iter().enumerate().map(|(number, mistake)| {
        let Mistake { kind, body, .. } = mistake;
        format!("resource \"mlassets_{kind}\" \"m{number}\" {{\n{body}\n}}\n")
    });
    let workspace = Workspace::new(&resources.collect::<String>());
    let expected: Vec<_> = mistakes
        .iter()
        .map(|&Mistake { at, summary, detail, .. }| Expected { at, summary, detail })
        .collect();
    workspace.run(&["validate", "-json"]).fails().errs(&expected);
}

#[test]
fn in_work_pools() {
    check(&[
        invalid(
            "work_pool",
            "name = \"Prefect one\"",
            "name = ",
            "Names that start with `prefect`, in upper or \
             lower case, are reserved by Prefect; choose another.",
        ),
        invalid(
            "work_pool",
            "name = \"a/b\"",
            "name = ",
            "The name contains `/`; Prefect refuses each of \
             `/ % & < >`.",
        ),
        invalid(
            "work_pool",
            "name = \"\"",
            "name = ",
            "The name is empty or blank; give at least one visible \
             character.",
        ),
        invalid(
            "work_pool",
            "name = \"p\"\nconcurrency_limit = -1",
            "concurrency_limit = ",
            "`concurrency_limit` must be at least 0.",
        ),
        invalid(
            "work_pool",
            "name = \"p\"\nbase_job_template = jsonencode({ variables = {} })",
            "base_job_template = ",
            "`job_configuration` is missing or empty; a template has both \
             `job_configuration` and `variables`, or is `{}`; /variables: `variables` is missing or empty; a template has \
             both `job_configuration` and `variables`, or is `{}`.",
        ),
        invalid(
            "work_pool",
            "name = \"p\"\nbase_job_template = jsonencode({ variables = { properties = { a = true } }, job_configuration = { x = \"{{ b }}\" } })",
            "base_job_template = ",
            "/job_configuration/x: `{{ b }}` is not declared; add `b` to \
             `variables.properties` or remove the placeholder.",
        ),
        Mistake {
            kind: "work_pool",
            body: "name = \"p\"\nbase_job_template = \"{\"",
            at: "base_job_template = ",
            summary: "Invalid JSON",
            detail: "The text is not a JSON document: EOF while parsing an object at line 1 column 1. Use `jsonencode`.",
        },
        invalid(
            "work_pool",
            "name = \"a\\nb\"",
            "name = ",
            "The name contains a line break or another control character; leave it out.",
        ),
        invalid(
            "work_pool",
            "name = \"p\"\nstorage_configuration = { bundle_upload_step = jsonencode(null) }",
            "storage_configuration = ",
            "The step must be a JSON object; leave it out if there is none.",
        ),
        invalid(
            "work_pool",
            "name = \"p\"\nstorage_configuration = { bundle_execution_step = jsonencode([]) }",
            "storage_configuration = ",
            "The step must be a JSON object; leave it out if there is none.",
        ),
        Mistake {
            kind: "work_pool",
            body: "name = \"p\"\nstorage_configuration = { default_result_storage_block_id = \"block\" }",
            at: "storage_configuration = ",
            summary: "Invalid UUID",
            detail: "Expected a UUID, such as \"0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01\".",
        },
        Mistake {
            kind: "work_pool",
            body: "description = \"p\"",
            at: "resource",
            summary: "Missing required argument",
            detail: "The argument \"name\" is required, but no definition was found.",
        },
        Mistake {
            kind: "work_pool",
            body: "name = \"p\"\nconcurrency_limit = \"many\"",
            at: "concurrency_limit = ",
            summary: "Incorrect attribute value type",
            detail: "Inappropriate value for attribute \"concurrency_limit\": a number is required.",
        },
        Mistake {
            kind: "work_pool",
            body: "name = \"p\"\nstatus = \"READY\"",
            at: "status = ",
            summary: "Read-only attribute",
            detail: "Its value is what the provider finds, so it cannot be configured. Leave it out.",
        },
    ]);
}

#[test]
fn in_types_of_work_pools() {
    let workspace = Workspace::new(
        "resource \"mlassets_work_pool\" \"this\" {\n  name = \"p\"\n  type = \"kubernets\"\n}\n",
    );
    workspace.run(&["validate", "-json"]).ok().warns(&[Expected {
        at: "type = ",
        summary: "Unknown type of work pool",
        detail: "Prefect takes any type, but a pool stays not ready for ever unless a worker of its type exists. Did you mean \"kubernetes\"?",
    }]);
}

#[test]
fn in_work_queues() {
    check(&[
        invalid(
            "work_queue",
            "work_pool_name = \"p\"\nname = \"..\"",
            "name = ",
            "The names `.` and `..` cannot be addressed through a \
             URL; choose another.",
        ),
        invalid(
            "work_queue",
            "work_pool_name = \"p\"\nname = \"q\\r\"",
            "name = ",
            "The name contains a line break or another control character; leave it out.",
        ),
        invalid(
            "work_queue",
            "work_pool_name = \"\"\nname = \"q\"",
            "work_pool_name = ",
            "The name is empty or blank; give at least one visible character.",
        ),
        invalid(
            "work_queue",
            "work_pool_name = \"x/y\"\nname = \"q\"",
            "work_pool_name = ",
            "The name contains `/`; Prefect refuses each of `/ % & < >`.",
        ),
        invalid(
            "work_queue",
            "work_pool_name = \"..\"\nname = \"q\"",
            "work_pool_name = ",
            "The names `.` and `..` cannot be addressed through a URL; choose another.",
        ),
        invalid(
            "work_queue",
            "work_pool_name = \"p\"\nname = \"q\"\npriority = 0",
            "priority = ",
            "`priority` must be at least 1.",
        ),
        invalid(
            "work_queue",
            "work_pool_name = \"p\"\nname = \"q\"\nconcurrency_limit = -2",
            "concurrency_limit = ",
            "`concurrency_limit` must be at least 0.",
        ),
    ]);
}

#[test]
fn in_models() {
    check(&[
        invalid(
            "model_version",
            "model = \"a b\"\nversion = \"v\"\nartifact_uri = \"s3://u\"\nartifact_sha256 = sha256(\"\")",
            "model = ",
            "The model must begin with a letter or digit and go on with \
             letters, digits, `.`, `_`, `-`, 128 characters at most.",
        ),
        invalid(
            "model_version",
            "model = \"m\"\nversion = \"v/1\"\nartifact_uri = \"s3://u\"\nartifact_sha256 = sha256(\"\")",
            "version = ",
            "The version must begin with a letter or digit and go on with \
             letters, digits, `.`, `_`, `+`, `-`, 128 characters at most.",
        ),
        invalid(
            "model_version",
            "model = \"m\"\nversion = \"v\"\nartifact_uri = \"\"\nartifact_sha256 = sha256(\"\")",
            "artifact_uri = ",
            "The URI of the artifacts must begin with a scheme, such as `s3://` or `file:///`.",
        ),
        invalid(
            "model_version",
            "model = \"m\"\nversion = \"v\"\nartifact_uri = \"s3://u\"\nartifact_sha256 = \"abc\"",
            "artifact_sha256 = ",
            "The SHA-256 of the artifacts must be 64 lower-case hex digits.",
        ),
        invalid(
            "model_deployment",
            "model = \"m\"\nversion = \"v\"\nenvironment = \"\"",
            "environment = ",
            "The environment must begin with a letter or digit and go on \
             with letters, digits, `.`, `_`, `-`, 128 characters at most.",
        ),
    ]);
}

#[test]
fn in_archives() {
    let name =
        |body: &'static str, detail: &'static str| invalid("worm_record", body, "name = ", detail);
    check(&[
        invalid(
            "worm_bucket",
            "name = \"Audit\"\nretention_days = 1",
            "name = ",
            "The bucket name is not allowed: only `a` to `z`, `0` \
             to `9`, `.` and `-` are allowed.",
        ),
        invalid(
            "worm_bucket",
            "name = \"audit\"\nretention_days = 0",
            "retention_days = ",
            "`retention_days` must be between 1 and 36500.",
        ),
        invalid(
            "worm_record",
            "bucket = \"../x\"\nrecord_type = \"r\"\nname = \"n\"\ncontent = \"\"",
            "bucket = ",
            "The bucket name is not allowed: only `a` to `z`, `0` to `9`, `.` and `-` are allowed.",
        ),
        invalid(
            "worm_record",
            "bucket = \"audit\"\nrecord_type = \"../x\"\nname = \"n\"\ncontent = \"\"",
            "record_type = ",
            "The record type is not allowed: only `a` to `z`, `0` \
             to `9` and `_` are allowed.",
        ),
        name(
            "bucket = \"audit\"\nrecord_type = \"r\"\nname = \"..\"\ncontent = \"\"",
            "The record name is not allowed: it must not begin with a dot.",
        ),
        name(
            "bucket = \"audit\"\nrecord_type = \"r\"\nname = \"a/b\"\ncontent = \"\"",
            "The record name is not allowed: it must be one path \
             segment, without `/` and `\\`.",
        ),
        name(
            "bucket = \"audit\"\nrecord_type = \"r\"\nname = \"a\\u0000b\"\ncontent = \"\"",
            "The record name is not allowed: control characters \
             are not allowed.",
        ),
        Mistake {
            kind: "worm_record",
            body: "bucket = \"audit\"\nrecord_type = \"r\"\nname = \"n\"\ncontent = \"\"\nevent_time = \"2025-01-15\"",
            at: "event_time = ",
            summary: "Invalid time",
            detail: "Expected a time as in RFC 3339, such as \"2025-01-15T04:00:00Z\", of a day that there is and before the last one of the year 9999.",
        },
    ]);
}

/// Unknown values are no mistakes: they are judged once they are known.
#[test]
fn what_is_unknown_is_judged_later() {
    let workspace = Workspace::new(
        r#"
resource "terraform_data" "bad" {
  input = "a/b"
}

resource "mlassets_work_pool" "this" {
  name              = terraform_data.bad.output
  concurrency_limit = length(terraform_data.bad.output)
}
"#,
    );
    workspace.run(&["validate", "-no-color"]).ok();
    workspace.run(&["plan", "-no-color", "-input=false"]).ok().says("2 to add");
    workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "name",
        summary: "Invalid value",
        detail: "The name contains `/`; Prefect refuses each of \
                 `/ % & < >`.",
    }]);
}
