//! `PlanAction` and `InvokeAction`: something is to be done, of which nothing is stored.

use crate::action::Progress;
use crate::context::Call;
use crate::deferral::Deferral;
use crate::diag::{Diags, Error};
use crate::draft::RawDraft;
use crate::engine::passes::{Computed, propose};
use crate::engine::settle::with_write_only;
use crate::engine::validate::{Validation, validate};
use crate::erased::Invocable;
use crate::value::Value;

/// What is to be said of an action in a plan.
#[derive(Clone, Debug, Default)]
pub struct ActionPlan {
    /// Why the action must wait, if Terraform allows that: the provider itself is not configured yet.
    pub deferred: Option<Deferral>,
    /// What to tell the user.
    pub diags: Diags,
}

/// Plans an action. Terraform validates with less knowledge than there is now, so this validates again.
pub async fn plan_action(action: &dyn Invocable, call: &Call, config: Value) -> ActionPlan {
    let config = completed(action, &config);
    let mut diags = validated(action, config.clone());
    if diags.has_errors() {
        return ActionPlan { deferred: None, diags };
    }
    match action.is_ready(call) {
        Ok(true) => {}
        Ok(false) => {
            let deferred = call.may_defer().then_some(Deferral::ProviderConfiguration);
            return ActionPlan { deferred, diags };
        }
        Err(error) => {
            diags.extend(error);
            return ActionPlan { deferred: None, diags };
        }
    }
    let mut draft = RawDraft { planned: config.clone(), config, diags, ..RawDraft::default() };
    let planned = call.unless_cancelled(action.plan(call.clone(), &mut draft)).await;
    let mut diags = draft.diags;
    diags.keep(planned);
    diags.extend(call.take_warnings());
    ActionPlan { deferred: None, diags }
}

/// Does what the action does; what comes back is what to tell the user at its end.
pub async fn invoke_action(
    action: &dyn Invocable,
    call: &Call,
    config: Value,
    progress: Progress,
) -> Diags {
    let config = completed(action, &config);
    if !config.is_wholly_known() {
        return Error::bug("An action was invoked before its configuration was known.").into();
    }
    let mut diags = validated(action, config.clone());
    if diags.has_errors() {
        return diags;
    }
    diags.keep(action.invoke(call.clone(), config, progress).await);
    diags.extend(call.take_warnings());
    diags
}

fn validated(action: &dyn Invocable, config: Value) -> Diags {
    validate(Validation {
        block: &action.shape().block,
        config,
        // Whoever knows actions knows write-only attributes.
        write_only_allowed: true,
        author: &|draft| action.validate(draft),
    })
}

/// The configuration with its defaults.
fn completed(action: &dyn Invocable, config: &Value) -> Value {
    let members = action.shape().block.members();
    let config = if config.is_null() { &members.empty() } else { config };
    with_write_only(members, config, propose(members, &Value::Null, config, Computed::Carried))
}
