//! What happens around a change of the deployed version: a signal is raised and a pool is paused before it, and both are
//! taken back after it.
//!
//! Each step leaves its own trace where it was done, so that a process that dies anywhere is followed by one that goes on:
//! the signal says in its reason for which change it was raised, and Prefect keeps which deployments were paused (see
//! `backend::prefect::PauseRecord`). What somebody else raised or paused is left alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use tfplug::{Cx, Diagnostic, Error, Provide, Result, Schema};
use tokio::sync::OnceCell;

use crate::audit;
use crate::backend::prefect::{PauseHead, Prefect, name};
use crate::backend::registry::Registry;
use crate::backend::signal::{self, Expected, SetSignal, Signals, check_name};
use crate::diagnose::no_pool;
use crate::provider::Backends;
use crate::signalling::SignalCopy;

/// Pauses the deployments of a work pool while the version changes.
#[derive(Schema, Clone, Debug, PartialEq)]
pub struct SwitchPause {
    /// The work pool.
    #[tf(
        check = explained("be a name that Prefect takes", |name: &String| name::check_addressable(name)),
        example = "\"ml-assets-core-prod\""
    )]
    pub work_pool: String,
    /// `rollback`: when an older version takes the place of a newer one, as it is by default. `change`: with each change.
    #[tf(check = one_of(&["rollback", "change"]))]
    pub on: Option<String>,
    /// Leaves the deployments paused afterwards, for somebody who resumes them by hand.
    pub keep: Option<bool>,
}

/// Raises a signal while the version changes.
#[derive(Schema, Clone, Debug, PartialEq)]
pub struct SwitchSignal {
    /// The signal's name.
    #[tf(
        check = explained("be a signal's name", |name: &String| check_name(name)),
        example = "\"halt_global\""
    )]
    pub name: String,
    /// `rollback`: when an older version takes the place of a newer one, as it is by default. `change`: with each change.
    #[tf(check = one_of(&["rollback", "change"]))]
    pub on: Option<String>,
    /// Leaves the signal raised afterwards, for somebody who lifts it by hand.
    pub keep: Option<bool>,
    /// A further key that says the same, for consumers that look elsewhere or read another form.
    pub copy: Option<SignalCopy>,
}

/// The steps around a change of what is deployed.
pub(crate) struct Switch<'a> {
    cx: &'a Cx<Registry>,
    /// `model@environment`.
    deployment: String,
    /// Which registry holds it: others may have a deployment of this name, too.
    origin: OnceCell<String>,
    pause: Option<&'a SwitchPause>,
    signal: Option<&'a SwitchSignal>,
}

/// A change of version, as far as it decides which steps are done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) is_rollback: bool,
}

/// The kind that the steps belong to.
const KIND: &str = "mlassets_model_deployment";

/// How the ID of a pause around a change begins.
pub(crate) const SWITCH: &str = "switch/";

impl<'a> Switch<'a> {
    /// The steps around changes of `deployment`, which is `model@environment`.
    pub(crate) fn new(
        cx: &'a Cx<Registry>,
        deployment: String,
        pause: Option<&'a SwitchPause>,
        signal: Option<&'a SwitchSignal>,
    ) -> Self {
        Switch { cx, deployment, origin: OnceCell::new(), pause, signal }
    }

    /// What is done and not taken back; none if nothing is.
    pub(crate) async fn unfinished(&self) -> Result<Option<String>> {
        match self.open().await {
            (_, Some(error)) => Err(error),
            (open, None) => Ok((!open.is_empty()).then(|| open.join(", "))),
        }
    }

    /// What is done and not taken back, as far as it can be seen, and why no more can be.
    async fn open(&self) -> (Vec<String>, Option<Error>) {
        let (mut open, mut unseen) = (Vec::new(), None);
        for looked in [self.open_signal().await, self.open_pause().await] {
            match looked {
                Ok(found) => open.extend(found),
                Err(error) => {
                    unseen = Some(match unseen {
                        Some(earlier) => Error::and(earlier, error),
                        None => error,
                    });
                }
            }
        }
        (open, unseen)
    }

    async fn open_signal(&self) -> Result<Option<String>> {
        let Some(signal) = self.signal.filter(|signal| !kept(signal.keep)) else { return Ok(None) };
        let found = self.signals()?.find(&signal.name, None).await?;
        let reason = self.reason().await?;
        let own = found.filter(|found| is_for(found, &reason));
        Ok(own.map(|_| format!("the signal `{}` is raised", signal.name)))
    }

