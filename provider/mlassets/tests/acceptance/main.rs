//! The provider under a real Terraform, against real servers.
//!
//! `cargo xtask test` starts the servers and says where they are. One binary, one module a topic.

mod harness;
mod meddle;
mod messages;

mod configuration;
mod data;
mod docs_examples;
mod functions;
mod life;
mod mistakes;
