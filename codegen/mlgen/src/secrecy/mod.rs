//! What looks like a secret: names that say so, texts of known forms, and the places of a source that hold one.
//!
//! Here is one judgement for three uses: `construct` and `template` refuse values, [`places`] hides them before anything
//! is understood, and [`scrub`] keeps them out of sentences. Nothing here knows what a secret is for.

mod form;
mod name;
mod place;
mod scrub;

pub(crate) use form::forms;
pub(crate) use name::sounds_secret;
pub(crate) use place::{places, places_of_setting};
pub(crate) use scrub::scrub;
