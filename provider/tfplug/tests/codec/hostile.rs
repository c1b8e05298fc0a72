//! Bytes that no one should send. Each of these once could panic, exhaust the stack or eat the memory
//! of a careless decoder.

use tfplug::value::{Number, Type, Value};
use tfplug::wire::codec::{msgpack, state_json};

use super::{hex, ty};

#[track_caller]
fn check(json: &str, bytes: &[u8], problem: &str) {
    assert_eq!(msgpack::decode(bytes, &ty(json)).unwrap_err().to_string(), problem);
}

/// A dynamic value that holds a dynamic value, and so on.
fn nested(levels: usize) -> Vec<u8> {
    let level = [&[0x92, 0xc4, 0x09][..], b"\"dynamic\""].concat();
    [level.repeat(levels), vec![0xc0]].concat()
}

#[test]
fn depth_has_an_end() {
    assert_eq!(msgpack::decode(&nested(128), &Type::Dynamic).unwrap(), Value::Null);
    check(r#""dynamic""#, &nested(129), "the value is nested too deep");
    check(r#""dynamic""#, &nested(100_000), "the value is nested too deep");
    let brackets = ["[".repeat(200), "]".repeat(200)].concat();
    let error =
        state_json::decode(brackets.as_bytes(), &Type::Dynamic, state_json::Tolerance::Exact);
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "the state is not JSON: recursion limit exceeded at line 1 column 128");
}

#[test]
fn a_type_that_goes_too_deep_is_not_written() {
    let deep = (0..200).fold(Type::String, |ty, _| ty.list());
    let value = (0..200).fold(Value::Null, |value, _| Value::List(vec![value]));
    let error = msgpack::encode(&value, &deep).unwrap_err();
    assert_eq!(error.misfits()[0].problem, "the value is nested too deep");
}

#[test]
fn a_long_path_costs_little() {
    let types = "[\"list\",".repeat(60) + "\"string\"" + &"]".repeat(60);
    let error = msgpack::decode(&[vec![0x91; 60], vec![0x01]].concat(), &ty(&types)).unwrap_err();
    let place = "[0]".repeat(60);
    assert_eq!(error.to_string(), format!("{place}: expected a string, found a number"));
}

#[test]
fn claimed_lengths_are_not_believed() {
    for (json, bytes) in [
        (r#""string""#, "db ffffffff 61"),
        (r#"["list","string"]"#, "dd ffffffff c0"),
        (r#"["set",["tuple",[]]]"#, "dd 7fffffff 90"),
        (r#"["map","string"]"#, "df ffffffff a0 c0"),
        (r#"["map","string"]"#, "81 a0"),
        (r#"["object",{}]"#, "df ffffffff a0 c0"),
        (r#""dynamic""#, "92 c6 ffffffff 22"),
        (r#""string""#, "c9 ffffffff 0c 81"),
        (r#""number""#, "cb 00"),
        (r#""number""#, "ca 00"),
        (r#""number""#, "cf 00"),
    ] {
        check(json, &hex(bytes), "the bytes end within the value");
    }
}

#[test]
fn what_follows_the_value_is_refused() {
    check(r#""bool""#, &hex("c3 c0 c0"), "the value is followed by 2 more bytes");
    check(r#""bool""#, &hex("c1"), "expected a bool, found a byte without meaning");
}

#[test]
fn numbers_have_an_end() {
    let read = |text: &str| {
        let mut bytes = vec![0xdb];
        bytes.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
        bytes.extend(text.as_bytes());
        msgpack::decode(&bytes, &Type::Number)
    };
    let error = |text: &str| read(text).unwrap_err().to_string();
    assert_eq!(error("1e999999999999"), "a number with more than 10000 digits");
    assert_eq!(error(&"9".repeat(20_000)), "a number with more than 10000 digits");
    assert_eq!(error("12345e9999"), "a number with more than 10000 digits");
    // In the range of `Number`, and yet beyond what is sent.
    assert_eq!(error("1e9500"), "the number has more than 9000 digits");
    assert_eq!(error(&format!("0.{}", "3".repeat(9500))), "the number has more than 9000 digits");
    for text in ["1e5000", "-1e-5000", &"7".repeat(5000), &format!("1{}", "0".repeat(5000))] {
        let value = read(text).unwrap();
        let bytes = msgpack::encode(&value, &Type::Number).unwrap();
        assert_eq!(msgpack::decode(&bytes, &Type::Number).unwrap(), value);
    }
}

#[test]
fn a_number_that_no_one_could_read_is_not_written() {
    let number: Number = "1e9500".parse().unwrap();
    let error = msgpack::encode(&Value::Number(number), &Type::Number).unwrap_err();
    assert_eq!(error.to_string(), "the number has more than 9000 digits");
}
