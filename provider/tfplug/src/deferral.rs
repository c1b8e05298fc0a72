//! Why something is put off to a later plan, where Terraform allows that.
//!
//! Terraform says in each call whether it takes a deferral for an answer; today those of Stacks do, and alpha builds
//! with `-allow-deferral`. Without that everything goes on as if there were no deferrals.

/// What has to be known or done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferral {
    /// A value in the configuration of the resource is unknown, without which there is nothing to plan. The engine
    /// says so of a resource that is identified by such a value.
    Configuration,
    /// A value in the configuration of the provider is unknown, without which nobody can be asked. The engine says so
    /// by itself; see [`Provide::is_unknown`](crate::Provide::is_unknown).
    ProviderConfiguration,
    /// Something else has to exist first.
    Prerequisite,
}
