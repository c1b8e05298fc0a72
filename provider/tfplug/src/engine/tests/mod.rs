//! The engine, driven by the harness: one small `check` for each feature, many cases.

mod action;
mod apply;
mod around;
mod blocks;
mod deferral;
mod ephemeral;
mod generate;
mod kinds;
mod list;
mod nested;
mod other;
mod plan;
mod random;
mod validate;
mod world;

use std::fmt::Write as _;

use crate::path::{Path, Step};
use crate::testing::{Harness, Planned};
use crate::value::Value;

use world::World;

/// A plan as text: what it would do, then each part that differs.
fn render(planned: &Planned) -> String {
    let mut out = format!("{:?}\n", planned.action);
    differences(&Path::ROOT, &planned.prior, &planned.planned, &mut out);
    for path in &planned.replace {
        let _ = writeln!(out, "replaced because of {path}");
    }
    for warning in &planned.warnings {
        let _ = writeln!(out, "{warning}");
    }
    out
}

fn differences(at: &Path, before: &Value, after: &Value, out: &mut String) {
    match (before, after) {
        (before, after) if before == after => {}
        (Value::Map(left), Value::Map(right)) => {
            let keys: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let at = at.then(Step::Attribute(key.clone()));
                differences(&at, before.member(key), after.member(key), out);
            }
        }
        (Value::Null, Value::Map(right)) if at.is_root() => {
            for (name, after) in right {
                differences(&Path::attribute(name.clone()), &Value::Null, after, out);
            }
        }
        (Value::List(left), Value::List(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differences(&at.then(Step::Index(index)), left, right, out);
            }
        }
        (before, after) => {
            let _ = writeln!(out, "{at}: {} => {}", short(before), short(after));
        }
    }
}

/// A value on one line.
fn short(value: &Value) -> String {
    let all = |items: Vec<String>| items.join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Unknown(_) => "?".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", all(items.iter().map(short).collect())),
        Value::Set(items) => format!("set[{}]", all(items.iter().map(short).collect())),
        Value::Map(items) => format!(
            "{{{}}}",
            all(items.iter().map(|(key, value)| format!("{key}: {}", short(value))).collect())
        ),
        Value::Dynamic(inner) => format!("{}({})", inner.0, short(&inner.1)),
    }
}

fn harness<R: crate::Resource<Backend = World>>() -> (Harness, World) {
    let world = World::default();
    (Harness::new::<R, _>(world.clone()), world)
}
