//! What the server would refuse in a base job template, found without the server.
//!
//! The rules are the server's (3.9.1), including the ones that it fails to check and answers with an
//! internal error. Every problem is reported, each with the JSON pointer of its place. Whether
//! `variables` is a sound JSON schema in depth is left to the server.

use std::fmt;

use serde_json::{Map, Value};

use super::json::pointer;

/// One thing that the server would refuse, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    /// RFC 6901 pointer into the template; empty for the template itself.
    pub pointer: String,
    /// What is wrong there.
    pub kind: TemplateProblemKind,
}

/// What the server would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateProblemKind {
    /// The value must be an object.
    NotAnObject,
    /// The template has something, but not this key, or has it empty.
    Missing(&'static str),
    /// A property of `variables` is neither a schema object nor a boolean.
    NotASchema,
    /// `{{ name }}` is used, but `variables.properties` does not declare it.
    Undeclared(String),
}

impl fmt::Display for TemplateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        match &self.kind {
            TemplateProblemKind::NotAnObject => f.write_str("must be a JSON object"),
            TemplateProblemKind::Missing(key) => write!(
                f,
                "`{key}` is missing or empty; a template has both `job_configuration` and `variables`, or is `{{}}`"
            ),
            TemplateProblemKind::NotASchema => {
                f.write_str("must be a JSON schema, that is an object or a boolean")
            }
            TemplateProblemKind::Undeclared(name) => write!(
                f,
                "`{{{{ {name} }}}}` is not declared; add `{name}` to `variables.properties` or remove the placeholder"
            ),
        }
    }
}

/// Every problem of `template`, in document order; none for a template that the server accepts, such as `{}`.
pub fn check(template: &Value) -> Vec<TemplateProblem> {
    let mut problems = Problems::default();
    let Some(root) = template.as_object() else {
        problems.add(&[], TemplateProblemKind::NotAnObject);
        return problems.0;
    };
    if root.is_empty() {
        return Vec::new();
    }
    let configuration = section(root, "job_configuration", &mut problems);
    let variables = section(root, "variables", &mut problems);
    let declared = variables.and_then(|variables| properties(variables, &mut problems));
    if let (Some(configuration), Some(declared)) = (configuration, declared) {
        for (key, value) in configuration {
            // The server reads the values of the top level alone, and below it also the keys.
            let mut at = vec!["job_configuration".to_owned(), key.clone()];
            walk(value, &mut at, declared, &mut problems);
        }
    }
    problems.0
}

#[derive(Default)]
struct Problems(Vec<TemplateProblem>);

impl Problems {
    fn add(&mut self, at: &[&str], kind: TemplateProblemKind) {
        self.0.push(TemplateProblem { pointer: pointer(at), kind });
    }

    fn undeclared(&mut self, at: &[String], text: &str, declared: Declared<'_>) {
        for name in placeholders(text) {
            let problem = TemplateProblem {
                pointer: pointer(at),
                kind: TemplateProblemKind::Undeclared(name.to_owned()),
            };
            if !declared.has(name) && !self.0.contains(&problem) {
                self.0.push(problem);
            }
        }
    }
}

/// The declared variables; none if `properties` is absent, which the server accepts.
#[derive(Clone, Copy)]
struct Declared<'a>(Option<&'a Map<String, Value>>);

impl Declared<'_> {
    fn has(self, name: &str) -> bool {
        self.0.is_some_and(|properties| properties.contains_key(name))
    }
}

fn section<'a>(
    root: &'a Map<String, Value>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<&'a Map<String, Value>> {
    match root.get(key) {
        None | Some(Value::Null) => problems.add(&[], TemplateProblemKind::Missing(key)),
        Some(Value::Object(map)) if map.is_empty() => {
            problems.add(&[key], TemplateProblemKind::Missing(key));
        }
        Some(Value::Object(map)) => return Some(map),
        Some(_) => problems.add(&[key], TemplateProblemKind::NotAnObject),
    }
    None
}

