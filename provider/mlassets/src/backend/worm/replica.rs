//! A copy of a bucket of an archive in a bucket of S3, for instance in another region or a colder class.
//!
//! Objects are copied in the order of the chain, each record before its entry and only where there is none, so
//! that the copy is an archive's beginning at any moment. Nothing there is ever overwritten or deleted.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::backend::aws::Aws;
use crate::backend::fault;
use crate::backend::worm::archive::Archive;
use crate::backend::worm::chain::{CHAIN, file_name};
use crate::backend::worm::entry::{Entry, Event};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::RecordKey;
use crate::backend::worm::object::s3::S3;
use crate::backend::worm::object::store::Upload;

/// What a copy is made with: the archive, and the S3 that holds the copy.
#[derive(Debug)]
pub struct Replicator {
    /// The archive.
    pub archive: Arc<Archive>,
    /// The S3 that holds the copy.
    pub aws: Arc<Aws>,
}

/// Where the copy of a bucket lies.
#[derive(Debug)]
pub struct Replica {
    s3: S3,
    /// The bucket of the copy, which exists.
    bucket: String,
    /// What the keys in it begin with; empty, or with a slash at its end.
    prefix: String,
    /// The storage class of what is written.
    class: String,
}

/// A copy that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCopy {
    /// The bucket of the archive that it is a copy of.
    pub bucket: String,
    /// What the keys of the copy begin with.
    pub prefix: String,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The last entry up to which the chain is copied without a gap; 0 if nothing is.
    pub last_synced_sequence: u64,
    /// How many entries of the bucket's chain are not copied.
    pub lag: u64,
}

impl Replicator {
    /// The copies of the archive's buckets in `target` whose prefixes begin with `prefix`, by prefix.
    ///
    /// A folder with a chain is one, and nothing is looked for inside of it, so this costs a request for each
    /// folder around copies. Copies of other archives are left out.
    pub async fn copies(&self, target: &str, prefix: &str) -> Result<Vec<FoundCopy>, Error> {
        let s3 = S3::new(Arc::clone(&self.aws));
        let mut copies = Vec::new();
        let above = prefix.rfind('/').map_or("", |slash| &prefix[..=slash]);
        let mut folders = vec![above.to_owned()];
        while let Some(folder) = folders.pop() {
            let chain = format!("{folder}{CHAIN}/");
            let inside = s3.folders(target, &folder).await?;
            if !inside.contains(&chain) {
                let near = |it: &String| it.starts_with(prefix) || prefix.starts_with(it.as_str());
                // The last one is taken next.
                folders.extend(inside.into_iter().filter(near).rev());
                continue;
            }
            if !folder.starts_with(prefix) {
                continue;
            }
            let first = s3.get(target, &format!("{chain}{}", file_name(1)), None).await?;
            let Some(first) = first.and_then(|object| Entry::parse(&object.bytes)) else {
                continue;
            };
            let Event::Bucket { name, .. } = &first.event else { continue };
            if self.is_first(name, &first).await? {
                copies.push(FoundCopy { bucket: name.clone(), prefix: folder });
            }
        }
        Ok(copies)
    }

    /// Whether the chain of a bucket begins with this entry.
    async fn is_first(&self, bucket: &str, entry: &Entry) -> Result<bool, Error> {
        match self.archive.journal(bucket).await {
            Ok(journal) => Ok(journal.first().is_some_and(|first| first.hash == entry.hash)),
            Err(Error::NoBucket { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Replica {
    /// The copy in `bucket` below `prefix`.
    pub fn new(aws: Arc<Aws>, bucket: &str, prefix: &str, class: &str) -> Self {
        let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
        Self { s3: S3::new(aws), bucket, prefix, class: class.to_owned() }
    }

    /// How much of `source` is copied.
    pub async fn progress(&self, archive: &Archive, source: &str) -> Result<Progress, Error> {
        let journal = archive.journal(source).await?;
        self.measure(&journal).await
    }

    /// Copies what is missing of `source`.
    pub async fn catch_up(&self, archive: &Archive, source: &str) -> Result<Progress, Error> {
        let journal = archive.journal(source).await?;
        let Progress { last_synced_sequence, .. } = self.measure(&journal).await?;
        let deleted: BTreeSet<&str> = journal
            .iter()
            .filter_map(|entry| match &entry.event {
                Event::Deletion { path } => Some(path.as_str()),
                _ => None,
            })
            .collect();
        for entry in journal.iter().filter(|entry| entry.sequence > last_synced_sequence) {
            if let Event::Record { path, .. } = &entry.event
                && !deleted.contains(path.as_str())
            {
                let key = RecordKey { bucket: source.to_owned(), path: path.clone() };
                let bytes = archive.read_record(key).await?;
                self.copy(path, &bytes).await?;
            }
            fault::point("worm_replica.record_copied");
            let name = format!("{CHAIN}/{}", file_name(entry.sequence));
            self.copy(&name, entry.text().as_bytes()).await?;
            fault::point("worm_replica.entry_copied");
        }
        self.measure(&journal).await
    }

    async fn copy(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let key = format!("{}{name}", self.prefix);
        let (bucket, class) = (self.bucket.as_str(), Some(self.class.as_str()));
        let upload = Upload { bucket, key: &key, bytes, retention: None, class };
        if self.s3.copy_new(upload).await? {
            return Ok(());
        }
        let there = self.s3.get(bucket, &key, None).await?;
        if there.is_some_and(|there| there.bytes == bytes) {
            return Ok(());
        }
        let place = self.s3.place().to_owned();
        Err(Error::CopyDiffers { bucket: self.bucket.clone(), key, place })
    }

    async fn measure(&self, journal: &[Arc<Entry>]) -> Result<Progress, Error> {
        let listed = self.s3.list(&self.bucket, &format!("{}{CHAIN}/", self.prefix)).await?;
        let there: BTreeSet<String> = listed
            .into_iter()
            .filter(|version| version.is_current && !version.is_marker)
            .map(|version| version.key)
            .collect();
        let is_there = |entry: &&Arc<Entry>| {
            there.contains(&format!("{}{CHAIN}/{}", self.prefix, file_name(entry.sequence)))
        };
        let synced = journal.iter().take_while(is_there).count() as u64;
        Ok(Progress { last_synced_sequence: synced, lag: journal.len() as u64 - synced })
    }
}
