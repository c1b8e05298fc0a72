//! What tests of clients have in common: a proxy that spoils exchanges.

#[cfg(feature = "acceptance")]
pub(in crate::backend) mod proxy;
