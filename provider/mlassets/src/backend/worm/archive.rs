//! The door to an archive, whatever stores it.
//!
//! Methods are asynchronous because object stores are; a directory works on the blocking pool. A further
//! backend is a further variant of [`Backend`], and the compiler then names each method to extend.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use crate::backend::aws::Aws;
use crate::backend::azure::Azure;
use crate::backend::worm::directory::Directory;
use crate::backend::worm::entry::{Entry, Event};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{
    Anchor, Appended, Bucket, Content, Found, LockMode, NewBucket, NewRecord, Options, Record,
    RecordKey, Report,
};
use crate::backend::worm::object::Objects;

/// A write-once archive. Clones share one backend.
#[derive(Clone, Debug)]
pub struct Archive {
    backend: Backend,
}

#[derive(Clone, Debug)]
enum Backend {
    Directory(Arc<Directory>),
    Objects(Arc<Objects>),
}

impl Archive {
    /// An archive in the directory `root`, an absolute path whose last folder must exist when it is used.
    pub fn directory(root: impl Into<PathBuf>, options: Options) -> Result<Self, Error> {
        let directory = Directory::new(root.into(), options)?;
        Ok(Self { backend: Backend::Directory(Arc::new(directory)) })
    }

    /// An archive on S3 with Object Lock, whose locks have this mode.
    pub fn s3(aws: Arc<Aws>, mode: LockMode, options: Options) -> Result<Self, Error> {
        let objects = Objects::s3(aws, mode, options)?;
        Ok(Self { backend: Backend::Objects(Arc::new(objects)) })
    }

    /// An archive on Azure Blob Storage with version-level immutability, whose locks have this mode.
    pub fn azure(azure: Arc<Azure>, mode: LockMode, options: Options) -> Result<Self, Error> {
        let objects = Objects::azure(azure, mode, options)?;
        Ok(Self { backend: Backend::Objects(Arc::new(objects)) })
    }

