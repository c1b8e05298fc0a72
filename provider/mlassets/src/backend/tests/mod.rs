//! What tests of several backends share.

#[cfg(feature = "acceptance")]
pub(crate) mod proxy;
pub(crate) mod request;
