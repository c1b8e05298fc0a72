//! The one TLS provider of the process.

use std::sync::Once;

/// Chooses aws-lc-rs, before the first client is made that asks for whatever is chosen.
pub(super) fn choose() {
    static CHOICE: Once = Once::new();
    CHOICE.call_once(|| {
        // An error means that the process has chosen one already, which serves as well.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}
