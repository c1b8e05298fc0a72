//! What travels between host and provider, and how it becomes values.
//!
//! The codec is visible for fuzzing and benchmarks only.

pub mod codec;
pub(crate) mod from_proto;
pub(crate) mod generated;
pub(crate) mod to_proto;
