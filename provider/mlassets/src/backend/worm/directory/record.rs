//! Appending, finding and deleting a record in a directory.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::backend::fault;
use crate::backend::worm::chain::{CHAIN, Chain, file_name};
use crate::backend::worm::directory::fs::{Dir, READ_ONLY, protect};
use crate::backend::worm::directory::publish::{Moments, Staged, digest};
use crate::backend::worm::directory::{Depth, Directory, Held, TMP};
use crate::backend::worm::entry::{Event, content_hash, retained_until};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{
    Anchor, Appended, Content, Found, NewRecord, Problem, Record, RecordKey,
};
use crate::backend::worm::name::RecordPath;

const FILE: Moments = Moments {
    staged: "worm_record.create.staged",
    linked: "worm_record.create.after_link",
    published: "worm_record.create.published",
};

const RESTORED: Moments = Moments {
    staged: "worm_record.update.staged",
    linked: "worm_record.update.after_link",
    published: "worm_record.update.published",
};

const ENTRY: Moments = Moments {
    staged: "worm_record.create.entry_staged",
    linked: "worm_record.create.entry_linked",
    published: "worm_record.create.entry_published",
};

const DELETION: Moments = Moments {
    staged: "worm_record.delete.entry_staged",
    linked: "worm_record.delete.entry_linked",
    published: "worm_record.delete.entry_published",
};

impl Directory {
    pub(in crate::backend::worm) fn append(&self, new: &NewRecord) -> Result<Appended, Error> {
        let path = RecordPath::new(&new.record_type, new.event_time, &new.name)?;
        let dir = self.folder(&new.bucket)?;
        let tmp = self.seen.ensure_folder(&dir, TMP)?;
        fault::point("worm_record.create.before_stage");
        // Before the lock, so that a large record does not keep other writers waiting.
        let staged = Staged::new(&tmp, &new.content)?;
        if let Some(expected) = &new.expected_sha256
            && *expected != staged.sha256
        {
            return Err(Error::ContentChanged {
                path: path.to_string(),
                expected: expected.clone(),
                found: staged.sha256.clone(),
            });
        }
        let mut held = self.hold_sound(&new.bucket, dir, Depth::End)?;
        fault::point("worm_record.create.locked");
        self.append_held(&mut held, new, &path, staged)
    }

    fn append_held(
        &self,
        held: &mut Held,
        new: &NewRecord,
        path: &RecordPath,
        staged: Staged<'_>,
    ) -> Result<Appended, Error> {
        let key = RecordKey { bucket: new.bucket.clone(), path: path.to_string() };
        if let Some(sequence) = held.chain.deleted.get(&key.path) {
            let RecordKey { bucket, path } = key;
            return Err(Error::PathSpent { bucket, path, sequence: *sequence });
        }
        if let Some(there) = held.chain.record(&key.bucket, &key.path) {
            if there.sha256 != staged.sha256 || there.event_time != new.event_time {
                return Err(exists(there));
            }
            // The file may be lost while its entry is there: these are its bytes, so it can come back.
            if open(&held.dir, path)?.is_none() {
                let folder = self.ensure_folders(&held.dir, path)?;
                if !staged.publish(&folder, &path.name, &RESTORED)? {
                    return Err(Error::Unlocked { entry: folder.path(&path.name) });
                }
            }
            return Ok(Appended { record: intact(&held.dir, there)?, created: false });
        }
        let folder = self.ensure_folders(&held.dir, path)?;
        fault::point("worm_record.create.folders");
        let written_at = held.chain.time(self.options.clock.now());
        let event = Event::Record {
            path: key.path.clone(),
            sha256: staged.sha256.clone(),
            size: staged.size,
            event_time: new.event_time,
            retain_until: retained_until(written_at, held.chain.retention_days),
        };
        match folder.file(&path.name)? {
            Some(orphan) => adopt(&folder, path, orphan, &staged, &key)?,
            None if staged.publish(&folder, &path.name, &FILE)? => {}
            None => return Err(Error::Unlocked { entry: folder.path(&path.name) }),
        }
        self.add(held, written_at, event, &ENTRY)?;
        let record = held.chain.record(&key.bucket, &key.path);
        let record = record.expect("the entry was just added");
        Ok(Appended { record: intact(&held.dir, record)?, created: true })
    }

