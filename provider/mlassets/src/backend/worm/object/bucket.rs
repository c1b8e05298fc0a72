//! Creating, growing and deleting a bucket in an object store.

use std::sync::Arc;

use jiff::Timestamp;

use crate::backend::fault;
use crate::backend::worm::chain::{CHAIN, file_name};
use crate::backend::worm::entry::{Entry, Event};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{Anchor, Bucket, NewBucket, Problem, RETENTION_DAYS};
use crate::backend::worm::name::check_bucket;
use crate::backend::worm::object::entries::TRIES;
use crate::backend::worm::object::store::Defaults;
use crate::backend::worm::object::{Look, Objects};

impl Objects {
    pub(in crate::backend::worm) async fn create_bucket(
        &self,
        new: &NewBucket,
    ) -> Result<Bucket, Error> {
        let NewBucket { name, retention_days } = new;
        check_bucket(name)?;
        check_days(*retention_days)?;
        fault::point("worm_object.bucket.before_create");
        self.store.create_bucket(name).await?;
        fault::point("worm_object.bucket.after_create");
        let defaults = self.store.bucket(name).await?.ok_or_else(|| self.no_bucket(name))?;
        let mut look = self.look(name).await?;
        look.chain.sound(name)?;
        if look.chain.entries.is_empty() {
            self.check_empty(name).await?;
            if let Some((_, in_force)) =
                defaults.retention.filter(|(_, days)| days > retention_days)
            {
                let bucket = name.clone();
                return Err(Error::RetentionShrinks { bucket, in_force, wanted: *retention_days });
            }
            let now = self.store.now(name).await?;
            let event = Event::Bucket { name: name.clone(), retention_days: *retention_days };
            if self.add(name, &mut look, now, event).await?.is_none() {
                // Another writer made it at the same time; it is judged as any other.
                look = self.expect_sound(name).await?;
            }
        }
        if look.chain.entries.len() > 1 || look.chain.retention_days != *retention_days {
            return Err(Error::BucketExists {
                bucket: name.clone(),
                retention_days: look.chain.retention_days,
                entries: look.chain.entries.len() as u64,
            });
        }
        // Last, so that the first entry is not locked: a bucket that never held a record can be removed.
        let defaults = self.settle_default(name, &look, defaults).await?;
        fault::point("worm_object.bucket.protected");
        self.bucket(name, &look, defaults)
    }

    pub(in crate::backend::worm) async fn find_bucket(
        &self,
        name: &str,
        anchor: Option<&Anchor>,
    ) -> Result<Option<Bucket>, Error> {
        check_bucket(name)?;
        let defaults = self.store.bucket(name).await?;
        let look = match defaults {
            Some(_) => Some(self.look(name).await?).filter(|look| !look.chain.is_new()),
            None => None,
        };
        let (Some(look), Some(defaults)) = (look, defaults) else {
            return if anchor.is_some() { Err(self.absent(name, anchor)) } else { Ok(None) };
        };
        look.chain.sound(name)?;
        match anchor.and_then(|anchor| look.chain.check_anchor(anchor)) {
            None => self.bucket(name, &look, defaults).map(Some),
            Some(lost) => Err(Error::Damaged { bucket: name.to_owned(), problems: vec![lost] }),
        }
    }

    /// Buckets with a name that no archive can have are somebody else's.
    pub(in crate::backend::worm) async fn list_buckets(
        &self,
        prefix: &str,
    ) -> Result<Vec<String>, Error> {
        let mut buckets = self.store.buckets(prefix).await?;
        buckets.retain(|name| name.starts_with(prefix) && check_bucket(name).is_ok());
        buckets.sort();
        Ok(buckets)
    }

    pub(in crate::backend::worm) async fn journal(
        &self,
        name: &str,
    ) -> Result<Vec<Arc<Entry>>, Error> {
        Ok(self.expect_sound(name).await?.chain.entries.values().cloned().collect())
    }

    /// The same for who will append, and looks at the end of the chain alone.
    pub(in crate::backend::worm) async fn journal_end(
        &self,
        name: &str,
    ) -> Result<Vec<Arc<Entry>>, Error> {
        Ok(self.expect_end(name).await?.chain.entries.values().cloned().collect())
    }

    pub(in crate::backend::worm) async fn extend_retention(
        &self,
        name: &str,
        days: u32,
    ) -> Result<Bucket, Error> {
        check_days(days)?;
        for _ in 0..TRIES {
            let mut look = self.expect_sound(name).await?;
            let in_force = look.chain.retention_days;
            if days < in_force {
                let bucket = name.to_owned();
                return Err(Error::RetentionShrinks { bucket, in_force, wanted: days });
            }
            if days > in_force {
                let now = look.chain.time(self.store.now(name).await?);
                let event = Event::Retention { retention_days: days };
                if self.add(name, &mut look, now, event).await?.is_none() {
                    continue;
                }
            }
            fault::point("worm_object.bucket.grown");
            // From here on a repetition goes on where this one ends.
            let defaults = self.store.bucket(name).await?.ok_or_else(|| self.no_bucket(name))?;
            let defaults = self.settle_default(name, &look, defaults).await?;
            for path in look.chain.records.keys() {
                let record = look.chain.record(name, path).expect("the chain has this record");
                self.protect_record(&record).await?;
            }
            if look.holds_evidence() {
                self.lock_entries(name, &look, None).await?;
            }
            return self.bucket(name, &look, defaults);
        }
        Err(Error::Contended { bucket: name.to_owned(), tries: TRIES })
    }

