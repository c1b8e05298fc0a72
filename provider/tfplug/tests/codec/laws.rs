//! Laws that hold for every type and every value of it.

use proptest::prelude::*;
use proptest::sample::Index;
use tfplug::value::{Type, Value};
use tfplug::wire::codec::state_json::Tolerance;
use tfplug::wire::codec::{msgpack, state_json};

use super::generate::{Parts, any_type, typed_value};

/// Equality that looks at refinements too, which `==` does not.
#[track_caller]
fn assert_same(left: &Value, right: &Value) {
    assert_eq!(format!("{left:?}"), format!("{right:?}"));
}

/// Whatever bytes are read, they are refused or they are a value of the type.
#[track_caller]
fn assert_refused_or_fits(bytes: &[u8], ty: &Type) {
    if let Ok(value) = msgpack::decode(bytes, ty) {
        let canonical = msgpack::encode(&value, ty).unwrap();
        let again = msgpack::decode(&canonical, ty).unwrap();
        assert_eq!(value, again);
        assert_eq!(msgpack::encode(&again, ty).unwrap(), canonical);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again((ty, value) in typed_value(Parts::Any)) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        assert_same(&msgpack::decode(&bytes, &ty).unwrap(), &value);
        prop_assert_eq!(msgpack::encode(&value.clone(), &ty).unwrap(), bytes);
    }

    #[test]
    fn nothing_shorter_is_a_value((ty, value) in typed_value(Parts::Any)) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        for length in 1..bytes.len() {
            prop_assert!(msgpack::decode(&bytes[..length], &ty).is_err(), "{} bytes", length);
        }
        let more = [&bytes[..], &[0xc0]].concat();
        prop_assert!(msgpack::decode(&more, &ty).is_err());
    }

    #[test]
    fn a_flipped_byte_is_refused_or_another_value(
        (ty, value) in typed_value(Parts::Any),
        flips in proptest::collection::vec((any::<Index>(), any::<u8>()), 8),
    ) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        for (index, byte) in flips {
            let mut bytes = bytes.clone();
            *index.get_mut(&mut bytes) = byte;
            assert_refused_or_fits(&bytes, &ty);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_a_value(ty in any_type(), bytes in any::<Vec<u8>>()) {
        assert_refused_or_fits(&bytes, &ty);
    }

    #[test]
    fn a_value_of_another_type_is_refused_or_fits(
        (_, value) in typed_value(Parts::Any),
        ty in any_type(),
    ) {
        if let Ok(bytes) = msgpack::encode(&value, &ty) {
            assert_eq!(msgpack::decode(&bytes, &ty).unwrap(), value);
        }
    }

    #[test]
    fn state_holds_what_is_known((ty, value) in typed_value(Parts::Storable)) {
        let json = state_json::encode(&value, &ty).unwrap();
        let bytes = json.to_string();
        for tolerance in [Tolerance::Exact, Tolerance::SameVersion] {
            assert_same(&state_json::decode(bytes.as_bytes(), &ty, tolerance).unwrap(), &value);
        }
    }

    #[test]
    fn both_encodings_say_the_same((ty, value) in typed_value(Parts::Storable)) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        let from_msgpack = msgpack::decode(&bytes, &ty).unwrap();
        let json = state_json::encode(&from_msgpack, &ty).unwrap();
        let from_json = state_json::from_json(&json, &ty, Tolerance::Exact).unwrap();
        prop_assert_eq!(msgpack::encode(&from_json, &ty).unwrap(), bytes);
    }
}
