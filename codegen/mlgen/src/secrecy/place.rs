//! Where secrets stand in a source, by its letters alone: a file may be no YAML, and an error about it must not show them.
//!
//! Hidden is what stands under `secrets:` and under a name that sounds secret, and what has the form of a secret. This
//! reads YAML as a person skims it, and rather hides too much. References, `true`, `false` and `null` stay visible.

use std::ops::Range;

use super::{forms, sounds_secret};

/// What the entries under a secret may show.
const SHOWN: [&str; 5] = ["description", "environments", "kind", "reason", "targets"];

/// The places of a file.
pub(crate) fn places(text: &str) -> Vec<Range<usize>> {
    let mut skim = Skim::new(text);
    while skim.at < text.len() {
        skim.line();
    }
    skim.done()
}

/// The places of a text such as `api.environment.DB_PASSWORD=x`.
pub(crate) fn places_of_setting(text: &str) -> Vec<Range<usize>> {
    let mut skim = Skim::new(text);
    if let Some(equals) = text.find('=') {
        let path = text[..equals].split(['.', '"']);
        let secret = path.map(str::trim).any(|key| is_secret(key, false));
        skim.at = equals + 1;
        skim.value(secret, 0);
        while skim.at < text.len() {
            skim.line();
        }
    }
    skim.done()
}

struct Skim<'a> {
    text: &'a str,
    at: usize,
    found: Vec<Range<usize>>,
    /// Indentation of keys whose values go on below, and what those are.
    open: Vec<(usize, Below)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// Entries, all of them secret.
    Secrets,
    /// A text that is secret.
    Text,
    /// Entries that may be shown although they stand in a secret.
    Shown,
}

fn is_secret(key: &str, within: bool) -> bool {
    if within { !SHOWN.contains(&key) } else { key == "secrets" || sounds_secret(key) }
}

