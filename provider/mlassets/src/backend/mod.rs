//! Typed clients of the services behind the assets.
//!
//! **Invariant:** nothing here knows Terraform or `tfplug`; a backend speaks of pools, versions and
//! records, and its errors carry data from which a resource makes a diagnostic.

pub mod aws;
pub mod azure;
pub mod fault;
pub mod gate;
mod http;
pub mod mlflow;
pub mod notify;
pub mod prefect;
pub mod registry;
mod retry;
pub mod signal;
#[cfg(test)]
mod tests;
mod tls;
pub mod worm;
