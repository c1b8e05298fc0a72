//! What tests of several backends share.

pub(super) mod scripted;
