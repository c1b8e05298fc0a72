//! `mlassets_halt`: raises a signal in Redis that consumers obey.

use tfplug::{Action, Cx, Progress, Result, Schema};

use crate::backend::signal::{Signals, check_name};
use crate::signalling::{self, SignalCopy};

/// Raises a signal in Redis, so that consumers that obey it stop.
///
/// Whoever changed the signal last, it is raised: a stop must not fail because somebody else was faster. It stays
/// until it is lifted, and a signal that is raised already is left as it is. Where the resource `mlassets_signal` manages
/// the same signal, its next plan shows the change.
#[derive(Schema, Clone, Debug)]
#[tf(name = "halt")]
pub struct Halt {
    /// The signal's name.
    #[tf(
        check = explained("be a signal's name", |name: &String| check_name(name)),
        example = "\"halt_global\""
    )]
    pub signal: String,
    /// Why, for those who find out.
    #[tf(check = len(1..=500), example = "\"Rollback of 2025-01-15-v1\"")]
    pub reason: Option<String>,
    /// A further key that says the same, for consumers that look elsewhere or read another form. Written in the same step.
    /// A copy that the resource `mlassets_signal` keeps has to be named here as well: it is not known otherwise, and those
    /// who read it would go on.
    pub copy: Option<SignalCopy>,
}

const KIND: &str = "mlassets_halt";

impl Action for Halt {
    type Backend = Signals;

    async fn invoke(cx: &Cx<Signals>, config: Self, progress: &Progress) -> Result<()> {
        let Halt { signal, reason, copy } = config;
        signalling::set_any(cx, KIND, signal, true, reason, copy.as_ref(), progress).await
    }
}
