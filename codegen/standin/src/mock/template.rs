//! The little language of the tables: text with placeholders in braces.
//!
//! | placeholder | stands for |
//! | --- | --- |
//! | `{hex:8}` | so many hexadecimal digits; `{hex:.length}` as many as another attribute says |
//! | `{number:8}` | so many decimal digits |
//! | `{byte}` | a number from 1 to 254, for addresses |
//! | `{nth}`, `{letter}` | the place in the nearest list: 1, 2, … or a, b, … |
//! | `{uuid}` | a UUID |
//! | `{name}` | what the object is called, or else its type and digits |
//! | `{leaf}` | the attribute's own name with dashes |
//! | `{stem}` | the same without its last word: `role` of `role_arn` |
//! | `{type}` | the object's type without the provider's name, with dashes |
//! | `{region}`, `{account}`, `{subscription}` | what the provider is configured with, or a fixed one |
//! | `{scope}` | `global` for a web ACL with that scope, `regional` for another one |
//! | `{group}` | the id of the Azure resource group that the object is in |
//! | `{.attribute}` | the value of another attribute of the object |
//! | `{base64:text}` | the text, which may have placeholders of its own but `:`, in Base64 |
//!
//! A brace that stands for itself is written twice.

use std::fmt::Write as _;

use super::Spot;

/// What an object may be called by, most telling first.
const NAMES: &[&str] = &[
    "name",
    "identifier",
    "cluster_identifier",
    "bucket",
    "replication_group_id",
    "cluster_id",
    "function_name",
    "family",
    "domain_name",
    "domain",
    "key",
    "alarm_name",
    "dashboard_name",
];

/// The account of all made-up ARNs: the one of AWS's own documentation.
const ACCOUNT: &str = "123456789012";
/// The region when the provider has none.
const REGION: &str = "us-east-1";
/// The subscription when the provider has none.
const SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000001";

/// The text with its placeholders filled in.
pub(super) fn expand(form: &str, spot: &Spot<'_>) -> String {
    let mut out = String::new();
    let mut rest = form;
    while let Some(start) = rest.find(['{', '}']) {
        out.push_str(&rest[..start]);
        let brace = &rest[start..=start];
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
        } else {
            let end = rest.find('}').unwrap_or(rest.len());
            placeholder(&rest[..end], spot, &mut out);
            rest = rest.get(end + 1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

fn placeholder(name: &str, spot: &Spot<'_>, out: &mut String) {
    let leaf = || {
        let named = spot.path.iter().rev().find(|step| !step.starts_with('#'));
        named.map(String::as_str).unwrap_or_default()
    };
    let (word, argument) = name.split_once(':').unwrap_or((name, ""));
    let count = match argument.strip_prefix('.') {
        Some(attribute) => spot.attribute(attribute).parse().unwrap_or(16),
        None => argument.parse().unwrap_or(8),
    };
    match word {
        "hex" => out.push_str(&spot.digits(count)),
        "number" => out.extend(spot.digits(count).chars().map(decimal)),
        "byte" => {
            let _ = write!(out, "{}", byte(&spot.digits(2)));
        }
        "nth" => {
            let _ = write!(out, "{}", place(spot).saturating_add(1));
        }
        "letter" => out.push(char::from(b'a' + place(spot) % 26)),
        "uuid" => out.push_str(&uuid(&spot.digits(32))),
        "name" => out.push_str(&own_name(spot)),
        "leaf" => out.push_str(&leaf().replace('_', "-")),
        "stem" => {
            let stem = leaf().rsplit_once('_').map_or("", |(stem, _)| stem);
            out.push_str(&stem.replace('_', "-"));
        }
        "type" => out.push_str(&type_of(spot)),
        "region" => out.push_str(&region(spot)),
        "account" => out.push_str(ACCOUNT),
        "subscription" => {
            out.push_str(spot.maker.settings.subscription.as_deref().unwrap_or(SUBSCRIPTION));
        }
        "group" => {
            let subscription = spot.maker.settings.subscription.as_deref().unwrap_or(SUBSCRIPTION);
            let group = spot.maker.object.member("resource_group_name");
            let group = group.as_str().unwrap_or("standin");
            let _ = write!(out, "/subscriptions/{subscription}/resourceGroups/{group}");
        }
        "scope" => {
            let global = spot.maker.object.member("scope").as_str() == Some("CLOUDFRONT");
            out.push_str(if global { "global" } else { "regional" });
        }
        "base64" => out.push_str(&base64(argument.as_bytes())),
        _ => match name.strip_prefix('.') {
            Some(attribute) => out.push_str(&spot.attribute(attribute)),
            None => out.push_str(name),
        },
    }
}

fn own_name(spot: &Spot<'_>) -> String {
    let object = spot.maker.object;
    let known = NAMES.iter().find_map(|name| super::shown(object.member(name)));
    known.unwrap_or_else(|| format!("{}-{}", type_of(spot), &spot.maker.digest("name")[..8]))
}

fn type_of(spot: &Spot<'_>) -> String {
    let type_name = spot.maker.type_name;
    type_name.split_once('_').map_or(type_name, |(_, own)| own).replace('_', "-")
}

fn region(spot: &Spot<'_>) -> String {
    let own = spot.maker.object.member("region").as_str();
    own.or(spot.maker.settings.region.as_deref()).unwrap_or(REGION).to_owned()
}

/// The place in the innermost list that has one.
fn place(spot: &Spot<'_>) -> u8 {
    let place = spot.path.iter().rev().find_map(|step| step.strip_prefix('#'));
    place.and_then(|place| place.parse().ok()).unwrap_or(0)
}

fn decimal(digit: char) -> char {
    char::from(b'0' + u8::try_from(digit.to_digit(16).unwrap_or(0) % 10).unwrap_or(0))
}

fn byte(hex: &str) -> u8 {
    u8::from_str_radix(hex, 16).unwrap_or(1).clamp(1, 254)
}

/// Digits as a UUID of version 4.
fn uuid(hex: &str) -> String {
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
