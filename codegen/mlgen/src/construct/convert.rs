//! A merged value as an argument: checked against the type of its input, with its references resolved.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::presence::{Kinds, Made, Present, declared};
use super::value::{Piece, Resolved, To, Value};
use crate::catalogue::Kind;
use crate::catalogue::target::{Target, Writer};
use crate::catalogue::types::{Field, Type};
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge::{Merged, MergedValue};
use crate::node::{Node, Value as Plain};
use crate::source::{Sources, Span};
use crate::spec::reference::{Part, Reference, Referent, Text};
use crate::spec::{Environment, Spec};

/// What is known where a component is converted.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The spec.
    pub spec: &'a Spec,
    /// All kinds.
    pub kinds: &'a Kinds,
    /// The environment.
    pub environment: &'a Environment,
    /// The target.
    pub target: &'a Target,
    /// The components that are there.
    pub present: &'a BTreeMap<String, Present<'a>>,
    /// Settings of the target in this environment.
    pub settings: &'a Node,
    /// All texts.
    pub sources: &'a Sources,
}

/// What an input asks for beside its type.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Its path, for messages: `api.environment`.
    pub path: String,
    /// Its type.
    pub ty: &'a Type,
    /// Whether it takes references to secrets, and nothing else.
    pub secret: bool,
    /// Whether it may be null.
    pub nullable: bool,
}

impl Wanted<'_> {
    fn under<'b>(&self, key: &str, ty: &'b Type) -> Wanted<'b> {
        Wanted { path: format!("{}.{key}", self.path), ty, secret: self.secret, nullable: true }
    }

    fn item<'b>(&self, index: usize, ty: &'b Type) -> Wanted<'b> {
        Wanted { path: format!("{}[{index}]", self.path), ty, secret: self.secret, nullable: true }
    }
}

impl<'a> Scope<'a> {
    /// The value, or none where an optional reference leaves it out.
    pub fn convert(
        &self,
        merged: &Merged,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let span = merged.origin.span;
        let literal = merged.literal.is_some();
        match (&merged.value, wanted.ty) {
            (MergedValue::String(text), _) => self.text(text, span, literal, wanted, diags),
            (MergedValue::Null, _) => {
                if !wanted.nullable {
                    let error =
                        Diagnostic::error(span, format!("`{}` cannot be null", wanted.path));
                    diags.push(error.help("leave it out to take the default"));
                }
                Some(Value::Null)
            }
            (_, Type::Secret) => {
                diags.push(no_literal_secret(span, &wanted.path));
                Some(Value::Null)
            }
            (MergedValue::Bool(flag), Type::Bool | Type::Any) => Some(Value::Bool(*flag)),
            (MergedValue::Number(number), Type::Number | Type::Any) => {
                Some(Value::Number(number.clone()))
            }
            (
                MergedValue::List(items),
                Type::List(_) | Type::Set(_) | Type::Any | Type::Tuple(_),
            ) => self.list(items, span, wanted, diags),
            (MergedValue::Map(_), Type::Map(_) | Type::Any | Type::Object(_)) => {
                self.map(merged, wanted, diags)
            }
            (found, ty) => {
                diags.push(mismatch(found, ty, span, &wanted.path));
                Some(Value::Null)
            }
        }
    }

    fn list(
        &self,
        items: &[Merged],
        span: Span,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        if let Type::Tuple(types) = wanted.ty
            && types.len() != items.len()
        {
            let message =
                format!("`{}` must have {} items, found {}", wanted.path, types.len(), items.len());
            diags.push(Diagnostic::error(span, message));
        }
        let converted = items.iter().enumerate().filter_map(|(index, item)| {
            let ty = wanted.ty.item(index).unwrap_or(&Type::Any);
            self.convert(item, &wanted.item(index, ty), diags)
        });
        Some(Value::List(converted.collect()))
    }

