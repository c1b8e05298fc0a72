//! The stand-in under a real Terraform: whole lives of stacks, and mistakes that must be found.

mod harness;
mod lives;
mod mirrors;
mod mistakes;
mod table;
