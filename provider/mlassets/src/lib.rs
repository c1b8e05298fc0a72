//! The provider `mlassets`: machine-learning assets that no cloud provider manages.
//!
//! `backend` holds typed clients that know nothing of Terraform.

pub mod backend;
