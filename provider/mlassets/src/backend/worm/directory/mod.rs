//! The archive on a directory: one folder per bucket, one file per record, one file per entry of the chain.
//!
//! ```text
//! <root>/<bucket>/<record_type>/<YYYY>/<YYYYMM>/<name>   a record, mode 0444
//! <root>/<bucket>/.chain/000000000001.json               an entry of the hash chain, mode 0444
//! <root>/<bucket>/.tmp/<uuid>                            a file aside, locked by its writer
//! <root>/<bucket>/.lock                                  held while the chain grows
//! <root>/.deleted-<uuid>                                 a bucket on its way out
//! ```
//!
//! **Order of effects.** A record's file is published before its entry, so an entry never speaks of a file
//! that was not there; an append that ends between the two leaves a file without entry, and the same append
//! completes it. A deletion writes its entry first and then removes the file, so that no record vanishes
//! without a word. The number of an entry is given by `link(2)` to its file name, so even without a working
//! lock no two entries get the same number. Everything here blocks; `Archive` moves it off the runtime.

mod bucket;
mod chain;
mod fs;
mod lookup;
mod publish;
mod record;
mod seen;
mod verify;

use std::fs::{File, TryLockError};
use std::path::{Component, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::backend::worm::chain::{CHAIN, Chain, file_name};
use crate::backend::worm::directory::fs::Dir;
use crate::backend::worm::directory::publish::{Moments, Staged};
use crate::backend::worm::directory::seen::Seen;
use crate::backend::worm::entry::{Entry, Event};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{Anchor, Content, Options};
use crate::backend::worm::name::check_bucket;

/// The folder of files aside in a bucket.
const TMP: &str = ".tmp";

/// The lock file of a bucket.
const LOCK: &str = ".lock";

/// An archive in a directory.
#[derive(Debug)]
pub(super) struct Directory {
    root: PathBuf,
    options: Options,
    seen: Seen,
}

/// How much of a chain is looked at, see [`seen`].
#[derive(Clone, Copy, Debug)]
enum Depth {
    /// All of it, and every entry is read.
    Anew,
    /// All of it.
    Whole,
    /// The end, for who goes on from there.
    End,
}

/// A bucket that no one else writes to, with its chain as of now.
#[derive(Debug)]
struct Held {
    name: String,
    dir: Dir,
    tmp: Dir,
    chain: Arc<Chain>,
    _lock: File,
}

impl Directory {
    pub(super) fn new(root: PathBuf, options: Options) -> Result<Self, Error> {
        let plain = |part| matches!(part, Component::RootDir | Component::Normal(_));
        if !root.is_absolute() || !root.components().all(plain) {
            return Err(Error::RelativeRoot);
        }
        options.check()?;
        Ok(Self { root, options, seen: Seen::default() })
    }

    fn root(&self) -> Result<Dir, Error> {
        Dir::open(&self.root)?.ok_or_else(|| Error::NoRoot { root: self.root.clone() })
    }

    pub(in crate::backend::worm) fn no_legal_hold(&self) -> Error {
        Error::Unable { what: "a legal hold", place: self.place() }
    }

    /// Where the archive is, as people are told.
    fn place(&self) -> String {
        self.root.display().to_string()
    }

    fn no_bucket(&self, name: &str) -> Error {
        Error::NoBucket { bucket: name.to_owned(), place: self.place() }
    }

    /// What the absence of a bucket means: it is lost where the caller remembers an entry of its chain.
    fn absent(&self, name: &str, anchor: Option<&Anchor>) -> Error {
        match anchor {
            Some(anchor) => Error::BucketLost {
                bucket: name.to_owned(),
                place: self.place(),
                sequence: anchor.sequence,
            },
            None => self.no_bucket(name),
        }
    }

    /// The folder of a bucket, which may not be completed yet.
    fn folder(&self, name: &str) -> Result<Dir, Error> {
        check_bucket(name)?;
        self.root()?.folder(name)?.ok_or_else(|| self.no_bucket(name))
    }

    /// The folder of a bucket and its chain; none if the bucket does not exist or was never completed.
    fn look(&self, name: &str, depth: Depth) -> Result<Option<(Dir, Arc<Chain>)>, Error> {
        check_bucket(name)?;
        let Some(dir) = self.root()?.folder(name)? else { return Ok(None) };
        let chain = self.load(name, &dir, depth)?;
        Ok((!chain.is_new()).then_some((dir, chain)))
    }

    fn expect(&self, name: &str, depth: Depth) -> Result<(Dir, Arc<Chain>), Error> {
        self.look(name, depth)?.ok_or_else(|| self.no_bucket(name))
    }

    /// The chain in `dir`. A bucket whose chain is gone while records are there is broken, not new.
    fn load(&self, name: &str, dir: &Dir, depth: Depth) -> Result<Arc<Chain>, Error> {
        let mut chain = match depth {
            Depth::Anew => Arc::new(Chain::load(name, dir, None)?.0),
            Depth::Whole => self.seen.whole(name, dir)?,
            Depth::End => self.seen.end(name, dir)?,
        };
        if chain.is_new() && !verify::walk(dir)?.is_empty() {
            Arc::make_mut(&mut chain).broken(1, "the entry is missing");
        }
        Ok(chain)
    }

    /// Takes the bucket in `dir` for writing.
    fn hold(&self, name: &str, dir: Dir, depth: Depth) -> Result<Held, Error> {
        let lock = self.lock(name, &dir)?;
        let tmp = self.seen.ensure_folder(&dir, TMP)?;
        publish::sweep(&tmp)?;
        let chain = self.load(name, &dir, depth)?;
        Ok(Held { name: name.to_owned(), dir, tmp, chain, _lock: lock })
    }

    /// Takes a completed bucket whose chain holds.
    fn hold_sound(&self, name: &str, dir: Dir, depth: Depth) -> Result<Held, Error> {
        let held = self.hold(name, dir, depth)?;
        held.chain.sound(name)?;
        if held.chain.is_new() { Err(self.no_bucket(name)) } else { Ok(held) }
    }

    /// Waits for the lock of the bucket in `dir`.
    fn lock(&self, name: &str, dir: &Dir) -> Result<File, Error> {
        let path = dir.path(LOCK);
        let started = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            let file = dir.lock_file(LOCK)?;
            match file.try_lock() {
                Ok(()) => {
                    // The bucket may have been deleted, or the lock file replaced, while this call waited.
                    if !self.root()?.is_folder(name, dir)? {
                        return Err(self.no_bucket(name));
                    }
                    if dir.is_named(LOCK, &file)? {
                        return Ok(file);
                    }
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path, error)),
            }
            if started.elapsed() >= self.options.lock_wait {
                return Err(Error::Locked { file: path, waited: self.options.lock_wait });
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    /// Adds an entry to the chain of a held bucket.
    fn add(
        &self,
        held: &mut Held,
        written_at: Timestamp,
        event: Event,
        moments: &Moments,
    ) -> Result<(), Error> {
        let entry = Entry::new(held.chain.last(), written_at, &self.options.actor, event);
        let folder = self.seen.ensure_folder(&held.dir, CHAIN)?;
        let staged = Staged::new(&held.tmp, &Content::Bytes(entry.text().into_bytes()))?;
        let name = file_name(entry.sequence);
        self.seen.add(&held.name, &folder, &mut held.chain, entry, || {
            if staged.publish(&folder, &name, moments)? {
                Ok(())
            } else {
                Err(Error::Unlocked { entry: folder.path(&name) })
            }
        })
    }
}
