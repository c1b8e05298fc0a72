//! What files of environments may not say about components: the base alone says what they are and where they exist, and
//! what is not there cannot be changed.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diags};
use crate::spec::layer::Declared;
use crate::spec::{Environment, Spec};

/// Checks the layers of all environments against the base and each other.
pub(super) fn check(spec: &Spec, diags: &mut Diags) {
    for (name, declared) in &spec.base.components {
        check_sections(name, declared, diags);
    }
    let readers = readers(spec);
    for (environment, layer) in &spec.environments {
        if !spec.is_whole(environment) {
            continue;
        }
        let chain = spec.project.chain(environment);
        let users = readers.get(environment).map(Vec::as_slice).unwrap_or_default();
        for (name, entry) in &layer.components {
            let above = chain
                .iter()
                .filter(|above| *above != environment)
                .find_map(|above| spec.environments.get(above)?.components.get(name));
            match spec.base.components.get(name).or(above) {
                Some(first) => check_override(users, environment, name, entry, first, diags),
                None if entry.kind.is_none() && entry.module.is_none() => {
                    let message = format!("no file of configs/base has a component `{name}`");
                    let known = spec.base.components.keys().map(String::as_str);
                    let error = Diagnostic::error(entry.key, message).suggest(name, known);
                    diags.push(match error.help {
                        Some(_) => error,
                        None => {
                            error.help("a component that only this environment has needs a `kind`")
                        }
                    });
                }
                None => check_sections(name, entry, diags),
            }
        }
    }
}

/// For each environment those that read its files: itself, and whoever extends it.
fn readers(spec: &Spec) -> BTreeMap<String, Vec<&Environment>> {
    let mut found: BTreeMap<String, Vec<&Environment>> = BTreeMap::new();
    for user in spec.project.environments.values() {
        for link in spec.project.chain(&user.name) {
            found.entry(link).or_default().push(user);
        }
    }
    found
}

/// Sections for targets that the component does not have.
fn check_sections(name: &str, declared: &Declared, diags: &mut Diags) {
    let Some(targets) = &declared.scope.targets else { return };
    for (target, (key, _)) in &declared.sections {
        if !targets.iter().any(|(known, _)| known == target) {
            let message = format!("`{name}` does not exist for {target}, so nothing reads this");
            let error = Diagnostic::error(*key, message);
            diags.push(match targets.first() {
                Some((_, at)) => error.note_at(*at, "here it says where the component exists"),
                None => error,
            });
        }
    }
}

/// What an environment says about a component that is declared before it; `users` read what it says.
fn check_override(
    users: &[&Environment],
    environment: &str,
    name: &str,
    entry: &Declared,
    first: &Declared,
    diags: &mut Diags,
) {
    let fixed = [
        ("kind", entry.kind.as_ref().map(|(_, span)| *span)),
        ("source", entry.module.as_ref().map(|module| module.span)),
    ];
    for (what, span) in fixed {
        let Some(span) = span else { continue };
        let message = format!("the {what} of a component is the same in every environment");
        diags.push(Diagnostic::error(span, message).note_at(first.key, "it is declared here"));
    }
    if !entry.scope.is_everywhere() {
        diags.push(
            Diagnostic::error(entry.key, "where a component exists is said where it is declared")
                .note_at(first.key, "write `targets` and `environments` here"),
        );
    }
    let read_for = |wanted: Option<&str>| {
        users.iter().any(|user| {
            user.targets.iter().any(|(target, _)| {
                wanted.is_none_or(|wanted| wanted == target)
                    && first.scope.holds(&user.name, Some(target))
            })
        })
    };
    if !read_for(None) {
        let message =
            format!("`{name}` is absent in {environment}, so there is nothing to override");
        let error = Diagnostic::error(entry.key, message);
        let at = first.scope.environments.iter().chain(&first.scope.targets).flatten().next();
        diags.push(match at {
            Some((_, span)) => error.note_at(*span, "here it says where the component exists"),
            None => error,
        });
        return;
    }
    for (target, (key, _)) in &entry.sections {
        if !read_for(Some(target)) {
            let message =
                format!("{environment} has no `{name}` for {target}, so nothing reads this");
            diags.push(Diagnostic::error(*key, message));
        }
    }
}
