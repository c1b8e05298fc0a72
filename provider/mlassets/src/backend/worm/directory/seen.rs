//! Entries that this process has read before, so that a thousand questions do not read a chain a thousand times.
//!
//! An entry is remembered by the identity and change time of its file, which no one but the system sets.
//! Relations between entries are judged anew each time, and a check of a bucket remembers nothing.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::backend::worm::entry::Entry;

/// Change times are coarse: a file that changed less than this many seconds ago may change again unseen.
const SETTLED: i64 = 2;

/// What tells one content of one file from any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    mode: u32,
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn new(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            mode: metadata.mode(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    fn is_settled(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        i64::try_from(now).is_ok_and(|now| now - self.changed.0 > SETTLED)
    }
}

/// Entries that were well formed when they were read.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<BTreeMap<Inode, (Stamp, Arc<Entry>)>>);

/// Device and inode of a file.
type Inode = (u64, u64);

impl Seen {
    pub(super) fn get(&self, stamp: &Stamp) -> Option<Arc<Entry>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, entry) = seen.get(&(stamp.device, stamp.inode))?;
        (then == stamp).then(|| Arc::clone(entry))
    }

    pub(super) fn put(&self, stamp: Stamp, entry: &Arc<Entry>) {
        if stamp.is_settled() {
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert((stamp.device, stamp.inode), (stamp, Arc::clone(entry)));
        }
    }
}
