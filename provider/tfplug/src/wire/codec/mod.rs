//! Values as bytes and back: [`msgpack`] in every call, [`state_json`] in stored state.
//!
//! Both are led by a [`Type`](crate::value::Type): the same bytes are a list or a set, an object or a
//! map, as the schema says. Both treat what they read as hostile: no input makes them panic, recurse
//! without end, or reserve memory that the input does not back.
//!
//! **Invariant:** no protobuf here, and no schema beyond its type. What a value *means* is not known.

mod error;
pub mod msgpack;
pub mod state_json;
mod text;

pub use error::{DecodeError, EncodeError, Misfit};

/// How deep values may nest, dynamic ones included: more than any schema does, less than a stack bears.
const MAX_DEPTH: usize = 128;

/// One level further in, if there is room for it.
fn deeper(depth: usize) -> error::Fit<usize> {
    depth.checked_sub(1).ok_or_else(|| error::Misfits::one("the value is nested too deep"))
}
