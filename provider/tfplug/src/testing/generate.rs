//! Values that fit a schema, made by chance from a seed: the same seed, the same value, everywhere.

use std::collections::BTreeMap;

use crate::schema::{Attribute, BlockNesting, Kind, Members, Nesting, Presence};
use crate::value::{Number, Type, Value};

/// How often a value is thrown away before the attribute is held to accept none.
const TRIES: usize = 400;

/// Texts that formats of all sorts accept, beside those that are only text.
const TEXTS: &[&str] = &[
    "",
    "a",
    "gpu",
    "prod-1",
    "日本語",
    "{}",
    "{\"a\":1}",
    "[1, 2]",
    "null",
    "30s",
    "1h",
    "2h 5m",
    "2024-02-29",
    "2024-02-29T12:00:00Z",
    "2024-02-29T12:00:00+02:00[Europe/Paris]",
    "Europe/Paris",
    "0 4 * * *",
    "https://example.org/a",
    "example.org",
    "10.0.0.0/8",
    "127.0.0.1",
    "/var/lib/x",
    "00000000-0000-4000-8000-000000000000",
    "application/json",
    "a=b",
    "x y",
    "1",
    "true",
    "P1D",
];

/// A source of chance (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Chance(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A state of an object with these members: known, required values there, every check passed. An error
/// names an attribute that accepts none of the values that were tried.
pub(super) fn state(members: Members<'_>, chance: &mut Chance) -> Result<Value, String> {
    let mut object = BTreeMap::new();
    for attribute in members.attributes {
        object.insert(attribute.name.to_string(), attribute_value(attribute, chance)?);
    }
    for block in members.blocks {
        let inner = block.block.members();
        let value = match block.nesting {
            BlockNesting::Single { required: false } if chance.one_in(3) => Value::Null,
            BlockNesting::Single { .. } | BlockNesting::Group => state(inner, chance)?,
            BlockNesting::List { min, max } | BlockNesting::Set { min, max } => {
                let span = if max == 0 { 3 } else { max.saturating_sub(min) };
                let count = min as usize + chance.below(span as usize + 1);
                let items: Vec<Value> =
                    (0..count).map(|_| state(inner, chance)).collect::<Result<_, _>>()?;
                if matches!(block.nesting, BlockNesting::Set { .. }) {
                    Value::set(items)
                } else {
                    items.into_iter().collect()
                }
            }
            BlockNesting::Map => keyed(chance, |chance| state(inner, chance))?,
        };
        object.insert(block.name.to_string(), value);
    }
    Ok(Value::Map(object))
}

fn attribute_value(attribute: &Attribute, chance: &mut Chance) -> Result<Value, String> {
    let may_be_null = attribute.presence != Presence::Required && !attribute.identity;
    if may_be_null && chance.one_in(4) {
        return Ok(Value::Null);
    }
    let given = attribute
        .example
        .as_ref()
        .and_then(|example| serde_json::from_str::<serde_json::Value>(example).ok())
        .and_then(|json| match json {
            serde_json::Value::String(text) => Some(Value::String(text)),
            serde_json::Value::Bool(value) => Some(value.into()),
            serde_json::Value::Number(number) => number.to_string().parse().ok().map(Value::Number),
            _ => None,
        });
    let known_good = attribute.default.clone().or(given);
    for attempt in 0..TRIES {
        let value = match (&attribute.kind, &known_good) {
            (_, Some(value)) if attempt == TRIES / 2 => value.clone(),
            (Kind::Type(ty), _) => of_type(ty, chance, 3),
            (Kind::Nested(nested), _) => match nested.nesting {
                Nesting::Single => state(nested.members(), chance)?,
                Nesting::Map => keyed(chance, |chance| state(nested.members(), chance))?,
                nesting => {
                    let items: Vec<Value> = (0..chance.below(4))
                        .map(|_| state(nested.members(), chance))
                        .collect::<Result<_, _>>()?;
                    if nesting == Nesting::Set {
                        Value::set(items)
                    } else {
                        items.into_iter().collect()
                    }
                }
            },
        };
        if attribute.checks.iter().all(|check| check.test(&attribute.name, &value).is_ok()) {
            return Ok(value);
        }
    }
    if may_be_null {
        return Ok(Value::Null);
    }
    Err(format!("{}: no value was found that passes its checks; give an `example`", attribute.name))
}

fn keyed(
    chance: &mut Chance,
    mut value: impl FnMut(&mut Chance) -> Result<Value, String>,
) -> Result<Value, String> {
    let mut items = BTreeMap::new();
    for _ in 0..chance.below(4) {
        let key = TEXTS[chance.below(TEXTS.len())].to_owned();
        items.insert(key, value(chance)?);
    }
    Ok(Value::Map(items))
}

/// A known value of a type. Nothing in it is null: that only an object's own schema may allow.
pub(super) fn of_type(ty: &Type, chance: &mut Chance, depth: usize) -> Value {
    let count = if depth == 0 { 0 } else { chance.below(4) };
    let deeper = depth.saturating_sub(1);
    match ty {
        Type::String => text(chance),
        Type::Bool => Value::Bool(chance.one_in(2)),
        Type::Number => number(chance),
        Type::Dynamic => {
            let ty = [Type::String, Type::Number, Type::Bool, Type::String.list()][chance.below(4)]
                .clone();
            let value = of_type(&ty, chance, deeper);
            Value::Dynamic(Box::new((ty, value)))
        }
        Type::List(element) => (0..count).map(|_| of_type(element, chance, deeper)).collect(),
        Type::Set(element) => Value::set((0..count).map(|_| of_type(element, chance, deeper))),
        Type::Map(element) => Value::object(
            (0..count)
                .map(|_| (TEXTS[chance.below(TEXTS.len())], of_type(element, chance, deeper))),
        ),
        Type::Object(members) => {
            Value::object(members.iter().map(|(name, ty)| (name, of_type(ty, chance, deeper))))
        }
        Type::Tuple(types) => types.iter().map(|ty| of_type(ty, chance, deeper)).collect(),
    }
}

fn text(chance: &mut Chance) -> Value {
    if chance.one_in(2) {
        return TEXTS[chance.below(TEXTS.len())].into();
    }
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    let text: String = (0..=chance.below(12))
        .filter_map(|_| letters.chars().nth(chance.below(letters.len())))
        .collect();
    text.into()
}

fn number(chance: &mut Chance) -> Value {
    let small = i64::try_from(chance.below(1000)).unwrap_or_default();
    let texts = ["0.5", "-1", "0", "3.25", "65536", "9223372036854775808", "1e30"];
    if chance.one_in(4) {
        let text = texts[chance.below(texts.len())];
        return Value::Number(text.parse().unwrap_or_else(|_| Number::from(small)));
    }
    small.into()
}
