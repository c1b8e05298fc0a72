//! Checking a whole bucket of an object store: every entry, every record, every lock, and that nothing else is
//! there.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::backend::worm::chain::CHAIN;
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{Anchor, Problem, RecordKey, Report};
use crate::backend::worm::name::RecordPath;
use crate::backend::worm::object::Objects;

/// How long a bucket in which something seems wrong is left to whoever writes to it.
const PAUSE: Duration = Duration::from_millis(500);

impl Objects {
    pub(in crate::backend::worm) async fn verify_bucket(
        &self,
        name: &str,
        anchor: Option<&Anchor>,
    ) -> Result<Report, Error> {
        let first = self.scan(name, anchor).await?;
        if first.problems.is_empty() {
            return Ok(first);
        }
        // A record without an entry may be one that is just being appended.
        tokio::time::sleep(PAUSE).await;
        self.scan(name, anchor).await
    }

    async fn scan(&self, name: &str, anchor: Option<&Anchor>) -> Result<Report, Error> {
        // The objects first: what has an entry by then is no problem.
        let listed = self.store.list(name, "").await?;
        let look = self.expect(name).await?;
        let chain = &look.chain;
        let mut problems = chain.problems.clone();
        problems.extend(anchor.and_then(|anchor| chain.check_anchor(anchor)));
        if look.holds_evidence() {
            for sequence in look.entries.keys() {
                problems.extend(self.entry_lock(name, &look, *sequence).await?);
            }
        }
        let inside = format!("{CHAIN}/");
        let mut paths: BTreeSet<String> = listed
            .into_iter()
            .filter(|version| !version.is_marker && !version.key.starts_with(&inside))
            .map(|version| version.key)
            .collect();
        paths.extend(chain.records.keys().cloned());
        for path in paths {
            if RecordPath::parse(&path).is_err() {
                problems.push(Problem::Foreign { path, found: "not a record" });
                continue;
            }
            let key = RecordKey { bucket: name.to_owned(), path };
            let found = self.inspect(&look, &key).await?.problems;
            // The locks of entries are all looked at above.
            let of_chain = |problem: &Problem| matches!(problem, Problem::LockShort { path, .. } if path.starts_with(&inside));
            problems.extend(found.into_iter().filter(|problem| !of_chain(problem)));
        }
        Ok(Report {
            entries: chain.entries.len() as u64,
            records: chain.records.len() as u64,
            deleted: chain.deleted.len() as u64,
            head: chain.head(),
            problems,
        })
    }
}
