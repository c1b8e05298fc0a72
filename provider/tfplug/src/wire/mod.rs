//! What travels between host and provider.

pub(crate) mod generated;
