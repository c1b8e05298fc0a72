//! The provider under a real Terraform, against real servers.
//!
//! `cargo xtask test` starts the servers and says where they are. One binary, one module a topic.

mod azure;
mod harness;
mod meddle;
mod messages;
mod receiver;
mod registries;
mod s3;
mod server;

mod actions;
mod audit;
mod configuration;
mod credentials;
mod data;
mod docs_examples;
mod ephemeral;
mod functions;
mod gate;
mod kill;
mod life;
mod lists;
mod load;
mod migration;
mod mistakes;
mod mlflow;
mod modules;
mod moves;
mod notify;
mod races;
mod releases;
mod renames;
mod rollback;
mod secrets;
mod tls;
