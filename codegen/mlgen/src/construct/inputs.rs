//! The inputs of a component, checked against its interface: those that stay at their defaults are left out.

use std::collections::{BTreeMap, BTreeSet};

use super::convert::{Scope, Wanted, left_out_although_needed};
use super::known;
use super::presence::{Made, Present};
use super::secret;
use super::value::{Statics, Value};
use crate::catalogue::types::Type;
use crate::catalogue::{Kind, condition};
use crate::diag::{Diagnostic, Diags};
use crate::merge::{Merged, MergedMap, MergedValue};
use crate::source::Span;

/// The inputs that are given. `meant` are those that some misspelt name stands for.
pub(super) fn inputs(
    scope: &Scope<'_>,
    name: &str,
    there: &Present<'_>,
    merged: &Merged,
    meant: &BTreeSet<&str>,
    statics: &Statics,
    diags: &mut Diags,
) -> BTreeMap<String, Value> {
    let MergedValue::Map(entries) = &merged.value else { return BTreeMap::new() };
    match &there.made {
        Made::Kind(kind) => {
            let mut found = BTreeMap::new();
            let wrong = declared(scope, name, there, kind, entries, meant, &mut found, diags);
            validate(name, kind, &found, &wrong, entries, statics, diags);
            found
        }
        Made::Foreign(_) => undeclared(scope, name, entries, diags),
    }
}

/// The inputs of somebody else's module: whatever is written.
fn undeclared(
    scope: &Scope<'_>,
    name: &str,
    entries: &MergedMap,
    diags: &mut Diags,
) -> BTreeMap<String, Value> {
    let given = entries.iter().filter_map(|(input, entry)| {
        let at = entry.value.origin.key.unwrap_or(entry.value.origin.span);
        if let Some(error) = no_argument(name, input, at) {
            diags.push(error);
            return None;
        }
        let wanted = Wanted::new(name, input, &Type::Any);
        if secret::refuse_literal(input, &entry.value, &wanted, diags) {
            return None;
        }
        Some((input.clone(), scope.convert(&entry.value, &wanted, diags)?))
    });
    given.collect()
}

/// Arguments of a module call that are Terraform's own.
const OF_TERRAFORM: [&str; 5] = ["count", "for_each", "providers", "depends_on", "lifecycle"];

/// What is wrong with a name that would be printed as the name of an argument.
fn no_argument(component: &str, name: &str, at: Span) -> Option<Diagnostic> {
    if OF_TERRAFORM.contains(&name) {
        let message =
            format!("`{component}.{name}` is an argument of Terraform, not of the module");
        return Some(
            Diagnostic::error(at, message)
                .help("a component is one call of a module, with the providers of its stack"),
        );
    }
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_name = first && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    (!is_name).then(|| {
        Diagnostic::error(at, format!("{name:?} cannot be an input of `{component}`"))
            .help("a name of Terraform has letters, digits, `_` and `-`, and begins with no digit")
    })
}

/// Finds the inputs of a kind. Gives those about which something is told, so that no rule tells it again.
#[expect(
    clippy::too_many_arguments,
    reason = "one component, what is said about it, and where it is told"
)]
fn declared<'k>(
    scope: &Scope<'_>,
    name: &str,
    there: &Present<'_>,
    kind: &'k Kind,
    entries: &MergedMap,
    meant: &BTreeSet<&str>,
    found: &mut BTreeMap<String, Value>,
    diags: &mut Diags,
) -> BTreeSet<&'k str> {
    let mut wrong = BTreeSet::new();
    for (input, declaration) in &kind.interface.inputs {
        let before = diags.len();
        let Some(entry) = entries.get(input) else {
            // The stack itself brings the values of secrets.
            let by_stack = input == "values" && declaration.ephemeral;
            if meant.contains(input.as_str()) {
                wrong.insert(input.as_str());
            } else if declaration.is_required() && !by_stack {
                let at = there.declared.key;
                let error = Diagnostic::error(at, format!("`{name}` needs `{input}`"))
                    .label(format!("`{input}` is {}", declaration.ty.noun()))
                    .stack(&scope.target.name, &scope.environment.name);
                diags.push(match declaration.description.as_str() {
                    "" => error,
                    description => error.help(description),
                });
            }
            continue;
        };
        let wanted = Wanted {
            secret: kind.component.secret_inputs.contains(input),
            secrets: below(&kind.component.secret_inputs, input),
            nullable: declaration.nullable,
            ..Wanted::new(name, input, &declaration.ty)
        };
        if is_default(&entry.value) && declaration.default.is_some() {
            if wanted.takes_secret() {
                secret::refuse_overridden(&entry.value, &wanted, diags);
            }
            continue;
        }
        if !is_default(&entry.value)
            && (declaration.sensitive || declaration.ephemeral)
            && secret::refuse_sensitive(&entry.value, &wanted, diags)
        {
            wrong.insert(input.as_str());
            continue;
        }
        match scope.convert(&entry.value, &wanted, diags) {
            Some(value) => {
                found.insert(input.clone(), value);
            }
            None if declaration.is_required() && diags.len() == before => {
                diags.push(left_out_although_needed(entry.value.origin.span, &wanted.at));
            }
            None => {}
        }
        if diags.len() > before {
            wrong.insert(input.as_str());
        }
    }
    wrong
}

/// Places that take secrets, if there are such inside of an input.
fn below<'a>(places: &'a BTreeSet<String>, input: &str) -> Option<&'a BTreeSet<String>> {
    let inside =
        |place: &String| place.strip_prefix(input).is_some_and(|rest| rest.starts_with('.'));
    places.iter().any(inside).then_some(places)
}

/// Whether a value and everything in it is the module's own default.
fn is_default(merged: &Merged) -> bool {
    merged.origin.layer.0 == 0
        && match &merged.value {
            MergedValue::Map(entries) => {
                merged.removed.is_empty() && entries.values().all(|entry| is_default(&entry.value))
            }
            _ => true,
        }
}

/// Evaluates what the module's validations say about values that are known.
///
/// A rule counts as soon as something that it reads is said, by whatever layer: a base that lowers `max` below the
/// default of `min` breaks the rule of `min`. What only defaults say is the module's own business.
fn validate(
    name: &str,
    kind: &Kind,
    found: &BTreeMap<String, Value>,
    wrong: &BTreeSet<&str>,
    entries: &MergedMap,
    statics: &Statics,
    diags: &mut Diags,
) {
    let mut known = None;
    for (input, declaration) in &kind.interface.inputs {
        for validation in &declaration.validations {
            let own = entries.get_key_value(input);
            let said = validation.inputs.iter().filter_map(|name| entries.get_key_value(name));
            let latest = || said.clone().max_by_key(|(_, entry)| entry.value.origin.layer);
            let Some((at, entry)) = own.or_else(latest) else { continue };
            let mut said = said.clone().chain(own);
            if said.any(|(_, entry)| entry.value.literal.is_some()) {
                continue;
            }
            let known = known.get_or_insert_with(|| {
                let mut known = known::inputs(kind, found, statics);
                known.retain(|input, _| !wrong.contains(input.as_str()));
                known
            });
            if condition::holds(&validation.condition, known) == Some(false) {
                let message = validation.message.as_deref().unwrap_or("this value is not allowed");
                diags.push(
                    Diagnostic::error(entry.value.origin.span, message.trim_end_matches('.'))
                        .label(format!("`{name}.{at}`"))
                        .note_at(validation.span, "the rule of the module"),
                );
            }
        }
    }
}
