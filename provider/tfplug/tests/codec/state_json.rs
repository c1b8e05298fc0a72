//! State JSON, case by case: what Terraform stores, what an older schema left, and refusals.

use tfplug::value::{Number, Type, Value};
use tfplug::wire::codec::state_json::{self, Tolerance};

use super::ty;

/// Reads `json`; what comes out is shown, or what is wrong is.
#[track_caller]
fn check_as(tolerance: Tolerance, type_json: &str, json: &str, shown: &str) {
    let result = match state_json::decode(json.as_bytes(), &ty(type_json), tolerance) {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    };
    assert_eq!(result, shown, "{type_json} {json}");
}

#[track_caller]
fn check(type_json: &str, json: &str, shown: &str) {
    check_as(Tolerance::Exact, type_json, json, shown);
}

const NUMBER: &str = r#""number""#;
const STRING: &str = r#""string""#;
const BOOL: &str = r#""bool""#;
const DYNAMIC: &str = r#""dynamic""#;
const AB: &str = r#"["object",{"a":"string","b":["list",["object",{"c":"number"}]]}]"#;

#[test]
fn numbers_keep_every_digit() {
    check(NUMBER, "18446744073709551616", "Number(18446744073709551616)");
    check(NUMBER, "0.1000000000000000000000000000001", "Number(0.1000000000000000000000000000001)");
    check(NUMBER, "1.50E+2", "Number(150)");
    check(NUMBER, "1e99999", "a number with more than 10000 digits");
}

#[test]
fn primitives_stand_for_each_other_as_in_terraform() {
    check(NUMBER, r#""1.50""#, "Number(1.5)");
    check(STRING, "1.50", r#"String("1.50")"#);
    check(STRING, "true", r#"String("true")"#);
    check(BOOL, r#""true""#, "Bool(true)");
    check(BOOL, r#""0""#, "Bool(false)");
    check(BOOL, r#""TRUE""#, "expected a bool, found another string than `true` or `false`");
    check(BOOL, "1", "expected a bool, found a number");
    check(NUMBER, "true", "expected a number, found a bool");
    check(NUMBER, r#""one""#, "not a decimal number");
    check(STRING, "[]", "expected a string, found an array");
}

#[test]
fn null_is_of_every_type() {
    for json in [NUMBER, STRING, BOOL, DYNAMIC, AB, r#"["set","string"]"#] {
        check(json, "null", "Null");
    }
}

#[test]
fn text_is_in_normal_form() {
    check(STRING, r#""e\u0301""#, r#"String("é")"#);
    check(r#"["map","bool"]"#, r#"{"e\u0301":true}"#, r#"Map({"é": Bool(true)})"#);
    check(r#"["map","bool"]"#, r#"{"e\u0301":true,"é":true}"#, r#"["é"]: the key is given twice"#);
}

#[test]
fn dynamic_values_bring_their_type() {
    check(DYNAMIC, r#"{"value":"x","type":"string"}"#, r#"Dynamic((String, String("x")))"#);
    check(DYNAMIC, r#"{"value":null,"type":"string"}"#, "Dynamic((String, Null))");
    check(DYNAMIC, r#"{"value":null,"type":"dynamic"}"#, "Null");
    let pair = "expected an object of `type` and `value`, found another object";
    check(DYNAMIC, r#"{"type":"string"}"#, pair);
    check(DYNAMIC, r#"{"type":"string","value":"x","more":1}"#, pair);
    check(DYNAMIC, r#""x""#, "expected a value with its type, found a string");
    check(
        DYNAMIC,
        r#"{"type":"text","value":"x"}"#,
        "the type of the value is malformed: expected `string`, `number`, `bool` or `dynamic`, found `\"text\"`",
    );
}

#[test]
fn an_attribute_may_come_or_go_within_a_version() {
    let json = r#"{"b":[{"c":1,"old":2},{}],"gone":{}}"#;
    check_as(
        Tolerance::SameVersion,
        AB,
        json,
        r#"Map({"a": Null, "b": List([Map({"c": Number(1)}), Map({"c": Null})])})"#,
    );
    check(
        AB,
        json,
        "a: the attribute is missing\n\
         b[0].old: there is no such attribute\n\
         b[1].c: the attribute is missing\n\
         gone: there is no such attribute",
    );
}

#[test]
fn what_is_wrong_is_reported_together() {
    let json = r#"{"a":[],"b":[{"c":{}},7]}"#;
    for tolerance in [Tolerance::Exact, Tolerance::SameVersion] {
        check_as(
            tolerance,
            AB,
            json,
            "a: expected a string, found an array\n\
             b[0].c: expected a number, found an object\n\
             b[1]: expected an object, found a number",
        );
    }
    check(r#"["tuple",["bool"]]"#, "[]", "expected 1 elements, found 0");
    check(r#"["set","bool"]"#, "[2]", "[*]: expected a bool, found a number");
}

#[test]
fn what_is_no_json_is_refused() {
    check(STRING, "", "the state is not JSON: EOF while parsing a value at line 1 column 0");
    check(STRING, "null 1", "the state is not JSON: trailing characters at line 1 column 6");
}

#[track_caller]
fn check_written(type_json: &str, value: &Value, shown: &str) {
    let result = match state_json::encode(value, &ty(type_json)) {
        Ok(json) => json.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(result, shown, "{type_json} {value:?}");
}

#[test]
fn known_values_are_written() {
    check_written(NUMBER, &Value::Number("0.10".parse().unwrap()), "0.1");
    check_written(NUMBER, &Value::Number(u64::MAX.into()), "18446744073709551615");
    let dynamic = Value::Dynamic(Box::new((Type::Bool.list(), Value::List(vec![true.into()]))));
    check_written(DYNAMIC, &dynamic, r#"{"type":["list","bool"],"value":[true]}"#);
    let object = Value::object([("a", "e\u{301}".into()), ("b", Value::Null)]);
    check_written(AB, &object, r#"{"a":"é","b":null}"#);
}

#[test]
fn what_no_state_holds_is_not_written() {
    check_written(
        AB,
        &Value::object([("a", Value::UNKNOWN), ("b", true.into()), ("c", Value::Null)]),
        "a: the value is unknown, and no state holds unknown values\n\
         b: expected a list, found a bool\n\
         c: there is no such attribute",
    );
    let infinity = Value::Number(Number::infinity(false));
    check_written(NUMBER, &infinity, "the number is infinite, which JSON cannot say");
    check_written(DYNAMIC, &"x".into(), "expected a value with its type, found a string");
    check_written(r#"["tuple",["bool"]]"#, &Value::List(vec![]), "expected 1 elements, found 0");
}
