//! The audit of a registry's database as an outbox: its entries are written in the transaction of the change itself, and
//! become events afterwards.
//!
//! All entries of one transaction are one event. Its name and its bytes follow from the entries, so any process may tell
//! what another one left untold, and an event is told once whoever tells it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::{Event, Result, Trail, name_of};
use crate::backend::fault;
use crate::backend::registry::{AuditEntry, AuditFilter, Registry};
use crate::backend::worm::worm_path;

/// How far apart the entries of one transaction may be in a busy registry.
const SPREAD: i64 = 256;

/// How far an entry may come late: transactions are not committed in the order of their entries.
const LATE: i64 = 4096;

/// How far this process has told the entries of a registry.
#[derive(Debug, Default)]
pub(super) struct Delivered(Mutex<BTreeMap<String, i64>>);

/// Of what in a registry the newest event is asked for.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A version, but for what follows from deployments.
    Version {
        /// The model.
        model: String,
        /// The version.
        version: String,
    },
    /// What is deployed.
    Deployment {
        /// The model.
        model: String,
        /// The environment.
        environment: String,
    },
}

/// The newest event of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Its path in the bucket.
    pub path: String,
    /// Whether it is there already.
    pub is_recorded: bool,
}

impl Trail {
    /// Writes an event for each transaction of the registry that has none yet, the oldest first.
    pub async fn deliver(&self, registry: &Registry) -> Result<()> {
        let place = format!("{} {}", registry.location(), registry.schema());
        let told_to = self.delivered.get(&place);
        let after = (told_to - LATE).max(0);
        let filter = AuditFilter { after, ..AuditFilter::default() };
        let entries = registry.audit(&filter).await?;
        let Some(newest) = entries.iter().map(|entry| entry.seq).max() else { return Ok(()) };
        // A transaction at the very beginning may lack entries; it was told long ago.
        let whole = |group: &Vec<AuditEntry>| after == 0 || group[0].seq > after + SPREAD;
        let known = self.paths().await?;
        for group in transactions(entries).into_iter().filter(whole) {
            if !known.contains(&self.path(&group)?) {
                fault::point("audit.deliver");
                self.record(&name(&group), &event(&group)).await?;
            }
        }
        self.delivered.set(place, newest);
        Ok(())
    }

    /// The newest event of the subject; none if the registry knows of no change.
    pub async fn newest(&self, registry: &Registry, subject: &Subject) -> Result<Option<Newest>> {
        let own = registry.audit(&subject.filter()).await?;
        let Some(own) = own.into_iter().rev().find(|entry| subject.is_told_by(entry)) else {
            return Ok(None);
        };
        let near = AuditFilter {
            model: Some(own.model),
            after: (own.seq - SPREAD).max(0),
            ..AuditFilter::default()
        };
        let near = transactions(registry.audit(&near).await?);
        let group = near.into_iter().find(|group| group.iter().any(|entry| entry.seq == own.seq));
        let Some(group) = group else { return Ok(None) };
        let path = self.path(&group)?;
        let is_recorded = self.paths().await?.contains(&path);
        Ok(Some(Newest { path, is_recorded }))
    }

    fn path(&self, group: &[AuditEntry]) -> Result<String> {
        let folder = worm_path(&self.options.record_type, group[0].at);
        let folder = folder.map_err(|source| self.failed(source))?;
        Ok(format!("{folder}/{}.json", name(group)))
    }
}

impl Delivered {
    fn get(&self, place: &str) -> i64 {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(place).copied().unwrap_or(0)
    }

    fn set(&self, place: String, seq: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place, seq);
    }
}

impl Subject {
    fn filter(&self) -> AuditFilter {
        let (model, version, environment) = match self.clone() {
            Self::Version { model, version } => (model, Some(version), None),
            Self::Deployment { model, environment } => (model, None, Some(environment)),
        };
        AuditFilter { model: Some(model), version, environment, ..AuditFilter::default() }
    }

    fn is_told_by(&self, entry: &AuditEntry) -> bool {
        match self {
            Self::Version { .. } => entry.environment.is_none() && entry.op != "status",
            Self::Deployment { .. } => true,
        }
    }
}

/// The entries by transaction, in the order in which the transactions began to write. An entry without one was written
/// by other means and stands alone.
fn transactions(entries: Vec<AuditEntry>) -> Vec<Vec<AuditEntry>> {
    let mut groups: Vec<Vec<AuditEntry>> = Vec::new();
    let mut open: BTreeMap<i64, usize> = BTreeMap::new();
    for entry in entries {
        let group = entry.txn.and_then(|txn| open.get(&txn).copied());
        if let Some(group) = group.filter(|group| entry.seq - groups[*group][0].seq <= SPREAD) {
            groups[group].push(entry);
        } else {
            open.extend(entry.txn.map(|txn| (txn, groups.len())));
            groups.push(vec![entry]);
        }
    }
    groups
}

fn name(group: &[AuditEntry]) -> String {
    let rows: Vec<Value> = group.iter().map(row).collect();
    name_of(&format!("registry-{:010}", group[0].seq), &rows.into())
}

fn row(entry: &AuditEntry) -> Value {
    json!({
        "seq": entry.seq,
        "at": entry.at.to_string(),
        "actor": entry.actor,
        "operation": entry.op,
        "model": entry.model,
        "version": entry.version,
        "environment": entry.environment,
        "before": entry.old_status,
        "after": entry.new_status,
        "row_version": entry.row_version,
        "detail": entry.detail,
    })
}

/// The event of one transaction: that of the entry that was asked for, with all that followed from it.
fn event(group: &[AuditEntry]) -> Event {
    let follows = |entry: &&AuditEntry| matches!(&*entry.op, "status" | "supersede" | "roll_back");
    let main = group.iter().find(|entry| !follows(entry)).unwrap_or(&group[0]);
    let ended = group.iter().find(|entry| matches!(&*entry.op, "supersede" | "roll_back"));
    let version = |entry: &AuditEntry| json!({ "version": entry.version });
    let (kind, id, [before, after]) = if let Some(environment) = &main.environment {
        let sides = match &*main.op {
            "deploy" => [ended.map(version), Some(version(main))],
            _ => [Some(version(main)), None],
        };
        ("mlassets_model_deployment", format!("{}@{environment}", main.model), sides)
    } else {
        ("mlassets_model_version", format!("{}@{}", main.model, main.version), both(main))
    };
    Event {
        kind: kind.to_owned(),
        id,
        operation: main.op.clone(),
        at: group[0].at,
        actor: Some(main.actor.clone()),
        environment: main.environment.clone(),
        before: before.unwrap_or_default(),
        after: after.unwrap_or_default(),
        previous: None,
        changes: group.iter().map(row).collect(),
    }
}

/// A version before and after a change of its row: its status, and what else the entry tells.
fn both(entry: &AuditEntry) -> [Option<Value>; 2] {
    let told = |side: &str| entry.detail.get(side).and_then(Value::as_object).cloned();
    let with = |status: &Option<String>, detail: Option<Map<String, Value>>| {
        let mut facts = detail.unwrap_or_default();
        facts.insert("status".to_owned(), status.clone()?.into());
        Some(Value::Object(facts))
    };
    match &entry.old_status {
        None => [None, with(&entry.new_status, entry.detail.as_object().cloned())],
        old => [with(old, told("before")), with(&entry.new_status, told("after"))],
    }
}
