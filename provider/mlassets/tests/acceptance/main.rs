//! The provider under a real Terraform, against real servers.
//!
//! `cargo xtask test` starts the servers and says where they are. One binary, one module a topic.

mod harness;
mod kill;
mod life;
mod load;
mod races;
mod registries;
mod secrets;
mod server;
mod tls;
