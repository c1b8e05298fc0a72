//! From an answer that is no success to an [`Error`]: the server's two shapes of error bodies.
//!
//! The texts of `detail` are read to tell cases apart and then dropped. Of a validation error only `loc` and
//! `msg` are kept: `input` and `request_body` repeat what was sent, secrets included, and are not even
//! decoded, except to make sure that `msg` does not quote the value.

use reqwest::header::LOCATION;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::error::{Call, Conflict, Denied, Error, FieldError, Missing};
use crate::backend::http::Answer;

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    detail: Value,
    #[serde(default)]
    exception_message: Value,
    #[serde(default)]
    exception_detail: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    loc: Vec<Value>,
    #[serde(default)]
    msg: String,
    #[serde(default)]
    input: Value,
}

impl Body {
    fn text(&self) -> &str {
        self.detail.as_str().or_else(|| self.exception_message.as_str()).unwrap_or_default()
    }
}

impl Answer {
    /// Whether the server wants a (new) CSRF token. It looks at the token before anything else.
    pub(super) fn wants_csrf_token(&self) -> bool {
        self.status == 403
            && matches!(
                self.body().text(),
                "Missing CSRF token."
                    | "Missing client identifier."
                    | "Invalid CSRF token or client identifier."
            )
    }

    pub(super) fn json<T: for<'a> Deserialize<'a>>(&self, call: &Call) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Unexpected {
            call: Box::new(call.clone()),
            status: self.status,
            // The error's own text may quote the body.
            problem: match error.classify() {
                serde_json::error::Category::Data => format!(
                    "the JSON does not have the shape of Prefect 3 (line {}, column {}); does the server's version fit?",
                    error.line(),
                    error.column()
                ),
                _ => "the body is not JSON; check that the API URL leads to the API, not to the web pages".to_owned(),
            },
        })
    }

    /// The error that an answer without success means, when trying again is no remedy.
    pub(super) fn into_error(self, call: Box<Call>) -> Error {
        let body = self.body();
        let text = body.text();
        let status = self.status;
        match status {
            300..=399 => Error::Redirected { call, status, location: self.location() },
            401 => Error::Unauthorized { call, denied: Denied::Credentials },
            403 if self.wants_csrf_token() => Error::Unauthorized { call, denied: Denied::Csrf },
            403 if text.contains("reserved for internal use") => {
                Error::Unauthorized { call, denied: Denied::ReservedName }
            }
            403 => Error::Unauthorized { call, denied: Denied::Forbidden },
            404 => Error::NotFound { call, missing: missing(text) },
            409 if text.contains("already exists") => {
                Error::Conflict { call, conflict: Conflict::NameTaken }
            }
            409 => Error::Conflict { call, conflict: Conflict::Integrity },
            422 => Error::Invalid { call, fields: fields(&body) },
            500 => Error::Unexpected {
                call,
                status,
                problem: "the server failed inside; its log says why".to_owned(),
            },
            _ => Error::Unexpected {
                call,
                status,
                problem: "this client does not know what it means here; check the proxies before the server".to_owned(),
            },
        }
    }

    fn body(&self) -> Body {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn location(&self) -> Option<String> {
        let mut url = Url::parse(self.headers.get(LOCATION)?.to_str().ok()?).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        (url.username().is_empty() && url.password().is_none()).then(|| url.to_string())
    }
}

/// A wrong API URL must never look like a deleted object, or Terraform would forget it.
fn missing(text: &str) -> Missing {
    let lower = text.to_lowercase();
    if lower.starts_with("work pool") || lower.starts_with("work queue") {
        Missing::Object
    } else if lower.is_empty()
        || lower == "not found"
        || lower.contains("workspace")
        || lower.contains("account")
    {
        Missing::Endpoint
    } else {
        Missing::Object
    }
}

fn fields(body: &Body) -> Vec<FieldError> {
    if body.exception_detail.is_empty() {
        return vec![rule_without_field(body.text())];
    }
    body.exception_detail.iter().map(field).collect()
}

/// Rules about templates that quote only names of variables. A template has so many words that one of them
/// would always be found in the message.
const OF_TEMPLATES: [&str; 2] = [
    "The `base_job_template` must contain both",
    "The variables specified in the job configuration template must be present",
];

fn field(detail: &Detail) -> FieldError {
    let pointer = detail
        .loc
        .iter()
        .skip(usize::from(matches!(detail.loc.first(), Some(Value::String(s)) if s == "body")))
        .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
        .collect();
    let message = match detail.msg.strip_prefix("Value error, ").unwrap_or(&detail.msg) {
        "" => "refused without a reason".to_owned(),
        message if OF_TEMPLATES.iter().any(|known| message.starts_with(known)) => {
            message.to_owned()
        }
        message if quotes(message, &detail.input) => {
            format!(
                "refused by the rule `{}` (its text is left out, as it quotes the value)",
                detail.kind
            )
        }
        message => message.to_owned(),
    };
    FieldError { pointer, message }
}

/// Whether `message` repeats a text inside `input` that is long enough to be a secret.
fn quotes(message: &str, input: &Value) -> bool {
    match input {
        Value::String(text) => text.len() > 3 && message.contains(text.as_str()),
        Value::Array(items) => items.iter().any(|item| quotes(message, item)),
        Value::Object(members) => members.values().any(|member| quotes(message, member)),
        _ => false,
    }
}

