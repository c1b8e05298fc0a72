//! What this process has seen of each bucket's chain, so that a thousand questions do not list it a thousand times.
//!
//! * A look at the **whole** chain lists it, and reads what it has not read before. Callers share a look that began
//!   after they came.
//! * A look at its **end**, for an append, asks for the newest entry that was seen and for the numbers after it: two
//!   requests, however many entries there are. Where something does not fit, it becomes a look at the whole.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use tokio::sync::Mutex;

use crate::backend::worm::chain::{CHAIN, file_name};
use crate::backend::worm::entry::Entry;
use crate::backend::worm::error::Error;
use crate::backend::worm::object::store::Version;
use crate::backend::worm::object::{Look, Objects};

/// A chain that was seen.
#[derive(Debug, Default)]
pub(super) struct Known {
    look: Arc<Look>,
    /// The list that it was read from.
    listed: Vec<Version>,
    /// When the last look at the whole chain began.
    began: Option<Instant>,
}

impl Objects {
    /// The whole chain of a bucket, as it was at some moment after this call began. What is wrong with it becomes a
    /// problem, not an error.
    pub(super) async fn look(&self, bucket: &str) -> Result<Arc<Look>, Error> {
        let came = Instant::now();
        let known = self.known(bucket);
        let mut known = known.lock().await;
        if known.began.is_none_or(|began| began < came) {
            self.look_anew(bucket, &mut known).await?;
        }
        Ok(Arc::clone(&known.look))
    }

    /// The chain of a bucket for someone who will add to its end.
    pub(super) async fn end(&self, bucket: &str) -> Result<Arc<Look>, Error> {
        let known = self.known(bucket);
        let mut known = known.lock().await;
        if !self.follow(bucket, &mut known).await? {
            self.look_anew(bucket, &mut known).await?;
        }
        Ok(Arc::clone(&known.look))
    }

    /// Adds an entry that was written as `version` to a look that came from here.
    pub(super) async fn grow(
        &self,
        bucket: &str,
        look: &mut Arc<Look>,
        entry: &Arc<Entry>,
        version: String,
    ) {
        let known = self.known(bucket);
        let mut known = known.lock().await;
        if Arc::ptr_eq(&known.look, look) {
            // With one owner left, it grows in place.
            *look = Arc::default();
            Arc::make_mut(&mut known.look).grow(entry, version.clone());
            *look = Arc::clone(&known.look);
            let key = format!("{CHAIN}/{}", file_name(entry.sequence));
            known.listed.push(Version { key, id: version, is_current: true, is_marker: false });
        } else {
            // What is known follows with the next look.
            Arc::make_mut(look).grow(entry, version);
        }
    }

    async fn look_anew(&self, bucket: &str, known: &mut Known) -> Result<(), Error> {
        let began = Instant::now();
        let listed = match self.store.list(bucket, &format!("{CHAIN}/")).await {
            Err(error) if error.is_no_bucket() => {
                *known = Known { began: Some(began), ..Known::default() };
                return Ok(());
            }
            listed => listed?,
        };
        // A version never changes, so the same list is the same chain.
        if known.began.is_none() || listed != known.listed {
            // Until it is read nothing is known.
            *known = Known::default();
            known.look = Arc::new(self.read_chain(bucket, &listed).await?);
            known.listed = listed;
        }
        known.began = Some(began);
        Ok(())
    }

    /// Goes on from the newest entry that was seen; false if only a look at the whole chain can tell.
    async fn follow(&self, bucket: &str, known: &mut Known) -> Result<bool, Error> {
        let look = &known.look;
        let (Some(last), true) = (look.chain.last(), look.chain.sound(bucket).is_ok()) else {
            return Ok(false);
        };
        let mut sequence = last.sequence;
        let versions = self.versions(bucket, &entry_key(sequence)).await?;
        let id = look.entries.get(&sequence);
        if !versions.iter().any(|it| !it.is_marker && Some(&it.id) == id) {
            return Ok(false);
        }
        let problems = look.chain.problems.len();
        loop {
            sequence += 1;
            let versions = self.versions(bucket, &entry_key(sequence)).await?;
            if versions.is_empty() {
                return Ok(true);
            }
            let look = Arc::make_mut(&mut known.look);
            let taken = self.take_first(bucket, sequence, &versions, look).await;
            if taken.is_err() || look.chain.problems.len() > problems {
                *known = Known::default();
                return taken.map(|()| false);
            }
            known.listed.extend(versions);
        }
    }

    fn known(&self, bucket: &str) -> Arc<Mutex<Known>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(bucket.to_owned()).or_default())
    }
}

impl Look {
    fn grow(&mut self, entry: &Arc<Entry>, version: String) {
        self.chain.take(entry.sequence, Arc::clone(entry));
        self.entries.insert(entry.sequence, version);
    }
}

fn entry_key(sequence: u64) -> String {
    format!("{CHAIN}/{}", file_name(sequence))
}
