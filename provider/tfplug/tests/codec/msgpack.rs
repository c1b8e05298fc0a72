//! `MessagePack`, case by case: forms that Terraform does not write today, and the words of refusals.

use std::fmt::Write as _;

use tfplug::diag::{Blame, Error};
use tfplug::value::{Bound, Refinement, Type, Unknown, Value};
use tfplug::wire::codec::msgpack;

use super::{hex, ty};

/// Reads `bytes`; what comes out is shown, or what is wrong is.
#[track_caller]
fn check_read(json: &str, bytes: &str, shown: &str) {
    let result = match msgpack::decode(&hex(bytes), &ty(json)) {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    };
    assert_eq!(result, shown, "{json} {bytes}");
}

/// Writes `value`; the bytes are shown, or what is wrong is.
#[track_caller]
fn check_written(json: &str, value: &Value, shown: &str) {
    let result = match msgpack::encode(value, &ty(json)) {
        Ok(bytes) => bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        }),
        Err(error) => error.to_string(),
    };
    assert_eq!(result, shown, "{json} {value:?}");
}

const NUMBER: &str = r#""number""#;
const STRING: &str = r#""string""#;
const DYNAMIC: &str = r#""dynamic""#;
const STRINGS: &str = r#"["list","string"]"#;
const AB: &str = r#"["object",{"a":"string","b":"number"}]"#;

#[test]
fn no_bytes_are_null() {
    check_read(AB, "", "Null");
}

#[test]
fn numbers_are_read_from_every_form() {
    check_read(NUMBER, "cc ff", "Number(255)");
    check_read(NUMBER, "cf ffffffffffffffff", "Number(18446744073709551615)");
    check_read(NUMBER, "d3 8000000000000000", "Number(-9223372036854775808)");
    check_read(NUMBER, "ca 3fc00000", "Number(1.5)");
    check_read(NUMBER, "cb 4000000000000000", "Number(2)");
    check_read(NUMBER, "cb 8000000000000000", "Number(0)");
    check_read(NUMBER, "cb 7ff0000000000000", "Number(inf)");
    check_read(NUMBER, "a5 3165343030", "Number(1e400)");
    check_read(NUMBER, "cb 7ff8000000000000", "not-a-number has no place among numbers");
    check_read(NUMBER, "a3 6f6e65", "not a decimal number");
    check_read(NUMBER, "c3", "expected a number, found a bool");
}

#[test]
fn numbers_are_written_as_terraform_does() {
    let number = |text: &str| Value::Number(text.parse().unwrap());
    check_written(NUMBER, &number("9223372036854775807"), "cf7fffffffffffffff");
    check_written(NUMBER, &number("-9223372036854775808"), "d38000000000000000");
    check_written(NUMBER, &number("-32"), "e0");
    check_written(NUMBER, &number("-33"), "d0df");
    check_written(NUMBER, &number("128"), "cc80");
    check_written(
        NUMBER,
        &number("9223372036854775808"),
        "b339323233333732303336383534373735383038",
    );
    check_written(NUMBER, &number("0.25"), "cb3fd0000000000000");
    check_written(NUMBER, &number("0.3"), "a3302e33");
    let infinity = Value::Number(tfplug::value::Number::infinity(true));
    check_written(NUMBER, &infinity, "cbfff0000000000000");
}

