//! A framework for Terraform providers in Rust: plugin protocol 6, complete.

pub mod diag;
pub mod path;
pub mod value;
#[doc(hidden)]
pub mod wire;
