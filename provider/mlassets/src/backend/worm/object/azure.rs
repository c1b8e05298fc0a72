//! Azure Blob Storage with version-level immutability.
//!
//! A bucket is a container. Whether versions in it can be locked is decided where the container is made, through
//! Azure Resource Manager, which no data-plane credential reaches: it is verified here and never pretended.

use std::sync::Arc;

use jiff::Timestamp;

use crate::backend::azure::{Azure, Blob, Immutability, PolicyMode, Written};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{LockMode, Retention};
use crate::backend::worm::object::store::{Defaults, Object, Put, Upload, Version};

const NOT_THERE: &str = "there is no such container, and the data plane cannot make one that holds evidence; make it with \
                         version-level immutability, for instance with `azapi_resource` and `immutableStorageWithVersioning`";
const ONLY_CONTAINER: &str = "it has a policy of the container only, so that no end of a retention can be read or extended; \
                              make one with version-level immutability";
const NO_POLICY: &str = "it has neither version-level immutability nor a policy; make it with version-level immutability, \
                         and protect it further with `azurerm_storage_container_immutability_policy`";

#[derive(Debug)]
pub(super) struct AzureStore {
    azure: Arc<Azure>,
}

impl AzureStore {
    pub(super) fn new(azure: Arc<Azure>) -> Self {
        Self { azure }
    }

    pub(super) fn place(&self) -> &str {
        self.azure.server()
    }

    pub(super) async fn bucket(&self, bucket: &str) -> Result<Option<Defaults>, Error> {
        let Some(container) = self.azure.container(bucket).await? else { return Ok(None) };
        if container.version_level_immutability {
            return Ok(Some(Defaults { retention: None, supported: false }));
        }
        let reason = if container.has_immutability_policy { ONLY_CONTAINER } else { NO_POLICY };
        Err(self.unprotected(bucket, reason))
    }

    pub(super) async fn buckets(&self, prefix: &str) -> Result<Vec<String>, Error> {
        Ok(self.azure.containers(prefix).await?)
    }

    pub(super) async fn create_bucket(&self, bucket: &str) -> Result<(), Error> {
        match self.bucket(bucket).await? {
            Some(_) => Ok(()),
            None => Err(self.unprotected(bucket, NOT_THERE)),
        }
    }

    pub(super) async fn delete_bucket(&self, bucket: &str) -> Result<(), Error> {
        // Who made the container removes it. It is empty by now.
        self.bucket(bucket).await.map(drop)
    }

    pub(super) async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Version>, Error> {
        let listed = self.azure.list(bucket, prefix).await?;
        let versions = listed.into_iter().map(|blob| Version {
            key: blob.name,
            id: blob.version.unwrap_or_default(),
            is_current: blob.is_current,
            is_marker: false,
        });
        Ok(versions.collect())
    }

    pub(super) async fn get(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Object>, Error> {
        Ok(self.azure.get(bucket, key, version).await?.map(|blob| object(blob, version)))
    }

    pub(super) async fn head(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
    ) -> Result<Option<Object>, Error> {
        let blob = self.azure.head(bucket, key, Some(version)).await?;
        Ok(blob.map(|blob| object(blob, Some(version))))
    }

    pub(super) async fn put_new(&self, upload: Upload<'_>) -> Result<Put, Error> {
        let Upload { bucket, key, bytes, retention, class } = upload;
        let lock = retention.map(immutability);
        let written = self.azure.put_new(bucket, key, bytes.to_vec(), lock, class).await?;
        match written {
            Written::New(version) => Ok(Put::New(self.named(bucket, version)?)),
            Written::Exists => Ok(Put::Exists),
        }
    }

    pub(super) async fn put_over(&self, upload: Upload<'_>) -> Result<String, Error> {
        let Upload { bucket, key, bytes, retention, .. } = upload;
        let lock = retention.map(immutability);
        let version = self.azure.put_over(bucket, key, bytes.to_vec(), lock).await?;
        self.named(bucket, version)
    }

    pub(super) async fn retain(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
        retention: Retention,
    ) -> Result<(), Error> {
        Ok(self.azure.set_immutability(bucket, key, Some(version), immutability(retention)).await?)
    }

    pub(super) async fn hold(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
        hold: bool,
    ) -> Result<(), Error> {
        Ok(self.azure.set_legal_hold(bucket, key, Some(version), hold).await?)
    }

    pub(super) async fn delete(&self, bucket: &str, key: &str, version: &str) -> Result<(), Error> {
        match self.azure.delete(bucket, key, Some(version)).await {
            // The current version has to become an earlier one first, which must not hide one that is locked.
            Err(error) if error.is("OperationNotAllowedOnRootBlob") => {
                let now = self.now(bucket).await?;
                let found = self.head(bucket, key, version).await?;
                let locked = |found: &Object| {
                    found.legal_hold || found.retention.is_some_and(|lock| lock.until > now)
                };
                if found.as_ref().is_some_and(locked) {
                    return Err(error.into());
                }
                self.azure.delete(bucket, key, None).await?;
                Ok(self.azure.delete(bucket, key, Some(version)).await?)
            }
            deleted => Ok(deleted?),
        }
    }

    pub(super) async fn now(&self, bucket: &str) -> Result<Timestamp, Error> {
        Ok(self.azure.clock(bucket).await?)
    }

    fn named(&self, bucket: &str, version: Option<String>) -> Result<String, Error> {
        let reason = "its account keeps no versions; turn on versioning for the Blob service";
        version.ok_or_else(|| self.unprotected(bucket, reason))
    }

    fn unprotected(&self, bucket: &str, reason: &'static str) -> Error {
        Error::Unprotected { bucket: bucket.to_owned(), place: self.place().to_owned(), reason }
    }
}

fn object(blob: Blob, version: Option<&str>) -> Object {
    let retention = blob.immutability.map(|lock| Retention {
        mode: match lock.mode {
            PolicyMode::Unlocked => LockMode::Governance,
            PolicyMode::Locked => LockMode::Compliance,
        },
        until: lock.until,
    });
    Object {
        id: blob.version.or_else(|| version.map(str::to_owned)).unwrap_or_default(),
        stored_at: blob.modified.unwrap_or_default(),
        retention,
        legal_hold: blob.legal_hold,
        bytes: blob.bytes,
    }
}

fn immutability(retention: Retention) -> Immutability {
    let mode = match retention.mode {
        LockMode::Governance => PolicyMode::Unlocked,
        LockMode::Compliance => PolicyMode::Locked,
    };
    Immutability { until: retention.until, mode }
}
