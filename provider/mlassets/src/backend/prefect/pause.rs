//! The record of a pause: which deployments were paused by it, kept beside them on the server.
//!
//! Prefect knows whether a deployment is paused, not by whom. A pause that ends by resuming what it paused, and
//! nothing else, must remember that even if its process dies between two deployments. So an ID is recorded before
//! its deployment is paused. The record is a variable that says what is paused and why; as a variable holds few
//! bytes, the IDs stand in further ones, each of which is changed alone, so that none is ever lost.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Prefect;
use super::error::{Conflict, Error};
use super::http::Request;
use super::path;
use super::variable::{NewVariable, VariablePatch};

/// Marks the variables of records.
const TAG: &str = "mlassets-pause";

/// The most IDs in one variable: each takes 39 bytes.
const FULL: usize = 100;

/// What a pause has paused, as the server keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct PauseRecord {
    /// Who paused and why.
    pub head: PauseHead,
    /// The IDs of the deployments, by the number of the variable that they stand in.
    parts: BTreeMap<u32, BTreeSet<String>>,
    /// The numbers that the first variable knows of. One that is missing was deleted by somebody.
    listed: BTreeSet<u32>,
}

/// The first variable of a record.
#[derive(Serialize, Deserialize)]
struct First<'a> {
    #[serde(flatten)]
    head: Cow<'a, PauseHead>,
    parts: BTreeSet<u32>,
}

/// Who paused and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PauseHead {
    /// What is paused, in the words of who paused it.
    pub pause: String,
    /// Why.
    pub reason: Option<String>,
    /// Where that is dealt with.
    pub ticket: Option<String>,
    /// When it began, as in RFC 3339.
    pub paused_at: String,
}

impl PauseHead {
    /// The most characters of a reason.
    pub const LONGEST_REASON: usize = 200;
    /// The most characters of a ticket.
    pub const LONGEST_TICKET: usize = 100;
}

/// The name of the variable that records the pause with this ID.
pub fn record_name(pause: &str) -> String {
    format!("{TAG}-{}", &hex::encode(Sha256::digest(pause))[..16])
}

/// Whether a variable of this name belongs to the record of a pause.
pub fn is_record(variable: &str) -> bool {
    variable.strip_prefix(TAG).is_some_and(|rest| rest.starts_with('-'))
}

impl PauseRecord {
    /// The IDs of the deployments that were paused, or were about to be.
    pub fn paused(&self) -> BTreeSet<String> {
        self.parts.values().flatten().cloned().collect()
    }

    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.listed.iter().all(|number| self.parts.contains_key(number))
    }

    /// Where new IDs go: the changed parts, whole.
    fn with(&self, ids: impl IntoIterator<Item = String>) -> BTreeMap<u32, BTreeSet<String>> {
        let known = self.paused();
        let mut number = self.parts.keys().next_back().copied().unwrap_or(1);
        let mut changed = BTreeMap::new();
        let mut part = self.parts.get(&number).cloned().unwrap_or_default();
        for id in ids.into_iter().filter(|id| !known.contains(id)) {
            if part.len() == FULL {
                number += 1;
                part = BTreeSet::new();
            }
            part.insert(id);
            changed.insert(number, part.clone());
        }
        changed
    }

    /// What remains of the parts that hold one of these IDs.
    fn without(&self, ids: &BTreeSet<String>) -> BTreeMap<u32, BTreeSet<String>> {
        let touched = self.parts.iter().filter(|(_, part)| !part.is_disjoint(ids));
        touched.map(|(number, part)| (*number, part.difference(ids).cloned().collect())).collect()
    }
}

impl Prefect {
    /// The record of the pause with this ID, or nothing.
    ///
    /// # Errors
    /// [`Error::Unexpected`] if somebody wrote something else into its variables.
    pub async fn find_pause(&self, pause: &str) -> Result<Option<PauseRecord>, Error> {
        let name = record_name(pause);
        let (mut first, mut parts) = (None, BTreeMap::new());
        for variable in self.variables_beginning(&name).await? {
            let unreadable = |_| self.unreadable(&variable.name);
            if variable.name == name {
                let found: First<'static> =
                    serde_json::from_value(variable.value).map_err(unreadable)?;
                first = Some(found).filter(|found| found.head.pause == pause);
            } else if let Some(number) = part_number(&name, &variable.name) {
                let ids: BTreeSet<String> =
                    serde_json::from_value(variable.value).map_err(unreadable)?;
                parts.insert(number, ids);
            }
        }
        Ok(first.map(|First { head, parts: listed }| PauseRecord {
            head: head.into_owned(),
            parts,
            listed,
        }))
    }

    /// The pauses that are recorded; in the place of one that cannot be read stands why.
    pub async fn list_pauses(&self) -> Result<Vec<Result<PauseHead, Error>>, Error> {
        let mut pauses = Vec::new();
        for variable in self.variables_beginning(&format!("{TAG}-")).await? {
            let rest = &variable.name[TAG.len() + 1..];
            if rest.contains('-') {
                continue;
            }
            let first: Result<First<'static>, _> = serde_json::from_value(variable.value);
            let unreadable = || self.unreadable(&variable.name);
            let head = first.ok().map(|first| first.head.into_owned());
            let head = head.filter(|head| record_name(&head.pause) == variable.name);
            pauses.push(head.ok_or_else(unreadable));
        }
        Ok(pauses)
    }

