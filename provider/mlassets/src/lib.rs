//! The provider `mlassets`: machine-learning assets that no cloud provider manages.
//!
//! `provider` has the configuration and the list of all kinds; each kind is one file; `backend` holds
//! typed clients that know nothing of Terraform.

pub mod provider;

pub mod model_deployment;
pub mod model_registry;
pub mod model_version;
pub mod work_pool;
pub mod work_queue;
pub mod worm_bucket;
pub mod worm_record;

pub mod functions;

pub mod backend;
mod diagnose;
mod types;
