//! Random types, and random values that fit them.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use tfplug::value::{Bound, Number, Refinement, Type, Unknown, Value};
use unicode_normalization::UnicodeNormalization;

/// Which values are wanted.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Parts {
    /// Only what a state can hold.
    Storable,
    /// Unknown values and infinities too.
    Any,
}

/// A type, and a value that fits it.
pub(super) fn typed_value(parts: Parts) -> BoxedStrategy<(Type, Value)> {
    any_type()
        .prop_flat_map(move |ty| {
            let value = value_of(&ty, parts, 3);
            (Just(ty), value)
        })
        .boxed()
}

pub(super) fn any_type() -> BoxedStrategy<Type> {
    let leaf = prop_oneof![
        3 => Just(Type::String),
        2 => Just(Type::Number),
        1 => Just(Type::Bool),
        1 => Just(Type::Dynamic),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            btree_map("[a-z]{1,3}|é", inner, 0..6).prop_map(Type::Object),
        ]
    })
    .boxed()
}

/// A value of type `ty`. Dynamic values choose their own type, `dynamics` of them within each other.
fn value_of(ty: &Type, parts: Parts, dynamics: u32) -> BoxedStrategy<Value> {
    let known = match ty {
        Type::String => text().prop_map(Value::String).boxed(),
        Type::Number => number(parts).prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic if dynamics == 0 => Just(Value::Null).boxed(),
        Type::Dynamic => any_type()
            .prop_filter("a type that decides something", |ty| *ty != Type::Dynamic)
            .prop_flat_map(move |ty| {
                let value = value_of(&ty, parts, dynamics - 1);
                (Just(ty), value).prop_map(|inner| Value::Dynamic(Box::new(inner)))
            })
            .boxed(),
        Type::List(element) => {
            vec(value_of(element, parts, dynamics), 0..4).prop_map(Value::List).boxed()
        }
        Type::Set(element) => {
            vec(value_of(element, parts, dynamics), 0..4).prop_map(Value::set).boxed()
        }
        Type::Map(element) => {
            btree_map(text(), value_of(element, parts, dynamics), 0..4).prop_map(Value::Map).boxed()
        }
        Type::Tuple(items) => items
            .iter()
            .map(|ty| value_of(ty, parts, dynamics))
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(members) => members
            .iter()
            .map(|(name, ty)| (Just(name.clone()), value_of(ty, parts, dynamics)))
            .collect::<Vec<_>>()
            .prop_map(|members| Value::Map(members.into_iter().collect()))
            .boxed(),
    };
    let unknown = match parts {
        Parts::Any => unknown_of(ty),
        Parts::Storable => Just(Value::Null).boxed(),
    };
    prop_oneof![8 => known, 1 => Just(Value::Null), 1 => unknown].boxed()
}

fn unknown_of(ty: &Type) -> BoxedStrategy<Value> {
    let plain = || Just(Refinement::default());
    let refined = match ty {
        Type::Dynamic => return Just(Value::UNKNOWN).boxed(),
        Type::String => {
            let prefix = text().prop_filter("says something", |text| !text.is_empty());
            prefix
                .prop_map(|prefix| Refinement { prefix: Some(prefix), ..Refinement::default() })
                .boxed()
        }
        Type::Number => {
            let bound = || {
                (number(Parts::Storable), any::<bool>())
                    .prop_filter("short", |(number, _)| number.to_string().len() < 100)
                    .prop_map(|(number, inclusive)| Bound { number, inclusive })
            };
            (proptest::option::of(bound()), proptest::option::of(bound()))
                .prop_map(|(lower, upper)| Refinement { lower, upper, ..Refinement::default() })
                .boxed()
        }
        Type::List(_) | Type::Set(_) | Type::Map(_) => {
            let length = || proptest::option::of(1_u64..1 << 40);
            (length(), length())
                .prop_map(|(min_len, max_len)| Refinement {
                    min_len,
                    max_len,
                    ..Refinement::default()
                })
                .boxed()
        }
        Type::Bool | Type::Object(_) | Type::Tuple(_) => plain().boxed(),
    };
    (prop_oneof![plain().boxed(), refined], any::<bool>())
        .prop_map(|(refinement, not_null)| {
            Value::Unknown(Unknown::refined(Refinement { not_null, ..refinement }))
        })
        .boxed()
}

/// Text in normal form: ASCII, anything printable, and what is often not normal.
pub(super) fn text() -> impl Strategy<Value = String> {
    let normal = |text: String| text.nfc().collect();
    prop_oneof!["[a-z0-9-]{0,8}", "\\PC{0,8}", "[eéàu\u{301}\u{308}가\u{1100}\u{1161}]{0,6}"]
        .prop_map(normal)
}

fn number(parts: Parts) -> BoxedStrategy<Number> {
    let text = |text: String| text.parse::<Number>().unwrap();
    let finite = prop_oneof![
        (-200_i64..200).prop_map(Number::from),
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<i32>().prop_map(|int| Number::from_f64(f64::from(int) / 8.0).unwrap()),
        proptest::num::f64::NORMAL.prop_map(|float| Number::from_f64(float).unwrap()),
        proptest::num::f64::SUBNORMAL.prop_map(|float| Number::from_f64(float).unwrap()),
        "-?[1-9][0-9]{0,60}\\.[0-9]{1,60}".prop_map(text),
        "-?[1-9](\\.[0-9]{1,20})?e-?[0-9]{1,3}".prop_map(text),
    ];
    match parts {
        Parts::Storable => finite.boxed(),
        Parts::Any => {
            prop_oneof![20 => finite, 1 => any::<bool>().prop_map(Number::infinity)].boxed()
        }
    }
}
