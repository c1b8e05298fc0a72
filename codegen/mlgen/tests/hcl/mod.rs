//! Terraform's language.

#[cfg(feature = "acceptance")]
mod formatter;
mod layout;
#[cfg(feature = "acceptance")]
mod meaning;
mod normal;
mod round_trip;
mod trees;
