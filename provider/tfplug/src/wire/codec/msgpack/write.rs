//! Values to bytes.
//!
//! Everything goes into one buffer, front to back. After a misfit the walk goes on to find the others,
//! and what was written is thrown away.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::convert::Infallible;

use rmp::encode::{self, ByteBuf, ValueWriteError};

use super::super::deeper;
use super::super::error::{Fit, Misfits};
use super::super::text::{expected, normal, write_number};
use super::refinement;
use crate::path::Step;
use crate::value::{Number, Type, Unknown, Value};

/// Enough for most resources.
const FIRST_CAPACITY: usize = 512;

/// What has been written so far.
pub(super) struct Writer {
    out: ByteBuf,
}

impl Writer {
    pub(super) fn new() -> Self {
        Writer { out: ByteBuf::with_capacity(FIRST_CAPACITY) }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out.into_vec()
    }

    pub(super) fn value(&mut self, value: &Value, ty: &Type, depth: usize) -> Fit<()> {
        match (value, ty) {
            (Value::Null, _) => {
                let Ok(()) = encode::write_nil(&mut self.out);
                Ok(())
            }
            (Value::Unknown(unknown), _) => self.unknown(unknown, ty),
            (Value::String(text), Type::String) => self.text(&normal(text)),
            (Value::Number(number), Type::Number) => self.number(number),
            (Value::Bool(value), Type::Bool) => {
                self.bool(*value);
                Ok(())
            }
            (Value::Dynamic(inner), Type::Dynamic) => {
                self.dynamic(&inner.0, &inner.1, deeper(depth)?)
            }
            (Value::List(items), Type::List(element)) => {
                self.elements(items, element, deeper(depth)?, Step::Index)
            }
            (Value::Set(items), Type::Set(element)) => {
                self.elements(items, element, deeper(depth)?, |_| Step::Element)
            }
            (Value::Map(members), Type::Map(element)) => self.map(members, element, deeper(depth)?),
            (Value::Map(members), Type::Object(types)) => {
                self.object(members, types, deeper(depth)?)
            }
            (Value::List(items), Type::Tuple(types)) => self.tuple(items, types, deeper(depth)?),
            (Value::Dynamic(_), _) => Err(Misfits::mismatch(expected(ty), "a dynamic value")),
            (value, Type::Dynamic) => {
                let found = format!("{} without one", value.describe());
                Err(Misfits::mismatch(expected(ty), &found))
            }
            (value, ty) => Err(Misfits::mismatch(expected(ty), value.describe())),
        }
    }

    fn unknown(&mut self, unknown: &Unknown, ty: &Type) -> Fit<()> {
        if let Some(refinement) = unknown.refinement() {
            return refinement::write(self, refinement, ty);
        }
        self.plain_unknown();
        Ok(())
    }

    pub(super) fn plain_unknown(&mut self) {
        self.extension(0, &[0]);
    }

    pub(super) fn extension(&mut self, code: i8, body: &[u8]) {
        let size = u32::try_from(body.len()).expect("extensions are written by this module: short");
        written(encode::write_ext_meta(&mut self.out, size, code));
        self.out.as_mut_vec().extend_from_slice(body);
    }

    fn dynamic(&mut self, ty: &Type, value: &Value, depth: usize) -> Fit<()> {
        match ty {
            // Deciding that a value is dynamic decides nothing.
            Type::Dynamic => return self.value(value, ty, depth),
            Type::String => self.type_of(b"\"string\""),
            Type::Number => self.type_of(b"\"number\""),
            Type::Bool => self.type_of(b"\"bool\""),
            ty => self.type_of(ty.to_json().to_string().as_bytes()),
        }
        self.value(value, ty, depth)
    }

    fn type_of(&mut self, json: &[u8]) {
        written(encode::write_array_len(&mut self.out, 2));
        written(encode::write_bin(&mut self.out, json));
    }

