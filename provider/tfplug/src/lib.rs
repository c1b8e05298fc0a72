//! A framework for Terraform providers.
