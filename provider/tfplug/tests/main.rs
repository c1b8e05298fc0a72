//! Tests of the framework from outside, in one binary: one link, not one per file.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod codec;
#[cfg(feature = "testing")]
mod note;
#[cfg(feature = "acceptance")]
mod terraform;
