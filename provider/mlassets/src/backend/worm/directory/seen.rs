//! What this process has seen of each bucket's chain, so that a thousand questions do not read it a thousand times.
//!
//! * A look at the **whole** chain asks the system for each entry. One whose file has the same identity and change
//!   time, which no one but the system sets, is not read again. Callers share a look that began after they came.
//! * A look at its **end**, for an append, reads the newest entry again, and reads and judges what came after it. As
//!   long as the folder has not changed nothing was added, removed or renamed. A change that no new entry explains has
//!   all names listed, as does every change once the chain has grown by a part; so the cost of lists does not grow with
//!   the chain. Where anything does not fit, it becomes a look at the whole.
//!
//! A check of a bucket asks nobody here. Only a chain that holds is gone on from, and nothing outlives the process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rustix::fs::Stat;

use crate::backend::worm::chain::{CHAIN, Chain, file_name};
use crate::backend::worm::directory::chain::{Read, read};
use crate::backend::worm::directory::fs::Dir;
use crate::backend::worm::entry::Entry;
use crate::backend::worm::error::Error;

/// Change times are coarse: a file that changed less than this many seconds ago may change again unseen.
const SETTLED: i64 = 2;

/// The part of a chain, one in so many entries, by which it may grow until its names are listed again.
const PART: u64 = 64;

/// What tells one content of one file from any other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp(Stat);

/// The chains of an archive's buckets as they were seen last, and its folders that are known to last.
#[derive(Debug, Default)]
pub(super) struct Seen {
    chains: Mutex<BTreeMap<String, Arc<Shared>>>,
    flushed: Mutex<BTreeMap<PathBuf, Stamp>>,
}

/// What the callers of one bucket share.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    given_back: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Whether someone is looking or writing, and has what is known.
    is_taken: bool,
    known: Known,
    /// The last look at the whole chain, and when it began.
    last: Option<(Instant, Arc<Chain>)>,
}

/// What is known, for one who looks or writes. Dropped, it is given back.
struct Taken<'a> {
    shared: &'a Shared,
    known: Known,
    look: Option<(Instant, Arc<Chain>)>,
}

/// A chain that was seen.
#[derive(Debug, Default)]
pub(super) struct Known {
    chain: Arc<Chain>,
    /// Of each entry that nothing was wrong with and that had not just changed.
    stamps: BTreeMap<u64, Stamp>,
    /// The folder of the entries before they were listed; none if it may have changed since.
    folder: Option<Stamp>,
    /// How many entries there were when the names were last listed.
    listed: u64,
}

impl Stamp {
    pub(super) fn of(stat: Stat) -> Self {
        Self(stat)
    }

    pub(super) fn of_file(file: &File) -> Result<Self, std::io::Error> {
        Ok(Self(rustix::fs::fstat(file)?))
    }

    fn of_folder(folder: &Dir) -> Result<Self, Error> {
        folder.own_stat().map(Self)
    }

    pub(super) fn is_settled(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        i64::try_from(now).is_ok_and(|now| now - self.0.st_ctime > SETTLED)
    }

    fn is_same_file(&self, other: &Self) -> bool {
        (self.0.st_dev, self.0.st_ino) == (other.0.st_dev, other.0.st_ino)
    }
}

impl PartialEq for Stamp {
    fn eq(&self, other: &Self) -> bool {
        self.is_same_file(other)
            && (self.0.st_size, self.0.st_mode) == (other.0.st_size, other.0.st_mode)
            && (self.0.st_ctime, self.0.st_ctime_nsec) == (other.0.st_ctime, other.0.st_ctime_nsec)
    }
}

impl Seen {
    /// The whole chain of the bucket `name` in `dir`, as it was at some moment after this call began.
    pub(super) fn whole(&self, name: &str, dir: &Dir) -> Result<Arc<Chain>, Error> {
        let came = Instant::now();
        let shared = self.shared(name);
        let mut taken = match shared.take_unless(came) {
            Ok(chain) => return Ok(chain),
            Err(taken) => taken,
        };
        let began = Instant::now();
        taken.known.look(name, dir)?;
        let chain = Arc::clone(&taken.known.chain);
        taken.look = Some((began, Arc::clone(&chain)));
        Ok(chain)
    }

    /// The chain of the bucket `name` in `dir` for someone who holds its lock and will add to its end.
    pub(super) fn end(&self, name: &str, dir: &Dir) -> Result<Arc<Chain>, Error> {
        let shared = self.shared(name);
        let mut taken = shared.take();
        if !taken.known.follow(name, dir)? {
            taken.known.look(name, dir)?;
        }
        Ok(Arc::clone(&taken.known.chain))
    }

    /// Adds an entry to `chain`, which came from here, once `publish` has published it in `folder`.
    pub(super) fn add(
        &self,
        name: &str,
        folder: &Dir,
        chain: &mut Arc<Chain>,
        entry: Entry,
        publish: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let shared = self.shared(name);
        let mut taken = shared.take();
        let mut known = std::mem::take(&mut taken.known);
        let before = Stamp::of_folder(folder)?;
        publish()?;
        if Arc::ptr_eq(&known.chain, chain) {
            // With one owner left, it grows in place.
            *chain = Arc::default();
            Arc::make_mut(&mut known.chain).take(entry.sequence, Arc::new(entry));
            *chain = Arc::clone(&known.chain);
            let is_known = known.folder.is_some_and(|folder| folder == before);
            known.folder = is_known.then(|| Stamp::of_folder(folder)).transpose()?;
            // Only now, when all has gone well.
            taken.known = known;
        } else {
            Arc::make_mut(chain).take(entry.sequence, Arc::new(entry));
        }
        Ok(())
    }

