//! Terraform's language.

#[cfg(feature = "acceptance")]
mod formatter;
mod layout;
mod normal;
mod round_trip;
mod trees;
