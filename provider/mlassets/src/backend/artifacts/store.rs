//! The door to a store, whatever holds it.
//!
//! Methods are asynchronous because object stores are; a directory works on the blocking pool. A further backend is a
//! further variant of [`Backend`], and the compiler then names each method to extend.

use std::collections::BTreeMap;
use std::future::pending;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::directory::Directory;
use super::error::Error;
use super::model::{Found, Look, NewVersion, VersionFilter, VersionKey};
use super::object::Objects;
use super::stream::Meter;
use crate::backend::aws::Aws;
use crate::backend::azure::Azure;

/// A store of artifacts. Clones share one backend.
#[derive(Clone, Debug)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone, Debug)]
enum Backend {
    Directory(Arc<Directory>),
    Objects(Arc<Objects>),
}

impl Store {
    /// A store in the directory `root`, an absolute path whose last folder must exist when it is used.
    pub fn directory(root: impl Into<PathBuf>) -> Result<Self, Error> {
        Ok(Self { backend: Backend::Directory(Arc::new(Directory::new(root.into())?)) })
    }

    /// A store in a bucket of S3 that is there already, below `prefix`.
    pub fn s3(aws: Arc<Aws>, bucket: &str, prefix: &str) -> Result<Self, Error> {
        Ok(Self { backend: Backend::Objects(Arc::new(Objects::s3(aws, bucket, prefix)?)) })
    }

    /// A store in a container of Azure Blob Storage that is there already, below `prefix`.
    pub fn azure(azure: Arc<Azure>, container: &str, prefix: &str) -> Result<Self, Error> {
        let objects = Objects::azure(azure, container, prefix)?;
        Ok(Self { backend: Backend::Objects(Arc::new(objects)) })
    }

    /// Publishes a version, and says whether it is new: the same artifacts under the same name are taken over,
    /// others are [`Error::Taken`]. If `stop` comes first, nothing is published.
    pub async fn publish(
        &self,
        new: NewVersion,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<bool, Error> {
        let meter = Meter::default();
        match &self.backend {
            Backend::Directory(it) => {
                blocking(it, &meter, stop, move |it, meter| it.publish(&new, meter)).await
            }
            Backend::Objects(it) => watched(&meter, stop, Box::pin(it.publish(&new, &meter))).await,
        }
    }

    /// Looks at a version; none if there is none. A manifest with another SHA-256 than `anchor` is a problem.
    pub async fn find(
        &self,
        key: VersionKey,
        anchor: Option<String>,
        look: Look,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Option<Found>, Error> {
        self.look(key, anchor, look, Meter::default(), stop).await
    }

    /// Reads each byte of a version as [`Store::find`] does, and tells each file's condition as soon as it is known.
    pub async fn verify(
        &self,
        key: VersionKey,
        anchor: Option<String>,
        tell: impl Fn(String) + Send + Sync + 'static,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Option<Found>, Error> {
        self.look(key, anchor, Look::Bytes, Meter::telling(tell), stop).await
    }

    async fn look(
        &self,
        key: VersionKey,
        anchor: Option<String>,
        look: Look,
        meter: Meter,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Option<Found>, Error> {
        match &self.backend {
            Backend::Directory(it) => {
                let find = move |it: &Directory, meter: &Meter| {
                    it.find(&key, anchor.as_deref(), look, meter)
                };
                blocking(it, &meter, stop, find).await
            }
            Backend::Objects(it) => {
                let find = Box::pin(it.find(&key, anchor.as_deref(), look, &meter));
                watched(&meter, stop, find).await
            }
        }
    }

    /// Puts files back that are missing or damaged, from sources that have the very bytes of the version. A manifest
    /// that is not the one of `anchor` is not repaired.
    pub async fn restore(
        &self,
        key: VersionKey,
        anchor: Option<String>,
        sources: BTreeMap<String, String>,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Found, Error> {
        let meter = Meter::default();
        match &self.backend {
            Backend::Directory(it) => {
                let restore = move |it: &Directory, meter: &Meter| {
                    it.restore(&key, anchor.as_deref(), &sources, meter)
                };
                blocking(it, &meter, stop, restore).await
            }
            Backend::Objects(it) => {
                let restore = it.restore(&key, anchor.as_deref(), &sources, &meter);
                watched(&meter, stop, Box::pin(restore)).await
            }
        }
    }

    /// Removes a version with its files; a missing one is no error. What is no part of it is not removed.
    pub async fn remove(&self, key: VersionKey) -> Result<(), Error> {
        match &self.backend {
            Backend::Directory(it) => {
                blocking(it, &Meter::default(), pending(), move |it, _| it.remove(&key)).await
            }
            Backend::Objects(it) => Box::pin(it.remove(&key)).await,
        }
    }

    /// The versions that there are, damaged ones included, in the order of their names.
    pub async fn list(&self, filter: VersionFilter) -> Result<Vec<VersionKey>, Error> {
        match &self.backend {
            Backend::Directory(it) => {
                blocking(it, &Meter::default(), pending(), move |it, _| it.list(&filter)).await
            }
            Backend::Objects(it) => Box::pin(it.list(&filter)).await,
        }
    }

    /// The address of a version, which others can note.
    pub fn uri(&self, key: &VersionKey) -> String {
        match &self.backend {
            Backend::Directory(it) => it.uri(key),
            Backend::Objects(it) => it.uri(key),
        }
    }

    /// The version at an address; none if that lies elsewhere.
    pub fn locate(&self, uri: &str) -> Option<VersionKey> {
        match &self.backend {
            Backend::Directory(it) => it.locate(uri),
            Backend::Objects(it) => it.locate(uri),
        }
    }
}

/// Runs `work` where it may block. It always comes to its end; `stop` only makes that come soon.
async fn blocking<B: Send + Sync + 'static, T: Send + 'static>(
    backend: &Arc<B>,
    meter: &Meter,
    stop: impl Future<Output = ()> + Send,
    work: impl FnOnce(&B, &Meter) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (it, inner) = (Arc::clone(backend), meter.clone());
    watched(meter, stop, async { off_runtime(move || work(&it, &inner)).await? }).await
}

/// Waits for `work`. It always comes to its end, so that nothing is left half done; `stop` only makes that come soon.
async fn watched<T>(
    meter: &Meter,
    stop: impl Future<Output = ()> + Send,
    work: impl Future<Output = Result<T, Error>> + Send,
) -> Result<T, Error> {
    let mut work = pin!(work);
    tokio::select! {
        done = &mut work => done,
        () = stop => {
            meter.stop();
            work.await
        }
    }
}

/// Runs `work` on a thread that may block.
pub(super) async fn off_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Error::Stopped),
    }
}
