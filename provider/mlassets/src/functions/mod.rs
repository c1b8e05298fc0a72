//! Provider functions: pure helpers for expressions.
//!
//! Their errors do not repeat the arguments: one may be marked as sensitive, of which a provider is not told.

mod evidence;
mod merge;
mod naming;
mod redact;
mod version;

use tfplug::Registry;

pub use evidence::{ChainHash, ChecksumManifest, WormPath};
pub use merge::DeepMerge;
pub use naming::{CanonicalEnv, WorkPoolName};
pub use redact::Redact;
pub use version::{CompareVersions, ModelVersionParse, NextModelVersion, ParsedVersion};

/// Serves all of them.
pub(crate) fn serve<B: Send + Sync + 'static>(registry: Registry<B>) -> Registry<B> {
    registry
        .function::<CanonicalEnv>()
        .function::<ChainHash>()
        .function::<ChecksumManifest>()
        .function::<CompareVersions>()
        .function::<DeepMerge>()
        .function::<ModelVersionParse>()
        .function::<NextModelVersion>()
        .function::<Redact>()
        .function::<WorkPoolName>()
        .function::<WormPath>()
}
