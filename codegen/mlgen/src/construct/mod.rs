//! What is to exist: for each environment and target its components, with their inputs checked, references resolved and
//! root variables chosen.
//!
//! **Invariant:** nothing here knows how a document looks; that is `target`'s.

mod apart;
mod build;
pub mod convert;
pub mod facts;
pub mod graph;
mod handed;
mod holder;
mod inputs;
mod known;
pub mod layers;
mod names;
mod outputs;
mod overrides;
pub mod presence;
mod resolve;
mod secret;
mod settings;
pub mod stack;
pub mod tune;
pub mod value;

pub use build::{System, build};
pub use layers::Set;
pub use presence::{Kinds, Made};
pub use stack::{Component, Stack};
pub use value::{Piece, Resolved, To, Value};

pub use crate::spec::Environment;
pub use crate::spec::layer::{Fact, Foreign};
