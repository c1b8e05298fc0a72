//! Typed clients of the services behind the assets.
//!
//! **Invariant:** nothing here knows Terraform or `tfplug`; a backend speaks of pools, versions and
//! records, and its errors carry data from which a resource makes a diagnostic.

pub mod artifacts;
pub mod audit;
pub mod aws;
pub mod azure;
pub mod fault;
mod files;
pub mod gate;
mod http;
pub mod mlflow;
pub mod notify;
pub mod prefect;
pub mod presign;
pub mod registry;
pub mod signal;
#[cfg(all(test, feature = "acceptance"))]
mod tests {
    pub(super) mod proxy;
}
mod tls;
pub mod worm;
