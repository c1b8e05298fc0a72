//! What no two stacks may share: the place of their state, and that of their secrets. Applying one would undo the other.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::stack::{Stack, json as plain};
use crate::diag::{Diagnostic, Diags};
use crate::source::Sources;

/// Reports stacks that share a place.
pub(super) fn check(stacks: &[Stack], sources: &Sources, diags: &mut Diags) {
    let states = stacks.iter().filter_map(|stack| Some((state(stack, sources)?, stack)));
    told(states, "keep their state in the same place", diags);
    let secrets = stacks.iter().filter_map(|stack| Some((secrets(stack)?, stack)));
    told(secrets, "keep their secrets in the same place", diags);
}

/// What the backend is told, which is the place of the state; a file of its own folder is another one for each stack.
fn state(stack: &Stack, sources: &Sources) -> Option<String> {
    let backend = stack.target.backend.as_ref()?;
    let settings = stack.evaluate(&backend.settings, sources);
    let path = settings.get("path").and_then(Json::as_str).unwrap_or_default();
    let folder = (backend.kind == "local" && !path.starts_with('/')).then_some(&stack.folder);
    Some(json!([backend.kind, plain(&backend.arguments), settings, folder]).to_string())
}

/// What the target tells the component that holds the secrets, if it says where.
fn secrets(stack: &Stack) -> Option<String> {
    let holder = &stack.components[stack.secret_holder.as_ref()?];
    let told = stack.target.secrets.as_ref()?.inputs.as_ref()?.as_map()?;
    let value =
        |input: &String| Some((input.clone(), holder.inputs.get(input)?.known(&stack.statics)?));
    let known: BTreeMap<String, Json> = told.keys().filter_map(value).collect();
    (!known.is_empty()).then(|| json!([stack.target.name, known]).to_string())
}

fn told<'s>(places: impl Iterator<Item = (String, &'s Stack)>, what: &str, diags: &mut Diags) {
    let mut taken: BTreeMap<String, &Stack> = BTreeMap::new();
    for (place, second) in places {
        let Some(first) = taken.get(&place) else {
            taken.insert(place, second);
            continue;
        };
        let message = format!(
            "`{}` for {} and `{}` for {} would {what}",
            first.environment.name, first.target.name, second.environment.name, second.target.name
        );
        diags.push(
            Diagnostic::error(second.environment.span, message)
                .note_at(first.environment.span, "the other one")
                .help("let it depend on `${environment}`, or give each environment its own"),
        );
    }
}
