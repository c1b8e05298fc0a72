//! What helpers compute: one list of pure functions, from which the engine, the checks and the messages are made.

use serde_json::{Map, Value as Json};

use super::clock;
use super::note::{kind, known, reference};
use super::words::{kebab, snake};

/// A helper.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// How it is written, for messages.
    pub(super) usage: &'static str,
    /// Fewest and most parameters.
    pub(super) params: (usize, usize),
    pub(super) call: fn(&[&Json]) -> Result<Json, String>,
}

const MANY: usize = 16;

/// How the message about a reference ends.
pub(super) const UNKNOWN: &str = "is not known before something exists";

/// All of them, by what they are for.
pub(super) const FUNCTIONS: [Function; 26] = [
    // texts
    f("concat", "{{concat \"a\" name}}", (1, MANY), |all| {
        Ok(all.iter().map(|one| text(one)).collect::<Result<String, _>>()?.into())
    }),
    f("indent", "{{indent text 4}}", (2, 2), indent),
    f("kebab", "{{kebab name}}", (1, 1), |all| Ok(kebab(&text(all[0])?).into())),
    f("lower", "{{lower name}}", (1, 1), |all| Ok(text(all[0])?.to_lowercase().into())),
    f("replace", "{{replace name \"_\" \"-\"}}", (3, 3), |all| {
        Ok(text(all[0])?.replace(&text(all[1])?, &text(all[2])?).into())
    }),
    f("shift", "{{shift \"03:00-04:00\" 9}}", (2, 2), |all| {
        let hours = all[1].as_i64().ok_or("the second is a number of hours")?;
        Ok(clock::shift(&text(all[0])?, hours)?.into())
    }),
    f("snake", "{{snake name}}", (1, 1), |all| Ok(snake(&text(all[0])?).into())),
    f("upper", "{{upper name}}", (1, 1), |all| Ok(text(all[0])?.to_uppercase().into())),
    // texts that others read
    f("hcl_string", "{{hcl_string text}}", (1, 1), |all| {
        let quoted = Json::String(text(all[0])?).to_string();
        Ok(quoted.replace("${", "$${").replace("%{", "%%{").into())
    }),
    f("json", "{{json value}}", (1, 2), json),
    f("quote", "{{quote text}}", (1, 1), |all| Ok(Json::String(text(all[0])?).to_string().into())),
    f("yaml", "{{yaml text}}", (1, 1), |all| Ok(yaml(&text(all[0])?).into())),
    // lists and maps
    f("has", "{{#if (has components \"cdn\")}}", (2, 2), |all| {
        let key = text(all[1])?;
        match all[0] {
            Json::Object(entries) => Ok(entries.contains_key(&key).into()),
            Json::Array(items) => Ok(items.contains(all[1]).into()),
            other => Err(format!("the first is {}, not a map or a list", kind(other))),
        }
    }),
    f("join", "{{join list \", \"}}", (2, 2), |all| {
        let items = list(all[0])?.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        Ok(items.join(&text(all[1])?).into())
    }),
    f("keys", "{{join (keys map) \", \"}}", (1, 1), |all| {
        Ok(map(all[0])?.keys().map(|key| Json::from(key.as_str())).collect())
    }),
    f("length", "{{length list}}", (1, 1), |all| match all[0] {
        Json::Object(entries) => Ok(entries.len().into()),
        other => Ok(list(other)?.len().into()),
    }),
    f("lookup", "{{lookup components service}}", (2, 2), |all| {
        let (entries, key) = (map(all[0])?, text(all[1])?);
        entries.get(&key).cloned().ok_or_else(|| match known(&key, all[0]) {
            Some(help) => format!("there is no `{key}`; {help}"),
            None => format!("there is no `{key}`"),
        })
    }),
    f("of_kind", "{{#each (of_kind components \"database\")}}", (2, 2), |all| {
        let wanted = Some(all[1]);
        let of_kind = map(all[0])?.iter().filter(|(_, one)| one.get("kind") == wanted);
        Ok(Json::Object(of_kind.map(|(name, one)| (name.clone(), one.clone())).collect()))
    }),
    // conditions
    f("and", "{{#if (and a b)}}", (2, MANY), |all| Ok(all.iter().all(|one| truthy(one)).into())),
    f("eq", "{{#if (eq a b)}}", (2, 2), |all| Ok((all[0] == all[1]).into())),
    f("gt", "{{#if (gt a b)}}", (2, 2), |all| Ok((number(all[0])? > number(all[1])?).into())),
    f("lt", "{{#if (lt a b)}}", (2, 2), |all| Ok((number(all[0])? < number(all[1])?).into())),
    f("ne", "{{#if (ne a b)}}", (2, 2), |all| Ok((all[0] != all[1]).into())),
    f("not", "{{#if (not a)}}", (1, 1), |all| Ok((!truthy(all[0])).into())),
    f("or", "{{#if (or a b)}}", (2, MANY), |all| Ok(all.iter().any(|one| truthy(one)).into())),
    f("starts_with", "{{#if (starts_with name \"db.\")}}", (2, 2), |all| {
        Ok(text(all[0])?.starts_with(&text(all[1])?).into())
    }),
];