/// A 422 in the shape `{"detail": text}`. Such a text may quote values (the check of a JSON schema does), so
/// none is passed on.
fn rule_without_field(text: &str) -> FieldError {
    if text.starts_with("Invalid schema") {
        FieldError {
            pointer: ["base_job_template", "variables"].map(str::to_owned).to_vec(),
            message: "is not a valid JSON schema".to_owned(),
        }
    } else {
        FieldError {
            pointer: Vec::new(),
            message: "refused without naming a field; the server's log may say more".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, expected: &str) {
        let call =
            Call { method: "POST", server: "h:4200".to_owned(), path: "/work_pools/".to_owned() };
        let answer = Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
        let shown = answer.into_error(Box::new(call)).to_string();
        let shown = shown.strip_prefix("POST /work_pools/ on the Prefect server h:4200: ").unwrap();
        assert_eq!(shown, expected, "{status} {body}");
    }

    #[test]
    fn refusals() {
        check(
            401,
            r#"{"exception_message":"Unauthorized"}"#,
            "the credentials are missing or wrong (401)",
        );
        check(
            403,
            r#"{"detail":"Work pools starting with 'Prefect' are reserved for internal use."}"#,
            "work pools whose name starts with `prefect` are reserved for Prefect (403); choose another name",
        );
        check(
            403,
            r#"{"detail":"Missing CSRF token."}"#,
            "the server keeps refusing the CSRF tokens that it issues (403); do several servers without a common database share this address?",
        );
        check(
            403,
            "<html>",
            "the credentials do not allow this (403); ask for the permission, or use other credentials",
        );
    }

    #[test]
    fn a_wrong_url_is_no_missing_object() {
        let object = "no such object (404)";
        let endpoint = "the server does not know this path (404); check the API URL, and that the server is Prefect 3";
        check(404, r#"{"detail":"Work pool \"missing\" not found."}"#, object);
        check(404, r#"{"detail":"Work pool \"account\" not found."}"#, object);
        check(404, r#"{"detail":"Work pool queue 'p/none' not found."}"#, object);
        check(404, r#"{"exception_message":"Automation not found"}"#, object);
        check(404, r#"{"detail":"Not Found"}"#, endpoint);
        check(404, r#"{"detail":"Workspace not found"}"#, endpoint);
        check(404, "<html>", endpoint);
        check(404, "", endpoint);
    }

    #[test]
    fn conflicts() {
        let taken = "the name is taken (409); import the existing object, or choose another name";
        check(409, r#"{"detail":"A work pool with this name already exists."}"#, taken);
        check(
            409,
            r#"{"detail":"A work queue with this name already exists in work pool {work_pool_name!r}."}"#,
            taken,
        );
        check(
            409,
            r#"{"detail":"Data integrity conflict. This usually means a unique or foreign key constraint was violated. See server logs for details."}"#,
            "the server's database refuses the change (409): something unique exists already, or something referred to does not",
        );
    }

    #[test]
    fn validation_names_fields_and_never_values() {
        check(
            422,
            r#"{"exception_message":"Invalid request received.","exception_detail":[
                {"type":"string_pattern_mismatch","loc":["body","name"],"msg":"String should match pattern '^[^/%&><]+$'","input":"a/b"},
                {"type":"value_error","loc":["body","storage_configuration","bundle_upload_step",0],"msg":"Value error, bad step","input":{"env":"hunter2"}},
                {"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary","input":[]}],
               "request_body":{"name":"a/b","secret":"hunter2"}}"#,
            "Prefect refuses `name`: String should match pattern '^[^/%&><]+$'; `storage_configuration.bundle_upload_step.0`: bad step; the request: Input should be a valid dictionary",
        );
        check(
            422,
            r#"{"exception_detail":[{"type":"value_error","loc":["body","x"],"msg":"hunter2 is not allowed","input":{"a":["hunter2"]}}]}"#,
            "Prefect refuses `x`: refused by the rule `value_error` (its text is left out, as it quotes the value)",
        );
        check(
            422,
            r#"{"exception_detail":[{"type":"value_error","loc":["body","base_job_template"],"msg":"Value error, The variables specified in the job configuration template must be present as properties in the variables schema. Your job configuration uses the following undeclared variable(s): cmd.","input":{"job_configuration":{"schema":"schema"}}}]}"#,
            "Prefect refuses `base_job_template`: The variables specified in the job configuration template must be present as properties in the variables schema. Your job configuration uses the following undeclared variable(s): cmd.",
        );
        check(
            422,
            r#"{"detail":"Invalid schema: 'hunter2' is not of type 'object'"}"#,
            "Prefect refuses `base_job_template.variables`: is not a valid JSON schema",
        );
        check(
            422,
            r#"{"detail":"hunter2"}"#,
            "Prefect refuses the request: refused without naming a field; the server's log may say more",
        );
    }

    #[test]
    fn the_rest() {
        check(
            500,
            r#"{"exception_message":"Internal Server Error"}"#,
            "unexpected answer, status 500: the server failed inside; its log says why",
        );
        check(
            418,
            "hunter2",
            "unexpected answer, status 418: this client does not know what it means here; check the proxies before the server",
        );
        check(
            307,
            "",
            "the server redirects (307) to an unnamed place; set the API URL to the final address, usually by writing https instead of http",
        );
    }
}
