//! What the resource and the actions that set signals have in common.

use serde_json::json;
use tfplug::{Cx, Diagnostic, Error, Path, Progress, Result, Schema};

use crate::audit::{self, Done};
use crate::backend::signal::{CopyTo, Encoding, Expected, Outcome, SetSignal, Signals, check_key};

/// A further key that says the same.
#[derive(Schema, Clone, Debug, PartialEq)]
pub struct SignalCopy {
    /// The key. In a cluster it begins with `{<key_prefix>}`, as the signal's does.
    #[tf(check = explained("be a key", |key: &String| check_key(key)), example = "\"trading:halt\"")]
    pub key: String,
    /// `plain`: the text `1` or `0`. `json`: an object with the same members as the hash. `hash`: such a hash.
    #[tf(check = one_of(&["plain", "json", "hash"]))]
    pub encoding: String,
}

impl SignalCopy {
    pub(crate) fn target(&self) -> Option<CopyTo> {
        Some(CopyTo { key: self.key.clone(), encoding: Encoding::parse(&self.encoding)? })
    }
}

/// Sets a signal whatever it was before, for the actions that do so. `kind` is the action.
pub(crate) async fn set_any(
    cx: &Cx<Signals>,
    kind: &str,
    name: String,
    active: bool,
    reason: Option<String>,
    copy: Option<&SignalCopy>,
    progress: &Progress,
) -> Result<()> {
    if !active {
        audit::ready(cx.call()).await?;
    }
    let copy = copy.and_then(SignalCopy::target);
    let expected = Expected::Any;
    let set = SetSignal { name, active, reason, ttl: None, copy, expected };
    let outcome = cx.set(&set).await.map_err(Error::from)?;
    warn(cx, &outcome, Path::attribute("signal"));
    let (name, version) = (&set.name, outcome.signal.version);
    let state = if active { "raised" } else { "lifted" };
    if !outcome.is_changed {
        progress.say(format!("{name}: {state} already, version {version}"));
        return Ok(());
    }
    progress.say(format!("{name}: {state}, version {version}, {} listeners woken", outcome.woken));
    let operation = if active { "raise" } else { "lift" };
    let facts = json!({ "signal": name, "version": version, "reason": set.reason });
    audit::tell_action(cx.call(), kind, name, Done { operation, facts }).await
}

/// Warns of what may keep a signal from being obeyed.
pub(crate) fn warn(cx: &Cx<Signals>, outcome: &Outcome, at: impl Into<Path>) {
    if outcome.concerns.is_empty() {
        return;
    }
    let listed: Vec<String> =
        outcome.concerns.iter().map(|concern| format!("- {concern}")).collect();
    let detail =
        format!("The signal is set. What may keep it from being obeyed:\n{}", listed.join("\n"));
    cx.call().warn(Diagnostic::warning("Do not rely on this Redis server yet", detail).at(at));
}
