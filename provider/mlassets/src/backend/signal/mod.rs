//! Signals in Redis that consumers obey: `halt_global` stops what runs, clearing it lets it go on.
//!
//! A signal is a hash at `{<prefix>}:<name>` with `active`, `reason`, `actor`, `version` and `at`, which is the truth. A
//! stream at `{<prefix>}:events` is the history, and a message on the channel of the key's name only wakes listeners,
//! since Redis forgets messages that nobody hears. The braces put all of them into one slot of a cluster.
//!
//! A change is one script, so nobody sees a half of it, and it compares the version, so nobody overwrites what he
//! has not seen. What is not ours, a key of another type or a hash without a version, is refused.

mod client;
mod concern;
mod error;
mod location;
mod model;

#[cfg(all(test, feature = "acceptance"))]
mod tests;

pub use client::Signals;
pub use concern::Concern;
pub use error::{Error, Refusal};
pub use location::{Config, ConfigProblem};
pub use model::{
    CopyTo, Encoding, Expected, Outcome, SetSignal, Signal, check_key, check_name, check_prefix,
};
