//! What the protocol asks of a provider, operation by operation, on untyped values.
//!
//! One file per operation. Each takes a request and a kind of thing, calls the author's code where it
//! must, and checks the answer against the rules that Terraform enforces *before* it is sent: a mistake
//! in a provider is then named with its attribute and its culprit, in a unit test rather than at a user.
//!
//! **Invariant:** nothing here knows protobuf, an encoding or a backend.

mod action;
mod apply;
mod chunks;
mod configure;
mod conform;
mod correlate;
mod data;
mod ephemeral;
mod function;
mod generate;
mod import;
mod list;
mod moved;
mod passes;
mod plan;
mod read;
mod settle;
#[cfg(test)]
mod tests;
mod upgrade;
mod validate;

pub use action::{ActionPlan, invoke_action, plan_action};
pub use apply::{ApplyRequest, ApplyResponse, apply};
pub use chunks::{Joined, agree, cut};
pub use configure::configure;
pub use conform::{Violation, applied_violations, planned_violations};
pub use data::{defer_data, read_data};
pub use ephemeral::{
    OpenResponse, RenewResponse, close_ephemeral, open_ephemeral, renew_ephemeral,
};
pub use function::{FunctionFailure, call_function};
pub use generate::generate;
pub use import::{ImportRequest, ImportResponse, import};
pub use list::{ListEvent, ListRequest, list};
pub use moved::moved;
pub use plan::{PlanRequest, PlanResponse, plan};
pub use read::{ReadRequest, ReadResponse, read};
pub use upgrade::{upgrade, with_blocks};
pub use validate::{Validation, validate};
