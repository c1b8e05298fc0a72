//! What is promised of an unknown value: a small map inside an extension.
//!
//! Terraform holds a provider to each promise, so a promise that the type does not have is an error on
//! both ways. One that says nothing, or that is too long to be sent, is left out: to promise less is
//! always right.

use super::super::error::{Fit, Misfits};
use super::super::text::{expected, normal, write_number};
use super::read::Reader;
use super::write::Writer;
use crate::value::{Bound, Number, Refinement, Type};

const NULLNESS: i64 = 1;
const PREFIX: i64 = 2;
const LOWER: i64 = 3;
const UPPER: i64 = 4;
const MIN_LEN: i64 = 5;
const MAX_LEN: i64 = 6;

/// The longest prefix, and the longest text of a bound, that is sent. Terraform reads 1024 bytes in all.
const MAX_TEXT: usize = 256;

const EXTENSION: i8 = 12;

/// Reads the promises about a value of type `ty`; none if the value will surely be null. Keys that a
/// later protocol may add are passed over.
pub(super) fn read(body: &mut Reader<'_>, ty: &Type) -> Fit<Option<Refinement>> {
    let length = body.map_length("a map of refinements")?;
    let mut refinement = Refinement::default();
    let mut surely_null = false;
    if *ty == Type::Dynamic {
        // Nothing can be promised of a value without a type.
        return Ok(Some(refinement));
    }
    for _ in 0..length {
        let key = body.number()?.to_i64();
        match (key, ty) {
            (Some(NULLNESS), _) => {
                surely_null = body.bool()?;
                refinement.not_null = !surely_null;
            }
            (Some(PREFIX), Type::String) => {
                refinement.prefix = Some(normal(body.text("a prefix")?).into_owned());
            }
            (Some(LOWER), Type::Number) => refinement.lower = Some(bound(body)?),
            (Some(UPPER), Type::Number) => refinement.upper = Some(bound(body)?),
            (Some(MIN_LEN), Type::List(_) | Type::Set(_) | Type::Map(_)) => {
                refinement.min_len = Some(count(body)?);
            }
            (Some(MAX_LEN), Type::List(_) | Type::Set(_) | Type::Map(_)) => {
                refinement.max_len = Some(count(body)?);
            }
            (Some(PREFIX..=MAX_LEN), ty) => {
                let problem = format!("{} cannot have this refinement", expected(ty));
                return Err(Misfits::one(problem));
            }
            _ => body.skip()?,
        }
    }
    Ok((!surely_null).then_some(refinement))
}

/// Writes an unknown value of type `ty` with its promises.
pub(super) fn write(out: &mut Writer, refinement: &Refinement, ty: &Type) -> Fit<()> {
    let Refinement { not_null, prefix, lower, upper, min_len, max_len } = refinement;
    let mut body = Writer::new();
    let mut entries = 0;
    if *ty == Type::Dynamic {
        out.plain_unknown();
        return Ok(());
    }
    if *not_null {
        entries += 1;
        body.int(NULLNESS);
        body.bool(false);
    }
    if let Some(prefix) = prefix {
        must_be(matches!(ty, Type::String), "a prefix", ty)?;
        let prefix = normal(prefix);
        let prefix = &prefix[..prefix.floor_char_boundary(MAX_TEXT)];
        if !prefix.is_empty() {
            entries += 1;
            body.int(PREFIX);
            body.text(prefix)?;
        }
    }
    for (key, bound) in [(LOWER, lower), (UPPER, upper)] {
        let Some(Bound { number, inclusive }) = bound else { continue };
        must_be(matches!(ty, Type::Number), "a bound", ty)?;
        if is_sent(number) {
            entries += 1;
            body.int(key);
            body.array_length(2)?;
            body.number(number)?;
            body.bool(*inclusive);
        }
    }
    for (key, length, says_nothing) in [(MIN_LEN, min_len, 0), (MAX_LEN, max_len, i64::MAX)] {
        let Some(length) = length else { continue };
        let collection = matches!(ty, Type::List(_) | Type::Set(_) | Type::Map(_));
        must_be(collection, "a length", ty)?;
        if let Ok(length) = i64::try_from(*length)
            && length != says_nothing
        {
            entries += 1;
            body.int(key);
            body.int(length);
        }
    }
    if entries == 0 {
        out.plain_unknown();
        return Ok(());
    }
    let mut map = Writer::new();
    map.map_length(entries)?;
    let mut map = map.into_bytes();
    map.extend_from_slice(&body.into_bytes());
    out.extension(EXTENSION, &map);
    Ok(())
}

fn bound(body: &mut Reader<'_>) -> Fit<Bound> {
    match body.array_length("a bound")? {
        2 => Ok(Bound { number: body.number()?, inclusive: body.bool()? }),
        n => Err(Misfits::one(format!("expected a bound of 2 elements, found {n}"))),
    }
}

fn count(body: &mut Reader<'_>) -> Fit<u64> {
    let length = body.number()?.to_i64().and_then(|length| u64::try_from(length).ok());
    length.ok_or_else(|| Misfits::one("expected a length, found another number"))
}

fn must_be(fits: bool, promise: &str, ty: &Type) -> Fit<()> {
    if fits {
        Ok(())
    } else {
        Err(Misfits::one(format!("{} cannot be refined by {promise}", expected(ty))))
    }
}

/// Whether the bound says anything, in few enough digits.
fn is_sent(number: &Number) -> bool {
    let endless = [true, false].map(Number::infinity).contains(number);
    !endless && write_number(number).is_ok_and(|text| text.len() <= MAX_TEXT)
}
