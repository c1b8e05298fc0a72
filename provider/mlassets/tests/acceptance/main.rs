//! The provider under a real Terraform, against real servers.
//!
//! `cargo xtask test` starts the servers and says where they are. One binary, one module a topic.

mod harness;
mod meddle;
mod messages;
mod registries;
mod s3;
mod server;

mod configuration;
mod data;
mod docs_examples;
mod functions;
mod gate;
mod kill;
mod life;
mod load;
mod mistakes;
mod races;
mod releases;
mod renames;
mod secrets;
mod tls;
