//! The value codec: what Terraform sends, what it may send, and what no one should.

mod generate;
mod hostile;
mod laws;
mod msgpack;
mod state_json;
mod vectors;

use tfplug::value::Type;

/// The type that a JSON text says.
#[track_caller]
fn ty(json: &str) -> Type {
    Type::from_json(&serde_json::from_str(json).unwrap()).unwrap()
}

/// Bytes from hexadecimal digits, which may stand in groups.
#[track_caller]
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|digit| !digit.is_whitespace()).collect();
    assert_eq!(digits.len() % 2, 0, "whole bytes: {text}");
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}