    /// The folder `name`, made if it is missing, and known to survive a power failure.
    pub(super) fn ensure_folder(&self, dir: &Dir, name: &str) -> Result<Dir, Error> {
        let place = dir.path(name);
        if let Some(flushed) = lock(&self.flushed).get(&place).copied()
            && let Some(folder) = dir.folder(name)?
            && Stamp::of_folder(&folder)?.is_same_file(&flushed)
        {
            return Ok(folder);
        }
        let folder = dir.ensure_folder(name)?;
        lock(&self.flushed).insert(place, Stamp::of_folder(&folder)?);
        Ok(folder)
    }

    /// Forgets a bucket that is gone.
    pub(super) fn forget(&self, name: &str) {
        lock(&self.chains).remove(name);
    }

    fn shared(&self, name: &str) -> Arc<Shared> {
        Arc::clone(lock(&self.chains).entry(name.to_owned()).or_default())
    }
}

impl Shared {
    fn take(&self) -> Taken<'_> {
        let mut state = lock(&self.state);
        while state.is_taken {
            state = self.given_back.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        // It would keep the chain from growing in place.
        state.last = None;
        self.hand_out(&mut state)
    }

    /// The chain, if a look at it began after `came`; otherwise what is needed to look.
    fn take_unless(&self, came: Instant) -> Result<Arc<Chain>, Box<Taken<'_>>> {
        let mut state = lock(&self.state);
        loop {
            if let Some((began, chain)) = &state.last
                && *began >= came
            {
                return Ok(Arc::clone(chain));
            }
            if !state.is_taken {
                return Err(Box::new(self.hand_out(&mut state)));
            }
            state = self.given_back.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn hand_out(&self, state: &mut State) -> Taken<'_> {
        state.is_taken = true;
        Taken { shared: self, known: std::mem::take(&mut state.known), look: None }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.shared.state);
        (state.is_taken, state.known) = (false, std::mem::take(&mut self.known));
        if let Some(look) = self.look.take() {
            state.last = Some(look);
        }
        self.shared.given_back.notify_all();
    }
}

impl Known {
    /// The entry, if it was seen with this stamp.
    pub(super) fn entry(&self, sequence: u64, stamp: &Stamp) -> Option<Arc<Entry>> {
        self.stamps.get(&sequence).filter(|then| *then == stamp)?;
        self.chain.entries.get(&sequence).map(Arc::clone)
    }

    /// Looks at the whole chain.
    fn look(&mut self, name: &str, dir: &Dir) -> Result<(), Error> {
        let folder = match dir.folder(CHAIN) {
            Ok(Some(folder)) => Some(folder),
            // Reading the chain says what is wrong with it.
            Ok(None) | Err(_) => None,
        };
        let stamp = folder.as_ref().map(Stamp::of_folder).transpose()?;
        let is_same = match &folder {
            Some(folder) => self.is_same(folder)?,
            None => false,
        };
        if !is_same {
            let (chain, stamps) = Chain::load(name, dir, Some(self))?;
            (self.chain, self.stamps) = (Arc::new(chain), stamps);
        }
        (self.folder, self.listed) = (stamp, self.chain.entries.len() as u64);
        Ok(())
    }

    /// Whether each entry is the file that it was, and there is no other.
    fn is_same(&self, folder: &Dir) -> Result<bool, Error> {
        if self.stamps.is_empty() || self.stamps.len() != self.chain.entries.len() {
            return Ok(false);
        }
        let names = folder.names()?;
        if names.len() != self.stamps.len() || !self.chain.problems.is_empty() {
            return Ok(false);
        }
        for (name, (sequence, stamp)) in names.iter().zip(&self.stamps) {
            let expected = file_name(*sequence);
            let is_it = name.as_bytes() == expected.as_bytes();
            if !is_it || folder.stat(&expected)?.map(Stamp::of).as_ref() != Some(stamp) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Goes on from the newest entry that was seen; false if only a look at the whole chain can tell.
    fn follow(&mut self, name: &str, dir: &Dir) -> Result<bool, Error> {
        let (Some(last), true) = (self.chain.last(), self.chain.sound(name).is_ok()) else {
            return Ok(false);
        };
        let Ok(Some(folder)) = dir.folder(CHAIN) else { return Ok(false) };
        let stamp = Stamp::of_folder(&folder)?;
        let Read::Entry(found, _) = read(&folder, last.sequence)? else { return Ok(false) };
        if *found != *last {
            return Ok(false);
        }
        let before = last.sequence;
        if self.folder.is_some_and(|folder| folder == stamp) {
            return Ok(folder.stat(&file_name(before + 1))?.is_none());
        }
        let mut newest = before;
        while folder.stat(&file_name(newest + 1))?.is_some() {
            newest += 1;
            let Read::Entry(entry, _) = read(&folder, newest)? else { return Ok(false) };
            let chain = Arc::make_mut(&mut self.chain);
            let problems = chain.problems.len();
            chain.judge(name, newest, &entry);
            if chain.problems.len() > problems {
                return Ok(false);
            }
            chain.take(newest, entry);
        }
        if newest == before || (newest - self.listed) * PART >= newest {
            if !is_in_order(&folder.names()?, newest) {
                return Ok(false);
            }
            self.listed = newest;
        }
        self.folder = Some(stamp);
        Ok(true)
    }
}

/// Whether the names are those of as many entries.
fn is_in_order(names: &[OsString], count: u64) -> bool {
    let is_it =
        |(sequence, name): (u64, &OsString)| name.as_bytes() == file_name(sequence).as_bytes();
    names.len() as u64 == count && (1..).zip(names).all(is_it)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
