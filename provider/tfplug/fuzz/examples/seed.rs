//! Writes the seed corpus: every captured vector, whole resources, and JSON of all shapes.

use std::fs;
use std::io;
use std::path::Path;

use tfplug::value::Type;
use tfplug::wire::codec::state_json::Tolerance;
use tfplug::wire::codec::{msgpack, state_json};

/// Types and values as state JSON, from which both corpora are made.
const VALUES: &[(&str, &str)] = &[
    (
        r#"["object",{"id":"string","name":"string","on":"bool","size":"number","tags":["map","string"],"zones":["set","string"]}]"#,
        r#"{"id":"a1","name":"pool é","on":true,"size":0.1,"tags":{"k":"v","team":"x"},"zones":["b","a"]}"#,
    ),
    (
        r#"["object",{"any":"dynamic","rule":["list",["object",{"from":"number","to":"number"}]]}]"#,
        r#"{"any":{"type":["tuple",["number",["list","string"]]],"value":[1e300,["x"]]},"rule":[{"from":1,"to":65535},{"from":null,"to":2}]}"#,
    ),
    (
        r#"["set",["object",{"a":"number","b":"dynamic"}]]"#,
        r#"[{"a":1,"b":null},{"a":-2.5,"b":null}]"#,
    ),
    (r#"["map",["list","dynamic"]]"#, r#"{"a":[{"type":"bool","value":true}],"b":[]}"#),
    (r#"["tuple",["string","number","bool"]]"#, r#"["x","18446744073709551616","true"]"#),
    (
        r#"["list","number"]"#,
        r#"[0,-1,127,128,255,256,65536,4294967296,1.5,0.1,1e400,123456789012345678901234567890]"#,
    ),
    (r#""number""#, "1E-7"),
    (r#""string""#, r#""e\u0301""#),
    (r#""bool""#, "false"),
    (r#""dynamic""#, r#"{"type":["object",{"a":"string"}],"value":{"a":null}}"#),
];

/// Unknown values with refinements, for types that the captured vectors do not have.
const REFINED: &[(&str, &[u8])] = &[
    (r#""string""#, b"\xc7\x07\x0c\x82\x01\xc2\x02\xa2p-"),
    (r#""number""#, b"\xc7\x11\x0c\x82\x03\x92\xcb\x3f\xe0\0\0\0\0\0\0\xc2\x04\x92\x02\xc2"),
    (r#"["list","string"]"#, b"\xc7\x07\x0c\x82\x05\x02\x06\xcd\x01\x2c"),
    (r#"["map","bool"]"#, b"\xc7\x09\x0c\x83\x01\xc2\x63\x91\xa1\x78\x06\x09"),
];

fn main() -> io::Result<()> {
    let mut packed = Vec::new();
    let mut json = Vec::new();
    for line in include_str!("../../tests/codec/vectors.tsv").lines() {
        let [_, ty, hex, _] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}")
        };
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal"))
            .collect();
        packed.push(join(ty, &bytes));
    }
    packed.extend(REFINED.iter().map(|(ty, bytes)| join(ty, bytes)));
    for (ty, value) in VALUES {
        json.push(join(ty, value.as_bytes()));
        let parsed = Type::from_json(&serde_json::from_str(ty).expect("JSON")).expect("a type");
        let value = state_json::decode(value.as_bytes(), &parsed, Tolerance::Exact).expect("fits");
        packed.push(join(ty, &msgpack::encode(&value, &parsed).expect("fits")));
    }
    write("msgpack", &packed)?;
    write("state_json", &json)
}

fn join(ty: &str, bytes: &[u8]) -> Vec<u8> {
    tfplug_fuzz::join(ty, bytes).expect("a short type")
}

fn write(target: &str, inputs: &[Vec<u8>]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    for (number, input) in inputs.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:02}")), input)?;
    }
    Ok(())
}