const fn f(
    name: &'static str,
    usage: &'static str,
    params: (usize, usize),
    call: fn(&[&Json]) -> Result<Json, String>,
) -> Function {
    Function { name, usage, params, call }
}

/// A scalar as text.
fn text(value: &Json) -> Result<String, String> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(flag) => Ok(flag.to_string()),
        other => Err(no(other, "a text")),
    }
}

fn list(value: &Json) -> Result<&Vec<Json>, String> {
    value.as_array().ok_or_else(|| no(value, "a list"))
}

fn map(value: &Json) -> Result<&Map<String, Json>, String> {
    value.as_object().ok_or_else(|| no(value, "a map"))
}

fn number(value: &Json) -> Result<f64, String> {
    value.as_f64().ok_or_else(|| no(value, "a number"))
}

fn no(value: &Json, wanted: &str) -> String {
    match reference(value) {
        Some(written) => format!("{written} {UNKNOWN}"),
        None => format!("{} is not {wanted}", kind(value)),
    }
}

/// As in other programs for Handlebars: nothing, false, zero and what is empty are false.
fn truthy(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(flag) => *flag,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(entries) => !entries.is_empty(),
    }
}

/// JSON on one line, or with `true` over several. A reference in it is refused: it would look like a value.
fn json(all: &[&Json]) -> Result<Json, String> {
    fn check(value: &Json) -> Result<(), String> {
        if reference(value).is_some() {
            return Err(no(value, ""));
        }
        match value {
            Json::Array(items) => items.iter().try_for_each(check),
            Json::Object(entries) => entries.values().try_for_each(check),
            _ => Ok(()),
        }
    }
    check(all[0])?;
    Ok(match all.get(1) {
        Some(Json::Bool(true)) => format!("{:#}", all[0]).into(),
        _ => all[0].to_string().into(),
    })
}

/// A text of YAML on one line: in quotes where it could be taken for something else.
fn yaml(text: &str) -> String {
    let word = |one: char| one.is_alphanumeric() || one == '_';
    let plain = text.starts_with(char::is_alphabetic)
        && text.ends_with(word)
        && text.chars().all(|one| word(one) || " -./".contains(one))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_lowercase().as_str());
    if plain { text.to_owned() } else { Json::String(text.to_owned()).to_string() }
}

