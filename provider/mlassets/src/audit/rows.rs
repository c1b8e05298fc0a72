//! Versions and deployments, whose changes the registry's database tells.

use std::sync::Arc;

use tfplug::erased::Outcome;
use tfplug::{Call, Error, Provide, Result, Value};

use super::{Audited, UNTOLD, backends, note, put};
use crate::backend::audit::{Newest, Subject, Trail};
use crate::backend::registry::Registry;

impl Audited {
    /// Tells what has changed in the registry, whether the call went well or not.
    pub(super) async fn tell_rows(
        &self,
        call: &Call,
        trail: &Trail,
        outcome: Outcome,
        is_create: bool,
    ) -> Outcome {
        let Outcome { mut state, error } = outcome;
        let told = async {
            deliver(call, trail).await?;
            match &state {
                Some(state) => self.newest(call, trail, state).await,
                None => Ok(None),
            }
        };
        match told.await {
            Ok(newest) => {
                if let (Some(state), Some(newest)) = (&mut state, newest) {
                    put(state, Value::from(newest.path));
                }
                call.edit_private(|private| private.remove(UNTOLD));
                Outcome { state, error }
            }
            Err(untold) => {
                // Kept after a creation, it would be replaced; the next one takes it over and tells of it.
                let kept = if is_create && error.is_none() { None } else { state };
                let error = Some(match error {
                    Some(error) => error.and(untold),
                    None => untold,
                });
                Outcome { state: kept, error }
            }
        }
    }

    /// The newest event of what was found, and a note if it is still to be written.
    pub(super) async fn look_up(
        &self,
        call: &Call,
        trail: &Trail,
        found: &Value,
        told: Value,
        is_import: bool,
    ) -> Value {
        match self.newest(call, trail, found).await {
            Ok(Some(Newest { path, is_recorded: true })) => {
                call.edit_private(|private| private.remove(UNTOLD));
                Value::from(path)
            }
            Ok(Some(_)) => {
                if !is_import {
                    note(call, UNTOLD, true);
                }
                told
            }
            // Whoever only looks need not reach the archive.
            Ok(None) | Err(_) => told,
        }
    }

    async fn newest(&self, call: &Call, trail: &Trail, state: &Value) -> Result<Option<Newest>> {
        let text = |name: &str| state.member(name).as_str().unwrap_or_default().to_owned();
        let model = text("model");
        let subject = match &*self.name {
            "mlassets_model_version" => Subject::Version { model, version: text("version") },
            _ => Subject::Deployment { model, environment: text("environment") },
        };
        trail.newest(&*registry(call)?, &subject).await.map_err(Error::from)
    }
}

/// Tells all that has changed in the registry and is not told yet.
pub(super) async fn deliver(call: &Call, trail: &Trail) -> Result<()> {
    trail.deliver(&*registry(call)?).await.map_err(Error::from)
}

fn registry(call: &Call) -> Result<Arc<Registry>> {
    let backends =
        backends(call).ok_or_else(|| Error::bug("A provider without backends audits."))?;
    Provide::<Registry>::provide(&*backends)
}
