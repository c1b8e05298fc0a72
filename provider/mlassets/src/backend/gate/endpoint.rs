//! Answers over HTTP.

use std::collections::BTreeMap;
use std::error::Error;

use reqwest::StatusCode;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::expect::{Expectation, at};
use super::{Failure, Limits, Passed};
use crate::backend::tls;

/// An answer over HTTP.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Where it is got.
    pub url: Url,
    /// The name of the bearer token to send.
    pub token: Option<String>,
    /// The status that passes.
    pub status: u16,
    /// Where in the JSON of the body the value is that must be as expected; the body is not read without it.
    pub pointer: Option<String>,
    /// What the value must be.
    pub expected: Expectation,
}

/// No answer about health is larger.
const LARGEST: usize = 1 << 20;

/// Checks an address: HTTP or HTTPS, without a password, which would be shown with it.
pub fn check_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "it is no URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "it must hold no user and no password, since it is stored; name a `token` of the `gate` block",
        );
    }
    Ok(url)
}

impl Endpoint {
    pub(super) async fn check(
        &self,
        tokens: &BTreeMap<String, SecretString>,
        limits: Limits,
    ) -> Result<Passed, Failure> {
        tls::choose();
        let client = reqwest::Client::builder()
            .user_agent(concat!("mlassets/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .timeout(limits.timeout)
            .build()
            .map_err(|error| Failure::Unreadable(without_url(error)))?;
        let mut request = client.get(self.url.clone());
        if let Some(name) = &self.token {
            let unknown = || {
                let known: Vec<_> = tokens.keys().map(|name| format!("`{name}`")).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Failure::Missing(format!(
                    "there is no token of that name in the provider's `gate` block, only {known}"
                ))
            };
            request = request.bearer_auth(tokens.get(name).ok_or_else(unknown)?.expose_secret());
        }
        let mut response =
            request.send().await.map_err(|error| Failure::Unreadable(without_url(error)))?;
        let status = response.status();
        if status.as_u16() != self.status {
            let hint =
                if status.is_redirection() { ", and redirects are not followed" } else { "" };
            return Err(Failure::Failed(format!(
                "the status should be {} and is {}{hint}",
                self.status,
                status.as_u16()
            )));
        }
        let found = match &self.pointer {
            None => named(status),
            Some(pointer) => {
                let mut body = Vec::new();
                while let Some(chunk) = response
                    .chunk()
                    .await
                    .map_err(|error| Failure::Unreadable(without_url(error)))?
                {
                    body.extend_from_slice(&chunk);
                    if body.len() > LARGEST {
                        return Err(Failure::Unreadable(
                            "the answer is larger than 1 MiB".to_owned(),
                        ));
                    }
                }
                let document: Value = serde_json::from_slice(&body).map_err(|_| {
                    Failure::Unreadable("the answer is no JSON document".to_owned())
                })?;
                let value = at(&document, pointer).map_err(Failure::Failed)?;
                let what = format!("the value at {pointer:?}");
                self.expected.judge(&what, value).map_err(Failure::Failed)?
            }
        };
        Ok(Passed { source: self.source(), found, sha256: None })
    }

    /// The address without what may be secret in it.
    fn source(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.into()
    }
}

fn named(status: StatusCode) -> String {
    status.as_u16().to_string()
}

/// What went wrong, by its innermost cause; the outer ones name the whole address.
fn without_url(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "there was no answer in time".to_owned();
    }
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    format!("there was no answer: {cause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_no_secret() {
        for (text, expected) in [
            ("https://prefect.example.com/api/health?x=1", Ok(())),
            ("prefect.example.com", Err("it is no URL")),
            ("file:///etc/passwd", Err("it must begin with http:// or https://")),
            (
                "https://:hunter2@host/",
                Err(
                    "it must hold no user and no password, since it is stored; name a `token` of the `gate` block",
                ),
            ),
        ] {
            assert_eq!(check_url(text).map(drop), expected, "{text}");
        }
    }
}
