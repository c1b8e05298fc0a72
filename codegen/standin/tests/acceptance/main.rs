//! The stand-in under a real Terraform: whole lives of stacks, and mistakes that must be found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod harness;
mod lives;
mod mirrors;
mod mistakes;
mod table;
