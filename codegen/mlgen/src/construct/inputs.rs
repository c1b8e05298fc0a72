//! The inputs of a component, checked against its interface: those that stay at their defaults are left out.

use std::collections::BTreeMap;

use super::convert::{Scope, Wanted, left_out_although_needed};
use super::presence::{Made, Present};
use super::secret;
use super::stack::{Missing, json};
use super::value::{Statics, Value};
use crate::catalogue::types::Type;
use crate::catalogue::{Kind, condition};
use crate::diag::{Diagnostic, Diags};
use crate::merge::{Merged, MergedMap, MergedValue};

/// The inputs that are given.
pub(super) fn inputs(
    scope: &Scope<'_>,
    name: &str,
    there: &Present<'_>,
    merged: &Merged,
    statics: &Statics,
    missing: &mut Vec<Missing>,
    diags: &mut Diags,
) -> BTreeMap<String, Value> {
    let MergedValue::Map(entries) = &merged.value else { return BTreeMap::new() };
    match &there.made {
        Made::Kind(kind) => {
            let found = declared(scope, name, there, kind, entries, missing, diags);
            validate(name, kind, &found, entries, statics, diags);
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
        let wanted = Wanted::new(name, input, &Type::Any);
        if secret::refuse_literal(input, &entry.value, &wanted, diags) {
            return None;
        }
        Some((input.clone(), scope.convert(&entry.value, &wanted, diags)?))
    });
    given.collect()
}

fn declared(
    scope: &Scope<'_>,
    name: &str,
    there: &Present<'_>,
    kind: &Kind,
    entries: &MergedMap,
    missing: &mut Vec<Missing>,
    diags: &mut Diags,
) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (input, declaration) in &kind.interface.inputs {
        let Some(entry) = entries.get(input) else {
            // The stack itself brings the values of secrets.
            let by_stack = input == "values" && declaration.ephemeral;
            if declaration.is_required() && !by_stack {
                missing.push(Missing {
                    component: name.to_owned(),
                    input: input.clone(),
                    target: scope.target.name.clone(),
                    at: there.declared.key,
                    noun: declaration.ty.noun(),
                    description: declaration.description.clone(),
                });
            }
            continue;
        };
        let wanted = Wanted {
            secret: kind.component.secret_inputs.contains(input),
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
            continue;
        }
        let before = diags.len();
        match scope.convert(&entry.value, &wanted, diags) {
            Some(value) => {
                found.insert(input.clone(), value);
            }
            None if declaration.is_required() && diags.len() == before => {
                diags.push(left_out_although_needed(entry.value.origin.span, &wanted.at));
            }
            None => {}
        }
    }
    found
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
fn validate(
    name: &str,
    kind: &Kind,
    found: &BTreeMap<String, Value>,
    entries: &MergedMap,
    statics: &Statics,
    diags: &mut Diags,
) {
    let judged = |input: &String| {
        let declared = kind.interface.inputs.get(input);
        declared.is_some_and(|declared| !declared.validations.is_empty())
    };
    if !entries.keys().any(judged) {
        return;
    }
    let mut known: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for (input, declaration) in &kind.interface.inputs {
        let value = match found.get(input) {
            Some(value) => value.known(statics),
            None => declaration.default.as_ref().map(json),
        };
        if let Some(value) = value {
            known.insert(input.clone(), complete(value, &declaration.ty));
        }
    }
    for (input, declaration) in &kind.interface.inputs {
        let Some(entry) = entries.get(input) else { continue };
        if entry.value.literal.is_some() {
            continue;
        }
        for validation in &declaration.validations {
            if condition::holds(&validation.condition, &known) == Some(false) {
                let message = validation.message.as_deref().unwrap_or("this value is not allowed");
                diags.push(
                    Diagnostic::error(entry.value.origin.span, message.trim_end_matches('.'))
                        .label(format!("`{name}.{input}`"))
                        .note_at(validation.span, "the rule of the module"),
                );
            }
        }
    }
}

/// The value with what its type adds: attributes that may be left out, at their defaults.
fn complete(value: serde_json::Value, ty: &Type) -> serde_json::Value {
    use serde_json::Value as Json;
    match (value, ty) {
        (Json::Object(mut entries), Type::Object(fields)) => {
            for (name, field) in fields {
                let given = entries.remove(name).filter(|given| !given.is_null());
                let value = given.or_else(|| field.default.as_ref().map(json)).unwrap_or_default();
                entries.insert(name.clone(), complete(value, &field.ty));
            }
            Json::Object(entries)
        }
        (Json::Object(entries), Type::Map(item)) => {
            entries.into_iter().map(|(key, value)| (key, complete(value, item))).collect()
        }
        (Json::Array(items), Type::List(item) | Type::Set(item)) => {
            items.into_iter().map(|value| complete(value, item)).collect()
        }
        (value, _) => value,
    }
}
