//! What a reference is in one environment for one target.

use super::convert::{Scope, Wanted, mismatch};
use super::presence::{declared, kind_name};
use super::secret;
use super::value::{Resolved, To, Value};
use crate::catalogue::types::Type;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge::MergedValue;
use crate::node::{Node, Value as Plain};
use crate::source::Span;
use crate::spec::layer::Fact;
use crate::spec::reference::{Reference, Referent};

impl Scope<'_> {
    /// What a reference is here; none where an optional one leaves its value out.
    pub(super) fn reference(
        &self,
        reference: &Reference,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let span = reference.span;
        let resolved = |to| Some(Value::Reference(Resolved { to, span }));
        if wanted.takes_secret() && !wanted.in_text && !secret::may_be_secret(reference) {
            let message = format!("`{}` takes references to secrets, and this is none", wanted.at);
            let error = Diagnostic::error(span, message);
            diags.push(error.help("write ${secret.name}"));
            return Some(Value::Null);
        }
        match &reference.to {
            Referent::Local(name) => resolved(To::Local(name.clone())),
            Referent::Prefix => resolved(To::Prefix).filter(|_| is_text(span, wanted, diags)),
            Referent::Environment => {
                resolved(To::Environment).filter(|_| is_text(span, wanted, diags))
            }
            Referent::System => is_text(span, wanted, diags)
                .then(|| Value::String(self.spec.project.system.clone())),
            Referent::Setting(path) => self.setting(path, span, wanted, diags),
            Referent::Input(name) => {
                self.fact(name, "input", &self.effective.inputs, reference, diags)?;
                resolved(To::Input(name.clone()))
            }
            Referent::Secret(name) => {
                self.fact(name, "secret", &self.effective.secrets, reference, diags)?;
                self.check_secret(&format!("`secret.{name}`"), true, span, wanted, diags);
                resolved(To::Secret(name.clone()))
            }
            Referent::Foreign { environment, component, output } => {
                let names = [environment.as_str(), component, output];
                self.foreign(names, reference, wanted, diags)
            }
            Referent::Component { name, path } => {
                self.component(name, path, reference, wanted, diags)
            }
        }
    }

    /// A fact of a run or a secret that this environment and target have.
    fn fact(
        &self,
        name: &str,
        what: &str,
        here: &std::collections::BTreeMap<&str, &Fact>,
        reference: &Reference,
        diags: &mut Diags,
    ) -> Option<()> {
        if here.contains_key(name) {
            return Some(());
        }
        let layers = std::iter::once(&self.spec.base).chain(self.spec.environments.values());
        let mut declared = layers
            .flat_map(|layer| if what == "input" { &layer.inputs } else { &layer.secrets })
            .filter(|(known, _)| *known == name);
        let Some((_, fact)) = declared.next() else {
            // It may stand in a file that could not be read.
            if !self.spec.is_all_whole() {
                return None;
            }
            let message = format!("there is no {what} `{name}`");
            let known = here.keys().copied();
            let error = Diagnostic::error(reference.span, message).suggest(name, known);
            diags.push(match error.help {
                Some(_) => error,
                None => error.help(format!("add it under `{what}s:` with a description")),
            });
            return None;
        };
        if !reference.optional {
            diags.push(
                Diagnostic::error(reference.span, format!("{what} `{name}` does not exist"))
                    .stack(&self.target.name, &self.environment.name)
                    .note_at(fact.key, "declared here"),
            );
        }
        None
    }

    fn setting(
        &self,
        path: &[String],
        span: Span,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let found = path.iter().try_fold(self.settings, |at, key| at.get(key));
        let Some(found) = found else {
            let message =
                format!("target `{}` has no setting `{}`", self.target.name, path.join("."));
            // One that is declared and not given has its own error.
            if !self.target.settings.contains_key(&path[0]) || path.len() > 1 {
                let known = self.target.settings.keys().map(String::as_str);
                diags.push(Diagnostic::error(span, message).suggest(&path[0], known));
            }
            return None;
        };
        let value = literal(found);
        let fits = match (&value, wanted.ty) {
            (_, Type::Any) | (Value::Null, _) => true,
            (Value::List(_) | Value::Map(_), _) if wanted.in_text => false,
            (Value::Bool(_) | Value::Number(_), _) if wanted.in_text => true,
            (Value::String(_), ty) => *ty == Type::String,
            (Value::Number(_), ty) => matches!(ty, Type::Number | Type::Integer),
            (Value::Bool(_), ty) => *ty == Type::Bool,
            (Value::List(_), ty) => matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_)),
            (_, ty) => matches!(ty, Type::Map(_) | Type::Object(_)),
        };
        if !fits {
            let message = format!("`{}` must be {}", wanted.at, wanted.ty.noun());
            let setting = path.join(".");
            diags.push(
                Diagnostic::error(span, message)
                    .label(format!("the setting `{setting}` is {}", found.value.kind())),
            );
            return None;
        }
        match path {
            [name] if self.target.settings.get(name).is_some_and(|one| one.variable.is_some()) => {
                Some(Value::Reference(Resolved { to: To::Setting(name.clone()), span }))
            }
            _ => Some(value),
        }
    }

    /// An output of another environment, by the names of environment, component and output.
    fn foreign(
        &self,
        [environment, component, output]: [&str; 3],
        reference: &Reference,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let span = reference.span;
        let Some(other) = self.spec.project.environment(environment) else {
            let known = self.spec.project.environments.keys().map(String::as_str);
            let error = Diagnostic::error(span, format!("there is no environment `{environment}`"));
            diags.push(error.suggest(environment, known));
            return None;
        };
        if other.name == self.environment.name {
            if !reference.optional {
                let message = format!("this is environment `{environment}` itself");
                let error = Diagnostic::error(span, message);
                diags.push(error.help(format!("write ${{{component}.{output}}}")));
            }
            return None;
        }
        if !self.spec.is_whole(&other.name) {
            return Some(Value::Null);
        }
        let layers = self.spec.layers(&other.name);
        let there = declared(self.spec, &layers, component);
        let targets: Vec<&str> = other
            .targets
            .iter()
            .map(|(target, _)| target.as_str())
            .filter(|target| {
                there.is_some_and(|there| there.scope.holds(&other.name, Some(target)))
            })
            .collect();
        let (Some(there), false) = (there, targets.is_empty()) else {
            if !reference.optional {
                let own = layers.iter().flat_map(|(_, layer)| layer.components.keys());
                let known = self.spec.base.components.keys().chain(own).map(String::as_str);
                let message =
                    format!("environment `{}` has no component `{component}`", other.name);
                diags.push(Diagnostic::error(span, message).suggest(component, known));
            }
            return None;
        };
        let wanted_kind = kind_name(component, there);
        let kinds: Vec<_> =
            targets.iter().filter_map(|target| self.kinds.get(target, &wanted_kind)).collect();
        if there.module.is_none() && !kinds.is_empty() {
            let having = kinds.iter().find(|kind| kind.interface.outputs.contains_key(output));
            match having {
                None => {
                    Self::check_output(component, kinds[0], output, span, diags);
                    return None;
                }
                Some(kind) => {
                    let secret = kind.component.secret_outputs.contains(output);
                    let what = format!("`{environment}:{component}.{output}`");
                    self.check_secret(&what, secret, span, wanted, diags);
                }
            }
        }
        let to = To::Foreign {
            environment: other.name.clone(),
            component: component.to_owned(),
            output: output.to_owned(),
        };
        Some(Value::Reference(Resolved { to, span }))
    }

    pub(super) fn check_output(
        name: &str,
        kind: &crate::catalogue::Kind,
        output: &str,
        span: Span,
        diags: &mut Diags,
    ) -> Option<()> {
        if kind.interface.outputs.contains_key(output) {
            return Some(());
        }
        let known: Vec<&str> = kind.interface.outputs.keys().map(String::as_str).collect();
        let message = format!("`{name}` has no output `{output}`");
        let error = Diagnostic::error(span, message).suggest(output, known.iter().copied());
        diags.push(match error.help {
            Some(_) => error,
            None => error.help(format!("{} gives {}", kind.title(), decode::listed(&known))),
        });
        None
    }
}

/// Whether a text fits here; told if not.
fn is_text(span: Span, wanted: &Wanted<'_>, diags: &mut Diags) -> bool {
    let fits = matches!(wanted.ty, Type::String | Type::Any);
    if !fits {
        diags.push(mismatch(&MergedValue::String(String::new()), wanted.ty, span, &wanted.at));
    }
    fits
}

fn literal(node: &Node) -> Value {
    match &node.value {
        Plain::Null => Value::Null,
        Plain::Bool(flag) => Value::Bool(*flag),
        Plain::Number(number) => Value::Number(number.clone()),
        Plain::String(text) => Value::String(text.clone()),
        Plain::List(items) => Value::List(items.iter().map(literal).collect()),
        Plain::Map(entries) => Value::Map(
            entries.iter().map(|(key, entry)| (key.clone(), literal(&entry.node))).collect(),
        ),
    }
}