    pub(in crate::backend::worm) fn find_record(
        &self,
        key: &RecordKey,
        anchor: Option<&Anchor>,
    ) -> Result<Found, Error> {
        let path = RecordPath::parse(&key.path)?;
        let found = self.settled(&key.bucket, Depth::Whole, |dir, chain| {
            let mut found = inspect(dir, chain, &key.bucket, &path)?;
            found.problems.extend(chain.problems.iter().cloned());
            found.problems.extend(anchor.and_then(|anchor| chain.check_anchor(anchor)));
            let quiet = found.problems.is_empty();
            Ok((found, quiet))
        });
        match found {
            Err(Error::NoBucket { .. }) => Err(self.absent(&key.bucket, anchor)),
            found => found,
        }
    }

    pub(in crate::backend::worm) fn read_record(&self, key: &RecordKey) -> Result<Vec<u8>, Error> {
        let path = RecordPath::parse(&key.path)?;
        let (dir, chain) = self.expect(&key.bucket, Depth::Whole)?;
        let missing = || Error::NoRecord { bucket: key.bucket.clone(), path: key.path.clone() };
        let record = chain.record(&key.bucket, &key.path).ok_or_else(missing)?;
        let (mut file, full) = open(&dir, &path)?.ok_or_else(missing)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| Error::io("read", &full, error))?;
        let found = content_hash(&bytes);
        if found == record.sha256 {
            return Ok(bytes);
        }
        let problem =
            Problem::BytesChanged { path: key.path.clone(), expected: record.sha256, found };
        Err(Error::Damaged { bucket: key.bucket.clone(), problems: vec![problem] })
    }

    pub(in crate::backend::worm) fn list_records(&self, bucket: &str) -> Result<Vec<Found>, Error> {
        self.settled(bucket, Depth::Whole, |dir, chain| {
            chain.sound(bucket)?;
            let mut records = Vec::new();
            let mut quiet = true;
            for path in chain.records.keys() {
                let found = inspect(dir, chain, bucket, &RecordPath::parse(path)?)?;
                quiet &= found.problems.is_empty();
                records.push(found);
            }
            Ok((records, quiet))
        })
    }

    pub(in crate::backend::worm) fn deletable(
        &self,
        key: &RecordKey,
        now: Timestamp,
    ) -> Result<(), Error> {
        RecordPath::parse(&key.path)?;
        let (_, chain) = self.expect(&key.bucket, Depth::Whole)?;
        chain.sound(&key.bucket)?;
        expired(&chain, key, now)
    }

    pub(in crate::backend::worm) fn delete_record(&self, key: &RecordKey) -> Result<(), Error> {
        let path = RecordPath::parse(&key.path)?;
        let mut held = self.hold_sound(&key.bucket, self.folder(&key.bucket)?, Depth::Whole)?;
        if !held.chain.deleted.contains_key(&key.path) {
            let now = held.chain.time(self.options.clock.now());
            expired(&held.chain, key, now)?;
            fault::point("worm_record.delete.locked");
            self.add(&mut held, now, Event::Deletion { path: key.path.clone() }, &DELETION)?;
        }
        if let Some(folder) = folder(&held.dir, &path)? {
            folder.remove_file(&path.name)?;
            fault::point("worm_record.delete.after_remove");
            folder.sync()?;
        }
        Ok(())
    }

    pub(in crate::backend::worm) fn restore_file(
        &self,
        key: &RecordKey,
        content: &Content,
    ) -> Result<Record, Error> {
        let path = RecordPath::parse(&key.path)?;
        let held = self.hold_sound(&key.bucket, self.folder(&key.bucket)?, Depth::Whole)?;
        let Some(record) = held.chain.record(&key.bucket, &key.path) else {
            let RecordKey { bucket, path } = key.clone();
            return Err(Error::NoRecord { bucket, path });
        };
        let staged = Staged::new(&held.tmp, content)?;
        if staged.sha256 != record.sha256 {
            let (expected, found) = (record.sha256, staged.sha256.clone());
            return Err(Error::ContentChanged { path: key.path.clone(), expected, found });
        }
        let folder = self.ensure_folders(&held.dir, &path)?;
        // A file that came back meanwhile is judged as any other.
        staged.publish(&folder, &path.name, &RESTORED)?;
        intact(&held.dir, record)
    }

    pub(in crate::backend::worm) fn restore_mode(&self, key: &RecordKey) -> Result<Record, Error> {
        let path = RecordPath::parse(&key.path)?;
        let held = self.hold_sound(&key.bucket, self.folder(&key.bucket)?, Depth::Whole)?;
        let found = inspect(&held.dir, &held.chain, &key.bucket, &path)?;
        let RecordKey { bucket, path: name } = key.clone();
        let Some(record) = found.record else {
            return Err(Error::NoRecord { bucket, path: name });
        };
        let mut problems = found.problems;
        problems.retain(|problem| !matches!(problem, Problem::ModeChanged { .. }));
        if !problems.is_empty() {
            return Err(Error::Damaged { bucket, problems });
        }
        fault::point("worm_record.update.before_mode");
        let files = [
            (folder(&held.dir, &path)?, path.name),
            (held.dir.folder(CHAIN)?, file_name(record.sequence)),
        ];
        for (folder, name) in files {
            if let Some(folder) = folder
                && let Some(file) = folder.file(&name)?
            {
                protect(&file, &folder.path(&name))?;
                file.sync_all().map_err(|error| Error::io("flush", &folder.path(&name), error))?;
            }
        }
        fault::point("worm_record.update.after_mode");
        intact(&held.dir, record)
    }

    fn ensure_folders(&self, dir: &Dir, path: &RecordPath) -> Result<Dir, Error> {
        let [record_type, year, month] = &path.folders;
        let folder = self.seen.ensure_folder(dir, record_type)?;
        let folder = self.seen.ensure_folder(&folder, year)?;
        self.seen.ensure_folder(&folder, month)
    }

    /// What `scan` finds. A scan sees a bucket in motion, so one that finds trouble is repeated while no one
    /// writes, and only what it finds then is told.
    pub(super) fn settled<T>(
        &self,
        bucket: &str,
        depth: Depth,
        scan: impl Fn(&Dir, &Chain) -> Result<(T, bool), Error>,
    ) -> Result<T, Error> {
        let (dir, chain) = self.expect(bucket, depth)?;
        let (first, quiet) = scan(&dir, &chain)?;
        if quiet {
            return Ok(first);
        }
        match self.lock(bucket, &dir) {
            Ok(_lock) => {
                let chain = self.load(bucket, &dir, Depth::Anew)?;
                Ok(scan(&dir, &chain)?.0)
            }
            // Who may not write here cannot take the lock either, and is told what was seen without it.
            Err(Error::Io { .. } | Error::Irregular { .. }) => Ok(first),
            Err(error) => Err(error),
        }
    }
}

