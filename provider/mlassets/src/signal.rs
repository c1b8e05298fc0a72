//! `mlassets_signal`: a signal in Redis that consumers obey.

use std::time::Duration;

use tfplug::{Applied, Attr, Change, Cx, Draft, Error, Found, List, Resource, Result, Schema};

use crate::adopted;
use crate::backend::signal::{self, CopyTo, Expected, SetSignal, Signals, check_name};
use crate::signalling::{SignalCopy, warn};
use crate::types::Moment;

/// A signal in Redis that consumers obey, such as `halt_global`: while it is active, they stop.
///
/// The signal is a hash at `{<key_prefix>}:<name>` with the fields `active` (`1` or `0`), `reason`, `actor`, `version` and
/// `at` (milliseconds since 1970). Each change is also appended to the stream `{<key_prefix>}:events` and published on the
/// channel of the signal's key, which only wakes listeners: the hash is the truth. All of it is one step, which is
/// refused if somebody else has changed the signal since the plan.
///
/// Who else may raise a signal by hand keeps Terraform from lifting it with `lifecycle { ignore_changes = [active,
/// reason] }`. What consumers do when they cannot read the signal is theirs to decide: see the concept "Signals".
///
/// A signal that is there already, just as it is declared, is taken over: an interrupted apply may have left it. So is one
/// that is not active, whoever has left it. An active one is not destroyed, since what it stopped would go on.
#[derive(Schema, Clone, Debug)]
#[tf(name = "signal")]
pub struct Signal {
    /// Name, unique for the prefix of the provider's `redis` block: 1 to 64 letters, digits, `_`, `.` and `-`.
    #[tf(
        identity,
        check = explained("be a signal's name", |name: &String| check_name(name)),
        example = "\"halt_global\""
    )]
    pub name: String,
    /// Whether consumers stop.
    pub active: bool,
    /// Why, for those who find out that they are stopped.
    #[tf(check = len(1..=500), example = "\"Rollback of 2025-01-15-v1\"")]
    pub reason: Option<String>,
    /// Seconds after which Redis forgets the signal, counted from each change. Without it the signal stays, as a stop
    /// should; with it, the next apply after that time sets it again.
    #[tf(check = between(1..=31_536_000))]
    pub ttl_seconds: Option<i64>,
    /// A further key that says the same, for consumers that look elsewhere or read another form. Written in the same step.
    pub copy: Option<SignalCopy>,
    /// Destroying the resource clears the signal even while it is active.
    #[tf(default = false, setting)]
    pub force_destroy: Attr<bool>,
    /// Where consumers find the signal.
    #[tf(computed, keep)]
    pub key: Attr<String>,
    /// Grows by one with each change.
    #[tf(computed)]
    pub version: Attr<u64>,
    /// When the signal was changed, by the server's clock.
    #[tf(computed)]
    pub changed_at: Attr<Moment>,
    /// Who changed it.
    #[tf(computed)]
    pub changed_by: Attr<String>,
    /// How many listeners Terraform's last change woke; null if it made none.
    #[tf(computed)]
    pub listeners: Attr<u64>,
}

impl Resource for Signal {
    type Backend = Signals;

    fn plan(draft: &mut Draft<'_, Self>) {
        if draft.change(Self::NAME).is_none()
            && let Some((true, false)) = draft.change(Self::ACTIVE)
        {
            let who = draft.prior(Self::CHANGED_BY).unwrap_or_default();
            let when = draft.prior(Self::CHANGED_AT).map(|at| at.0.to_string()).unwrap_or_default();
            let detail =
                format!("{who:?} raised it at {when}. Whatever it stopped goes on with the apply.");
            draft.warn(Self::ACTIVE, "The signal is lifted", detail);
        }
    }

    async fn create(cx: &Cx<Signals>, plan: Self) -> Applied<Self> {
        let mut hold = adopted::hold::<Self>(cx, &plan.name).await;
        let there = cx.find(&plan.name, None).await.map_err(Error::from)?;
        let expected = match &there {
            None => Expected::Absent,
            Some(there) if there.active => {
                if !plan.active || there.reason != plan.reason {
                    return Err(plan.exists(there).into());
                }
                hold.adopt();
                Expected::Version(there.version)
            }
            Some(there) => Expected::Version(there.version),
        };
        plan.set(cx, expected).await
    }

    async fn read(cx: &Cx<Signals>, name: String, prior: Option<Self>) -> Result<Option<Self>> {
        let copy = prior.as_ref().and_then(Self::copy_to);
        let found = cx.find(&name, copy.as_ref()).await?;
        Ok(found.map(|signal| Self::found(name, signal, prior.as_ref())))
    }

    async fn update(cx: &Cx<Signals>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let expected = before.version.known().map_or(Expected::Any, Expected::Version);
        after.set(cx, expected).await
    }

