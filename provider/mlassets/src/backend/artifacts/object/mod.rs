//! The store in a bucket of an object store, S3 or Azure, which knows no folders and no renaming.
//!
//! ```text
//! <bucket>/<prefix><environment>/<model>/<version>/<file>           an artifact
//! <bucket>/<prefix><environment>/<model>/<version>/SHA256SUMS       the sums, for `sha256sum -c`
//! <bucket>/<prefix><environment>/<model>/<version>/checksums.json   the manifest, written last
//! ```
//!
//! **A version is there when its manifest is.** Each object is written on the condition that none has its name, the
//! manifest after the others. So of two writers one wins, what a dead one left is completed by the same artifacts, and
//! a removal begins with the manifest. Artifacts without a manifest are no version to whoever asks for one.

mod azure;
mod look;
mod publish;
mod reading;
mod s3;
mod store;

use std::sync::Arc;

use url::Url;

use super::error::Error;
use super::model::{CHECKSUMS, Manifest, VersionFilter, VersionKey};
use super::name::check_prefix;
use crate::backend::aws::Aws;
use crate::backend::azure::Azure;
use crate::backend::fault;
use store::Bucket;

/// A store in a bucket.
#[derive(Debug)]
pub(super) struct Objects {
    bucket: Bucket,
    /// What comes before each environment: empty, or ending with a slash.
    prefix: String,
}

impl Objects {
    pub(super) fn s3(aws: Arc<Aws>, bucket: &str, prefix: &str) -> Result<Self, Error> {
        Self::new(|name| Bucket::s3(aws, name), bucket, prefix)
    }

    pub(super) fn azure(azure: Arc<Azure>, container: &str, prefix: &str) -> Result<Self, Error> {
        Self::new(|name| Bucket::azure(azure, name), container, prefix)
    }

    fn new(open: impl FnOnce(&str) -> Bucket, name: &str, prefix: &str) -> Result<Self, Error> {
        let prefix = match prefix.trim_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        if name.is_empty() || name.contains('/') {
            return Err(Error::Name(
                "the bucket's name must not be empty or hold a `/`".to_owned(),
            ));
        }
        check_prefix(&prefix).map_err(|rule| Error::Name(format!("the prefix: {rule}")))?;
        Ok(Self { bucket: open(name), prefix })
    }

    /// Removes a version: its manifest first, so that no one sees half of it.
    pub(super) async fn remove(&self, key: &VersionKey) -> Result<(), Error> {
        key.check()?;
        let folder = self.folder(key);
        let Some(manifest) = self.manifest(&folder).await? else { return Ok(()) };
        let there = self.bucket.list(&folder).await?;
        let manifest = manifest.unwrap_or_default();
        if let Some(name) = there.keys().find(|name| !manifest.owns(name)) {
            return Err(Error::Foreign { folder: self.uri(key).into(), name: name.clone() });
        }
        fault::point("artifact_distribution.delete.before_manifest");
        self.bucket.delete(&format!("{folder}{CHECKSUMS}")).await?;
        fault::point("artifact_distribution.delete.after_manifest");
        for name in there.keys().filter(|name| *name != CHECKSUMS) {
            self.bucket.delete(&format!("{folder}{name}")).await?;
        }
        Ok(())
    }

    /// The versions that there are.
    pub(super) async fn list(&self, filter: &VersionFilter) -> Result<Vec<VersionKey>, Error> {
        let mut prefix = self.prefix.clone();
        if let Some(environment) = &filter.environment {
            prefix = format!("{prefix}{environment}/");
            if let Some(model) = &filter.model {
                prefix = format!("{prefix}{model}/");
            }
        }
        let mut found = Vec::new();
        for name in self.bucket.list(&prefix).await?.into_keys() {
            let whole = format!("{prefix}{name}");
            let version = whole.strip_suffix(CHECKSUMS).and_then(|it| it.strip_suffix('/'));
            let parts = version.and_then(|it| it.strip_prefix(&self.prefix));
            let parts: Vec<_> = parts.unwrap_or_default().split('/').collect();
            found.extend(VersionKey::from_parts(&parts));
        }
        found.retain(|key| filter.model.as_ref().is_none_or(|model| *model == key.model));
        found.sort_by_key(ToString::to_string);
        Ok(found)
    }

    /// The address of a version.
    pub(super) fn uri(&self, key: &VersionKey) -> String {
        format!("{}/{}{key}", self.bucket.uri(), self.prefix)
    }

    /// The version at an address, if it lies in this store.
    pub(super) fn locate(&self, uri: &str) -> Option<VersionKey> {
        let mut url = Url::parse(uri).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        let inside = url.as_str().strip_prefix(&self.bucket.uri())?.strip_prefix('/')?;
        let parts: Vec<_> =
            inside.trim_matches('/').strip_prefix(&self.prefix)?.split('/').collect();
        VersionKey::from_parts(&parts)
    }

    /// What the keys of all objects of a version begin with.
    fn folder(&self, key: &VersionKey) -> String {
        format!("{}{key}/", self.prefix)
    }

    /// The manifest of a version, if there is one; nothing in it if it cannot be read.
    async fn manifest(&self, folder: &str) -> Result<Option<Option<Manifest>>, Error> {
        let text = self.bucket.read_small(&format!("{folder}{CHECKSUMS}")).await?;
        Ok(text.map(|text| Manifest::parse(&text).ok()))
    }
}