/// The record at `path` and what is wrong with it alone.
pub(super) fn inspect(
    dir: &Dir,
    chain: &Chain,
    bucket: &str,
    path: &RecordPath,
) -> Result<Found, Error> {
    let path_text = path.to_string();
    let Some(mut record) = chain.record(bucket, &path_text) else {
        let there = match folder(dir, path)? {
            Some(folder) => folder.file(&path.name)?.is_some(),
            None => false,
        };
        let problem = match chain.deleted.get(&path_text) {
            Some(&sequence) => Problem::DeletionUnfinished { path: path_text, sequence },
            None => Problem::MissingEntry { path: path_text },
        };
        let problems = if there { vec![problem] } else { Vec::new() };
        return Ok(Found { record: None, problems });
    };
    let problems = match open(dir, path) {
        Ok(Some((file, full))) => {
            let (mode, problems) = compare(file, &full, &record)?;
            record.mode = Some(mode);
            problems
        }
        Ok(None) => vec![Problem::MissingFile { path: path_text }],
        Err(error) => vec![as_problem(path_text, error)?],
    };
    Ok(Found { record: Some(record), problems })
}

/// The mode of a record's file and in what it differs from its entry.
fn compare(mut file: File, full: &Path, record: &Record) -> Result<(u32, Vec<Problem>), Error> {
    let metadata = file.metadata().map_err(|error| Error::io("inspect", full, error))?;
    let path = || record.key.path.clone();
    let mut problems = Vec::new();
    let mode = metadata.mode() & 0o7777;
    if mode != READ_ONLY {
        problems.push(Problem::ModeChanged { path: path(), mode });
    }
    if metadata.len() == record.size {
        match digest(&mut file, full) {
            Ok((found, _)) if found == record.sha256 => {}
            Ok((found, _)) => {
                let expected = record.sha256.clone();
                problems.push(Problem::BytesChanged { path: path(), expected, found });
            }
            Err(error) => problems.push(as_problem(path(), error)?),
        }
    } else {
        let (expected, found) = (record.size, metadata.len());
        problems.push(Problem::SizeChanged { path: path(), expected, found });
    }
    Ok((mode, problems))
}

