//! Components that are handed to others: whole or by an output, and what to say when they are not there.

use super::convert::{Scope, Wanted};
use super::presence::{declared, kind_name};
use super::value::{Resolved, To, Value};
use crate::catalogue::Kind;
use crate::catalogue::target::Writer;
use crate::catalogue::types::{Field, Type};
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::source::Span;
use crate::spec::reference::Reference;

impl Scope<'_> {
    pub(super) fn component(
        &self,
        name: &str,
        path: &[String],
        reference: &Reference,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let span = reference.span;
        let Some(present) = self.present.get(name) else {
            if self.broken.contains(name) {
                return Some(Value::Null);
            }
            return self.absent(name, path, reference, wanted, diags);
        };
        let to = match path {
            [] => To::Whole(name.to_owned()),
            path => To::Output { component: name.to_owned(), path: path.to_vec() },
        };
        if let Some(kind) = present.made.kind() {
            match path.first() {
                None => check_whole(name, kind, wanted, span, diags),
                Some(output) => {
                    Self::check_output(name, kind, output, span, diags)?;
                    let secret = kind.component.secret_outputs.contains(output);
                    self.check_secret(&format!("`{name}.{output}`"), secret, span, wanted, diags);
                }
            }
        }
        Some(Value::Reference(Resolved { to, span }))
    }

    /// A component that is not here: for another target, in other environments, or nowhere.
    fn absent(
        &self,
        name: &str,
        path: &[String],
        reference: &Reference,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let span = reference.span;
        let here = &self.environment.name;
        let Some(declared) = declared(self.spec, self.layers, name) else {
            // In a base that all environments share, a component of some of them is absent in the others.
            let other = self.spec.environments.iter().find_map(|(environment, layer)| {
                Some((environment, layer.components.get(name)?.key))
            });
            if let Some((environment, key)) = other {
                if !reference.optional {
                    let error = Diagnostic::error(span, format!("`{name}` is absent"));
                    let error =
                        error.environment(here).note_at(key, format!("{environment} alone has it"));
                    diags.push(error.help(leave_out(reference, name)));
                }
                return None;
            }
            // It may stand in a file that could not be read.
            if !self.spec.is_all_whole() {
                return Some(Value::Null);
            }
            let known = self.present.keys().map(String::as_str);
            let error = Diagnostic::error(span, format!("there is no component `{name}`"));
            let error = error.suggest(name, known.clone());
            diags.push(match error.help {
                Some(_) => error,
                None => {
                    error.help(format!("there are {}", decode::listed(&known.collect::<Vec<_>>())))
                }
            });
            return None;
        };
        let elsewhere = self.environment.targets.iter().find(|(target, _)| {
            declared.scope.holds(here, Some(target)) && target != &self.target.name
        });
        if let (Some((target, _)), [output], Writer::Helm) = (elsewhere, path, self.target.writer) {
            let kind = self.kinds.get(target, &kind_name(name, declared));
            if let Some(kind) = kind {
                Self::check_output(name, kind, output, span, diags)?;
            }
            let secret = kind.is_some_and(|kind| kind.gives_secret(output));
            self.check_secret(&format!("`{name}.{output}`"), secret, span, wanted, diags);
            let to = To::Elsewhere { component: name.to_owned(), output: output.clone(), secret };
            return Some(Value::Reference(Resolved { to, span }));
        }
        if let (Some((target, _)), [], Writer::Helm) = (elsewhere, path, self.target.writer)
            && let Type::Object(fields) = wanted.ty
        {
            if let Some(kind) = self.kinds.get(target, &kind_name(name, declared)) {
                check_whole(name, kind, wanted, span, diags);
            }
            let needed = fields.iter().filter(|(_, field)| !field.optional);
            let outputs = needed.map(|(output, _)| output.clone()).collect();
            let to = To::Reached { component: name.to_owned(), outputs };
            return Some(Value::Reference(Resolved { to, span }));
        }
        if reference.optional {
            return None;
        }
        let error = match elsewhere {
            Some((target, _)) => Diagnostic::error(
                span,
                format!("`{name}` is in the stack for {target}, not in the one"),
            )
            .target(&self.target.name)
            .label(format!("`{}` cannot reach it", wanted.at)),
            None => Diagnostic::error(span, format!("`{name}` is absent")).environment(here),
        };
        let scope =
            declared.scope.environments.iter().chain(&declared.scope.targets).flatten().next();
        let error = match scope {
            Some((_, at)) => error.note_at(*at, "here it says where the component exists"),
            None => error,
        };
        diags.push(error.help(leave_out(reference, name)));
        None
    }
}

fn leave_out(reference: &Reference, name: &str) -> String {
    let optional = Reference { optional: true, ..reference.clone() };
    format!("write {optional} to leave the value out where there is no `{name}`")
}

/// Whether a whole component fits where it is handed over.
fn check_whole(name: &str, kind: &Kind, wanted: &Wanted<'_>, span: Span, diags: &mut Diags) {
    match wanted.ty {
        Type::Object(fields) => {
            let lacks = |(field, declared): &(&String, &Field)| {
                !declared.optional && !kind.interface.outputs.contains_key(*field)
            };
            let missing: Vec<&str> =
                fields.iter().filter(lacks).map(|(field, _)| field.as_str()).collect();
            if !missing.is_empty() {
                let message = format!(
                    "`{name}` cannot be `{}`: {} has no output {}",
                    wanted.at,
                    kind.title(),
                    decode::listed(&missing)
                );
                diags.push(
                    Diagnostic::error(span, message)
                        .label(format!("a component of kind `{}`", kind.name)),
                );
            }
        }
        Type::Any | Type::Component => {}
        ty => {
            let outputs: Vec<&str> = kind.interface.outputs.keys().map(String::as_str).collect();
            let message =
                format!("`{}` must be {}, and this is a whole component", wanted.at, ty.noun());
            let error = Diagnostic::error(span, message);
            diags.push(error.help(format!("name an output: {}", decode::listed(&outputs))));
        }
    }
}
