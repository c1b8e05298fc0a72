//! Until the printer of YAML is there.
use serde_json::Value as Json;
pub(super) fn print(value: &Json) -> String {
    let mut s = String::new();
    block(value, 0, &mut s);
    s
}
pub(super) fn compose(value: &Json) -> String {
    print(value)
}
fn scalar(v: &Json) -> String {
    match v {
        Json::String(t) => {
            let plain = !t.is_empty()
                && t.chars().all(|c| c.is_ascii_alphanumeric() || "-_./${}?".contains(c))
                && t.chars()
                    .next()
                    .is_some_and(|c| c.is_ascii_alphabetic() || c == '.' || c == '/')
                && !["yes", "no", "on", "off", "y", "n", "true", "false", "null"]
                    .contains(&t.to_lowercase().as_str());
            if plain { t.clone() } else { serde_json::to_string(t).unwrap_or_default() }
        }
        other => other.to_string(),
    }
}
fn block(v: &Json, d: usize, s: &mut String) {
    let pad = "  ".repeat(d);
    match v {
        Json::Object(m) => {
            for (k, x) in m {
                match x {
                    Json::Object(i) if !i.is_empty() => {
                        s.push_str(&format!("{pad}{}:\n", scalar(&k.as_str().into())));
                        block(x, d + 1, s);
                    }
                    Json::Array(i) if !i.is_empty() => {
                        s.push_str(&format!("{pad}{}:\n", scalar(&k.as_str().into())));
                        block(x, d + 1, s);
                    }
                    x => {
                        s.push_str(&format!("{pad}{}: {}\n", scalar(&k.as_str().into()), scalar(x)))
                    }
                }
            }
        }
        Json::Array(a) => {
            for x in a {
                match x {
                    Json::Object(m) if !m.is_empty() => {
                        let mut t = String::new();
                        block(x, d + 1, &mut t);
                        s.push_str(&format!("{pad}- {}", t.trim_start()));
                    }
                    x => s.push_str(&format!("{pad}- {}\n", scalar(x))),
                }
            }
        }
        x => s.push_str(&format!("{pad}{}\n", scalar(x))),
    }
}
