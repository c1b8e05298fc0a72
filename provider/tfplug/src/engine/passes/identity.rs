//! A resource stays the one it is, unless it is replaced.

use crate::diag::{Diags, Error};
use crate::identity::Identity;
use crate::path::Path;
use crate::value::Value;

/// Terraform does not check this, and then loses sight of what it manages.
pub(in crate::engine) fn identity_kept(
    identity: &Identity,
    prior: &Value,
    now: &Value,
    culprit: &str,
    diags: &mut Diags,
) {
    for member in identity.members() {
        let (before, after) = (prior.member(&member.name), now.member(&member.name));
        if !before.is_null() && before != after {
            let detail =
                format!("`{}` identifies the resource, and {culprit} changed it.", member.name);
            diags.extend(Error::bug(detail).at(Path::attribute(member.name.clone())));
        }
    }
}
