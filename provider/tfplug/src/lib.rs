//! A framework for Terraform providers.

#[expect(dead_code, reason = "the provider service, which calls it, is to come")]
mod serve;
mod wire;
