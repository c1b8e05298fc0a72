//! Terraform's language.

#[cfg(feature = "acceptance")]
mod formatter;
mod layout;
mod normal;
mod picture;
mod round_trip;
mod trees;
