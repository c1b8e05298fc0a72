//! What can be declared: attributes, nested objects and blocks, with the rules that go with them.
//!
//! `#[derive(Schema)]` writes these values; a resource whose shape is data builds them by hand. Either
//! way the engine sees nothing else.
//!
//! **Invariant:** nothing here knows protobuf or how a resource behaves.

mod attribute;
mod block;
pub mod check;
mod lint;

pub use attribute::{Attribute, Decides, Keep, Kind, Nested, Presence, Replace};
pub use block::{Block, BlockNesting, Group, Members, NestedBlock, Nesting};
pub use check::{Check, Rule};
pub use lint::lint;

/// Text that is mostly written in the source and sometimes read from a document.
pub type Text = std::borrow::Cow<'static, str>;
