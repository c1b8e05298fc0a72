//! What Terraform's core does around a provider, written from core's behaviour.
//!
//! One file per judgement: the proposed state, a plan, the result of an apply, the type of a value.
//!
//! **Invariant:** nothing here uses the engine's own rules, or neither would check the other.

mod compatible;
mod fits;
mod plan_valid;
mod proposed;

pub(super) use compatible::{object_incompatible, value_incompatible};
pub(super) use fits::{misfits, unknowns, write_only_values};
pub(super) use plan_valid::plan_invalid;
pub use proposed::proposed_new_state;
