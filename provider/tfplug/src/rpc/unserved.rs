//! What a provider does not offer.
//!
//! Terraform only asks for what the schema has, so nobody should see these answers; but should someone
//! ask, a message is better than a broken connection.

use crate::diag::Error;

/// The answer to a call for something that is not in the schema.
pub(super) fn unserved(what: &str, name: &str) -> Error {
    Error::user(
        format!("No such {what}"),
        format!("This provider has no {what} `{name}`. Use a version of the provider that has it."),
    )
}