fn properties<'a>(
    variables: &'a Map<String, Value>,
    problems: &mut Problems,
) -> Option<Declared<'a>> {
    match variables.get("properties") {
        None => Some(Declared(None)),
        Some(Value::Object(properties)) => {
            for (name, schema) in properties {
                if !matches!(schema, Value::Object(_) | Value::Bool(_)) {
                    problems
                        .add(&["variables", "properties", name], TemplateProblemKind::NotASchema);
                }
            }
            Some(Declared(Some(properties)))
        }
        Some(_) => {
            problems.add(&["variables", "properties"], TemplateProblemKind::NotAnObject);
            None
        }
    }
}

fn walk(value: &Value, at: &mut Vec<String>, declared: Declared<'_>, problems: &mut Problems) {
    match value {
        Value::String(text) => problems.undeclared(at, text, declared),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.push(index.to_string());
                walk(item, at, declared, problems);
                at.pop();
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                at.push(key.clone());
                problems.undeclared(at, key, declared);
                walk(member, at, declared, problems);
                at.pop();
            }
        }
        _ => {}
    }
}

/// The names in `{{ name }}`. As in the server, a name is made of ASCII letters, digits and `_ . - [ ] $`, and
/// only spaces may surround it; braces around anything else are plain text.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-[]$".contains(c);
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find("{{")?..];
            let inner = rest[2..].trim_start_matches(' ');
            let after = inner.trim_start_matches(is_name);
            let name = &inner[..inner.len() - after.len()];
            if let Some(tail) = after.trim_start_matches(' ').strip_prefix("}}")
                && !name.is_empty()
            {
                rest = tail;
                return Some(name);
            }
            rest = &rest[1..];
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_template(template: &str, expected: &[&str]) {
        let found = check(&serde_json::from_str(template).unwrap());
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{template}");
    }

    #[test]
    fn accepts_what_the_server_accepts() {
        check_template("{}", &[]);
        check_template(r#"{"job_configuration":{"c":1},"variables":{"properties":{}}}"#, &[]);
        check_template(r#"{"job_configuration":{"c":1},"variables":{"type":"object"}}"#, &[]);
        check_template(
            r#"{"job_configuration":{"c":"{{ x }}-{{y.z}}"},"variables":{"properties":{"x":{},"y.z":true}}}"#,
            &[],
        );
        check_template(r#"{"job_configuration":{"{{ k }}":1},"variables":{"a":1}}"#, &[]);
        check_template(
            r#"{"job_configuration":{"c":"{{ é }} {{}} {{ a | b }} {{\n a }} { { a } } {{ a }"},"variables":{"a":1}}"#,
            &[],
        );
    }

    #[test]
    fn both_sections_must_be_there_and_filled() {
        check_template("null", &["must be a JSON object"]);
        check_template(
            r#"{"foo":1}"#,
            &[
                "`job_configuration` is missing or empty; a template has both `job_configuration` and `variables`, or is `{}`",
                "`variables` is missing or empty; a template has both `job_configuration` and `variables`, or is `{}`",
            ],
        );
        check_template(
            r#"{"job_configuration":{},"variables":{"properties":{"x":{}}}}"#,
            &[
                "/job_configuration: `job_configuration` is missing or empty; a template has both `job_configuration` and `variables`, or is `{}`",
            ],
        );
        check_template(
            r#"{"job_configuration":["a"],"variables":{"properties":["x"]}}"#,
            &[
                "/job_configuration: must be a JSON object",
                "/variables/properties: must be a JSON object",
            ],
        );
        check_template(
            r#"{"job_configuration":{"c":1},"variables":{"properties":{"x":1}}}"#,
            &["/variables/properties/x: must be a JSON schema, that is an object or a boolean"],
        );
    }

    #[test]
    fn every_undeclared_variable_is_named_where_it_stands() {
        let undeclared = |at: &str, name: &str| {
            format!(
                "{at}: `{{{{ {name} }}}}` is not declared; add `{name}` to `variables.properties` or remove the placeholder"
            )
        };
        check_template(
            r#"{"job_configuration":{"c":"{{ cmd }}","e":{"A":["x","{{{ $ENV }}} {{x}} {{x}}"],"{{ key }}":1}},
                "variables":{"properties":{}}}"#,
            &[
                &undeclared("/job_configuration/c", "cmd"),
                &undeclared("/job_configuration/e/A/1", "$ENV"),
                &undeclared("/job_configuration/e/A/1", "x"),
                &undeclared("/job_configuration/e/{{ key }}", "key"),
            ],
        );
    }
}
