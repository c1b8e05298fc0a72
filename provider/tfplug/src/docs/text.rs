//! Small pieces of Markdown, HCL and shell.

use crate::value::Value;

/// A line of a list: name, type and what is said of it. Further paragraphs stay within the item.
pub(super) fn item(name: &str, words: &str, description: &str, facts: &[String]) -> String {
    let facts = facts.join(" ");
    let one_paragraph = !description.contains("\n\n") && !description.contains("```");
    let body = if one_paragraph {
        let flat = description.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        [flat, facts].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    } else {
        let whole = if facts.is_empty() {
            description.to_owned()
        } else {
            format!("{description}\n\n{facts}")
        };
        indented(&whole)
    };
    format!("- `{name}` ({words}) {body}").trim_end().to_owned() + "\n"
}

/// The first paragraph, as it is.
pub(super) fn first_paragraph(markdown: &str) -> &str {
    markdown.split("\n\n").next().unwrap_or_default()
}

/// Markdown as one line of plain text: without code marks and emphasis, links by their words.
pub(super) fn plain(markdown: &str) -> String {
    let flat = markdown.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let mut out = String::new();
    let mut rest = flat.as_str();
    while let Some(start) = rest.find('[') {
        let link = rest[start..].find("](").and_then(|middle| {
            let target = start + middle + 2;
            rest[target..].find(')').map(|end| (start + middle, target + end + 1))
        });
        let Some((words_end, end)) = link else { break };
        out.push_str(&rest[..start]);
        out.push_str(&rest[start + 1..words_end]);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out.replace(['`', '*'], "")
}

/// `a`, `b` and `c`, each as code.
pub(super) fn ticked(names: &[&str]) -> String {
    enumerated(names, "and")
}

/// `a`, `b` or `c`, each as code.
pub(super) fn one_of(names: &[&str]) -> String {
    enumerated(names, "or")
}

/// A known value as it is written in HCL.
pub(super) fn hcl(value: &Value) -> String {
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    match value {
        Value::Null | Value::Unknown(_) => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::List(items) => list(items.iter().map(hcl).collect()),
        Value::Set(items) => list(items.iter().map(hcl).collect()),
        Value::Map(members) if members.is_empty() => "{}".to_owned(),
        Value::Map(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name} = {}", hcl(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Dynamic(inner) => hcl(&inner.1),
    }
}

/// The value of an HCL literal; nothing if it is an expression.
pub(super) fn literal(hcl: &str) -> Option<Value> {
    let hcl = hcl.trim();
    if let Some(inner) = hcl.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let is_plain =
            !inner.contains(['"', '\\']) && !inner.contains("${") && !inner.contains("%{");
        return is_plain.then(|| inner.into());
    }
    match hcl {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        number => number.parse().ok().map(Value::Number),
    }
}

/// Text as one word of a POSIX shell.
pub(super) fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out.replace("${", "$${").replace("%{", "%%{")
}

fn indented(text: &str) -> String {
    let mut lines = text.lines();
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        if !line.is_empty() {
            out.push_str("  ");
            out.push_str(line);
        }
    }
    out
}

fn enumerated(names: &[&str], last: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_plain_text() {
        for (markdown, expected) in [
            ("One `two`\nthree.", "One two three."),
            ("See [the page](../a.md), **now**.", "See the page, now."),
            ("An [open bracket", "An [open bracket"),
        ] {
            assert_eq!(plain(markdown), expected);
        }
    }

    #[test]
    fn values_are_written_as_hcl_and_literals_are_read() {
        for (value, expected) in [
            (Value::Null, "null"),
            (true.into(), "true"),
            ((-3_i64).into(), "-3"),
            ("a \"b\" ${c}".into(), r#""a \"b\" $${c}""#),
            (Value::List(vec![1_i64.into(), 2_i64.into()]), "[1, 2]"),
            (Value::object([("a", 1_i64.into())]), "{ a = 1 }"),
            (Value::object::<String>([]), "{}"),
        ] {
            assert_eq!(hcl(&value), expected);
        }
        for (hcl, expected) in [
            ("\"audit\"", Some("audit".into())),
            ("7", Some(7_i64.into())),
            ("true", Some(true.into())),
            ("mlassets_worm_bucket.audit.name", None),
            ("\"${var.name}\"", None),
        ] {
            assert_eq!(literal(hcl), expected);
        }
    }

    #[test]
    fn items_keep_their_paragraphs() {
        assert_eq!(item("a", "string", "One\ntwo.", &[]), "- `a` (string) One two.\n");
        assert_eq!(
            item("a", "string", "One.\n\nTwo.", &["Default: `1`.".to_owned()]),
            "- `a` (string) One.\n\n  Two.\n\n  Default: `1`.\n"
        );
    }

    #[test]
    fn words_are_quoted_for_a_shell_when_they_must_be() {
        for (text, expected) in
            [("pool/urgent", "pool/urgent"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(word(text), expected);
        }
    }
}