    async fn open_pause(&self) -> Result<Option<String>> {
        let Some(pause) = self.pause else { return Ok(None) };
        let found = self.prefect()?.find_pause(&self.pause_id().await?).await?;
        Ok(found.map(|_| format!("deployments of the work pool `{}` are paused", pause.work_pool)))
    }

    /// Raises the signal, and then pauses the pool, as far as this change asks for it; whether it does. Ends at the first
    /// step that fails; done again, it goes on there.
    pub(crate) async fn begin(&self, turn: Turn<'_>) -> Result<bool> {
        let wanted = |on: &Option<String>| turn.is_rollback || on.as_deref() == Some("change");
        let signal = self.signal.filter(|signal| wanted(&signal.on));
        let pause = self.pause.filter(|pause| wanted(&pause.on));
        if let Some(signal) = signal {
            self.raise(signal, turn).await?;
        }
        if let Some(pause) = pause {
            self.pause(pause, turn).await?;
        }
        Ok(signal.is_some() || pause.is_some())
    }

    /// Resumes what was paused, and then lifts the signal that was raised. What is to be kept stays.
    pub(crate) async fn end(&self) -> Result<()> {
        if let Some(pause) = self.pause {
            self.resume(pause).await?;
        }
        if let Some(signal) = self.signal.filter(|signal| !kept(signal.keep)) {
            self.lift(signal).await?;
        }
        Ok(())
    }

    /// Tells what has been done already when a step or the change itself fails.
    pub(crate) async fn warn(&self, from: &str, to: &str) {
        let (mut done, unseen) = self.open().await;
        if unseen.is_some() {
            let unseen = if done.is_empty() {
                "what was done for it, if anything, cannot be seen now"
            } else {
                "what else was done cannot be seen now"
            };
            done.push(unseen.to_owned());
        }
        if done.is_empty() {
            return;
        }
        let done = done.join(", ");
        let detail = if from == to {
            format!(
                "The change of {} is not finished: {done}. Apply again to go on.",
                self.deployment
            )
        } else {
            format!(
                "The change of {} from `{from}` to `{to}` is not finished: {done}. It stays so. Apply again to go on, or set \
                 `version` back to `{from}` and apply that to end it.",
                self.deployment
            )
        };
        self.cx.call().warn(Diagnostic::warning("The change is not finished", detail));
    }

    async fn raise(&self, wanted: &SwitchSignal, turn: Turn<'_>) -> Result<()> {
        let signals = self.signals()?;
        let own = self.reason().await?;
        let mut tries = 3;
        let raised = loop {
            let there = signals.find(&wanted.name, None).await?;
            let expected = match there {
                Some(there) if is_for(&there, &own) => break there,
                // Somebody else has stopped what runs, and will decide when it goes on.
                Some(there) if there.active => return Ok(()),
                Some(there) => Expected::Version(there.version),
                None => Expected::Absent,
            };
            let set = SetSignal {
                name: wanted.name.clone(),
                active: true,
                reason: Some(format!("{own} {} -> {}", turn.from, turn.to)),
                ttl: None,
                copy: wanted.copy.as_ref().and_then(SignalCopy::target),
                expected,
            };
            tries -= 1;
            match signals.set(&set).await {
                Err(signal::Error::Conflict { .. }) if tries > 0 => {}
                set => break set.map_err(Error::from)?.signal,
            }
        };
        let facts = json!({ "signal": wanted.name, "version": raised.version });
        self.tell("raise", &facts).await
    }

    async fn pause(&self, wanted: &SwitchPause, turn: Turn<'_>) -> Result<()> {
        let prefect = self.prefect()?;
        let pool = &wanted.work_pool;
        if prefect.find_work_pool(pool).await?.is_none() {
            return Err(no_pool(pool));
        }
        let id = self.pause_id().await?;
        let mut record = if let Some(record) = prefect.find_pause(&id).await? {
            record
        } else {
            let reason = format!("{} {} -> {}", self.reason().await?, turn.from, turn.to);
            let reason = reason.chars().take(PauseHead::LONGEST_REASON).collect();
            let paused_at = Timestamp::now().to_string();
            let head = PauseHead { pause: id, reason: Some(reason), ticket: None, paused_at };
            prefect.begin_pause(head).await?
        };
        let all = prefect.deployments_of_pool(pool).await?;
        let running = all.into_iter().filter(|deployment| !deployment.paused);
        let running: Vec<_> = running.map(|deployment| deployment.id).collect();
        prefect.record_paused(&mut record, running.clone()).await?;
        for id in &running {
            self.go_on()?;
            prefect.set_paused(id, true).await?;
        }
        let facts = json!({
            "work_pool": pool, "since": record.head.paused_at, "deployments": record.paused(),
        });
        self.tell("pause", &facts).await
    }

