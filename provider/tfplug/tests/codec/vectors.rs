//! What Terraform 1.15.5 really sent, byte for byte.

use tfplug::wire::codec::msgpack;

use super::{hex, ty};

#[track_caller]
fn check(name: &str, json: &str, bytes: &str, shown: &str) {
    let (ty, bytes) = (ty(json), hex(bytes));
    let value = msgpack::decode(&bytes, &ty).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(format!("{value:?}"), shown, "{name}");
    assert_eq!(msgpack::encode(&value, &ty).unwrap(), bytes, "{name}: written as Terraform does");
}

#[test]
fn captured_values_are_read_and_written_as_terraform_does() {
    for line in include_str!("vectors.tsv").lines() {
        let [name, json, bytes, shown] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}")
        };
        check(name, json, bytes, shown);
    }
}