    /// Begins the record of a pause, or changes who and why.
    pub async fn begin_pause(&self, head: PauseHead) -> Result<PauseRecord, Error> {
        let before = self.find_pause(&head.pause).await?;
        let there = before.is_some();
        let same = before.as_ref().is_some_and(|before| before.head == head);
        let (parts, listed) =
            before.map(|before| (before.parts, before.listed)).unwrap_or_default();
        let record = PauseRecord { head, parts, listed };
        if !same {
            self.write_first(&record, there).await?;
        }
        Ok(record)
    }

    /// Makes a record whole that somebody has damaged: `known` is what it should hold besides what is left of it.
    pub async fn mend_pause(
        &self,
        record: &mut PauseRecord,
        known: impl IntoIterator<Item = String>,
    ) -> Result<(), Error> {
        self.record_paused(record, known).await?;
        record.listed = record.parts.keys().copied().collect();
        self.write_first(record, true).await
    }

    /// Records that these deployments are about to be paused.
    pub async fn record_paused(
        &self,
        record: &mut PauseRecord,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<(), Error> {
        let changed = record.with(ids);
        self.write_parts(record, changed).await
    }

    /// Takes these deployments out of the record.
    pub async fn forget_paused(
        &self,
        record: &mut PauseRecord,
        ids: &BTreeSet<String>,
    ) -> Result<(), Error> {
        let changed = record.without(ids);
        self.write_parts(record, changed).await
    }

    /// Ends the record of the pause with this ID, with whatever is left of it.
    pub async fn end_pause(&self, pause: &str) -> Result<(), Error> {
        let name = record_name(pause);
        for variable in self.variables_beginning(&name).await? {
            if part_number(&name, &variable.name).is_some() {
                self.delete_variable(&variable.name).await?;
            }
        }
        self.delete_variable(&name).await.map(drop)
    }

    async fn write_parts(
        &self,
        record: &mut PauseRecord,
        changed: BTreeMap<u32, BTreeSet<String>>,
    ) -> Result<(), Error> {
        let name = record_name(&record.head.pause);
        for (number, part) in changed {
            let there = record.parts.contains_key(&number);
            self.write_variable(&part_name(&name, number), json!(part), there).await?;
            record.parts.insert(number, part);
            if record.listed.insert(number) {
                self.write_first(record, true).await?;
            }
        }
        Ok(())
    }

    async fn write_first(&self, record: &PauseRecord, there: bool) -> Result<(), Error> {
        let first = First { head: Cow::Borrowed(&record.head), parts: record.listed.clone() };
        let first = serde_json::to_value(first).expect("a record is made of texts and numbers");
        self.write_variable(&record_name(&record.head.pause), first, there).await
    }

    async fn write_variable(&self, name: &str, value: Value, there: bool) -> Result<(), Error> {
        if !there {
            let tags = vec![TAG.to_owned()];
            let new = NewVariable { name: name.to_owned(), value: value.clone(), tags };
            match self.create_variable(&new).await {
                // Left by a process that died.
                Err(Error::Conflict { conflict: Conflict::NameTaken, .. }) => {}
                created => return created.map(drop),
            }
        }
        let patch = VariablePatch { value: Some(value), tags: None };
        self.update_variable(name, &patch).await
    }

    fn unreadable(&self, variable: &str) -> Error {
        Error::Unexpected {
            call: self.0.call(&Request::get(path::variable(variable))),
            status: 200,
            problem: "this variable records a pause, and somebody has written something else into it; delete it to let it \
                      be written anew"
                .to_owned(),
        }
    }
}

fn part_name(name: &str, number: u32) -> String {
    format!("{name}-{number}")
}

fn part_number(name: &str, variable: &str) -> Option<u32> {
    variable.strip_prefix(name)?.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
        range.map(|number| format!("{number:03}"))
    }

    #[test]
    fn parts_grow_one_after_the_other_and_never_move() {
        let head = PauseHead {
            pause: "pool/p".to_owned(),
            reason: None,
            ticket: None,
            paused_at: String::new(),
        };
        let mut record = PauseRecord { head, parts: BTreeMap::new(), listed: BTreeSet::new() };
        let sizes = |parts: &BTreeMap<u32, BTreeSet<String>>| {
            parts.iter().map(|(number, part)| (*number, part.len())).collect::<Vec<_>>()
        };
        let changed = record.with(ids(100..350));
        assert_eq!(sizes(&changed), [(1, 100), (2, 100), (3, 50)]);
        record.parts.extend(changed);
        // What sorts before all others goes to the end, so that only the end is written.
        let changed = record.with(ids(0..60).chain(ids(100..350)));
        assert_eq!(sizes(&changed), [(3, 100), (4, 10)]);
        record.parts.extend(changed);
        let changed = record.without(&ids(150..200).collect());
        assert_eq!(sizes(&changed), [(1, 50)]);
        record.parts.extend(changed);
        assert_eq!(record.paused(), ids(0..60).chain(ids(100..150)).chain(ids(200..350)).collect());
        assert_eq!(record.with(ids(0..60)), BTreeMap::new());
    }

    #[test]
    fn a_full_part_fits_into_a_variable() {
        let id = "0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01";
        let full: Vec<&str> = vec![id; FULL];
        assert_eq!(super::super::variable::check_value(&json!(full)), Ok(()));
        let words = |length: usize| Some("😀".repeat(length));
        let head = PauseHead {
            pause: "学".repeat(150),
            reason: words(PauseHead::LONGEST_REASON),
            ticket: words(PauseHead::LONGEST_TICKET),
            paused_at: jiff::Timestamp::MAX.to_string(),
        };
        let first = First { head: Cow::Owned(head), parts: (1..=20).collect() };
        assert_eq!(super::super::variable::check_value(&json!(first)), Ok(()));
    }
}