    async fn plan_delete(cx: &Cx<Signals>, state: &Self) -> Result<()> {
        let found = cx.find(&state.name, None).await?;
        if found.is_some_and(|signal| signal.active) { state.deletable() } else { Ok(()) }
    }

    async fn delete(cx: &Cx<Signals>, state: Self) -> Result<()> {
        let hold = adopted::hold::<Self>(cx, &state.name).await;
        if hold.spares(cx) {
            return Ok(());
        }
        // The version keeps on growing, so that a writer who saw an older one is noticed.
        let Some(found) = cx.find(&state.name, None).await? else { return Ok(()) };
        if !found.active {
            return Ok(());
        }
        state.deletable()?;
        let cleared = SetSignal {
            active: false,
            reason: None,
            expected: Expected::Version(found.version),
            ..state.as_set(Expected::Any)
        };
        cx.set(&cleared).await?;
        Ok(())
    }
}

/// Which signals are listed.
#[derive(Schema, Debug)]
pub struct SignalFilter {
    /// Only those whose names begin with this.
    #[tf(example = "\"halt_\"")]
    pub name_prefix: Option<String>,
    /// Only those that stop consumers, or only those that do not.
    pub active: Option<bool>,
}

impl List for Signal {
    type Filter = SignalFilter;

    async fn list(cx: &Cx<Signals>, filter: SignalFilter, found: &Found<Self>) -> Result<()> {
        let prefix = filter.name_prefix.unwrap_or_default();
        for name in cx.list().await?.into_iter().filter(|name| name.starts_with(&prefix)) {
            match cx.find(&name, None).await {
                Ok(Some(signal)) if filter.active.is_none_or(|active| active == signal.active) => {
                    found.add(name.clone(), Self::found(name, signal, None)).await;
                }
                // Gone, not asked for, or a key of another kind under the same prefix.
                Ok(_) | Err(signal::Error::Foreign { .. }) => {}
                Err(error) => found.leave_out(name, error.into()).await,
            }
        }
        Ok(())
    }
}

impl Signal {
    fn as_set(&self, expected: Expected) -> SetSignal {
        SetSignal {
            name: self.name.clone(),
            active: self.active,
            reason: self.reason.clone(),
            ttl: self
                .ttl_seconds
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(Duration::from_secs),
            copy: self.copy_to(),
            expected,
        }
    }

    fn copy_to(&self) -> Option<CopyTo> {
        self.copy.as_ref()?.target()
    }

    async fn set(self, cx: &Cx<Signals>, expected: Expected) -> Applied<Self> {
        let outcome = cx.set(&self.as_set(expected)).await.map_err(Error::from)?;
        warn(cx, &outcome, Self::NAME);
        let signal = outcome.signal;
        let listeners = if outcome.is_changed { Attr::Known(outcome.woken) } else { Attr::Null };
        Ok(Signal {
            key: Attr::Known(signal.key),
            version: Attr::Known(signal.version),
            changed_at: Attr::Known(signal.at.into()),
            changed_by: Attr::Known(signal.actor),
            listeners,
            ..self
        })
    }

    /// What is there, with what only Terraform knows. A copy that says something else, or nothing, is shown as not there.
    fn found(name: String, signal: signal::Signal, prior: Option<&Self>) -> Self {
        let asked = prior.and_then(|prior| prior.ttl_seconds);
        let left = signal
            .ttl
            .map(|left| i64::try_from(left.as_millis().div_ceil(1000)).unwrap_or(i64::MAX));
        let ttl_seconds = match (asked, left) {
            // It runs down, as it should.
            (Some(asked), Some(left)) if left <= asked => Some(asked),
            (_, left) => left,
        };
        Signal {
            name,
            active: signal.active,
            reason: signal.reason,
            ttl_seconds,
            copy: prior.and_then(|prior| prior.copy.clone()).filter(|_| signal.is_copied),
            force_destroy: Attr::Known(false),
            key: Attr::Known(signal.key),
            version: Attr::Known(signal.version),
            changed_at: Attr::Known(signal.at.into()),
            changed_by: Attr::Known(signal.actor),
            listeners: prior.map_or(Attr::Null, |prior| prior.listeners),
        }
    }

    fn exists(&self, there: &signal::Signal) -> Error {
        let detail = format!(
            "Somebody has raised it: {:?}, at {}, not just as it is declared. To manage it, import it: `terraform import \
             ADDRESS {:?}`.",
            there.actor, there.at, self.name
        );
        Error::user("Signal is active", detail).at(Self::NAME)
    }

    fn deletable(&self) -> Result<()> {
        if self.force_destroy.unwrap_or(false) {
            return Ok(());
        }
        let detail = "Whatever it stopped would go on. Apply `active = false` first, or set `force_destroy = true` and apply \
                      that. To leave it as it is, take it out of the state with a `removed` block.";
        Err(Error::user("Signal is active", detail).at(Self::NAME))
    }
}