    fn map(&self, merged: &Merged, wanted: &Wanted<'_>, diags: &mut Diags) -> Option<Value> {
        let MergedValue::Map(entries) = &merged.value else { return None };
        let mut found: IndexMap<String, Value> = IndexMap::new();
        let mut left_out = false;
        for (key, entry) in entries {
            let Some(ty) = wanted.ty.under(key) else {
                let Type::Object(fields) = wanted.ty else { continue };
                let known = fields.keys().map(String::as_str);
                let at = entry.value.origin.key.unwrap_or(entry.value.origin.span);
                diags.push(decode::unknown(at, key, &format!("`{}`", wanted.path), known));
                continue;
            };
            let wanted = wanted.under(key, ty);
            self.refuse_literal_secret(key, &entry.value, &wanted, diags);
            match self.convert(&entry.value, &wanted, diags) {
                Some(value) => {
                    found.insert(key.clone(), value);
                }
                None => left_out = true,
            }
        }
        if let Type::Object(fields) = wanted.ty {
            for (name, field) in fields {
                if !field.optional && !entries.contains_key(name) {
                    let message = format!("`{}` needs `{name}`, {}", wanted.path, field.ty.noun());
                    diags.push(Diagnostic::error(merged.origin.span, message));
                }
            }
            found.sort_by(|a, _, b, _| fields.get_index_of(a).cmp(&fields.get_index_of(b)));
        } else {
            found.sort_keys();
        }
        // A map of which nothing is left was only there for what is absent.
        (!left_out || !found.is_empty()).then_some(Value::Map(found))
    }

