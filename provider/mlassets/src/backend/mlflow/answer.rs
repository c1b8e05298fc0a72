//! What an answer means: MLflow's error codes, and the pages of whatever else may answer.

use serde::Deserialize;

use super::error::{Call, Denied, Error, Refusal};
use crate::backend::http::{Answer, Doubt, busy_by_status};

/// The body of an error. Its message is read to tell cases apart and then dropped, as it quotes values.
#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    error_code: String,
    #[serde(default)]
    message: String,
}

fn body(answer: &Answer) -> Body {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// Whether the server could not do it now. `BAD_REQUEST` is how it tells that its database rolled back: two inserts
/// of one tag at once, for instance.
pub(super) fn busy(answer: &Answer) -> Option<Doubt> {
    if answer.status == 400 && body(answer).error_code == "BAD_REQUEST" {
        return Some(Doubt::None);
    }
    busy_by_status(answer)
}

pub(super) fn json<T: for<'a> Deserialize<'a>>(
    answer: &Answer,
    call: Box<Call>,
) -> Result<T, Error> {
    let status = answer.status;
    serde_json::from_slice(&answer.body).map_err(|error| match error.classify() {
        // The error's own text may quote the body.
        serde_json::error::Category::Data => Error::Unexpected {
            call,
            status,
            problem: format!(
                "the JSON does not have the shape of MLflow's registry (line {}, column {}); does the server's \
                 version fit?",
                error.line(),
                error.column()
            ),
        },
        _ => Error::NotMlflow { call, status },
    })
}

/// The error that an answer without success means, when trying again is no remedy.
pub(super) fn error(answer: &Answer, call: Box<Call>) -> Error {
    let status = answer.status;
    let Body { error_code, message } = body(answer);
    match (status, &*error_code) {
        (300..=399, _) => Error::Redirected { call, status },
        (401, _) => Error::Denied { call, denied: Denied::Credentials },
        (403, _) if answer.body.starts_with(b"Invalid Host header") => {
            Error::Denied { call, denied: Denied::Host }
        }
        (403, _) => Error::Denied { call, denied: Denied::Forbidden },
        (404, "RESOURCE_DOES_NOT_EXIST") => Error::NotFound { call },
        (_, "RESOURCE_ALREADY_EXISTS") => Error::Exists { call },
        (400, "INVALID_PARAMETER_VALUE") => Error::Refused { call, refusal: refusal(&message) },
        // A wrong path is answered with a web page. It must never look like something that is gone.
        (_, "") if status < 500 => Error::NotMlflow { call, status },
        (500.., _) => Error::Unexpected {
            call,
            status,
            problem: "the server failed inside; its log says why".to_owned(),
        },
        _ => Error::Unexpected {
            call,
            status,
            problem: "this client does not know what it means here".to_owned(),
        },
    }
}

fn refusal(message: &str) -> Refusal {
    if message.starts_with("Invalid model version source")
        || message.starts_with("'source' cannot use")
    {
        Refusal::Source
    } else if message.contains("exceeds the maximum length") {
        Refusal::Length
    } else {
        Refusal::Other
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, expected: &str) {
        let answer = Answer { status, headers: HeaderMap::new(), body: body.into() };
        let call = Box::new(Call { method: "POST", server: "h:5".into(), path: "/p".into() });
        let text = error(&answer, call).to_string();
        let text = text.strip_prefix("POST /p on the MLflow server h:5: ").unwrap();
        assert_eq!(text, expected);
        assert!(!text.contains("hunter2"));
    }

    #[test]
    fn what_an_answer_means() {
        let coded = |code: &str, message: &str| {
            format!(r#"{{"error_code": "{code}", "message": "{message}"}}"#)
        };
        check(
            302,
            "",
            "the server redirects (302); give the final address, usually https instead of http",
        );
        check(401, "You are not authenticated.", "the credentials are missing or wrong (401)");
        check(
            403,
            "Permission denied",
            "the credentials do not allow this (403); ask for the permission, or use other credentials",
        );
        check(
            403,
            "Invalid Host header - possible DNS rebinding attack detected",
            "the server does not answer to this host name (403); start it with `--allowed-hosts` that names it",
        );
        check(404, &coded("RESOURCE_DOES_NOT_EXIST", "x"), "no such model or version (404)");
        for (status, page) in [(404, "<!doctype html>"), (405, "<html>"), (404, "{}"), (418, "")] {
            check(
                status,
                page,
                &format!(
                    "the answer ({status}) is not that of an MLflow server; check that the address leads to the server \
                     itself, with the prefix that a proxy adds, and not to other web pages"
                ),
            );
        }
        check(400, &coded("RESOURCE_ALREADY_EXISTS", "x"), "it exists already (400)");
        for message in
            ["Invalid model version source: 'hunter2'.", "'source' cannot use the 'https' scheme"]
        {
            check(
                400,
                &coded("INVALID_PARAMETER_VALUE", message),
                "MLflow refuses the URI of the artifacts (400): it takes those of object stores with a path, such as \
                 s3://bucket/path; local paths and relative ones never, other schemes only if the server is told to \
                 allow them",
            );
        }
        check(
            400,
            &coded(
                "INVALID_PARAMETER_VALUE",
                "'value' exceeds the maximum length of 5000 characters",
            ),
            "MLflow refuses a text that is too long (400)",
        );
        check(
            400,
            &coded("INVALID_PARAMETER_VALUE", "hunter2"),
            "MLflow refuses a value (400); the server's version may be too old or too new",
        );
        check(
            500,
            "hunter2",
            "unexpected answer, status 500: the server failed inside; its log says why",
        );
    }

    #[test]
    fn a_clash_inside_the_database_is_tried_again() {
        let check = |status, body: &str, expected| {
            let answer = Answer { status, headers: HeaderMap::new(), body: body.into() };
            assert_eq!(busy(&answer), expected, "{body}");
        };
        check(400, r#"{"error_code": "BAD_REQUEST"}"#, Some(Doubt::None));
        check(400, r#"{"error_code": "INVALID_PARAMETER_VALUE"}"#, None);
        check(503, r#"{"error_code": "TEMPORARILY_UNAVAILABLE"}"#, Some(Doubt::Slight));
        check(502, "<html>", Some(Doubt::Real));
    }
}