    async fn resume(&self, wanted: &SwitchPause) -> Result<()> {
        let prefect = self.prefect()?;
        let id = self.pause_id().await?;
        let Some(record) = prefect.find_pause(&id).await? else { return Ok(()) };
        let own: BTreeSet<String> = record.paused();
        if !kept(wanted.keep) {
            for id in &own {
                self.go_on()?;
                prefect.set_paused(id, false).await?;
            }
            let facts = json!({
                "work_pool": wanted.work_pool, "since": record.head.paused_at, "deployments": own,
            });
            // Before the record ends, which is all that asks for it.
            self.tell("resume", &facts).await?;
        }
        Ok(prefect.end_pause(&id).await?)
    }

    async fn lift(&self, wanted: &SwitchSignal) -> Result<()> {
        let signals = self.signals()?;
        let Some(there) = signals.find(&wanted.name, None).await? else { return Ok(()) };
        if !is_for(&there, &self.reason().await?) {
            return Ok(());
        }
        // Before it is lifted, after which nothing says whose it was.
        let facts = json!({ "signal": wanted.name, "version": there.version });
        self.tell("lift", &facts).await?;
        let set = SetSignal {
            name: wanted.name.clone(),
            active: false,
            reason: None,
            ttl: None,
            copy: wanted.copy.as_ref().and_then(SignalCopy::target),
            expected: Expected::Version(there.version),
        };
        match signals.set(&set).await {
            // Somebody raised it for a reason of theirs.
            Err(signal::Error::Conflict { .. }) => Ok(()),
            set => Ok(set.map(drop)?),
        }
    }

    async fn tell(&self, step: &str, facts: &serde_json::Value) -> Result<()> {
        audit::tell_step(self.cx.call(), KIND, &self.deployment, step, facts).await
    }

    /// How the reason begins of a signal that is raised, and of a pause that is made, for a change of this deployment.
    async fn reason(&self) -> Result<String> {
        Ok(format!("Switch of {} in registry {}:", self.deployment, self.origin().await?))
    }

    async fn pause_id(&self) -> Result<String> {
        Ok(format!("{SWITCH}{}/{}", self.origin().await?, self.deployment))
    }

    async fn origin(&self) -> Result<&str> {
        let origin = self.origin.get_or_try_init(|| self.cx.origin()).await?;
        Ok(origin)
    }

    fn go_on(&self) -> Result<()> {
        if self.cx.call().is_cancelled() {
            return Err(Error::user("Cancelled", "Terraform was asked to stop."));
        }
        Ok(())
    }

    fn prefect(&self) -> Result<Arc<Prefect>> {
        Provide::<Prefect>::provide(&*self.backends()?)
    }

    fn signals(&self) -> Result<Arc<Signals>> {
        Provide::<Signals>::provide(&*self.backends()?)
    }

    fn backends(&self) -> Result<Arc<Backends>> {
        let backends = self.cx.call().backends::<Backends>();
        backends.ok_or_else(|| Error::bug("A deployment changes without a provider."))
    }
}

/// What a rollback will stop, for its plan; none if nothing.
pub(crate) fn announced(
    signal: Option<SwitchSignal>,
    pause: Option<SwitchPause>,
) -> Option<String> {
    let until = |keep| {
        if kept(keep) {
            "until somebody ends that by hand"
        } else {
            "until the version is deployed"
        }
    };
    let signal = signal
        .map(|signal| format!("The signal `{}` is raised {}.", signal.name, until(signal.keep)));
    let pause = pause.map(|SwitchPause { work_pool, keep, .. }| {
        format!("The deployments of the work pool `{work_pool}` are paused {}.", until(keep))
    });
    let steps: Vec<_> = signal.into_iter().chain(pause).collect();
    (!steps.is_empty()).then(|| steps.join(" "))
}

/// Whether a signal was raised for the changes whose reason begins so.
fn is_for(signal: &signal::Signal, reason: &str) -> bool {
    let told = signal.reason.as_deref().unwrap_or_default();
    signal.active && told.strip_prefix(reason).is_some_and(|rest| rest.starts_with(' '))
}

fn kept(keep: Option<bool>) -> bool {
    keep.unwrap_or(false)
}