#[test]
fn text_is_in_normal_form_on_both_ways() {
    check_read(STRING, "a3 65cc81", r#"String("é")"#);
    check_written(STRING, &"e\u{301}".into(), "a2c3a9");
    check_read(r#"["map","bool"]"#, "81 a3 65cc81 c3", r#"Map({"é": Bool(true)})"#);
    check_read(STRING, "a2 c328", "expected a string, found text that is not UTF-8");
    check_read(STRING, "c4 02 6869", "expected a string, found raw bytes");
}

#[test]
fn every_extension_is_unknown_or_refused() {
    check_read(STRING, "c7 00 07", "Unknown(Unknown(None))");
    check_read(STRING, "d4 63 ff", "Unknown(Unknown(None))");
    check_read(AB, "c7 00 0c", "Unknown(Unknown(None))");
    check_read(STRING, "d5 05 0000", "an extension of type 5 and 2 bytes is no value");
    let long = format!("c8 0401 0c {}", "00".repeat(1025));
    check_read(STRING, &long, "an unknown value described by 1025 bytes, 1024 at most");
}

fn unknown(refinement: Refinement) -> Value {
    Value::Unknown(Unknown::refined(refinement))
}

#[test]
fn refinements_are_read_for_the_type() {
    let check_promise = |json: &str, bytes: &str, refinement: Refinement| {
        check_read(json, bytes, &format!("{:?}", unknown(refinement)));
    };
    let none = Refinement::default;
    let not_null = || Refinement { not_null: true, ..none() };
    let lengths = Refinement { min_len: Some(1), max_len: Some(9), ..none() };
    check_promise(STRINGS, "c7 05 0c 82 05 01 06 09", lengths);
    check_promise(STRING, "c7 09 0c 82 63 9301a178c0 01 c2", not_null());
    check_promise(STRING, "c7 04 0c 81 01 c2 00", not_null());
    check_promise(DYNAMIC, "c7 03 0c 81 01 c2", none());
    check_read(STRING, "c7 03 0c 81 01 c3", "Null");
    check_read(NUMBER, "c7 04 0c 81 02 a1 78", "a number cannot have this refinement");
    check_read(STRING, "c7 03 0c 81 05 01", "a string cannot have this refinement");
    check_read(STRINGS, "c7 03 0c 81 05 ff", "expected a length, found another number");
    check_read(NUMBER, "c7 04 0c 81 03 91 00", "expected a bound of 2 elements, found 1");
    check_read(STRING, "c7 03 0c 81 01 01", "expected a bool, found a number");
    check_read(STRING, "d5 0c 81 01", "the bytes end within the value");
    check_read(STRING, "d5 0c 90 00", "expected a map of refinements, found an array");
}

#[test]
fn refinements_are_written_when_they_say_something() {
    let none = Refinement::default;
    let bound = |text: &str| Some(Bound { number: text.parse().unwrap(), inclusive: false });

    let lengths = unknown(Refinement { min_len: Some(0), max_len: Some(u64::MAX), ..none() });
    check_written(STRINGS, &lengths, "d40000");
    let not_null = unknown(Refinement { not_null: true, ..none() });
    check_written(DYNAMIC, &not_null, "d40000");
    check_written(AB, &not_null, "c7030c8101c2");
    let lengths = unknown(Refinement { min_len: Some(2), max_len: Some(300), ..none() });
    check_written(STRINGS, &lengths, "c7070c82050206cd012c");
    check_written(STRINGS, &unknown(Refinement { max_len: Some(200), ..none() }), "d60c8106ccc8");
    let bounds = unknown(Refinement { lower: bound("0.5"), upper: bound("2"), ..none() });
    check_written(NUMBER, &bounds, "c7110c820392cb3fe0000000000000c2049202c2");
    let too_exact =
        unknown(Refinement { lower: bound(&format!("0.{}", "3".repeat(300))), ..none() });
    check_written(NUMBER, &too_exact, "d40000");

    let prefix = unknown(Refinement { prefix: Some("x".repeat(255) + "é"), ..none() });
    let bytes = msgpack::encode(&prefix, &Type::String).unwrap();
    let Value::Unknown(read) = msgpack::decode(&bytes, &Type::String).unwrap() else {
        panic!("still unknown")
    };
    assert_eq!(read.refinement().unwrap().prefix, Some("x".repeat(255)), "cut between characters");

    check_written(NUMBER, &prefix, "a number cannot be refined by a prefix");
    check_written(STRING, &bounds, "a string cannot be refined by a bound");
    check_written(STRING, &lengths, "a string cannot be refined by a length");
}

#[test]
fn collections() {
    check_read(
        STRINGS,
        "93 a161 c0 d40000",
        r#"List([String("a"), Null, Unknown(Unknown(None))])"#,
    );
    check_read(r#"["set","number"]"#, "93 02 01 02", "Set(ValueSet([Number(1), Number(2)]))");
    check_read(STRINGS, "92 a161 05", "[1]: expected a string, found a number");
    check_read(r#"["set","string"]"#, "92 a161 05", "[*]: expected a string, found a number");
    check_read(r#"["map","string"]"#, "81 a16b 05", "[\"k\"]: expected a string, found a number");
    check_read(r#"["map","string"]"#, "81 01 a161", "expected the key of a map, found a number");
    check_read(r#"["map","string"]"#, "82 a16b c0 a16b c0", "[\"k\"]: the key is given twice");
    check_read(STRINGS, "81 a16b 05", "expected a list, found a map");
    check_read(r#"["map","string"]"#, "90", "expected a map, found an array");
    check_read(r#"["tuple",["bool","bool"]]"#, "91 c3", "expected 2 elements, found 1");
    check_read(r#"["tuple",["bool","bool"]]"#, "92 c3 00", "[1]: expected a bool, found a number");
}

#[test]
fn objects_have_exactly_their_attributes() {
    check_read(AB, "82 a162 01 a161 c0", r#"Map({"a": Null, "b": Number(1)})"#);
    check_read(AB, "81 a161 c0", "b: the attribute is missing");
    check_read(AB, "80", "a: the attribute is missing\nb: the attribute is missing");
    check_read(AB, "83 a161 c0 a162 c0 a163 c0", "c: there is no such attribute");
    check_read(AB, "82 a161 c0 a161 c0", "b: the attribute is missing");
    check_read(AB, "83 a161 c0 a162 c0 a162 c0", "an attribute is given twice");
    check_read(AB, "82 a161 c0 a162 c3", "b: expected a number, found a bool");
}

#[test]
fn dynamic_values_bring_their_type() {
    let inner = r#"Dynamic((String, String("x")))"#;
    check_read(DYNAMIC, "92 a8 22737472696e6722 a178", inner);
    check_read(DYNAMIC, "92 c409 2022737472696e6722 a178", inner);
    check_read(DYNAMIC, "92 c408 22737472696e6722 c0", "Dynamic((String, Null))");
    check_read(DYNAMIC, "92 c409 2264796e616d696322 92 c408 22737472696e6722 a178", inner);
    check_read(
        r#"["list","dynamic"]"#,
        "92 c0 92 c406 22626f6f6c22 c3",
        "List([Null, Dynamic((Bool, Bool(true)))])",
    );
    check_read(DYNAMIC, "a178", "expected a value with its type, found a string");
    check_read(DYNAMIC, "91 c0", "expected a type and a value, found 1 elements");
    check_read(DYNAMIC, "92 01 c0", "expected the type of the value, found a number");
    check_read(
        DYNAMIC,
        "92 c403 22782e c0",
        "the type of the value is not JSON: EOF while parsing a string at line 1 column 3",
    );
    check_read(
        DYNAMIC,
        "92 c403 227822 c0",
        "the type of the value is malformed: expected `string`, `number`, `bool` or `dynamic`, found `\"x\"`",
    );
}

#[test]
fn what_does_not_fit_is_not_written() {
    let list = Value::List(vec!["a".into()]);
    check_written(STRING, &list, "expected a string, found a list");
    check_written(STRINGS, &Value::set(["a".into()]), "expected a list, found a set");
    check_written(r#"["set","string"]"#, &list, "expected a set, found a list");
    check_written(r#"["tuple",[]]"#, &list, "expected 0 elements, found 1");
    check_written(r#"["map","string"]"#, &list, "expected a map, found a list");
    check_written(DYNAMIC, &list, "expected a value with its type, found a list without one");
    let dynamic = Value::Dynamic(Box::new((Type::String, "a".into())));
    check_written(STRING, &dynamic, "expected a string, found a dynamic value");
    check_written(DYNAMIC, &dynamic, "92c40822737472696e6722a161");
    let wrong = Value::Dynamic(Box::new((Type::Bool, "a".into())));
    check_written(DYNAMIC, &wrong, "expected a bool, found a string");
    let twice = Value::Dynamic(Box::new((Type::Dynamic, dynamic)));
    check_written(DYNAMIC, &twice, "92c40822737472696e6722a161");
}

#[test]
fn all_that_does_not_fit_is_reported_together() {
    let nested = r#"["object",{"a":["list","string"],"b":"number","d":"bool"}]"#;
    let value = Value::object([
        ("a", Value::List(vec!["x".into(), true.into(), 1.into()])),
        ("c", Value::Null),
        ("d", "yes".into()),
        ("e", Value::Null),
    ]);
    check_written(
        nested,
        &value,
        "a[1]: expected a string, found a bool\n\
         a[2]: expected a string, found a number\n\
         b: the attribute is missing\n\
         c: there is no such attribute\n\
         d: expected a bool, found a string\n\
         e: there is no such attribute",
    );
    let many = Value::List(vec![true.into(); 1000]);
    assert_eq!(msgpack::encode(&many, &ty(STRINGS)).unwrap_err().misfits().len(), 20);
}

#[test]
fn misfits_become_diagnostics() {
    let error: Error =
        msgpack::encode(&Value::object([("a", true.into())]), &ty(AB)).unwrap_err().into();
    assert_eq!(
        error.to_string(),
        "a: Provider bug: `a` does not fit its type: expected a string, found a bool. This is a bug in \
         the provider, please report it.\n\
         b: Provider bug: `b` does not fit its type: the attribute is missing. This is a bug in the \
         provider, please report it."
    );
    let error = msgpack::decode(&hex("05"), &ty(AB)).unwrap_err();
    assert_eq!(
        error.report(Blame::User, "Unreadable state").to_string(),
        "Unreadable state: The value does not fit its type: expected an object, found a number."
    );
}
