//! One spec per system in, stacks for every environment out: the library behind the command `mlgen`.
//!
//! **Invariant:** no file, no environment variable and no clock is read here; texts come in, documents go out.
//!
//! Reading order: `source` and `node` (texts and trees), `yaml` and `merge` (files to one tree with provenance),
//! `doc` (documents to text).

mod app;
mod author;
pub mod catalogue;
pub mod construct;
mod decode;
pub mod diag;
pub mod doc;
pub mod explain;
pub mod init;
mod literal;
pub mod merge;
pub mod node;
mod overlap;
pub mod reference;
pub mod schema;
mod secrecy;
pub mod source;
pub mod spec;
pub mod target;
pub mod template;
#[cfg(test)]
mod tests;
pub mod yaml;

pub use app::{App, Choice, Input, PROJECT_FILE};
pub use author::{Component, Environment, Handle, System};
pub use literal::Literal;
pub use target::Rendered;