/// The record with its mode; fails unless its bytes are there and unchanged.
fn intact(dir: &Dir, record: Record) -> Result<Record, Error> {
    let path = RecordPath::parse(&record.key.path)?;
    let Some((file, full)) = open(dir, &path)? else {
        let RecordKey { bucket, path } = record.key;
        return Err(Error::Damaged { bucket, problems: vec![Problem::MissingFile { path }] });
    };
    let (mode, mut problems) = compare(file, &full, &record)?;
    problems.retain(|problem| !matches!(problem, Problem::ModeChanged { .. }));
    if problems.is_empty() {
        Ok(Record { mode: Some(mode), ..record })
    } else {
        Err(Error::Damaged { bucket: record.key.bucket, problems })
    }
}

/// Takes a file without entry, the trace of an interrupted append, as if it had just been published.
fn adopt(
    folder: &Dir,
    path: &RecordPath,
    mut orphan: File,
    staged: &Staged<'_>,
    key: &RecordKey,
) -> Result<(), Error> {
    let full = folder.path(&path.name);
    let (sha256, _) = digest(&mut orphan, &full)?;
    if sha256 != staged.sha256 {
        let RecordKey { bucket, path } = key.clone();
        return Err(Error::RecordExists { bucket, path, sha256, event_time: None });
    }
    protect(&orphan, &full)?;
    orphan.sync_all().map_err(|error| Error::io("flush", &full, error))?;
    folder.sync()
}

fn expired(chain: &Chain, key: &RecordKey, now: Timestamp) -> Result<(), Error> {
    let RecordKey { bucket, path } = key.clone();
    match chain.record(&bucket, &path) {
        None => Err(Error::NoRecord { bucket, path }),
        Some(record) if now < record.retain_until => {
            Err(Error::Retained { bucket, path, until: record.retain_until })
        }
        Some(_) => Ok(()),
    }
}

fn exists(there: Record) -> Error {
    let RecordKey { bucket, path } = there.key;
    Error::RecordExists { bucket, path, sha256: there.sha256, event_time: Some(there.event_time) }
}

fn open(dir: &Dir, path: &RecordPath) -> Result<Option<(File, PathBuf)>, Error> {
    let Some(folder) = folder(dir, path)? else { return Ok(None) };
    Ok(folder.file(&path.name)?.map(|file| (file, folder.path(&path.name))))
}

fn folder(dir: &Dir, path: &RecordPath) -> Result<Option<Dir>, Error> {
    let [record_type, year, month] = &path.folders;
    let Some(dir) = dir.folder(record_type)? else { return Ok(None) };
    let Some(dir) = dir.folder(year)? else { return Ok(None) };
    dir.folder(month)
}

/// What stands in the way of reading a file, as a problem of that file.
fn as_problem(path: String, error: Error) -> Result<Problem, Error> {
    match error {
        Error::Irregular { found, .. } => Ok(Problem::Foreign { path, found }),
        Error::Io { source, .. } => Ok(Problem::Unreadable { path, reason: source.to_string() }),
        error => Err(error),
    }
}
