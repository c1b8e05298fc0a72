//! Settings of a target in one environment: the target's defaults, what `mlgen.yaml` says for all, what it says for the
//! environments along `extends`. They are literals; nothing in them is a reference.

use crate::catalogue::target::Target;
use crate::catalogue::types::Type;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge::{self, LayerName, Merged, MergedValue};
use crate::node::{Entry, Map, Node, Value as Plain};
use crate::secrecy::{forms, sounds_secret};
use crate::spec::{Environment, Spec};

/// The settings, checked.
pub(super) fn settings(
    spec: &Spec,
    environment: &Environment,
    target: &Target,
    diags: &mut Diags,
) -> Node {
    let declared = spec.project.targets.get(&target.name);
    let span = declared.map_or(environment.span, |settings| settings.key);
    let defaults: Map = target
        .settings
        .iter()
        .filter_map(|(name, setting)| {
            let node = setting.default.clone()?;
            Some((name.clone(), Entry { key: node.span, node }))
        })
        .collect();
    let mut layers = vec![merge::Layer {
        name: LayerName::Default,
        node: Node { value: Plain::Map(defaults), span },
    }];
    let own = spec.project.chain(&environment.name);
    let own = own.iter().filter_map(|name| {
        let (_, settings) = spec.project.environments.get(name)?.settings.get(&target.name)?;
        Some((LayerName::Environment(name.clone()), settings.clone()))
    });
    let base = declared.map(|settings| (LayerName::Base, settings.node.clone()));
    for (name, node) in base.into_iter().chain(own) {
        if node.as_map().is_some() {
            layers.push(merge::Layer { name, node });
        }
    }
    for layer in &layers[1..] {
        for (name, entry) in layer.node.as_map().into_iter().flatten() {
            if !target.settings.contains_key(name) {
                let known = target.settings.keys().map(String::as_str);
                let what = format!("target `{}`", target.name);
                diags.push(decode::unknown(entry.key, name, &what, known));
            }
        }
    }
    let (merged, errors) = merge::merge(layers);
    diags.extend(errors);
    for (name, setting) in &target.settings {
        match merged.child(name) {
            Some(value) => check(value, &setting.ty, &format!("{}.{name}", target.name), diags),
            None => diags.push(
                Diagnostic::error(
                    span,
                    format!("target `{}` needs the setting `{name}`", target.name),
                )
                .help(format!(
                    "{} Write it under `targets.{}` of mlgen.yaml",
                    setting.description, target.name
                )),
            ),
        }
    }
    plain(&merged)
}

/// Whether a literal has a type, all the way down, and is no secret.
fn check(merged: &Merged, ty: &Type, path: &str, diags: &mut Diags) {
    if let MergedValue::String(text) = &merged.value {
        let name = path.rsplit('.').next().unwrap_or_default();
        let what = forms(text).first().map(|(_, what)| *what);
        if let Some(what) = what.or(sounds_secret(name).then_some("a secret")) {
            diags.conceal(merged.origin.span);
            diags.push(
                Diagnostic::error(merged.origin.span, format!("`{path}` holds {what}"))
                    .help("settings are written into files: leave it out, and give it in the environment of the program that needs it"),
            );
        }
    }
    match (&merged.value, ty) {
        (_, Type::Any)
        | (MergedValue::String(_), Type::String)
        | (MergedValue::Number(_), Type::Number | Type::Integer)
        | (MergedValue::Bool(_), Type::Bool) => {}
        (MergedValue::List(items), Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
            for (index, item) in items.iter().enumerate() {
                let ty = ty.item(index).unwrap_or(&Type::Any);
                check(item, ty, &format!("{path}[{index}]"), diags);
            }
        }
        (MergedValue::Map(entries), Type::Map(_) | Type::Object(_)) => {
            for (key, entry) in entries {
                if let Some(ty) = ty.under(key) {
                    check(&entry.value, ty, &format!("{path}.{key}"), diags);
                } else {
                    let Type::Object(fields) = ty else { continue };
                    let at = entry.value.origin.place();
                    let known = fields.keys().map(String::as_str);
                    diags.push(decode::unknown(at, key, &format!("`{path}`"), known));
                }
            }
            if let Type::Object(fields) = ty {
                for (name, field) in fields {
                    if !field.optional && !entries.contains_key(name) {
                        let message = format!("`{path}` needs `{name}`, {}", field.ty.noun());
                        diags.push(Diagnostic::error(merged.origin.span, message));
                    }
                }
            }
        }
        (found, ty) => {
            let message = format!("`{path}` must be {}", ty.noun());
            diags.push(Diagnostic::error(merged.origin.span, message).label(found.kind()));
        }
    }
}

/// A merged tree without its history.
fn plain(merged: &Merged) -> Node {
    let value = match &merged.value {
        MergedValue::Null => Plain::Null,
        MergedValue::Bool(flag) => Plain::Bool(*flag),
        MergedValue::Number(number) => Plain::Number(number.clone()),
        MergedValue::String(text) => Plain::String(text.clone()),
        MergedValue::List(items) => Plain::List(items.iter().map(plain).collect()),
        MergedValue::Map(entries) => Plain::Map(
            entries
                .iter()
                .map(|(key, entry)| {
                    let node = plain(&entry.value);
                    (key.clone(), Entry { key: entry.value.origin.key.unwrap_or(node.span), node })
                })
                .collect(),
        ),
    };
    Node { value, span: merged.origin.span }
}
