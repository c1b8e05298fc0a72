//! Names that say that their value is secret: `DB_PASSWORD`, `apiToken2`, and not `TOKEN_TTL`.

/// Words that are secrets by themselves, also at the end of a longer one: `dbpassword`.
const WORDS: [&str; 8] =
    ["apikey", "credentials", "passphrase", "passwd", "password", "secret", "secretkey", "token"];

/// What a `key` must be the key of.
const KEYS: [&str; 7] = ["access", "api", "encryption", "master", "private", "secret", "signing"];

/// At the end of a name, these say something about a secret, and are none.
const ABOUT: [&str; 46] = [
    "algorithm",
    "arn",
    "audience",
    "bucket",
    "class",
    "count",
    "days",
    "enabled",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "file",
    "folder",
    "header",
    "host",
    "hours",
    "id",
    "issuer",
    "kind",
    "length",
    "lifetime",
    "limit",
    "manager",
    "max",
    "min",
    "minutes",
    "mode",
    "name",
    "path",
    "policy",
    "port",
    "prefix",
    "provider",
    "ref",
    "reference",
    "region",
    "required",
    "rotation",
    "seconds",
    "size",
    "store",
    "ttl",
    "type",
    "uri",
    "url",
];

/// Whether a name says that its value is secret.
pub(crate) fn sounds_secret(name: &str) -> bool {
    let words = words(name);
    let about = words.last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    let secret = |at: usize| {
        let word = words[at].as_str();
        let is_last = at + 1 == words.len();
        let before = at.checked_sub(1).map(|before| words[before].as_str());
        WORDS.iter().any(|ending| word.ends_with(ending))
            || word == "key" && before.is_some_and(|before| KEYS.contains(&before))
            || word == "pass" && is_last
            || word == "pwd" && is_last && at > 0
    };
    !about && (0..words.len()).any(secret)
}

/// The words of a name in lower case, without digits at their ends: `apiToken2` is `api`, `token`.
fn words(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut before = ' ';
    for one in name.chars() {
        let begins = one.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if begins || !one.is_alphanumeric() {
            found.push(String::new());
        }
        if one.is_alphanumeric() {
            let word = found.last_mut().expect("it begins with one");
            word.extend(one.to_lowercase());
        }
        before = one;
    }
    let bare = found.iter().map(|word| word.trim_end_matches(|one: char| one.is_ascii_digit()));
    bare.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "password",
            "DB_PASSWORD",
            "db-password",
            "DB_PASSWORD2",
            "DB_PASSWORD_2",
            "DBPASSWORD",
            "DB_PASS",
            "db.passwd",
            "DB_PWD",
            "apiToken",
            "APIKEY",
            "api_key",
            "API_KEY_1",
            "SECRET_KEY_BASE",
            "AWS_SECRET_ACCESS_KEY",
            "private-key",
            "password_hash",
            "gcp_credentials",
            "clientSecret",
            "password_primary",
        ] {
            assert!(sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn names_of_what_is_none() {
        for name in [
            "",
            "2",
            "_",
            "port",
            "key",
            "primary_key",
            "PASS_THROUGH",
            "bypass",
            "PWD",
            "max_tokens",
            "TOKEN_TTL",
            "secret_name",
            "SECRETS_PATH",
            "AWS_ACCESS_KEY_ID",
            "apiKeySecretRef",
            "password_length",
            "tokenizer",
            "compass_url",
            "secretary",
        ] {
            assert!(!sounds_secret(name), "{name}");
        }
    }
}
