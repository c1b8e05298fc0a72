//! Tests of a provider without Terraform: a harness that behaves as Terraform's core does, and laws that
//! every kind of resource must obey.
//!
//! [`Harness`] keeps state, identity and private data of one resource from step to step and judges every
//! answer by the rules that core enforces. These rules are written here a second time, from what core
//! does and not from what the engine does, so that each checks the other.
//!
//! A [`Query`] does the same for what is listed.
//!
//! ```
//! # use tfplug::testing::{config, unknown};
//! let config = config!({ "name": "gpu", "limit": 3, "token": unknown() });
//! ```
//!
//! [`EphemeralHarness`] and [`ActionHarness`] do the same for what leaves no state.
//!
//! **Not here:** encodings and transport, which need no resource to be tested.

mod action;
mod config;
mod core;
mod ephemeral;
mod generate;
mod harness;
pub mod laws;
mod problem;
mod query;

pub use action::ActionHarness;
pub use config::{Config, Marker, config, unknown};
pub use core::proposed_new_state;
pub use ephemeral::{EphemeralHarness, Live};
pub use harness::{Action, Done, Harness, Instance, Planned};
pub use problem::{Finding, Problem, Step};
pub use query::{Answer, Listed, Query};

#[doc(hidden)]
pub use serde_json::json as __json;
