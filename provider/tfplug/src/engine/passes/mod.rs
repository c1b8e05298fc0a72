//! The steps of a plan that need no code of the author, in the order in which [`plan`](super::plan()) takes
//! them.

mod identity;
mod propose;
mod replace;

pub(super) use identity::identity_kept;
pub(super) use propose::{Computed, propose};
pub(super) use replace::replace;
