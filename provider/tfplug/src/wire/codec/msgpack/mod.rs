//! Values as `MessagePack`, the encoding of every request and answer.
//!
//! Terraform's dialect: null is nil; an unknown value is an extension, with what is promised of it
//! inside; a number that no 64-bit integer or float holds exactly is a decimal string; a dynamic value
//! is a pair of its type as JSON and itself. Objects carry every attribute, in order of their names.
//!
//! Reading stops at the first misfit, since Terraform's bytes are right or it is no use to go on.
//! Writing collects them, since they are the mistakes of an author.

mod read;
mod refinement;
mod write;

use super::{DecodeError, EncodeError, MAX_DEPTH};
use crate::value::{Type, Value};

/// Reads a value of type `ty`; no bytes at all are null.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let mut reader = read::Reader::new(bytes);
    let value = reader.value(ty, MAX_DEPTH)?;
    reader.end()?;
    Ok(value)
}

/// Writes `value` as one of type `ty`. Text goes out in normal form, sets in canonical order, so equal
/// values give equal bytes.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut writer = write::Writer::new();
    writer.value(value, ty, MAX_DEPTH)?;
    Ok(writer.into_bytes())
}
