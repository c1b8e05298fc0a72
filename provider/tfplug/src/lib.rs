//! A framework for Terraform providers in Rust: plugin protocol 6, complete.

#[cfg(test)]
extern crate self as tfplug;

#[doc(hidden)]
#[path = "derive.rs"]
pub mod __derive;
pub mod context;
pub mod data_source;
pub mod diag;
pub mod docs;
pub mod draft;
pub mod engine;
pub mod erased;
pub mod function;
pub mod identity;
pub mod path;
pub mod provider;
pub mod resource;
mod rpc;
pub mod schema;
mod serve;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod typed;
pub mod value;
#[doc(hidden)]
pub mod wire;

pub use context::{Call, Cx, Private};
pub use data_source::DataSource;
pub use diag::{At, Blame, Diagnostic, Diags, Error, Result, Severity};
pub use draft::Draft;
pub use erased::Provide;
pub use function::Function;
pub use path::{Field, Path, Place, Step};
pub use provider::{Host, Provider, Registry, Served, serve, serve_any};
pub use resource::{Applied, Change, Failure, Identified, Keeping, Resource, Schema, immutable};
pub use tfplug_derive::Schema;
pub use typed::{Attr, AttributeType, Json, Secret, Sensitive, Set, Slot};
pub use value::{Number, Type, Value};
