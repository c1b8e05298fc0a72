//! Names in the spellings of others.

/// `some-words-here`
pub(super) fn kebab(text: &str) -> String {
    words(text).join("-")
}

/// `some_words_here`
pub(super) fn snake(text: &str) -> String {
    words(text).join("_")
}

/// The words of a name, in lower case: cut at what is no letter or digit, and before a capital after a small one.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for one in text.chars() {
        if !one.is_alphanumeric() || (one.is_uppercase() && small) {
            words.push(String::new());
        }
        small = one.is_lowercase() || one.is_numeric();
        if one.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.extend(one.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (text, expected) in [
            ("", ""),
            ("api", "api"),
            ("load_balancer", "load-balancer"),
            ("loadBalancer2Of", "load-balancer2-of"),
            ("  Rainbow  Seeker!", "rainbow-seeker"),
            ("HTTP", "http"),
        ] {
            assert_eq!(kebab(text), expected);
            assert_eq!(snake(text), expected.replace('-', "_"));
        }
    }
}
