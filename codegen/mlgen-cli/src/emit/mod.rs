//! The one door to the disk for what is rendered: it says what would change, then does all of it or nothing.
//!
//! [`look`] or [`lock()`] a project, [`Existing::plan`] the changes, show them, [`Writer::apply`] them. The manifest
//! knows every file that was written here, with its hash. So a file of somebody else is never touched, a file that
//! was changed by hand is not overwritten without being asked, and a file that is no longer rendered goes away.
//!
//! Not here: what a document says, and how changes are shown.

mod apply;
mod clash;
mod create;
mod error;
mod lock;
mod manifest;
mod owner;
mod place;
mod plan;
mod problem;
mod transaction;

#[cfg(test)]
mod tests;

pub use apply::Writer;
pub use create::create;
pub use error::Error;
pub use lock::{lock, look};
pub use manifest::MANIFEST;
pub use owner::{Names, Output, Owner, Scope};
pub use plan::{Change, ChangeKind, Existing, Plan};
pub use problem::{Problem, ProblemKind};