    fn text(
        &self,
        text: &str,
        span: Span,
        literal: bool,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let parsed = match literal {
            true => Text(vec![Part::Literal(text.to_owned())]),
            false => Text::parse(text, span, self.sources, diags),
        };
        if let Some(reference) = parsed.whole() {
            return self.reference(reference, wanted, diags);
        }
        if let Some(plain) = parsed.literal() {
            if wanted.secret || *wanted.ty == Type::Secret {
                diags.push(no_literal_secret(span, &wanted.path));
                return Some(Value::Null);
            }
            return match wanted.ty {
                Type::String | Type::Any => Some(Value::String(plain.to_owned())),
                ty => {
                    diags.push(mismatch(
                        &MergedValue::String(plain.to_owned()),
                        ty,
                        span,
                        &wanted.path,
                    ));
                    Some(Value::Null)
                }
            };
        }
        if !matches!(wanted.ty, Type::String | Type::Any) {
            let message = format!(
                "`{}` must be {}, not a text with references",
                wanted.path,
                wanted.ty.noun()
            );
            diags.push(Diagnostic::error(span, message));
            return Some(Value::Null);
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for part in &parsed.0 {
            let value = match part {
                Part::Literal(text) => Value::String(text.clone()),
                Part::Reference(reference) => self.reference(
                    reference,
                    &Wanted { ty: &Type::String, ..wanted.clone() },
                    diags,
                )?,
            };
            match (value, pieces.last_mut()) {
                (Value::String(text), Some(Piece::Literal(before))) => before.push_str(&text),
                (Value::String(text), _) => pieces.push(Piece::Literal(text)),
                (Value::Reference(resolved), _) => pieces.push(Piece::Reference(resolved)),
                (Value::Number(number), _) => pieces.push(Piece::Literal(number.to_string())),
                (Value::Bool(flag), _) => pieces.push(Piece::Literal(flag.to_string())),
                _ => {}
            }
        }
        Some(match pieces.as_slice() {
            [Piece::Literal(text)] => Value::String(text.clone()),
            _ => Value::Text(pieces),
        })
    }

    /// What the reference of an output is here.
    pub fn output(
        &self,
        reference: &Reference,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        self.reference(reference, wanted, diags)
    }

    /// What a reference is here; none where an optional one leaves its value out.
    fn reference(
        &self,
        reference: &Reference,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let span = reference.span;
        let resolved = |to| Some(Value::Reference(Resolved { to, span }));
        let is_secret = wanted.secret || *wanted.ty == Type::Secret;
        if is_secret
            && !matches!(
                reference.to,
                Referent::Secret(_) | Referent::Component { .. } | Referent::Foreign { .. }
            )
        {
            diags.push(no_literal_secret(span, &wanted.path));
            return Some(Value::Null);
        }
        match &reference.to {
            Referent::Local(name) => resolved(To::Local(name.clone())),
            Referent::Prefix => resolved(To::Prefix),
            Referent::System => Some(Value::String(self.spec.project.system.clone())),
            Referent::Environment => resolved(To::Environment),
            Referent::Setting(path) => self.setting(path, span, diags),
            Referent::Input(name) => {
                self.fact(name, "input", reference, diags)?;
                resolved(To::Input(name.clone()))
            }
            Referent::Secret(name) => {
                self.fact(name, "secret", reference, diags)?;
                if !is_secret {
                    diags.push(
                        Diagnostic::error(
                            span,
                            format!("`{}` is no place for a secret", wanted.path),
                        )
                        .help(self.secret_places(&wanted.path)),
                    );
                }
                resolved(To::Secret(name.clone()))
            }
            Referent::Foreign { environment, component, output } => {
                self.foreign(environment, component, output, span, diags)
            }
            Referent::Component { name, path } => {
                self.component(name, path, reference, wanted, is_secret, diags)
            }
        }
    }

    /// A fact of a run or a secret that this environment and target have.
    fn fact(&self, name: &str, what: &str, reference: &Reference, diags: &mut Diags) -> Option<()> {
        let layers = self.spec.layers(&self.environment.name);
        let layers =
            std::iter::once(&self.spec.base).chain(layers.into_iter().map(|(_, layer)| layer));
        let facts: Vec<_> = layers
            .flat_map(|layer| if what == "input" { &layer.inputs } else { &layer.secrets })
            .collect();
        let Some((_, fact)) = facts.iter().find(|(known, _)| *known == name) else {
            let message = format!("there is no {what} `{name}`");
            let known = facts.iter().map(|(known, _)| known.as_str());
            let error = Diagnostic::error(reference.span, message).suggest(name, known);
            diags.push(match error.help {
                Some(_) => error,
                None => error.help(format!("add it under `{what}s:` with a description")),
            });
            return None;
        };
        if fact.scope.holds(&self.environment.name, Some(&self.target.name)) {
            return Some(());
        }
        if !reference.optional {
            let message = format!(
                "{what} `{name}` does not exist for {} in {}",
                self.target.name, self.environment.name
            );
            diags.push(
                Diagnostic::error(reference.span, message).note_at(fact.key, "declared here"),
            );
        }
        None
    }

    fn setting(&self, path: &[String], span: Span, diags: &mut Diags) -> Option<Value> {
        if let [name] = path
            && let Some(setting) = self.target.settings.get(name)
            && setting.variable.is_some()
        {
            return Some(Value::Reference(Resolved { to: To::Setting(name.clone()), span }));
        }
        let found = path.iter().try_fold(self.settings, |at, key| at.get(key));
        match found.map(|node| &node.value) {
            Some(Plain::String(text)) => Some(Value::String(text.clone())),
            Some(Plain::Number(number)) => Some(Value::Number(number.clone())),
            Some(Plain::Bool(flag)) => Some(Value::Bool(*flag)),
            _ => {
                let message =
                    format!("target `{}` has no setting `{}`", self.target.name, path.join("."));
                let known = self.target.settings.keys().map(String::as_str);
                diags.push(Diagnostic::error(span, message).suggest(&path[0], known));
                None
            }
        }
    }

    fn foreign(
        &self,
        environment: &str,
        component: &str,
        output: &str,
        span: Span,
        diags: &mut Diags,
    ) -> Option<Value> {
        let Some(other) = self.spec.project.environment(environment) else {
            let known = self.spec.project.environments.keys().map(String::as_str);
            let error = Diagnostic::error(span, format!("there is no environment `{environment}`"));
            diags.push(error.suggest(environment, known));
            return None;
        };
        let (environment, component, output) =
            (other.name.clone(), component.to_owned(), output.to_owned());
        match declared(self.spec, &environment, &component) {
            Some(there) if there.scope.holds(&environment, None) => {
                let to = To::Foreign { environment, component, output };
                Some(Value::Reference(Resolved { to, span }))
            }
            _ => {
                let known = self.spec.base.components.keys().map(String::as_str);
                let message = format!("environment `{environment}` has no component `{component}`");
                diags.push(Diagnostic::error(span, message).suggest(&component, known));
                None
            }
        }
    }

    fn component(
        &self,
        name: &str,
        path: &[String],
        reference: &Reference,
        wanted: &Wanted<'_>,
        is_secret: bool,
        diags: &mut Diags,
    ) -> Option<Value> {
        let span = reference.span;
        let Some(present) = self.present.get(name) else {
            return self.absent(name, path, reference, wanted, diags);
        };
        let Some(kind) = present.made.kind() else {
            return Some(Value::Reference(Resolved { to: target_of(name, path), span }));
        };
        let Some((output, _)) = path.split_first() else {
            self.check_whole(name, kind, wanted, span, diags);
            return Some(Value::Reference(Resolved { to: To::Whole(name.to_owned()), span }));
        };
        self.check_output(name, kind, output, span, diags)?;
        let gives_secret = kind.component.secret_outputs.contains(output);
        if gives_secret && !is_secret {
            diags.push(
                Diagnostic::error(
                    span,
                    format!(
                        "`{name}.{output}` is a secret, and `{}` is no place for one",
                        wanted.path
                    ),
                )
                .help(self.secret_places(&wanted.path)),
            );
        } else if !gives_secret && is_secret && self.target.writer != Writer::Compose {
            diags.push(
                Diagnostic::error(span, format!("`{name}.{output}` is no reference to a secret"))
                    .label(format!("`{}` takes nothing else", wanted.path)),
            );
        }
        Some(Value::Reference(Resolved { to: target_of(name, path), span }))
    }

    fn check_output(
        &self,
        name: &str,
        kind: &Kind,
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

    /// Whether a whole component fits where it is handed over.
    fn check_whole(
        &self,
        name: &str,
        kind: &Kind,
        wanted: &Wanted<'_>,
        span: Span,
        diags: &mut Diags,
    ) {
        match wanted.ty {
            Type::Object(fields) => {
                let lacks = |(field, declared): &(&String, &Field)| {
                    !declared.optional && !kind.interface.outputs.contains_key(*field)
                };
                let missing: Vec<&str> =
                    fields.iter().filter(lacks).map(|(field, _)| field.as_str()).collect();
                if !missing.is_empty() {
                    diags.push(
                        Diagnostic::error(
                            span,
                            format!(
                                "`{name}` cannot be `{}`: {} has no output {}",
                                wanted.path,
                                kind.title(),
                                decode::listed(&missing)
                            ),
                        )
                        .label(format!("a component of kind `{}`", kind.name)),
                    );
                }
            }
            Type::Any | Type::Component => {}
            ty => {
                let outputs: Vec<&str> =
                    kind.interface.outputs.keys().map(String::as_str).collect();
                diags.push(
                    Diagnostic::error(
                        span,
                        format!(
                            "`{}` must be {}, and this is a whole component",
                            wanted.path,
                            ty.noun()
                        ),
                    )
                    .help(format!("name an output: {}", decode::listed(&outputs))),
                );
            }
        }
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
        let Some(declared) = declared(self.spec, &self.environment.name, name) else {
            let known = self.spec.base.components.keys().map(String::as_str);
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
        let here = &self.environment.name;
        let elsewhere = self.environment.targets.iter().find(|(target, _)| {
            declared.scope.holds(here, Some(target)) && target != &self.target.name
        });
        if let (Some((target, _)), [output], Writer::Helm) = (elsewhere, path, self.target.writer) {
            let wanted_kind = super::presence::kind_name(name, declared);
            let kind = self.kinds.get(target, &wanted_kind);
            if let Some(kind) = kind {
                self.check_output(name, kind, output, span, diags)?;
            }
            let secret = kind.is_some_and(|kind| kind.component.secret_outputs.contains(output));
            let to = To::Elsewhere { component: name.to_owned(), output: output.clone(), secret };
            return Some(Value::Reference(Resolved { to, span }));
        }
        if reference.optional {
            return None;
        }
        let error = match elsewhere {
            Some((target, _)) => Diagnostic::error(
                span,
                format!(
                    "`{name}` is in the stack for {target}, not in the one for {}",
                    self.target.name
                ),
            )
            .label(format!("`{}` cannot reach it", wanted.path)),
            None => Diagnostic::error(span, format!("`{name}` is absent in {here}")),
        };
        let scope =
            declared.scope.environments.iter().chain(&declared.scope.targets).flatten().next();
        let error = match scope {
            Some((_, at)) => error.note_at(*at, "here it says where the component exists"),
            None => error,
        };
        let optional = Reference { optional: true, ..reference.clone() };
        diags.push(
            error.help(format!(
                "write {optional} to leave the value out where there is no `{name}`"
            )),
        );
        None
    }

    /// A name that says that its value is secret, with a literal value.
    fn refuse_literal_secret(
        &self,
        key: &str,
        merged: &Merged,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) {
        let MergedValue::String(text) = &merged.value else { return };
        if wanted.secret || merged.literal.is_some() || text.is_empty() || text.contains("${") {
            return;
        }
        if !sounds_secret(key) {
            return;
        }
        diags.push(
            Diagnostic::error(merged.origin.span, format!("`{}` sounds like a secret, and this is its value", wanted.path))
                .help(format!(
                    "declare it under `secrets:` and refer to it with ${{secret.{}}}; if it is no secret, write {{ $literal: ..., reason: ... }}",
                    key.to_ascii_lowercase()
                )),
        );
    }

    /// Where the component takes secrets.
    fn secret_places(&self, path: &str) -> String {
        let component = path.split('.').next().unwrap_or_default();
        let kind = self.present.get(component).and_then(|present| match &present.made {
            Made::Kind(kind) => Some(kind),
            Made::Foreign(_) => None,
        });
        let inputs: Vec<&str> = kind
            .map(|kind| kind.component.secret_inputs.iter().map(String::as_str).collect())
            .unwrap_or_default();
        match inputs.as_slice() {
            [] => "this component takes no secrets".to_owned(),
            inputs => format!("it belongs under {}", decode::listed(inputs)),
        }
    }
}

fn target_of(name: &str, path: &[String]) -> To {
    match path {
        [] => To::Whole(name.to_owned()),
        path => To::Output { component: name.to_owned(), path: path.to_vec() },
    }
}

fn no_literal_secret(span: Span, path: &str) -> Diagnostic {
    Diagnostic::error(span, format!("`{path}` takes references to secrets, and no values"))
        .help("declare the secret under `secrets:` and write ${secret.name}")
}

fn mismatch(found: &MergedValue, ty: &Type, span: Span, path: &str) -> Diagnostic {
    let kind = match found {
        MergedValue::Null => "null",
        MergedValue::Bool(_) => "a boolean",
        MergedValue::Number(_) => "a number",
        MergedValue::String(_) => "a string",
        MergedValue::List(_) => "a list",
        MergedValue::Map(_) => "a map",
    };
    let error = Diagnostic::error(span, format!("`{path}` must be {}", ty.noun())).label(kind);
    match (found, ty) {
        (MergedValue::Number(_) | MergedValue::Bool(_), Type::String) => {
            error.help("put it in quotes")
        }
        (MergedValue::String(text), Type::Number) if text.parse::<f64>().is_ok() => {
            error.help("write it without quotes")
        }
        _ => error,
    }
}

/// Whether a name says that its value is secret.
fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let endings = [
        "password",
        "passwd",
        "secret",
        "token",
        "api_key",
        "apikey",
        "private_key",
        "secret_key",
        "access_key",
        "credentials",
    ];
    endings.iter().any(|ending| name.ends_with(ending))
}
