//! The store of artifacts: versions of models, each a set of files that appears whole and never changes.
//!
//! [`Store`] is the door; behind it stands one backend per kind of storage. They have the
//! words of `model` in common, which know of no disk.
//!
//! A version lies at `<environment>/<model>/<version>/`: its artifacts, `SHA256SUMS` for `sha256sum -c`, and
//! `checksums.json`, which is written last, so that without it a version is not complete. A version that exists is
//! compared, never written over: equal bytes are the same version, other bytes are refused by name.

mod directory;
mod error;
mod model;
mod name;
mod object;
mod source;
mod store;
mod stream;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use model::{
    Artifact, Condition, Found, Look, Manifest, NewVersion, Problem, VersionFilter, VersionKey,
};
pub use name::{check_prefix, check_segment, check_sources, file_name};
pub use source::{SourceProblem, changed, check_source};
pub use store::Store;