/// A text whose lines after the first are indented; the first stands where the expression stands.
fn indent(all: &[&Json]) -> Result<Json, String> {
    let width = all[1].as_u64().and_then(|width| usize::try_from(width).ok());
    let width = width.ok_or("the second is a number of spaces")?;
    let text = text(all[0])?;
    let mut found = String::new();
    for (index, line) in text.trim_end_matches('\n').split('\n').enumerate() {
        if index > 0 {
            found.push('\n');
            if !line.is_empty() {
                found.push_str(&" ".repeat(width));
            }
        }
        found.push_str(line);
    }
    Ok(found.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(name: &str, params: &[Json], expected: Result<Json, &str>) {
        let function = FUNCTIONS.iter().find(|function| function.name == name).expect(name);
        let params: Vec<&Json> = params.iter().collect();
        assert!((function.params.0..=function.params.1).contains(&params.len()), "{name}");
        assert_eq!((function.call)(&params), expected.map_err(str::to_owned));
    }

    #[test]
    fn texts() {
        check("concat", &[json!("a"), json!(1), json!(true)], Ok(json!("a1true")));
        check("concat", &[json!("a"), json!(null)], Err("null is not a text"));
        check("indent", &[json!("a\n\nb\n"), json!(2)], Ok(json!("a\n\n  b")));
        check("kebab", &[json!("someWords_here")], Ok(json!("some-words-here")));
        check("snake", &[json!("Some words")], Ok(json!("some_words")));
        check("lower", &[json!("Ab")], Ok(json!("ab")));
        check("upper", &[json!("Ab")], Ok(json!("AB")));
        check("replace", &[json!("a_b"), json!("_"), json!("-")], Ok(json!("a-b")));
        check("starts_with", &[json!("db.r5"), json!("db.")], Ok(json!(true)));
    }

    #[test]
    fn texts_for_others() {
        check("quote", &[json!("a \"b\"\n")], Ok(json!(r#""a \"b\"\n""#)));
        check("yaml", &[json!("Deploy to AWS 2")], Ok(json!("Deploy to AWS 2")));
        check("yaml", &[json!("no")], Ok(json!("\"no\"")));
        check("yaml", &[json!("a: b")], Ok(json!("\"a: b\"")));
        check("yaml", &[json!("24")], Ok(json!("\"24\"")));
        check("hcl_string", &[json!("a ${b} %{c}")], Ok(json!(r#""a $${b} %%{c}""#)));
        check("json", &[json!({ "b": [1, null] })], Ok(json!(r#"{"b":[1,null]}"#)));
        check("json", &[json!([1]), json!(true)], Ok(json!("[\n  1\n]")));
        let held = json!({ "host": { "reference": "database.host" } });
        check("json", &[held], Err("database.host is not known before something exists"));
    }

    #[test]
    fn lists_and_maps() {
        let components = json!({ "api": { "kind": "service" }, "db": { "kind": "database" } });
        check("has", &[components.clone(), json!("api")], Ok(json!(true)));
        check("has", &[json!(["a"]), json!("b")], Ok(json!(false)));
        check("has", &[json!(1), json!("b")], Err("the first is a number, not a map or a list"));
        check("join", &[json!(["a", 2]), json!(", ")], Ok(json!("a, 2")));
        check("join", &[json!("a"), json!(", ")], Err("a string is not a list"));
        check("keys", std::slice::from_ref(&components), Ok(json!(["api", "db"])));
        check("length", &[json!([1, 2])], Ok(json!(2)));
        check("lookup", &[components.clone(), json!("db")], Ok(json!({ "kind": "database" })));
        let error = "there is no `apo`; did you mean `api`?";
        check("lookup", &[components.clone(), json!("apo")], Err(error));
        let found = json!({ "db": { "kind": "database" } });
        check("of_kind", &[components, json!("database")], Ok(found));
    }

    #[test]
    fn conditions() {
        check("and", &[json!(true), json!("")], Ok(json!(false)));
        check("or", &[json!(0), json!([1])], Ok(json!(true)));
        check("not", &[json!({})], Ok(json!(true)));
        check("eq", &[json!("a"), json!("a")], Ok(json!(true)));
        check("ne", &[json!(1), json!(2)], Ok(json!(true)));
        check("gt", &[json!(2), json!(1)], Ok(json!(true)));
        check("lt", &[json!(2), json!("1")], Err("a string is not a number"));
    }
}
