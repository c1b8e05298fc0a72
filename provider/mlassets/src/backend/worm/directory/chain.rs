//! Reading the hash chain of a bucket from its folder.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use crate::backend::worm::chain::{CHAIN, Chain, ENTRY_BYTES, file_name, sequence_of};
use crate::backend::worm::directory::fs::{Dir, READ_ONLY};
use crate::backend::worm::directory::seen::{Known, Stamp};
use crate::backend::worm::entry::Entry;
use crate::backend::worm::error::Error;
use crate::backend::worm::model::Problem;

/// What the file of an entry holds.
pub(super) enum Read {
    /// A whole entry in a file of mode 0444, and the stamp of that file from before it was read.
    Entry(Arc<Entry>, Stamp),
    /// Something else: an entry where one can be read, and what is wrong with it or with its file.
    Wrong(Option<Arc<Entry>>, Vec<Problem>),
}

impl Chain {
    /// Reads the chain of the bucket `name` in `dir`, entries that are `known` not again. What is wrong with it becomes
    /// a problem, not an error. With it come the stamps of the entries that can be known from now on.
    pub(super) fn load(
        name: &str,
        dir: &Dir,
        known: Option<&Known>,
    ) -> Result<(Self, BTreeMap<u64, Stamp>), Error> {
        let (mut chain, mut stamps) = (Self::default(), BTreeMap::new());
        let folder = match dir.folder(CHAIN) {
            Ok(Some(folder)) => folder,
            Ok(None) => return Ok((chain, stamps)),
            Err(Error::Irregular { found, .. }) => {
                chain.problems.push(Problem::Foreign { path: CHAIN.to_owned(), found });
                chain.broken(1, "the entry is missing");
                return Ok((chain, stamps));
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
            let read = match remembered(&folder, sequence, known)? {
                Some((entry, stamp)) => Read::Entry(entry, stamp),
                None => read(&folder, sequence)?,
            };
            let entry = match read {
                Read::Entry(entry, stamp) => {
                    stamps.extend(stamp.is_settled().then_some((sequence, stamp)));
                    Some(entry)
                }
                Read::Wrong(entry, problems) => {
                    chain.problems.extend(problems);
                    entry
                }
            };
            if let Some(entry) = entry {
                chain.judge(name, sequence, &entry);
                chain.take(sequence, entry);
            }
        }
        Ok((chain, stamps))
    }
}

fn remembered(
    folder: &Dir,
    sequence: u64,
    known: Option<&Known>,
) -> Result<Option<(Arc<Entry>, Stamp)>, Error> {
    let Some(known) = known else { return Ok(None) };
    let Some(stamp) = folder.stat(&file_name(sequence))?.map(Stamp::of) else { return Ok(None) };
    Ok(known.entry(sequence, &stamp).map(|entry| (entry, stamp)))
}

/// Reads the file of an entry.
pub(super) fn read(folder: &Dir, sequence: u64) -> Result<Read, Error> {
    let name = file_name(sequence);
    let path = format!("{CHAIN}/{name}");
    let broken = |reason| Problem::BrokenChain { sequence, reason };
    let mut file = match folder.file(&name) {
        Ok(Some(file)) => file,
        Ok(None) => return Ok(Read::Wrong(None, vec![broken("the entry is missing")])),
        Err(Error::Irregular { found, .. }) => {
            let problems = vec![Problem::Foreign { path, found }, broken("the entry is missing")];
            return Ok(Read::Wrong(None, problems));
        }
        Err(Error::Io { source, .. }) => {
            let unreadable = Problem::Unreadable { path, reason: source.to_string() };
            return Ok(Read::Wrong(None, vec![unreadable, broken("the entry cannot be read")]));
        }
        Err(error) => return Err(error),
    };
    let fail = |error| Error::io("read", &folder.path(&name), error);
    let mut problems = Vec::new();
    let mode = file.metadata().map_err(fail)?.mode() & 0o7777;
    if mode != READ_ONLY {
        problems.push(Problem::ModeChanged { path, mode });
    }
    let stamp = Stamp::of_file(&file).map_err(fail)?;
    let mut text = Vec::new();
    file.by_ref().take(ENTRY_BYTES).read_to_end(&mut text).map_err(fail)?;
    let Some(entry) = Entry::parse(&text).map(Arc::new) else {
        problems.push(broken("the entry was edited or is no entry"));
        return Ok(Read::Wrong(None, problems));
    };
    if entry.hash != entry.own_hash() {
        problems.push(broken("the hash does not fit the entry"));
    }
    if problems.is_empty() {
        Ok(Read::Entry(entry, stamp))
    } else {
        Ok(Read::Wrong(Some(entry), problems))
    }
}
