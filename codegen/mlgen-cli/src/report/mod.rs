//! How changes are shown: for people, as JSON, as diffs. Text has colours in it; the stream takes them out where
//! nobody could see them.

mod diff;
mod human;
mod json;
mod progress;
mod refused;
mod summary;

pub use human::{human, problems};
pub use json::{Report, json};
pub use progress::Progress;
pub use refused::{Refusal, Told};
pub use summary::Summary;