impl<'a> Skim<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, found: Vec::new(), open: Vec::new() }
    }

    fn done(mut self) -> Vec<Range<usize>> {
        self.found.extend(forms(self.text).into_iter().map(|(range, _)| range));
        self.found
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn rest_of_line(&self) -> &'a str {
        self.rest().split('\n').next().unwrap_or_default()
    }

    /// One line in block style, and those over which its value goes in braces or quotes.
    fn line(&mut self) {
        let line = self.rest_of_line();
        let indent = line.len() - line.trim_start().len();
        let (mut indent, line) = (indent, line.trim());
        if line.is_empty() {
            self.at += self.rest_of_line().len() + 1;
            return;
        }
        let is_item = line.starts_with("- ") || line == "-";
        self.open.retain(|(key, _)| *key < indent || is_item && *key == indent);
        let within = self.open.last().map(|(_, below)| *below);
        self.at += indent;
        if within == Some(Below::Text) {
            let end = self.at + line.len();
            self.hide(self.at..end);
            self.at += self.rest_of_line().len() + 1;
            return;
        }
        while self.rest_of_line().starts_with("- ") {
            let item = &self.rest_of_line()[1..];
            let width = 1 + item.len() - item.trim_start().len();
            self.at += width;
            indent += width;
        }
        let secret = within == Some(Below::Secrets);
        match key(self.rest_of_line()) {
            Some((name, length)) => {
                self.at += length;
                let is = within != Some(Below::Shown) && is_secret(name, secret);
                if secret && !is {
                    self.open.push((indent, Below::Shown));
                }
                self.value(is, indent);
            }
            None => self.value(secret, indent),
        }
    }

    /// What stands behind a key or an item, to the end of its line or of its braces.
    fn value(&mut self, secret: bool, indent: usize) {
        let line = self.rest_of_line();
        self.at += line.len() - line.trim_start().len();
        let line = line.trim();
        let below = match line.chars().next() {
            None | Some('#') => Some(Below::Secrets),
            // An anchor may stand alone.
            Some('&') if !line.contains(' ') => Some(Below::Secrets),
            Some('{' | '[') => {
                self.flow(secret);
                None
            }
            Some('|' | '>') => Some(Below::Text),
            Some(quote @ ('"' | '\'')) => {
                let end = self.quoted(quote);
                if secret {
                    self.hide(self.at..end);
                }
                self.at = end;
                None
            }
            Some(_) => {
                if secret {
                    self.hide(self.at..self.at + line.len());
                }
                Some(Below::Text)
            }
        };
        if let Some(below) = below.filter(|_| secret) {
            self.open.push((indent, below));
        }
        // What stands after closing braces or quotes belongs to nothing, and is hidden if what is before is.
        let left = self.rest_of_line();
        if secret && below.is_none() {
            self.hide(self.at..self.at + left.trim_end().len());
        }
        self.at = (self.at + left.len() + 1).min(self.text.len().max(self.at));
    }

    /// Maps and lists in braces; ends behind the last one, or where the text ends.
    fn flow(&mut self, secret: bool) {
        let mut open = vec![secret];
        let mut value: Option<bool> = None;
        let mut first = true;
        while let Some(one) = self.rest().chars().next() {
            let within = value.unwrap_or(*open.last().expect("it ends with the last"));
            match one {
                '{' | '[' => {
                    if !first {
                        open.push(within);
                    }
                    first = false;
                    value = None;
                    self.at += 1;
                }
                '}' | ']' => {
                    self.at += 1;
                    open.pop();
                    value = None;
                    if open.is_empty() {
                        return;
                    }
                }
                ',' => {
                    value = None;
                    self.at += 1;
                }
                _ if one.is_whitespace() || one == ':' => self.at += one.len_utf8(),
                _ => {
                    let end =
                        if one == '"' || one == '\'' { self.quoted(one) } else { self.plain() };
                    let word = self.text[self.at..end].trim_matches(['"', '\'']).trim();
                    let is_key = self.text[end..].trim_start_matches(' ').starts_with(':');
                    if is_key && value.is_none() {
                        let around = *open.last().expect("it ends with the last");
                        value = Some(is_secret(word, around));
                    } else if within {
                        self.hide(self.at..end);
                    }
                    self.at = end;
                }
            }
        }
    }

    /// Where the quoted text that begins here ends.
    fn quoted(&self, quote: char) -> usize {
        let rest = self.rest();
        let mut escaped = false;
        for (at, one) in rest.char_indices().skip(1) {
            let doubled = one == '\'' && rest[at + 1..].starts_with('\'');
            if escaped {
                escaped = false;
            } else if one == '\\' && quote == '"' || doubled && quote == '\'' {
                escaped = true;
            } else if one == quote {
                return self.at + at + 1;
            }
        }
        self.at + self.rest_of_line().len()
    }

    /// Where the word in braces that begins here ends; a reference in it has braces of its own.
    fn plain(&self) -> usize {
        let line = self.rest_of_line();
        let mut reference = false;
        for (at, one) in line.char_indices() {
            let next = line[at + one.len_utf8()..].chars().next();
            match one {
                '$' if next == Some('{') => reference = true,
                '}' if reference => reference = false,
                ',' | '}' | ']' if !reference => return self.at + at,
                ':' if !reference && at > 0 && next.is_none_or(char::is_whitespace) => {
                    return self.at + at;
                }
                '{' | '[' if !reference && at > 0 => return self.at + at,
                _ => {}
            }
        }
        self.at + line.len()
    }

    /// Hides a value, but no reference in it.
    fn hide(&mut self, place: Range<usize>) {
        let text = self.text;
        let written = text[place.clone()].trim_end();
        let quote = written.chars().next().filter(|one| *one == '"' || *one == '\'');
        let bare = quote
            .map_or(written, |quote| written[1..].strip_suffix(quote).unwrap_or(&written[1..]));
        let start = place.start + usize::from(quote.is_some());
        let place = start..start + bare.len();
        let written = &text[place.clone()];
        if matches!(written, "" | "true" | "false" | "null" | "~") {
            return;
        }
        let mut start = place.start;
        for (at, open) in written.match_indices("${") {
            let at = place.start + at;
            let inside = &text[at + open.len()..place.end];
            let Some(length) = inside.find('}') else { continue };
            let is_name = |one: char| one.is_ascii_alphanumeric() || "_-.:?".contains(one);
            if at >= start && inside[..length].chars().all(is_name) {
                self.found.push(start..at);
                start = at + open.len() + length + 1;
            }
        }
        self.found.push(start..place.end);
    }
}