    pub(in crate::backend::worm) async fn delete_bucket(&self, name: &str) -> Result<(), Error> {
        let look = self.expect_sound(name).await?;
        let now = self.store.now(name).await?;
        self.check_unused(name, &look, now).await?;
        if let Some(until) =
            self.entries_kept_until(name, &look).await?.filter(|until| *until > now)
        {
            let (bucket, path) = (name.to_owned(), CHAIN.to_owned());
            return Err(Error::Retained { bucket, path, until });
        }
        fault::point("worm_object.bucket.before_delete");
        // From the end, so that what is left of an interrupted deletion is a chain.
        let mut versions = self.store.list(name, &format!("{CHAIN}/")).await?;
        versions.sort_by(|a, b| b.key.cmp(&a.key));
        for version in versions {
            self.store.delete(name, &version.key, &version.id).await?;
        }
        fault::point("worm_object.bucket.emptied");
        self.store.delete_bucket(name).await
    }

    /// When the last lock of the chain ends, which keeps a bucket without records.
    pub(in crate::backend::worm) async fn chain_kept_until(
        &self,
        name: &str,
    ) -> Result<Option<Timestamp>, Error> {
        let look = self.expect_sound(name).await?;
        self.entries_kept_until(name, &look).await
    }

    async fn entries_kept_until(
        &self,
        name: &str,
        look: &Look,
    ) -> Result<Option<Timestamp>, Error> {
        let mut last = None;
        for (sequence, version) in &look.entries {
            let key = format!("{CHAIN}/{}", file_name(*sequence));
            let found = self.store.head(name, &key, version).await?;
            last = last.max(found.and_then(|found| found.retention).map(|lock| lock.until));
        }
        Ok(last)
    }

    /// The bucket as its chain tells it, with the retention that the store enforces.
    fn bucket(&self, name: &str, look: &Look, defaults: Defaults) -> Result<Bucket, Error> {
        let mut bucket = look.chain.bucket(name).ok_or_else(|| self.no_bucket(name))?;
        if defaults.supported {
            let enforced = defaults.retention.filter(|(mode, _)| *mode >= self.mode);
            let days = enforced.map_or(0, |(_, days)| days);
            // A shorter default than the chain's shows as drift, and the next apply puts it right.
            bucket.retention_days = bucket.retention_days.min(days);
            bucket.lock_mode = defaults.retention.map(|(mode, _)| mode);
        } else {
            bucket.lock_mode = Some(self.mode);
        }
        Ok(bucket)
    }

    /// Makes the bucket's default that of the chain, and never a shorter or weaker one than it has.
    async fn settle_default(
        &self,
        name: &str,
        look: &Look,
        defaults: Defaults,
    ) -> Result<Defaults, Error> {
        let (mode, days) = defaults.retention.unwrap_or((self.mode, 0));
        let wanted = (mode.max(self.mode), days.max(look.chain.retention_days));
        if !defaults.supported || defaults.retention == Some(wanted) {
            return Ok(defaults);
        }
        self.store.set_default(name, wanted.0, wanted.1).await?;
        Ok(Defaults { retention: Some(wanted), ..defaults })
    }

    /// Fails if something lies in a bucket that is to become an archive.
    async fn check_empty(&self, name: &str) -> Result<(), Error> {
        let foreign = |path| Problem::Foreign { path, found: "not a record" };
        let mut paths: Vec<String> =
            self.store.list(name, "").await?.into_iter().map(|version| version.key).collect();
        paths.dedup();
        if paths.is_empty() {
            return Ok(());
        }
        let problems = paths.into_iter().map(foreign).collect();
        Err(Error::Damaged { bucket: name.to_owned(), problems })
    }

    /// Fails if a bucket holds records, or objects that have no entry.
    async fn check_unused(&self, name: &str, look: &Look, now: Timestamp) -> Result<(), Error> {
        let mut paths: Vec<String> = self
            .store
            .list(name, "")
            .await?
            .into_iter()
            .map(|version| version.key)
            .filter(|key| !key.starts_with(&format!("{CHAIN}/")))
            .collect();
        paths.dedup();
        let records = (paths.len() as u64).max(look.chain.records.len() as u64);
        if records == 0 {
            return Ok(());
        }
        let ends = look.chain.records.keys().filter_map(|path| look.chain.record(name, path));
        let until: Vec<_> =
            ends.map(|record| record.retain_until).filter(|until| *until > now).collect();
        Err(Error::BucketNotEmpty {
            bucket: name.to_owned(),
            records,
            retained: until.len() as u64,
            until: until.into_iter().max(),
        })
    }
}

fn check_days(days: u32) -> Result<(), Error> {
    if RETENTION_DAYS.contains(&days) { Ok(()) } else { Err(Error::RetentionRange { days }) }
}
