//! Bytes to values.
//!
//! The reader looks at the marker, then lets `rmp` read the primitive. Once the marker is right, all
//! that can go wrong is the end of the input. No length is believed: room is reserved only for what
//! the rest of the input could hold, and little of it at once.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::decode;

use super::super::deeper;
use super::super::error::{Fit, Misfits};
use super::super::text::{expected, normal, read_number, read_type};
use super::refinement;
use crate::path::Step;
use crate::value::{Number, Type, Unknown, Value};

/// Elements for which room is reserved before any of them is seen.
const MAX_RESERVED: usize = 1024;

/// The extension type of unknown values of which something is promised.
const REFINED: i8 = 12;

/// The longest promise that Terraform itself would read.
const MAX_REFINEMENT: usize = 1024;

/// The rest of the input.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    /// Makes sure that nothing is left.
    pub(super) fn end(&self) -> Fit<()> {
        match self.rest.len() {
            0 => Ok(()),
            n => Err(Misfits::one(format!("the value is followed by {n} more bytes"))),
        }
    }

    pub(super) fn value(&mut self, ty: &Type, depth: usize) -> Fit<Value> {
        match (self.peek()?, ty) {
            (Marker::Null, _) => {
                self.take(1)?;
                Ok(Value::Null)
            }
            (marker, _) if is_extension(marker) => self.unknown(ty),
            (_, Type::String) => Ok(Value::String(normal(self.text("a string")?).into_owned())),
            (_, Type::Number) => self.number().map(Value::Number),
            (_, Type::Bool) => self.bool().map(Value::Bool),
            (_, Type::Dynamic) => self.dynamic(deeper(depth)?),
            (_, Type::List(element)) => self.elements(ty, element, deeper(depth)?).map(Value::List),
            (_, Type::Set(element)) => self.elements(ty, element, deeper(depth)?).map(Value::set),
            (_, Type::Map(element)) => self.map(element, deeper(depth)?),
            (_, Type::Object(members)) => self.object(members, deeper(depth)?),
            (_, Type::Tuple(items)) => self.tuple(items, deeper(depth)?),
        }
    }

    fn unknown(&mut self, ty: &Type) -> Fit<Value> {
        let meta = decode::read_ext_meta(&mut self.rest).map_err(|_| truncated())?;
        let size = meta.size as usize;
        let body = self.take(size)?;
        if size <= 1 {
            Ok(Value::UNKNOWN)
        } else if meta.typeid != REFINED {
            let code = meta.typeid;
            Err(Misfits::one(format!("an extension of type {code} and {size} bytes is no value")))
        } else if size > MAX_REFINEMENT {
            Err(Misfits::one(format!("an unknown value described by {size} bytes, 1024 at most")))
        } else {
            Ok(refinement::read(&mut Reader::new(body), ty)?
                .map_or(Value::Null, |refinement| Value::Unknown(Unknown::refined(refinement))))
        }
    }

    /// `[type, value]`; a dynamic value within a dynamic value is that value.
    fn dynamic(&mut self, depth: usize) -> Fit<Value> {
        let length = self.array_length("a value with its type")?;
        if length != 2 {
            let problem = format!("expected a type and a value, found {length} elements");
            return Err(Misfits::one(problem));
        }
        let ty = match self.peek()? {
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
                let length = decode::read_bin_len(&mut self.rest).map_err(|_| truncated())?;
                read_type(self.take(length as usize)?)?
            }
            _ => read_type(self.text("the type of the value")?.as_bytes())?,
        };
        let value = self.value(&ty, depth)?;
        Ok(match ty {
            Type::Dynamic => value,
            ty => Value::Dynamic(Box::new((ty, value))),
        })
    }

    fn elements(&mut self, ty: &Type, element: &Type, depth: usize) -> Fit<Vec<Value>> {
        let length = self.array_length(expected(ty))?;
        let mut elements = Vec::with_capacity(length.min(MAX_RESERVED));
        for index in 0..length {
            elements.push(self.value(element, depth).map_err(|error| match ty {
                Type::Set(_) => error.under(&Step::Element),
                _ => error.under(&Step::Index(index)),
            })?);
        }
        Ok(elements)
    }

    fn tuple(&mut self, items: &[Type], depth: usize) -> Fit<Value> {
        let length = self.array_length("a tuple")?;
        if length != items.len() {
            let problem = format!("expected {} elements, found {length}", items.len());
            return Err(Misfits::one(problem));
        }
        let read = |(index, ty)| {
            self.value(ty, depth).map_err(|error: Misfits| error.under(&Step::Index(index)))
        };
        items.iter().enumerate().map(read).collect::<Fit<_>>().map(Value::List)
    }

    fn map(&mut self, element: &Type, depth: usize) -> Fit<Value> {
        let length = self.map_length("a map")?;
        let mut members = BTreeMap::new();
        for _ in 0..length {
            let key = normal(self.text("the key of a map")?).into_owned();
            let value = match self.value(element, depth) {
                Ok(value) if !members.contains_key(&key) => value,
                Ok(_) => return Err(Misfits::one("the key is given twice").under(&Step::Key(key))),
                Err(error) => return Err(error.under(&Step::Key(key))),
            };
            members.insert(key, value);
        }
        Ok(Value::Map(members))
    }

    fn object(&mut self, types: &BTreeMap<String, Type>, depth: usize) -> Fit<Value> {
        let length = self.map_length("an object")?;
        let mut members = Vec::with_capacity(length.min(types.len()));
        let mut expected = types.iter();
        let mut in_order = length == types.len();
        for _ in 0..length {
            let key = self.text("the name of an attribute")?;
            // Terraform writes the names in order, so the next one is nearly always the right one.
            let (name, ty) = match expected.next() {
                Some((name, ty)) if name == key => (name, ty),
                _ => {
                    in_order = false;
                    types.get_key_value(key).ok_or_else(|| unsupported(key))?
                }
            };
            let value = self
                .value(ty, depth)
                .map_err(|error| error.under(&Step::Attribute(name.clone())))?;
            members.push((name.clone(), value));
        }
        let members: BTreeMap<String, Value> = members.into_iter().collect();
        if !in_order {
            let mut misfits = Misfits::default();
            for name in types.keys().filter(|name| !members.contains_key(*name)) {
                misfits.keep(Err::<(), _>(missing()), || Step::Attribute(name.clone()));
            }
            misfits.or(())?;
            if members.len() < length {
                return Err(Misfits::one("an attribute is given twice"));
            }
        }
        Ok(Value::Map(members))
    }

    pub(super) fn number(&mut self) -> Fit<Number> {
        let number = match self.peek()? {
            Marker::FixPos(_)
            | Marker::FixNeg(_)
            | Marker::U8
            | Marker::U16
            | Marker::U32
            | Marker::I8
            | Marker::I16
            | Marker::I32
            | Marker::I64 => decode::read_int::<i64, _>(&mut self.rest).ok().map(Number::from),
            Marker::U64 => decode::read_u64(&mut self.rest).ok().map(Number::from),
            Marker::F32 => {
                let float = decode::read_f32(&mut self.rest).map_err(|_| truncated())?;
                return float_number(float.into());
            }
            Marker::F64 => {
                let float = decode::read_f64(&mut self.rest).map_err(|_| truncated())?;
                return float_number(float);
            }
            _ => return read_number(self.text("a number")?),
        };
        number.ok_or_else(truncated)
    }

    pub(super) fn bool(&mut self) -> Fit<bool> {
        let value = match self.peek()? {
            Marker::True => true,
            Marker::False => false,
            marker => return Err(Misfits::mismatch("a bool", found(marker))),
        };
        self.take(1)?;
        Ok(value)
    }

    pub(super) fn text(&mut self, expected: &str) -> Fit<&'a str> {
        let length = match self.peek()? {
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                decode::read_str_len(&mut self.rest).map_err(|_| truncated())?
            }
            marker => return Err(Misfits::mismatch(expected, found(marker))),
        };
        str::from_utf8(self.take(length as usize)?)
            .map_err(|_| Misfits::one(format!("expected {expected}, found text that is not UTF-8")))
    }

    pub(super) fn array_length(&mut self, expected: &str) -> Fit<usize> {
        match self.peek()? {
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
                let length = decode::read_array_len(&mut self.rest).map_err(|_| truncated())?;
                self.backed(length, 1)
            }
            marker => Err(Misfits::mismatch(expected, found(marker))),
        }
    }

    pub(super) fn map_length(&mut self, expected: &str) -> Fit<usize> {
        match self.peek()? {
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
                let length = decode::read_map_len(&mut self.rest).map_err(|_| truncated())?;
                self.backed(length, 2)
            }
            marker => Err(Misfits::mismatch(expected, found(marker))),
        }
    }

    /// Passes over one value of whatever kind, without recursion.
    pub(super) fn skip(&mut self) -> Fit<()> {
        let mut left = 1_u64;
        while left > 0 {
            left -= 1;
            match self.peek()? {
                Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
                    left += self.array_length("")? as u64;
                }
                Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
                    left += 2 * self.map_length("")? as u64;
                }
                Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
                    let length = decode::read_bin_len(&mut self.rest).map_err(|_| truncated())?;
                    self.take(length as usize)?;
                }
                Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                    let length = decode::read_str_len(&mut self.rest).map_err(|_| truncated())?;
                    self.take(length as usize)?;
                }
                marker if is_extension(marker) => {
                    let meta = decode::read_ext_meta(&mut self.rest).map_err(|_| truncated())?;
                    self.take(meta.size as usize)?;
                }
                Marker::U8 | Marker::I8 => self.take(2).map(drop)?,
                Marker::U16 | Marker::I16 => self.take(3).map(drop)?,
                Marker::U32 | Marker::I32 | Marker::F32 => self.take(5).map(drop)?,
                Marker::U64 | Marker::I64 | Marker::F64 => self.take(9).map(drop)?,
                _ => self.take(1).map(drop)?,
            }
        }
        Ok(())
    }

    fn peek(&self) -> Fit<Marker> {
        self.rest.first().map(|byte| Marker::from_u8(*byte)).ok_or_else(truncated)
    }

    fn take(&mut self, length: usize) -> Fit<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The length, if so many elements of at least `size` bytes could follow.
    fn backed(&self, length: u32, size: usize) -> Fit<usize> {
        let length = length as usize;
        if length <= self.rest.len() / size { Ok(length) } else { Err(truncated()) }
    }
}

fn float_number(float: f64) -> Fit<Number> {
    Number::from_f64(float).map_err(|error| Misfits::one(format!("{error}")))
}

fn truncated() -> Misfits {
    Misfits::one("the bytes end within the value")
}

fn missing() -> Misfits {
    Misfits::one("the attribute is missing")
}

fn unsupported(name: &str) -> Misfits {
    Misfits::one("there is no such attribute").under(&Step::Attribute(name.to_owned()))
}

fn is_extension(marker: Marker) -> bool {
    matches!(
        marker,
        Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32
    )
}

fn found(marker: Marker) -> &'static str {
    match marker {
        Marker::Null => "null",
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "raw bytes",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Reserved => "a byte without meaning",
        marker if is_extension(marker) => "an unknown value",
        _ => "a number",
    }
}