/// The key at the start of a line, and how long it is with its colon.
fn key(line: &str) -> Option<(&str, usize)> {
    if let Some(quote) = line.chars().next().filter(|one| *one == '"' || *one == '\'') {
        let end = line[1..].find(quote)? + 1;
        let colon = line[end + 1..].trim_start_matches(' ');
        let length = line.len() - colon.len() + 1;
        return colon.starts_with(':').then_some((&line[1..end], length));
    }
    for (at, _) in line.match_indices(':') {
        let (name, after) = (line[..at].trim_end(), &line[at + 1..]);
        if name.contains(['{', '[', '"', '\'', '#']) {
            return None;
        }
        // Without a blank this is a text, but not one that was meant.
        let glued = sounds_secret(name) && !name.contains(' ') && !after.starts_with("//");
        if glued || after.chars().next().is_none_or(char::is_whitespace) {
            return Some((name, at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, places: &[Range<usize>]) -> String {
        let hidden = |at: usize| places.iter().any(|range| range.contains(&at));
        let letters = text.char_indices();
        letters.map(|(at, one)| if one != '\n' && hidden(at) { '*' } else { one }).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text, &places(text)), expected);
    }

    #[test]
    fn values_of_secret_names() {
        check("a: 1\nDB_PASSWORD: hunter2\nb: 2\n", "a: 1\nDB_PASSWORD: *******\nb: 2\n");
        check("\"DB_PASSWORD\" : hunter2", "\"DB_PASSWORD\" : *******");
        check("DB_PASSWORD:hunter2", "DB_PASSWORD:*******");
        check("DB_PASSWORD:", "DB_PASSWORD:");
        check("- DB_PASSWORD: 'hun''ter2'\n  a: b", "- DB_PASSWORD: '*********'\n  a: b");
        check("x: { DB_PASS: \"a, b}\", b: c }", "x: { DB_PASS: \"*****\", b: c }");
        check(
            "x: { API_TOKEN: 12, API_KEY: a b, n: 3 }",
            "x: { API_TOKEN: **, API_KEY: ***, n: 3 }",
        );
        check("x: [{ PASSWORD: a }, b]\ny: c", "x: [{ PASSWORD: * }, b]\ny: c");
        check("A_TOKEN: \"hunter2${nope.x}y\"", "A_TOKEN: \"*******${nope.x}*\"");
        check("A_TOKEN: ${secret.x}\nB_TOKEN: true", "A_TOKEN: ${secret.x}\nB_TOKEN: true");
        check("A_TOKEN: a${b c}", "A_TOKEN: *******");
    }

    #[test]
    fn values_that_go_on_below() {
        check("PASSWORD: |\n  a: b\n\n  c\nd: e", "PASSWORD: |\n  ****\n\n  *\nd: e");
        check("PASSWORD:\n  hunter2\nd: e", "PASSWORD:\n  *******\nd: e");
        check("PASSWORD: a\n  b\nd: e", "PASSWORD: *\n  *\nd: e");
        check("PASSWORD: >-\n  a\n b: c\nd: e", "PASSWORD: >-\n  *\n ****\nd: e");
        check("x: { PASSWORD:\n  a,\n  b: c }\nd: e", "x: { PASSWORD:\n  *,\n  b: c }\nd: e");
    }

    #[test]
    fn what_stands_under_secrets() {
        check("secrets:\n  a: b\n  c: ${d.e}\nf: g", "secrets:\n  a: *\n  c: ${d.e}\nf: g");
        check("secrets:\n- a\n- b: c\nf: g", "secrets:\n- *\n- b: *\nf: g");
        check(
            "secrets:\n  a: { description: d, value: v, targets: [aws] }\n  b:\n    description: d\n    value: v\n",
            "secrets:\n  a: { description: d, value: *, targets: [aws] }\n  b:\n    description: d\n    value: *\n",
        );
        check("secrets: { A: x, A: y }", "secrets: { A: *, A: * }");
        check("secrets: { A: x, B: ${c.d} }", "secrets: { A: *, B: ${c.d} }");
        check("secrets: &all\n  a: b", "secrets: &all\n  a: *");
    }

    #[test]
    fn what_is_no_yaml() {
        check("secrets: { A: x, B: [\ny: z", "secrets: { A: *, B: [\ny: *");
        check("PASSWORD: \"hunter2\nb: c", "PASSWORD: \"*******\nb: c");
        check("x: { PASSWORD: 'hunter2, b: c }", "x: { PASSWORD: '***************");
        check("x: { PASSWORD: a } b\ny: c", "x: { PASSWORD: * } b\ny: c");
        check("PASSWORD: !hunter2", "PASSWORD: ********");
        check("PASSWORD: *x y", "PASSWORD: ****");
        check("\tPASSWORD: a", "\tPASSWORD: *");
        for text in [
            "",
            "\n",
            ":",
            "{",
            "}",
            "- ",
            "-",
            "'",
            "\"",
            "a: {",
            "ä: {ö: \"ü",
            "{a: [}",
            "#",
            "- - - a",
            "x: 'a",
        ] {
            places(text);
            places_of_setting(text);
        }
    }

    #[test]
    fn secrets_of_known_forms_wherever_they_are() {
        check("a: postgres://u:hunter2@db\n", "a: postgres://u:*******@db\n");
        check("# ghp_0123456789abcdefghij", "# ************************");
        check("c: [\"--password=hunter2\"]", "c: [\"--password=*******\"]");
    }

    #[test]
    fn values_of_the_command_line() {
        let check = |text: &str, expected: &str| {
            assert_eq!(shown(text, &places_of_setting(text)), expected);
        };
        check("api.nope.DB_PASSWORD=hunter2", "api.nope.DB_PASSWORD=*******");
        check("api.secrets.X=hunter2", "api.secrets.X=*******");
        check("api.secrets={ X: hunter2 }", "api.secrets={ X: ******* }");
        check("api.environment={ A: b, TOKEN: c }", "api.environment={ A: b, TOKEN: * }");
        check("api.environment.\"A.TOKEN\"=c", "api.environment.\"A.TOKEN\"=*");
        check("api.port=80", "api.port=80");
        check("api", "api");
    }
}