    fn elements<'v>(
        &mut self,
        items: impl IntoIterator<Item = &'v Value, IntoIter: ExactSizeIterator>,
        element: &Type,
        depth: usize,
        step: fn(usize) -> Step,
    ) -> Fit<()> {
        let items = items.into_iter();
        self.array_length(items.len())?;
        let mut misfits = Misfits::default();
        for (index, item) in items.enumerate() {
            misfits.keep(self.value(item, element, depth), || step(index));
        }
        misfits.or(())
    }

    fn tuple(&mut self, items: &[Value], types: &[Type], depth: usize) -> Fit<()> {
        if items.len() != types.len() {
            let problem = format!("expected {} elements, found {}", types.len(), items.len());
            return Err(Misfits::one(problem));
        }
        self.array_length(items.len())?;
        let mut misfits = Misfits::default();
        for (index, (item, ty)) in items.iter().zip(types).enumerate() {
            misfits.keep(self.value(item, ty, depth), || Step::Index(index));
        }
        misfits.or(())
    }

    fn map(&mut self, members: &BTreeMap<String, Value>, element: &Type, depth: usize) -> Fit<()> {
        self.map_length(members.len())?;
        let mut misfits = Misfits::default();
        for (key, value) in members {
            let written = self.text(&normal(key)).and_then(|()| self.value(value, element, depth));
            misfits.keep(written, || Step::Key(key.clone()));
        }
        misfits.or(())
    }

    /// Both sides are in order of the names, so one pass finds the missing and the superfluous.
    fn object(
        &mut self,
        members: &BTreeMap<String, Value>,
        types: &BTreeMap<String, Type>,
        depth: usize,
    ) -> Fit<()> {
        self.map_length(types.len())?;
        let mut misfits = Misfits::default();
        let mut members = members.iter().peekable();
        for (name, ty) in types {
            let written = loop {
                match members.peek().map(|(given, value)| ((*given).cmp(name), *given, *value)) {
                    Some((Ordering::Less, given, _)) => {
                        misfits.keep(superfluous(), || Step::Attribute(given.clone()));
                        members.next();
                    }
                    Some((Ordering::Equal, _, value)) => {
                        members.next();
                        break self.text(name).and_then(|()| self.value(value, ty, depth));
                    }
                    Some((Ordering::Greater, ..)) | None => {
                        break Err(Misfits::one("the attribute is missing"));
                    }
                }
            };
            misfits.keep(written, || Step::Attribute(name.clone()));
        }
        for (given, _) in members {
            misfits.keep(superfluous(), || Step::Attribute(given.clone()));
        }
        misfits.or(())
    }

    pub(super) fn number(&mut self, number: &Number) -> Fit<()> {
        if let Some(int) = number.to_i64() {
            self.int(int);
            return Ok(());
        }
        match number.to_exact_f64() {
            // As Terraform does: whole numbers beyond 64 bits are text, exact as a float or not.
            Some(float) if float.fract() != 0.0 => {
                written(encode::write_f64(&mut self.out, float));
                Ok(())
            }
            _ => self.text(&write_number(number)?),
        }
    }

    pub(super) fn int(&mut self, int: i64) {
        written(encode::write_sint(&mut self.out, int));
    }

    pub(super) fn bool(&mut self, value: bool) {
        let Ok(()) = encode::write_bool(&mut self.out, value);
    }

    pub(super) fn text(&mut self, text: &str) -> Fit<()> {
        encodable(text.len())?;
        written(encode::write_str(&mut self.out, text));
        Ok(())
    }

    pub(super) fn array_length(&mut self, length: usize) -> Fit<()> {
        written(encode::write_array_len(&mut self.out, encodable(length)?));
        Ok(())
    }

    pub(super) fn map_length(&mut self, length: usize) -> Fit<()> {
        written(encode::write_map_len(&mut self.out, encodable(length)?));
        Ok(())
    }
}

fn superfluous() -> Fit<()> {
    Err(Misfits::one("there is no such attribute"))
}

fn encodable(length: usize) -> Fit<u32> {
    u32::try_from(length).map_err(|_| Misfits::one("longer than the encoding can say"))
}

/// Writing into memory cannot fail; the type of the error says so.
fn written<T>(result: Result<T, ValueWriteError<Infallible>>) -> T {
    let Ok(marker) = result;
    marker
}
