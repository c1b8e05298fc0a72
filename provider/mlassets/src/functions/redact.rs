//! `redact`: texts that go where secrets must not.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use tfplug::{Function, Result, Schema};

/// Hides what looks like a secret in a text that is to be shown: a log line, a command, the body of an error.
///
/// Hidden are passwords in URLs, values of names such as `password`, `token`, `secret` or `api_key`, what follows `Bearer`
/// and `Basic`, private keys, and tokens whose form is known: AWS, GitHub, Slack, Prefect, JWT. What does not look like a
/// secret stays, so this is no substitute for marking values as sensitive.
#[derive(Schema, Debug)]
#[tf(name = "redact")]
pub struct Redact {
    /// The text.
    #[tf(example = "\"postgres://app:hunter2@db:5432/core\"")]
    pub text: String,
}

impl Function for Redact {
    type Output = String;

    fn call(self) -> Result<String> {
        let mut text = self.text;
        for shape in SHAPES.iter() {
            let hidden = shape.replace_all(&text, |found: &Captures<'_>| {
                let part = |name| found.name(name).map_or("", |part| part.as_str());
                format!("{}{MASK}{}", part("before"), part("after"))
            });
            text = hidden.into_owned();
        }
        Ok(text)
    }
}

const MASK: &str = "***";

/// What secrets look like, the larger ones first; the groups `before` and `after` stay.
static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // Private keys in PEM, also where a line break is written as `\n`.
        r"(?s)(?P<before>-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----).*?(?P<after>-----END [A-Z0-9 ]*PRIVATE KEY-----)",
        // https://user:password@host; the password may hold an `@`.
        r"(?P<before>\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/?#:@]*:)[^\s/?#]+(?P<after>@)",
        r"(?P<before>\bhttps://hooks\.slack\.com/(?:services|workflows)/)[A-Za-z0-9/_-]+",
        r"(?i)(?P<before>\b(?:bearer|basic)\s+)[a-z0-9._~+/=-]{6,}",
        // password=…, "api_key": "…", --token …
        r#"(?i)(?P<before>[a-z0-9_.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[a-z0-9_-]*["']?\s*[:=]\s*["'])(?:\\.|[^"'\\])*(?P<after>["'])"#,
        r#"(?i)(?P<before>[a-z0-9_.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[a-z0-9_-]*\s*[:=]\s*)[^\s"',;&]+"#,
        r#"(?i)(?P<before>--(?:password|passphrase|secret|token|api-key)\s+)[^\s"'-][^\s"']*"#,
        // Known forms: AWS, GitHub, Slack, Prefect, JWT.
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bgithub_pat_[A-Za-z0-9_]{20,}\b",
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
        r"\bpn[ub]_[A-Za-z0-9]{20,}\b",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",
    ]
    .iter()
    .map(|shape| Regex::new(shape).expect("the shapes are fixed and tested"))
    .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = Redact { text: text.to_owned() }.call();
        assert_eq!(found.as_deref(), Ok(expected));
        let again = Redact { text: expected.to_owned() }.call();
        assert_eq!(again.as_deref(), Ok(expected), "what is hidden stays as it is");
    }

    #[test]
    fn secrets_are_hidden() {
        check("postgres://app:hunter2@db:5432/core", "postgres://app:***@db:5432/core");
        check("redis://:p@ss@cache/0 and more", "redis://:***@cache/0 and more");
        check("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=*** psql -h db");
        check(r#"{"api_key": "ab\"cd", "name": "x"}"#, r#"{"api_key": "***", "name": "x"}"#);
        check("client_secret: hunter2, next: 1", "client_secret: ***, next: 1");
        check("tool --token hunter2 --verbose", "tool --token *** --verbose");
        check("?user=a&access_token=abc&b=c", "?user=a&access_token=***&b=c");
        check("Authorization: Bearer abc.def-123", "Authorization: Bearer ***");
        check("authorization: basic dXNlcjpwYXNz", "authorization: basic ***");
        check("id AKIAIOSFODNN7EXAMPLE.", "id ***.");
        check("gh auth ghp_abcdefghijklmnopqrstuvwxyz012345", "gh auth ***");
        check(
            "https://hooks.slack.com/services/T000/B000/abcd",
            "https://hooks.slack.com/services/***",
        );
        check("prefect pnu_abcdefghijklmnopqrstuvwxyz", "prefect ***");
        check("jwt eyJhbGciOiJI.eyJzdWIi.c2ln!", "jwt ***!");
        check(
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nrest",
            "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nrest",
        );
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "",
            "https://prefect.example.com:4200/api?x=1",
            "git@github.com:org/repo.git at 12:30",
            "2025-01-15-v1 with sha256 9f86d081884c7d65",
            "the password is wrong",
            "basic ideas, a bearer of news",
            "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        ] {
            check(text, text);
        }
    }
}
