//! Calls of services over HTTP: one client without redirects, tries and waits, and what a broken exchange means.
//!
//! A read is tried again after any failure. A write is tried again if it surely had no effect, or if its
//! repetition does no harm; otherwise it ends as [`Failure::Ambiguous`] and its caller looks the object up.
//! Dropping a future at any point ends the exchange. What an answer says is the matter of the service's room.

mod broken;
mod exchange;
mod request;
#[cfg(test)]
pub(super) mod tests;

pub use broken::Step;
pub(super) use exchange::{Answer, Doubt, Exchange, Failure, Setup, busy_by_status};
pub(super) use request::{Points, Request};