    /// Creates a bucket. A bucket with the same retention and no further entry is taken as the outcome of an
    /// interrupted call and returned; any other is [`Error::BucketExists`].
    pub async fn create_bucket(&self, new: NewBucket) -> Result<Bucket, Error> {
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.create_bucket(&new)).await,
            Backend::Objects(it) => it.create_bucket(&new).await,
        }
    }

    /// The bucket, or none; [`Error::BucketLost`] if there is an `anchor`, since then there was one. A broken
    /// chain, or one that `anchor` is no part of, is [`Error::Damaged`], since no fact can be taken from it.
    pub async fn find_bucket(
        &self,
        name: &str,
        anchor: Option<Anchor>,
    ) -> Result<Option<Bucket>, Error> {
        let name = name.to_owned();
        match &self.backend {
            Backend::Directory(it) => {
                blocking(it, move |it| it.find_bucket(&name, anchor.as_ref())).await
            }
            Backend::Objects(it) => it.find_bucket(&name, anchor.as_ref()).await,
        }
    }

    /// The names of all buckets that begin with `prefix`, sorted. In an object store some of them may be no part
    /// of the archive.
    pub async fn list_buckets(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let begins = prefix.to_owned();
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.list_buckets(&begins)).await,
            Backend::Objects(it) => it.list_buckets(prefix).await,
        }
    }

    /// Lengthens the retention of a bucket and of all its records; the retention in force is no change.
    pub async fn extend_retention(&self, name: &str, days: u32) -> Result<Bucket, Error> {
        let name = name.to_owned();
        match &self.backend {
            Backend::Directory(it) => {
                blocking(it, move |it| it.extend_retention(&name, days)).await
            }
            Backend::Objects(it) => it.extend_retention(&name, days).await,
        }
    }

    /// Deletes a bucket without records, its chain included. Records are never removed with it: expired ones
    /// must be deleted first, one by one.
    pub async fn delete_bucket(&self, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.delete_bucket(&name)).await,
            Backend::Objects(it) => it.delete_bucket(&name).await,
        }
    }

    /// Checks all records and the whole chain of a bucket, and that `anchor` is still part of it.
    pub async fn verify_bucket(&self, name: &str, anchor: Option<Anchor>) -> Result<Report, Error> {
        let name = name.to_owned();
        match &self.backend {
            Backend::Directory(it) => {
                blocking(it, move |it| it.verify_bucket(&name, anchor.as_ref())).await
            }
            Backend::Objects(it) => it.verify_bucket(&name, anchor.as_ref()).await,
        }
    }

    /// Appends a record. If the same bytes with the same event time are there under that name, their record is
    /// returned, and an entry that an interrupted call did not write is written, as is a file that was lost.
    pub async fn append(&self, new: NewRecord) -> Result<Appended, Error> {
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.append(&new)).await,
            Backend::Objects(it) => it.append(&new).await,
        }
    }

    /// The bytes of a record, once they are found to be those of its entry.
    pub async fn read_record(&self, key: RecordKey) -> Result<Vec<u8>, Error> {
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.read_record(&key)).await,
            Backend::Objects(it) => it.read_record(&key).await,
        }
    }

    /// Looks at one record, its bytes and the bucket's chain. `anchor` is where its entry was when it was last
    /// seen, see [`Record::anchor`]; with it, a missing bucket is [`Error::BucketLost`].
    pub async fn find_record(
        &self,
        key: RecordKey,
        anchor: Option<Anchor>,
    ) -> Result<Found, Error> {
        match &self.backend {
            Backend::Directory(it) => {
                blocking(it, move |it| it.find_record(&key, anchor.as_ref())).await
            }
            Backend::Objects(it) => it.find_record(&key, anchor.as_ref()).await,
        }
    }

    /// All records of a bucket in the order of their paths, each looked at as
    /// [`find_record`](Self::find_record) does, without the problems of the chain.
    pub async fn list_records(&self, bucket: &str) -> Result<Vec<Found>, Error> {
        let bucket = bucket.to_owned();
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.list_records(&bucket)).await,
            Backend::Objects(it) => it.list_records(&bucket).await,
        }
    }

    /// When the event of a record happened that has this type, name and hash, if there is one, for who will append it
    /// otherwise: as the chain tells, no record is looked at.
    pub async fn event_time(
        &self,
        bucket: &str,
        record_type: &str,
        name: &str,
        sha256: &str,
    ) -> Result<Option<Timestamp>, Error> {
        let (start, end) = (format!("{record_type}/"), format!("/{name}"));
        let is_it = |path: &str| path.starts_with(&start) && path.ends_with(&end);
        let mut times = BTreeMap::new();
        let journal = match &self.backend {
            Backend::Directory(it) => {
                let bucket = bucket.to_owned();
                blocking(it, move |it| it.journal_end(&bucket)).await?
            }
            Backend::Objects(it) => it.journal_end(bucket).await?,
        };
        for entry in journal {
            match &entry.event {
                Event::Record { path, sha256: found, event_time, .. }
                    if is_it(path) && found == sha256 =>
                {
                    times.insert(path.clone(), *event_time);
                }
                Event::Deletion { path } => drop(times.remove(path)),
                _ => {}
            }
        }
        Ok(times.into_values().next())
    }

    /// The entries of a bucket's chain in their order, if nothing is wrong with it.
    pub(super) async fn journal(&self, bucket: &str) -> Result<Vec<Arc<Entry>>, Error> {
        let bucket = bucket.to_owned();
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.journal(&bucket)).await,
            Backend::Objects(it) => it.journal(&bucket).await,
        }
    }

    /// Fails if nothing could be appended to the bucket now: it is not there, or its chain is broken, or another writer
    /// does not let go of it.
    pub async fn verify_writable(&self, bucket: &str) -> Result<(), Error> {
        let bucket = bucket.to_owned();
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.verify_writable(&bucket)).await,
            Backend::Objects(it) => it.verify_writable(&bucket).await,
        }
    }

    /// The bytes that were ever written under that name as that type, in whichever month, with or without an entry.
    pub async fn written(
        &self,
        bucket: &str,
        record_type: &str,
        name: &str,
    ) -> Result<Option<Vec<u8>>, Error> {
        let [bucket, kind, name] = [bucket, record_type, name].map(str::to_owned);
        match &self.backend {
            Backend::Directory(it) => {
                blocking(it, move |it| it.written(&bucket, &kind, &name)).await
            }
            Backend::Objects(it) => it.written(&bucket, &kind, &name).await,
        }
    }

    /// The paths of all records of that type by the entries of the chain, those deleted after their retention, too. Their
    /// bytes are not looked at.
    pub async fn paths(&self, bucket: &str, record_type: &str) -> Result<BTreeSet<String>, Error> {
        let [bucket, kind] = [bucket, record_type].map(str::to_owned);
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.paths(&bucket, &kind)).await,
            Backend::Objects(it) => it.paths(&bucket, &kind).await,
        }
    }

    /// Whether the record may be deleted at `now`; [`Error::Retained`] says from when on.
    pub async fn deletable(&self, key: RecordKey, now: Timestamp) -> Result<(), Error> {
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.deletable(&key, now)).await,
            Backend::Objects(it) => it.deletable(&key, now).await,
        }
    }

    /// Deletes a record whose retention is over. An entry keeps the fact; the path is never used again.
    pub async fn delete_record(&self, key: RecordKey) -> Result<(), Error> {
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.delete_record(&key)).await,
            Backend::Objects(it) => it.delete_record(&key).await,
        }
    }

    /// Gives a record whose file is missing its bytes back, provided that they are those of its entry.
    pub async fn restore_file(&self, key: RecordKey, content: Content) -> Result<Record, Error> {
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.restore_file(&key, &content)).await,
            Backend::Objects(it) => it.restore_file(&key, &content).await,
        }
    }

    /// Until when the chain of a bucket is locked although it holds no records; none in a directory.
    pub async fn chain_kept_until(&self, name: &str) -> Result<Option<Timestamp>, Error> {
        match &self.backend {
            Backend::Directory(_) => Ok(None),
            Backend::Objects(it) => it.chain_kept_until(name).await,
        }
    }

    /// Fails with [`Error::Unable`] where there are no legal holds.
    pub fn check_legal_hold(&self) -> Result<(), Error> {
        match &self.backend {
            Backend::Directory(it) => Err(it.no_legal_hold()),
            Backend::Objects(_) => Ok(()),
        }
    }

    /// Sets or clears the legal hold of a record, which keeps it whatever its retention; a directory has none.
    pub async fn set_legal_hold(&self, key: RecordKey, hold: bool) -> Result<Record, Error> {
        match &self.backend {
            Backend::Directory(it) => Err(it.no_legal_hold()),
            Backend::Objects(it) => it.set_legal_hold(&key, hold).await,
        }
    }

    /// Gives a record and its entry mode 0444 back, provided that nothing else about them changed. In an object
    /// store, shows them again where something was put over them and locks them as they should be.
    pub async fn restore_protection(&self, key: RecordKey) -> Result<Record, Error> {
        match &self.backend {
            Backend::Directory(it) => blocking(it, move |it| it.restore_mode(&key)).await,
            Backend::Objects(it) => it.restore_protection(&key).await,
        }
    }
}

async fn blocking<T: Send + 'static>(
    directory: &Arc<Directory>,
    work: impl FnOnce(&Directory) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let directory = Arc::clone(directory);
    match spawn_blocking(move || work(&directory)).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Cancelled),
        },
    }
}
