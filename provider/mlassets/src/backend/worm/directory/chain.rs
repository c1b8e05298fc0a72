//! Reading the hash chain of a bucket from its folder.

use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use crate::backend::worm::chain::{CHAIN, Chain, ENTRY_BYTES, file_name, sequence_of};
use crate::backend::worm::directory::fs::{Dir, READ_ONLY};
use crate::backend::worm::directory::seen::{Seen, Stamp};
use crate::backend::worm::entry::Entry;
use crate::backend::worm::error::Error;
use crate::backend::worm::model::Problem;

impl Chain {
    /// Reads the chain of the bucket `name` in `dir`, entries in `seen` not again. What is wrong with it becomes
    /// a problem, not an error.
    pub(super) fn load(name: &str, dir: &Dir, seen: Option<&Seen>) -> Result<Self, Error> {
        let mut chain = Self::default();
        let folder = match dir.folder(CHAIN) {
            Ok(Some(folder)) => folder,
            Ok(None) => return Ok(chain),
            Err(Error::Irregular { found, .. }) => {
                chain.problems.push(Problem::Foreign { path: CHAIN.to_owned(), found });
                chain.broken(1, "the entry is missing");
                return Ok(chain);
            }
            Err(error) => return Err(error),
        };
        let mut expected = 1;
        for file in folder.names()? {
            let Some(sequence) = file.to_str().and_then(sequence_of) else {
                let path = format!("{CHAIN}/{}", file.display());
                chain.problems.push(Problem::Foreign { path, found: "not an entry" });
                continue;
            };
            if sequence != expected {
                chain.broken(expected, "the entry is missing");
            }
            expected = sequence.saturating_add(1);
            if let Some(entry) = chain.read(&folder, sequence, seen)? {
                chain.judge(name, sequence, &entry);
                chain.take(sequence, entry);
            }
        }
        Ok(chain)
    }

    fn read(
        &mut self,
        folder: &Dir,
        sequence: u64,
        seen: Option<&Seen>,
    ) -> Result<Option<Arc<Entry>>, Error> {
        let name = file_name(sequence);
        let path = format!("{CHAIN}/{name}");
        let mut file = match folder.file(&name) {
            Ok(Some(file)) => file,
            Ok(None) => {
                self.broken(sequence, "the entry is missing");
                return Ok(None);
            }
            Err(Error::Irregular { found, .. }) => {
                self.problems.push(Problem::Foreign { path, found });
                self.broken(sequence, "the entry is missing");
                return Ok(None);
            }
            Err(Error::Io { source, .. }) => {
                self.problems.push(Problem::Unreadable { path, reason: source.to_string() });
                self.broken(sequence, "the entry cannot be read");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let fail = |error| Error::io("read", &folder.path(&name), error);
        let metadata = file.metadata().map_err(fail)?;
        let mode = metadata.mode() & 0o7777;
        if mode != READ_ONLY {
            self.problems.push(Problem::ModeChanged { path, mode });
        }
        let stamp = Stamp::new(&metadata);
        if let Some(entry) = seen.and_then(|seen| seen.get(&stamp)) {
            return Ok(Some(entry));
        }
        let mut text = Vec::new();
        file.by_ref().take(ENTRY_BYTES).read_to_end(&mut text).map_err(fail)?;
        let Some(entry) = Entry::parse(&text).map(Arc::new) else {
            self.broken(sequence, "the entry was edited or is no entry");
            return Ok(None);
        };
        if entry.hash != entry.own_hash() {
            self.broken(sequence, "the hash does not fit the entry");
        } else if let Some(seen) = seen {
            seen.put(stamp, &entry);
        }
        Ok(Some(entry))
    }
}
