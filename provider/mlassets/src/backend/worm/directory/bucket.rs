//! Creating, growing and deleting a bucket in a directory.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::backend::fault;
use crate::backend::worm::chain::CHAIN;
use crate::backend::worm::directory::fs::Dir;
use crate::backend::worm::directory::publish::Moments;
use crate::backend::worm::directory::verify::walk;
use crate::backend::worm::directory::{Depth, Directory, Held, LOCK, TMP};
use crate::backend::worm::entry::{Entry, Event};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{Anchor, Bucket, NewBucket, RETENTION_DAYS};
use crate::backend::worm::name::check_bucket;

/// How the folders of deleted buckets begin; no bucket can have such a name.
const DELETED: &str = ".deleted-";

const CREATE: Moments = Moments {
    staged: "worm_bucket.create.entry_staged",
    linked: "worm_bucket.create.entry_linked",
    published: "worm_bucket.create.entry_published",
};

const EXTEND: Moments = Moments {
    staged: "worm_bucket.update.entry_staged",
    linked: "worm_bucket.update.entry_linked",
    published: "worm_bucket.update.entry_published",
};

impl Directory {
    pub(in crate::backend::worm) fn create_bucket(&self, new: &NewBucket) -> Result<Bucket, Error> {
        check_bucket(&new.name)?;
        check_days(new.retention_days)?;
        let root = self.root()?;
        fault::point("worm_bucket.create.before_folder");
        let dir = root.ensure_folder(&new.name)?;
        fault::point("worm_bucket.create.after_folder");
        let mut held = self.hold(&new.name, dir, Depth::Whole)?;
        held.chain.sound(&new.name)?;
        if held.chain.entries.is_empty() {
            fault::point("worm_bucket.create.locked");
            let now = self.options.clock.now();
            let event =
                Event::Bucket { name: new.name.clone(), retention_days: new.retention_days };
            self.add(&mut held, now, event, &CREATE)?;
        } else if held.chain.entries.len() > 1 || held.chain.retention_days != new.retention_days {
            return Err(Error::BucketExists {
                bucket: new.name.clone(),
                retention_days: held.chain.retention_days,
                entries: held.chain.entries.len() as u64,
            });
        }
        self.bucket(&held)
    }

    pub(in crate::backend::worm) fn find_bucket(
        &self,
        name: &str,
        anchor: Option<&Anchor>,
    ) -> Result<Option<Bucket>, Error> {
        let Some((_, chain)) = self.look(name, Depth::Whole)? else {
            return if anchor.is_some() { Err(self.absent(name, anchor)) } else { Ok(None) };
        };
        chain.sound(name)?;
        match anchor.and_then(|anchor| chain.check_anchor(anchor)) {
            None => Ok(chain.bucket(name)),
            Some(lost) => Err(Error::Damaged { bucket: name.to_owned(), problems: vec![lost] }),
        }
    }

    pub(in crate::backend::worm) fn journal(&self, name: &str) -> Result<Vec<Arc<Entry>>, Error> {
        let (_, chain) = self.expect(name, Depth::Whole)?;
        chain.sound(name)?;
        Ok(chain.entries.values().cloned().collect())
    }

    /// The same for who will append, and looks at the end of the chain alone.
    pub(in crate::backend::worm) fn journal_end(
        &self,
        name: &str,
    ) -> Result<Vec<Arc<Entry>>, Error> {
        let (_, chain) = self.expect(name, Depth::End)?;
        chain.sound(name)?;
        Ok(chain.entries.values().cloned().collect())
    }

    /// Files, and folders with a name that no bucket can have, are somebody else's.
    pub(in crate::backend::worm) fn list_buckets(
        &self,
        prefix: &str,
    ) -> Result<Vec<String>, Error> {
        let root = self.root()?;
        let mut buckets = Vec::new();
        for name in root.names()? {
            let Ok(name) = name.into_string() else { continue };
            if !name.starts_with(prefix) || check_bucket(&name).is_err() {
                continue;
            }
            match root.folder(&name) {
                Ok(Some(_)) => buckets.push(name),
                Ok(None) | Err(Error::Irregular { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(buckets)
    }

    pub(in crate::backend::worm) fn extend_retention(
        &self,
        name: &str,
        days: u32,
    ) -> Result<Bucket, Error> {
        check_days(days)?;
        let mut held = self.hold_sound(name, self.folder(name)?, Depth::Whole)?;
        let in_force = held.chain.retention_days;
        if days < in_force {
            let bucket = name.to_owned();
            return Err(Error::RetentionShrinks { bucket, in_force, wanted: days });
        }
        if days > in_force {
            fault::point("worm_bucket.update.locked");
            let now = held.chain.time(self.options.clock.now());
            self.add(&mut held, now, Event::Retention { retention_days: days }, &EXTEND)?;
        }
        self.bucket(&held)
    }

    pub(in crate::backend::worm) fn delete_bucket(&self, name: &str) -> Result<(), Error> {
        let root = self.root()?;
        remove_leftovers(&root)?;
        let held = self.hold_sound(name, self.folder(name)?, Depth::Whole)?;
        check_empty(&held, self.options.clock.now())?;
        let target = format!("{DELETED}{}", Uuid::new_v4());
        fault::point("worm_bucket.delete.before_move");
        root.move_folder(name, &root, &target)?;
        self.seen.forget(name);
        root.sync()?;
        fault::point("worm_bucket.delete.after_move");
        remove_leftovers(&root)
    }

    fn bucket(&self, held: &Held) -> Result<Bucket, Error> {
        held.chain.bucket(&held.name).ok_or_else(|| self.no_bucket(&held.name))
    }
}

fn check_days(days: u32) -> Result<(), Error> {
    if RETENTION_DAYS.contains(&days) { Ok(()) } else { Err(Error::RetentionRange { days }) }
}

fn check_empty(held: &Held, now: Timestamp) -> Result<(), Error> {
    let now = held.chain.time(now);
    let files = walk(&held.dir)?.len() as u64;
    let until: Vec<Timestamp> = held
        .chain
        .records
        .keys()
        .filter_map(|path| held.chain.record(&held.name, path))
        .map(|record| record.retain_until)
        .filter(|until| *until > now)
        .collect();
    let records = files.max(held.chain.records.len() as u64);
    if records == 0 {
        return Ok(());
    }
    Err(Error::BucketNotEmpty {
        bucket: held.name.clone(),
        records,
        retained: until.len() as u64,
        until: until.into_iter().max(),
    })
}

/// Removes the buckets that were moved aside, by this call or by one that was interrupted.
fn remove_leftovers(root: &Dir) -> Result<(), Error> {
    for name in root.names()? {
        if !name.to_str().is_some_and(|name| name.starts_with(DELETED)) {
            continue;
        }
        let Some(bucket) = root.folder(&name)? else { continue };
        for inner in [CHAIN, TMP] {
            if let Some(folder) = bucket.folder(inner)? {
                for file in folder.names()? {
                    folder.remove_file(file)?;
                }
            }
            bucket.remove_folder(inner)?;
        }
        bucket.remove_file(LOCK)?;
        // Only folders are removed: whatever else is there stays, and with it the folder.
        remove_folders(&bucket)?;
        root.remove_folder(&name)?;
    }
    root.sync()
}

fn remove_folders(dir: &Dir) -> Result<(), Error> {
    for name in dir.names()? {
        if let Some(folder) = dir.folder(&name)? {
            remove_folders(&folder)?;
            dir.remove_folder(&name)?;
        }
    }
    Ok(())
}
