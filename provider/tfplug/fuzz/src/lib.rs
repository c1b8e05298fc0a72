//! The laws that the fuzz targets hold against the value codec.
//!
//! An input is a type and bytes: one byte with the length of the type's JSON form, the JSON, and the
//! encoded value. So one seed can be told from another by a person, and a finding becomes a unit test
//! by cutting it in two.

use tfplug::value::Type;
use tfplug::wire::codec::state_json::Tolerance;
use tfplug::wire::codec::{msgpack, state_json};

/// Whether an input said anything, so that the fuzzer keeps to those that do.
pub type Meaningful = bool;

/// What decodes can be encoded, and from then on nothing changes any more.
pub fn msgpack(input: &[u8]) -> Meaningful {
    let Some((ty, bytes)) = split(input) else { return false };
    let Ok(value) = msgpack::decode(bytes, &ty) else { return true };
    let canonical = msgpack::encode(&value, &ty).expect("what was decoded fits its type");
    let again = msgpack::decode(&canonical, &ty).expect("what was encoded can be decoded");
    assert_eq!(value, again);
    assert_eq!(canonical, msgpack::encode(&again, &ty).expect("it could be encoded before"));
    true
}

/// What decodes can be encoded, and from then on nothing changes any more; in `MessagePack` it is the
/// same value.
pub fn state_json(input: &[u8]) -> Meaningful {
    let Some((ty, bytes)) = split(input) else { return false };
    let exact = state_json::decode(bytes, &ty, Tolerance::Exact);
    let Ok(value) = state_json::decode(bytes, &ty, Tolerance::SameVersion) else {
        assert!(exact.is_err(), "what is exact is also tolerable");
        return true;
    };
    if let Ok(exact) = exact {
        assert_eq!(exact, value);
    }
    let json = state_json::encode(&value, &ty).expect("what was decoded fits its type");
    let again = state_json::from_json(&json, &ty, Tolerance::Exact).expect("it was just encoded");
    assert_eq!(value, again);
    let bytes = msgpack::encode(&value, &ty).expect("what was decoded fits its type");
    assert_eq!(value, msgpack::decode(&bytes, &ty).expect("what was encoded can be decoded"));
    true
}

/// The input for a value `bytes` of the type whose JSON form is `ty`; none if the type is too long.
pub fn join(ty: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(ty.len()).ok()?;
    Some([&[length], ty.as_bytes(), bytes].concat())
}

fn split(input: &[u8]) -> Option<(Type, &[u8])> {
    let (length, rest) = input.split_first()?;
    let (ty, bytes) = rest.split_at_checked(usize::from(*length))?;
    let ty = Type::from_json(&serde_json::from_slice(ty).ok()?).ok()?;
    Some((ty, bytes))
}
