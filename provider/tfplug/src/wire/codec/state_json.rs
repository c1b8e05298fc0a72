//! Values as stored in state: plain JSON, with the type beside a dynamic value.
//!
//! State is read as Terraform itself reads it: a string may stand for a number or a bool, and a number
//! or a bool for a string, since an older schema may have had another type there. What is wrong in
//! several places is reported together.
//!
//! Unknown values are never stored, so they cannot be written.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::error::{Fit, Misfits};
use super::text::{expected, normal, read_number, type_from_json, write_number};
use super::{DecodeError, EncodeError, MAX_DEPTH, deeper};
use crate::path::Step;
use crate::value::{Type, Value};

/// What to do when the attributes in the state are not those of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// Every attribute must be there, and no other.
    Exact,
    /// A missing attribute is null and one too many is dropped: the schema gained or lost one since the
    /// state was written, without a new version.
    SameVersion,
}

/// Reads stored JSON as a value of type `ty`.
pub fn decode(bytes: &[u8], ty: &Type, tolerance: Tolerance) -> Result<Value, DecodeError> {
    let json: Json = serde_json::from_slice(bytes)
        .map_err(|error| Misfits::one(format!("the state is not JSON: {error}")))?;
    from_json(&json, ty, tolerance)
}

/// Reads parsed JSON as a value of type `ty`.
pub fn from_json(json: &Json, ty: &Type, tolerance: Tolerance) -> Result<Value, DecodeError> {
    Ok(read(json, ty, tolerance, MAX_DEPTH)?)
}

/// Writes a wholly known value of type `ty`.
pub fn encode(value: &Value, ty: &Type) -> Result<Json, EncodeError> {
    Ok(write(value, ty, MAX_DEPTH)?)
}

fn read(json: &Json, ty: &Type, tolerance: Tolerance, depth: usize) -> Fit<Value> {
    match (json, ty) {
        (Json::Null, _) => Ok(Value::Null),
        (Json::String(text), Type::String) => Ok(Value::String(normal(text).into_owned())),
        (Json::Number(number), Type::String) => Ok(Value::String(number.as_str().to_owned())),
        (Json::Bool(value), Type::String) => Ok(Value::String(value.to_string())),
        (Json::Number(number), Type::Number) => read_number(number.as_str()).map(Value::Number),
        (Json::String(text), Type::Number) => read_number(text).map(Value::Number),
        (Json::Bool(value), Type::Bool) => Ok(Value::Bool(*value)),
        (Json::String(text), Type::Bool) => match text.as_str() {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            _ => Err(Misfits::mismatch("a bool", "another string than `true` or `false`")),
        },
        (Json::Object(pair), Type::Dynamic) => dynamic(pair, tolerance, deeper(depth)?),
        (Json::Array(items), Type::List(element)) => {
            let types = std::iter::repeat(&**element);
            elements(items, types, tolerance, deeper(depth)?, Step::Index).map(Value::List)
        }
        (Json::Array(items), Type::Set(element)) => {
            let types = std::iter::repeat(&**element);
            elements(items, types, tolerance, deeper(depth)?, |_| Step::Element).map(Value::set)
        }
        (Json::Array(items), Type::Tuple(types)) => {
            if items.len() != types.len() {
                let problem = format!("expected {} elements, found {}", types.len(), items.len());
                return Err(Misfits::one(problem));
            }
            elements(items, types, tolerance, deeper(depth)?, Step::Index).map(Value::List)
        }
        (Json::Object(members), Type::Map(element)) => {
            map(members, element, tolerance, deeper(depth)?)
        }
        (Json::Object(members), Type::Object(types)) => {
            object(members, types, tolerance, deeper(depth)?)
        }
        (json, ty) => Err(Misfits::mismatch(expected(ty), found(json))),
    }
}

/// `{"type": …, "value": …}`; a dynamic value within a dynamic value is that value.
fn dynamic(pair: &Map<String, Json>, tolerance: Tolerance, depth: usize) -> Fit<Value> {
    let (Some(ty), Some(value), 2) = (pair.get("type"), pair.get("value"), pair.len()) else {
        return Err(Misfits::mismatch("an object of `type` and `value`", "another object"));
    };
    let ty = type_from_json(ty)?;
    let value = read(value, &ty, tolerance, depth)?;
    Ok(match ty {
        Type::Dynamic => value,
        ty => Value::Dynamic(Box::new((ty, value))),
    })
}

fn elements<'t>(
    items: &[Json],
    types: impl IntoIterator<Item = &'t Type>,
    tolerance: Tolerance,
    depth: usize,
    step: fn(usize) -> Step,
) -> Fit<Vec<Value>> {
    let mut misfits = Misfits::default();
    let mut elements = Vec::with_capacity(items.len());
    for (index, (item, ty)) in items.iter().zip(types).enumerate() {
        elements.extend(misfits.keep(read(item, ty, tolerance, depth), || step(index)));
    }
    misfits.or(elements)
}

