//! A copy of a bucket of an archive in a bucket of S3, for instance in another region or a colder class.
//!
//! Objects are copied in the order of the chain, each record before its entry and only where there is none, so
//! that the copy is an archive's beginning at any moment. Nothing there is ever overwritten or deleted.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::backend::aws::Aws;
use crate::backend::fault;
use crate::backend::worm::archive::Archive;
use crate::backend::worm::chain::{CHAIN, file_name};
use crate::backend::worm::entry::{Entry, Event, content_hash};
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

/// How far a copy is, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last entry up to which the chain is copied without a gap; 0 if nothing is.
    pub last_synced_sequence: u64,
    /// How many entries of the bucket's chain are not copied.
    pub lag: u64,
    /// What was copied and is gone or other, in the order of the chain.
    pub flaws: Vec<Flaw>,
}

/// Something of a copy that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// An object is gone.
    #[error("`{key}` is missing in the copy; apply to copy it again")]
    Missing {
        /// Its key in the bucket of the copy.
        key: String,
    },
    /// An object has other bytes.
    #[error(
        "`{key}` is not what the archive has; a copy is never overwritten, so find out who wrote it and remove it, or copy to \
         another prefix"
    )]
    Differs {
        /// Its key in the bucket of the copy.
        key: String,
    },
}

/// What is in a copy.
#[derive(Debug)]
struct Inventory {
    progress: Progress,
    /// The entries that are to be copied, or what they tell of.
    wanting: BTreeSet<u64>,
}

/// An object that a copy should hold.
struct Part {
    sequence: u64,
    key: String,
    size: u64,
    sha256: String,
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

    /// How much of `source` is copied, and whether it is as it was written.
    ///
    /// One list tells what is missing and what has another size. What was written later than what comes after it in the
    /// chain is read, and so is the newest entry: a copy is written in the order of the chain, so that something put over
    /// one of its objects is out of order. Other bytes of the same size are not seen where all that comes after was
    /// written again as well, or within the same second.
    pub async fn progress(&self, archive: &Archive, source: &str) -> Result<Progress, Error> {
        let journal = archive.journal(source).await?;
        Ok(self.take_stock(&journal).await?.progress)
    }

    /// Copies what is missing of `source`, a record before its entry. Where an object has other bytes it is left, and
    /// so is the entry after it; [`Error::CopyDiffers`] names them all when the rest is copied.
    pub async fn catch_up(&self, archive: &Archive, source: &str) -> Result<Progress, Error> {
        let journal = archive.journal(source).await?;
        let Inventory { wanting, .. } = self.take_stock(&journal).await?;
        let deleted = deleted(&journal);
        let mut differing = Vec::new();
        for entry in journal.iter().filter(|entry| wanting.contains(&entry.sequence)) {
            if let Event::Record { path, .. } = &entry.event
                && !deleted.contains(path.as_str())
            {
                let key = RecordKey { bucket: source.to_owned(), path: path.clone() };
                let bytes = archive.read_record(key).await?;
                if let Some(key) = self.copy(path, &bytes).await? {
                    differing.push(key);
                    continue;
                }
            }
            fault::point("worm_replica.record_copied");
            let name = format!("{CHAIN}/{}", file_name(entry.sequence));
            differing.extend(self.copy(&name, entry.text().as_bytes()).await?);
            fault::point("worm_replica.entry_copied");
        }
        if !differing.is_empty() {
            let (bucket, place) = (self.bucket.clone(), self.s3.place().to_owned());
            return Err(Error::CopyDiffers { bucket, keys: differing, place });
        }
        Ok(self.take_stock(&journal).await?.progress)
    }

    /// The key if something else is there.
    async fn copy(&self, name: &str, bytes: &[u8]) -> Result<Option<String>, Error> {
        let key = format!("{}{name}", self.prefix);
        let (bucket, class) = (self.bucket.as_str(), Some(self.class.as_str()));
        let upload = Upload { bucket, key: &key, bytes, retention: None, class };
        if self.s3.copy_new(upload).await? {
            return Ok(None);
        }
        let there = self.s3.get(bucket, &key, None).await?;
        let is_same = there.is_some_and(|there| there.bytes == bytes);
        Ok((!is_same).then_some(key))
    }

    async fn take_stock(&self, journal: &[Arc<Entry>]) -> Result<Inventory, Error> {
        let there = self.s3.objects(&self.bucket, &self.prefix).await?;
        let is_there = |entry: &&Arc<Entry>| there.contains_key(&self.entry_key(entry.sequence));
        let synced = journal.iter().take_while(is_there).count();
        let copied = journal.iter().rposition(|entry| is_there(&entry)).map_or(0, |at| at + 1);
        let total = journal.len() as u64;
        let mut wanting: BTreeSet<u64> = (synced as u64 + 1..=total).collect();
        let mut flaws = Vec::new();
        // From the end, so that it is known when what comes after was written.
        let mut next: Option<Timestamp> = None;
        for part in self.parts(journal, copied).into_iter().rev() {
            let Part { sequence, key, size, sha256 } = part;
            let flaw = match there.get(&key) {
                None => Some(Flaw::Missing { key }),
                Some(found) if found.size != size => Some(Flaw::Differs { key }),
                Some(found) => {
                    let is_in_order = next.is_some_and(|next| found.written_at <= next);
                    next = Some(next.map_or(found.written_at, |next| next.min(found.written_at)));
                    let is_same = is_in_order || self.is_same(&key, &sha256).await?;
                    (!is_same).then_some(Flaw::Differs { key })
                }
            };
            if let Some(flaw) = flaw {
                wanting.insert(sequence);
                flaws.push(flaw);
            }
        }
        flaws.reverse();
        let last_synced_sequence = synced as u64;
        let progress = Progress { last_synced_sequence, lag: total - last_synced_sequence, flaws };
        Ok(Inventory { progress, wanting })
    }

    /// What a copy of the first entries holds, in the order in which it is written.
    fn parts(&self, journal: &[Arc<Entry>], count: usize) -> Vec<Part> {
        let deleted = deleted(journal);
        let mut parts = Vec::new();
        for entry in &journal[..count] {
            let sequence = entry.sequence;
            if let Event::Record { path, sha256, size, .. } = &entry.event
                && !deleted.contains(path.as_str())
            {
                let (key, sha256) = (format!("{}{path}", self.prefix), sha256.clone());
                parts.push(Part { sequence, key, size: *size, sha256 });
            }
            let text = entry.text();
            let (size, sha256) = (text.len() as u64, content_hash(text.as_bytes()));
            parts.push(Part { sequence, key: self.entry_key(sequence), size, sha256 });
        }
        parts
    }

    async fn is_same(&self, key: &str, sha256: &str) -> Result<bool, Error> {
        let found = self.s3.get(&self.bucket, key, None).await?;
        Ok(found.is_some_and(|found| content_hash(&found.bytes) == sha256))
    }

    fn entry_key(&self, sequence: u64) -> String {
        format!("{}{CHAIN}/{}", self.prefix, file_name(sequence))
    }
}

/// The paths of the records that were deleted after their retention. A copy may hold them or not.
fn deleted(journal: &[Arc<Entry>]) -> BTreeSet<&str> {
    let mut paths = BTreeSet::new();
    for entry in journal {
        if let Event::Deletion { path } = &entry.event {
            paths.insert(path.as_str());
        }
    }
    paths
}
