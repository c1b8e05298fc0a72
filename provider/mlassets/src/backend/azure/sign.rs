//! Shared Key: what is signed of a request, and the signature.
//!
//! The form is that of the versions since 2015 of the Blob service's REST API.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, Url};
use sha2::Sha256;

/// The text that stands for a request: its verb, the headers that count, and its target.
pub(super) fn string_to_sign(
    method: &Method,
    url: &Url,
    account: &str,
    headers: &BTreeMap<&'static str, String>,
    length: usize,
) -> String {
    let header = |name: &str| headers.get(name).map(String::as_str).unwrap_or_default();
    let length = if length == 0 { String::new() } else { length.to_string() };
    let mut lines = vec![
        method.as_str().to_owned(),
        header("content-encoding").to_owned(),
        header("content-language").to_owned(),
        length,
        header("content-md5").to_owned(),
        header("content-type").to_owned(),
        // The date is in `x-ms-date`.
        String::new(),
        header("if-modified-since").to_owned(),
        header("if-match").to_owned(),
        header("if-none-match").to_owned(),
        header("if-unmodified-since").to_owned(),
        header("range").to_owned(),
    ];
    let own = headers.iter().filter(|(name, _)| name.starts_with("x-ms-"));
    lines.extend(own.map(|(name, value)| format!("{name}:{}", value.trim())));
    lines.push(format!("/{account}{}", url.path()));
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        query.entry(name.to_lowercase()).or_default().push(value.into_owned());
    }
    lines.extend(query.into_iter().map(|(name, mut values)| {
        values.sort();
        format!("{name}:{}", values.join(","))
    }));
    lines.join("\n")
}

/// The header that proves possession of `key`, which is base64.
pub(super) fn authorization(account: &str, key: &str, text: &str) -> String {
    let key = STANDARD.decode(key).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    format!("SharedKey {account}:{}", STANDARD.encode(mac.finalize().into_bytes()))
}
