//! Texts that are secrets by their form, whatever they are called: keys of well-known services, private keys, passwords
//! in addresses and in arguments.

use std::ops::Range;

use super::sounds_secret;

/// What a key begins with, how many characters follow at least, and whose it is.
const BEGINNINGS: [(&str, usize, &str); 14] = [
    ("ghp_", 16, "a token of GitHub"),
    ("gho_", 16, "a token of GitHub"),
    ("ghs_", 16, "a token of GitHub"),
    ("ghu_", 16, "a token of GitHub"),
    ("github_pat_", 16, "a token of GitHub"),
    ("glpat-", 16, "a token of GitLab"),
    ("sk_live_", 8, "a key of Stripe"),
    ("rk_live_", 8, "a key of Stripe"),
    ("xoxa-", 8, "a token of Slack"),
    ("xoxb-", 8, "a token of Slack"),
    ("xoxp-", 8, "a token of Slack"),
    ("xoxs-", 8, "a token of Slack"),
    ("AKIA", 16, "an access key of AWS"),
    ("ASIA", 16, "an access key of AWS"),
];

/// The parts of a text that have the form of a secret, and what each is, with its article.
pub(crate) fn forms(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = Vec::new();
    keys(text, &mut found);
    private_keys(text, &mut found);
    addresses(text, &mut found);
    arguments(text, &mut found);
    found
}

fn keys(text: &str, found: &mut Vec<(Range<usize>, &'static str)>) {
    for (beginning, least, what) in BEGINNINGS {
        for (at, _) in text.match_indices(beginning) {
            let rest = &text[at + beginning.len()..];
            let length = rest.find(|one: char| !is_word(one) && one != '-').unwrap_or(rest.len());
            let upper = !beginning.starts_with('A')
                || rest[..length]
                    .chars()
                    .all(|one| one.is_ascii_uppercase() || one.is_ascii_digit());
            if length >= least && upper && !text[..at].ends_with(is_word) {
                found.push((at..at + beginning.len() + length, what));
            }
        }
    }
}

fn private_keys(text: &str, found: &mut Vec<(Range<usize>, &'static str)>) {
    const END: &str = "PRIVATE KEY-----";
    for (at, begin) in text.match_indices("-----BEGIN ") {
        let title = text[at + begin.len()..].lines().next().unwrap_or_default();
        let Some(end_of_title) = title.find(END) else { continue };
        let inside = at + begin.len() + end_of_title + END.len();
        let end = text[inside..].find(END).map_or(text.len(), |end| inside + end + END.len());
        found.push((at..end, "a private key"));
    }
}

/// `postgres://user:password@host`.
fn addresses(text: &str, found: &mut Vec<(Range<usize>, &'static str)>) {
    for (at, slashes) in text.match_indices("://") {
        let start = at + slashes.len();
        let stop = |one: char| {
            one.is_whitespace() || matches!(one, '/' | '?' | '#' | '"' | '\'' | '`' | ',')
        };
        let authority = &text[start..];
        let authority = &authority[..authority.find(stop).unwrap_or(authority.len())];
        let Some((user, _)) = authority.rsplit_once('@') else { continue };
        // A reference has colons of its own, as `${shared:database.user}`.
        let colon = user.char_indices().find(|(at, one)| {
            let open = user[..*at].rfind("${").filter(|open| !user[*open..*at].contains('}'));
            *one == ':' && open.is_none()
        });
        let Some((colon, _)) = colon else { continue };
        let password = start + colon + 1..start + user.len();
        if is_literal(&text[password.clone()]) {
            found.push((password, "a password in an address"));
        }
    }
}

/// `--db-password=x`, `PASSWORD=x`.
fn arguments(text: &str, found: &mut Vec<(Range<usize>, &'static str)>) {
    for (at, _) in text.match_indices('=') {
        let name = text[..at].rfind(|one: char| !is_word(one) && one != '-' && one != '.');
        let name = name
            .map_or(0, |before| before + text[before..].chars().next().map_or(0, char::len_utf8));
        let stop = |one: char| {
            one.is_whitespace() || matches!(one, '"' | '\'' | '`' | ',' | ';' | '&' | ']' | '}')
        };
        let rest = &text[at + 1..];
        let value = at + 1..at + 1 + rest.find(stop).unwrap_or(rest.len());
        let written = &text[value.clone()];
        if is_literal(written) && !written.starts_with('=') && sounds_secret(&text[name..at]) {
            found.push((value, "a secret in an argument"));
        }
    }
}

/// Whether a value stands there, and not the name of one: `${x}`, `$X`, `{{x}}`, `<x>`, `%s`, `***`.
fn is_literal(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(['$', '{', '<', '%', '*'])
}

fn is_word(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found: Vec<_> =
            forms(text).into_iter().map(|(range, what)| (&text[range], what)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn secrets_of_known_forms() {
        check("ghp_0123456789abcdefghij", &[("ghp_0123456789abcdefghij", "a token of GitHub")]);
        check("a sk_live_51Habcdefgh b", &[("sk_live_51Habcdefgh", "a key of Stripe")]);
        check("xoxb-123456-abcdef", &[("xoxb-123456-abcdef", "a token of Slack")]);
        check("AKIAIOSFODNN7EXAMPLE", &[("AKIAIOSFODNN7EXAMPLE", "an access key of AWS")]);
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";
        check(&format!("x {key} y"), &[(key, "a private key")]);
        check(
            "-----BEGIN PRIVATE KEY-----\nMII",
            &[("-----BEGIN PRIVATE KEY-----\nMII", "a private key")],
        );
        check("postgres://u:hunter2@db/x", &[("hunter2", "a password in an address")]);
        check("redis://:h@${cache.host}", &[("h", "a password in an address")]);
        check("https://${a:b.c}:hunter2@x", &[("hunter2", "a password in an address")]);
        check("--db-password=hunter2 -v", &[("hunter2", "a secret in an argument")]);
        check("Server=x;Password=hunter2;", &[("hunter2", "a secret in an argument")]);
        check("ä PASSWORD=ü", &[("ü", "a secret in an argument")]);
    }

    #[test]
    fn what_only_resembles_one() {
        for text in [
            "",
            "ghp_short",
            "ghp_",
            "AKIA is not a key",
            "asia-northeast1",
            "xghp_0123456789abcdefghij",
            "AKIAiosfodnn7example",
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "http://host:80/a@b",
            "postgres://u@db",
            "postgres://u:${secret.password}@db",
            "postgres://${a:b.c}@db",
            "postgres://u:$PASSWORD@db",
            "a: b@c",
            "--password=$PASSWORD",
            "--password={{x}}",
            "--password=",
            "password==x",
            "TOKEN_TTL=300",
            "=x",
            "=",
        ] {
            check(text, &[]);
        }
    }
}
