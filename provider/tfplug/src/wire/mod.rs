//! What travels between host and provider, and how it becomes values.
//!
//! The codec is visible for fuzzing and benchmarks only; messages and clients, with feature `client`, for
//! those who take the part of the host.

pub mod codec;
pub(crate) mod from_proto;
#[cfg(feature = "client")]
pub mod generated;
#[cfg(not(feature = "client"))]
pub(crate) mod generated;
pub(crate) mod to_proto;