fn map(
    members: &Map<String, Json>,
    element: &Type,
    tolerance: Tolerance,
    depth: usize,
) -> Fit<Value> {
    let mut misfits = Misfits::default();
    let mut values = BTreeMap::new();
    for (key, json) in members {
        let key = normal(key).into_owned();
        let value = match read(json, element, tolerance, depth) {
            Ok(_) if values.contains_key(&key) => Err(Misfits::one("the key is given twice")),
            value => value,
        };
        if let Some(value) = misfits.keep(value, || Step::Key(key.clone())) {
            values.insert(key, value);
        }
    }
    misfits.or(Value::Map(values))
}

fn object(
    members: &Map<String, Json>,
    types: &BTreeMap<String, Type>,
    tolerance: Tolerance,
    depth: usize,
) -> Fit<Value> {
    let mut misfits = Misfits::default();
    let mut values = Vec::with_capacity(types.len());
    for (name, ty) in types {
        let value = match members.get(name) {
            Some(json) => read(json, ty, tolerance, depth),
            None if tolerance == Tolerance::SameVersion => Ok(Value::Null),
            None => Err(Misfits::one("the attribute is missing")),
        };
        let value = misfits.keep(value, || Step::Attribute(name.clone()));
        values.extend(value.map(|value| (name.clone(), value)));
    }
    if tolerance == Tolerance::Exact {
        for name in members.keys().filter(|name| !types.contains_key(*name)) {
            let superfluous = Err::<(), _>(Misfits::one("there is no such attribute"));
            misfits.keep(superfluous, || Step::Attribute(name.clone()));
        }
    }
    misfits.or(Value::Map(values.into_iter().collect()))
}

fn write(value: &Value, ty: &Type, depth: usize) -> Fit<Json> {
    match (value, ty) {
        (Value::Null, _) => Ok(Json::Null),
        (Value::Unknown(_), _) => {
            Err(Misfits::one("the value is unknown, and no state holds unknown values"))
        }
        (Value::String(text), Type::String) => Ok(normal(text).into()),
        (Value::Bool(value), Type::Bool) => Ok((*value).into()),
        (Value::Number(number), Type::Number) => match number.to_i64() {
            Some(int) => Ok(int.into()),
            None => write_number(number)?
                .parse()
                .map(Json::Number)
                .map_err(|_| Misfits::one("the number is infinite, which JSON cannot say")),
        },
        (Value::Dynamic(inner), Type::Dynamic) => {
            let (ty, value) = &**inner;
            let value = write(value, ty, deeper(depth)?)?;
            Ok(match ty {
                Type::Dynamic => value,
                ty => serde_json::json!({ "type": ty.to_json(), "value": value }),
            })
        }
        (Value::List(items), Type::List(element)) => {
            write_elements(items, std::iter::repeat(&**element), deeper(depth)?, Step::Index)
        }
        (Value::Set(items), Type::Set(element)) => {
            let types = std::iter::repeat(&**element);
            write_elements(items, types, deeper(depth)?, |_| Step::Element)
        }
        (Value::List(items), Type::Tuple(types)) if items.len() == types.len() => {
            write_elements(items, types, deeper(depth)?, Step::Index)
        }
        (Value::List(items), Type::Tuple(types)) => {
            let problem = format!("expected {} elements, found {}", types.len(), items.len());
            Err(Misfits::one(problem))
        }
        (Value::Map(members), Type::Map(element)) => {
            let depth = deeper(depth)?;
            let mut misfits = Misfits::default();
            let mut json = Map::new();
            for (key, value) in members {
                if let Some(value) =
                    misfits.keep(write(value, element, depth), || Step::Key(key.clone()))
                {
                    json.insert(normal(key).into_owned(), value);
                }
            }
            misfits.or(Json::Object(json))
        }
        (Value::Map(members), Type::Object(types)) => write_object(members, types, deeper(depth)?),
        (value, ty) => Err(Misfits::mismatch(expected(ty), value.describe())),
    }
}

fn write_elements<'v, 't>(
    items: impl IntoIterator<Item = &'v Value>,
    types: impl IntoIterator<Item = &'t Type>,
    depth: usize,
    step: fn(usize) -> Step,
) -> Fit<Json> {
    let mut misfits = Misfits::default();
    let mut json = Vec::new();
    for (index, (item, ty)) in items.into_iter().zip(types).enumerate() {
        json.extend(misfits.keep(write(item, ty, depth), || step(index)));
    }
    misfits.or(Json::Array(json))
}

fn write_object(
    members: &BTreeMap<String, Value>,
    types: &BTreeMap<String, Type>,
    depth: usize,
) -> Fit<Json> {
    let mut misfits = Misfits::default();
    let mut json = Map::new();
    for (name, ty) in types {
        let value = match members.get(name) {
            Some(value) => write(value, ty, depth),
            None => Err(Misfits::one("the attribute is missing")),
        };
        if let Some(value) = misfits.keep(value, || Step::Attribute(name.clone())) {
            json.insert(name.clone(), value);
        }
    }
    for name in members.keys().filter(|name| !types.contains_key(*name)) {
        let superfluous = Err::<(), _>(Misfits::one("there is no such attribute"));
        misfits.keep(superfluous, || Step::Attribute(name.clone()));
    }
    misfits.or(Json::Object(json))
}

fn found(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}
