//! A merged value as an argument: checked against the type of its input, with its references resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use indexmap::IndexMap;
use serde_json::Number;

use super::facts::Effective;
use super::presence::{Kinds, Present};
use super::secret;
use super::value::{Piece, Value};
use crate::catalogue::target::{Target, Writer};
use crate::catalogue::types::Type;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge::{Merged, MergedValue};
use crate::node::Node;
use crate::source::{Sources, Span};
use crate::spec::layer::Layer;
use crate::spec::reference::{Part, Text};
use crate::spec::{Environment, Spec};
use crate::yaml;

/// What is known where a component is converted.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The spec.
    pub spec: &'a Spec,
    /// The layers of the environment after the base.
    pub layers: &'a [(String, &'a Layer)],
    /// All kinds.
    pub kinds: &'a Kinds,
    /// The environment.
    pub environment: &'a Environment,
    /// The target.
    pub target: &'a Target,
    /// The components that are there.
    pub present: &'a BTreeMap<String, Present<'a>>,
    /// Components that should be there, but whose kind nobody knows: what is wrong with them is told already.
    pub broken: &'a BTreeSet<String>,
    /// Facts, secrets and outputs that are there.
    pub effective: &'a Effective<'a>,
    /// Settings of the target in this environment.
    pub settings: &'a Node,
    /// All texts.
    pub sources: &'a Sources,
}

/// What a place asks for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the place")]
pub struct Wanted<'a> {
    /// Where it is, for messages.
    pub at: At<'a>,
    /// Its type.
    pub ty: &'a Type,
    /// Whether it takes references to secrets, and nothing else.
    pub secret: bool,
    /// Places that do, by their paths from the component; none if none is below this one.
    pub secrets: Option<&'a BTreeSet<String>>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether texts stand for themselves, references and all.
    pub literal: bool,
    /// Whether it is a part of a text, where everything that can be written in one line fits.
    pub in_text: bool,
}

/// The path of a place: `api.environment.PORT`. It is a text only where a message needs it.
#[derive(Clone, Copy, Debug)]
pub enum At<'a> {
    /// An input of a component.
    Input(&'a str, &'a str),
    /// Under a key.
    Under(&'a At<'a>, &'a str),
    /// An item of a list.
    Item(&'a At<'a>, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(component, input) => write!(f, "{component}.{input}"),
            Self::Under(above, key) => write!(f, "{above}.{key}"),
            Self::Item(above, index) => write!(f, "{above}[{index}]"),
        }
    }
}

impl At<'_> {
    /// The component.
    pub(super) fn component(&self) -> &str {
        match self {
            Self::Input(component, _) => component,
            Self::Under(above, _) | Self::Item(above, _) => above.component(),
        }
    }
}

impl At<'_> {
    /// The path from the component: `prefect.apiKeySecretRef`.
    fn in_component(&self) -> String {
        match self {
            Self::Input(_, input) => (*input).to_owned(),
            Self::Under(above, key) => format!("{}.{key}", above.in_component()),
            Self::Item(above, index) => format!("{}[{index}]", above.in_component()),
        }
    }
}

impl<'a> Wanted<'a> {
    /// What an input asks for, as far as its type says it.
    pub fn new(component: &'a str, input: &'a str, ty: &'a Type) -> Self {
        let at = At::Input(component, input);
        Self {
            at,
            ty,
            secret: false,
            secrets: None,
            nullable: true,
            literal: false,
            in_text: false,
        }
    }

    /// Whether nothing but references to secrets belongs here.
    pub(super) fn takes_secret(&self) -> bool {
        self.secret || *self.ty == Type::Secret
    }

    fn under<'b>(&'b self, key: &'b str, ty: &'b Type) -> Wanted<'b> {
        let at = At::Under(&self.at, key);
        let named = || self.secrets.is_some_and(|places| places.contains(&at.in_component()));
        Wanted { at, ty, nullable: true, secret: self.secret || named(), ..*self }
    }

    fn item<'b>(&'b self, index: usize, ty: &'b Type) -> Wanted<'b> {
        Wanted { at: At::Item(&self.at, index), ty, nullable: true, ..*self }
    }
}

impl Scope<'_> {
    /// The value, or none where an optional reference leaves it out.
    pub fn convert(
        &self,
        merged: &Merged,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let span = merged.origin.span;
        if let MergedValue::String(text) = &merged.value
            && secret::refuse_form(text, merged, wanted, diags)
        {
            return Some(Value::Null);
        }
        let wanted = &Wanted { literal: wanted.literal || merged.literal.is_some(), ..*wanted };
        if wanted.takes_secret() {
            secret::refuse_overridden(merged, wanted, diags);
        }
        match (&merged.value, wanted.ty) {
            (MergedValue::String(text), _) => self.text(text, span, wanted, diags),
            (MergedValue::Null, _) => {
                if !wanted.nullable {
                    let error = Diagnostic::error(span, format!("`{}` cannot be null", wanted.at));
                    diags.push(error.help("leave it out to take the default"));
                }
                Some(Value::Null)
            }
            (MergedValue::Bool(_) | MergedValue::Number(_), _) if wanted.takes_secret() => {
                secret::refuse(span, wanted, diags);
                Some(Value::Null)
            }
            (_, Type::Secret) => {
                secret::refuse(span, wanted, diags);
                Some(Value::Null)
            }
            (MergedValue::Bool(flag), Type::Bool | Type::Any) => Some(Value::Bool(*flag)),
            (MergedValue::Number(number), Type::Integer) if is_whole(number) => {
                Some(Value::Number(number.clone()))
            }
            (MergedValue::Number(number), Type::Number | Type::Any) => {
                Some(Value::Number(number.clone()))
            }
            (
                MergedValue::List(items),
                Type::List(_) | Type::Set(_) | Type::Any | Type::Tuple(_),
            ) => Some(self.list(items, span, wanted, diags)),
            (MergedValue::Map(_), Type::Map(_) | Type::Any | Type::Object(_)) => {
                self.map(merged, wanted, diags)
            }
            (found, ty) => {
                if wanted.takes_secret() {
                    diags.conceal(span);
                }
                diags.push(mismatch(found, ty, span, &wanted.at));
                Some(Value::Null)
            }
        }
    }

    fn list(&self, items: &[Merged], span: Span, wanted: &Wanted<'_>, diags: &mut Diags) -> Value {
        if let Type::Tuple(types) = wanted.ty
            && types.len() != items.len()
        {
            let message =
                format!("`{}` must have {} items, found {}", wanted.at, types.len(), items.len());
            diags.push(Diagnostic::error(span, message));
        }
        let converted = items.iter().enumerate().filter_map(|(index, item)| {
            let ty = wanted.ty.item(index).unwrap_or(&Type::Any);
            self.convert(item, &wanted.item(index, ty), diags)
        });
        Value::List(converted.collect())
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
                diags.push(decode::unknown(at, key, &format!("`{}`", wanted.at), known));
                continue;
            };
            let here = wanted.under(key, ty);
            if matches!(wanted.ty, Type::Map(_)) && entry.value.value == MergedValue::Null {
                let message = format!("`{}` has a key and no value", here.at);
                diags.push(
                    Diagnostic::error(entry.value.origin.place(), message).label("null").help(
                        "leave the key out; what a layer before sets goes with { $unset: true }",
                    ),
                );
                continue;
            }
            if secret::refuse_literal(key, &entry.value, &here, diags) {
                continue;
            }
            let before = diags.len();
            if let Some(value) = self.convert(&entry.value, &here, diags) {
                found.insert(key.clone(), value);
                continue;
            }
            left_out = true;
            if let Type::Object(fields) = wanted.ty
                && !fields[key].optional
                && diags.len() == before
            {
                diags.push(left_out_although_needed(entry.value.origin.span, &here.at));
            }
        }
        if let Type::Object(fields) = wanted.ty {
            for (name, field) in fields {
                if !field.optional && !entries.contains_key(name) {
                    let message = format!("`{}` needs `{name}`, {}", wanted.at, field.ty.noun());
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
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) -> Option<Value> {
        let parsed = if wanted.literal || !text.contains("${") {
            Text(vec![Part::Literal(text.to_owned())])
        } else {
            Text::parse(text, span, self.sources, diags)
        };
        if let Some(reference) = parsed.whole() {
            return self.reference(reference, wanted, diags);
        }
        if let Some(plain) = parsed.literal() {
            if wanted.takes_secret() {
                secret::refuse(span, wanted, diags);
                return Some(Value::Null);
            }
            return Some(match wanted.ty {
                Type::String | Type::Any => Value::String(plain.to_owned()),
                ty => {
                    let found = MergedValue::String(plain.to_owned());
                    diags.push(mismatch(&found, ty, span, &wanted.at));
                    Value::Null
                }
            });
        }
        if wanted.takes_secret() {
            let writer = self.target.writer;
            if writer != Writer::Compose || !parsed.references().any(secret::may_be_secret) {
                secret::refuse_text(span, wanted, writer, diags);
                return Some(Value::Null);
            }
        }
        if !matches!(wanted.ty, Type::String | Type::Any | Type::Secret) {
            let noun = wanted.ty.noun();
            let message = format!("`{}` must be {noun}, not a text with references", wanted.at);
            diags.push(Diagnostic::error(span, message));
            return Some(Value::Null);
        }
        self.pieces(&parsed, wanted, diags)
    }

    /// A text with references in it.
    fn pieces(&self, text: &Text, wanted: &Wanted<'_>, diags: &mut Diags) -> Option<Value> {
        let inner =
            Wanted { ty: &Type::String, secret: wanted.takes_secret(), in_text: true, ..*wanted };
        let mut pieces: Vec<Piece> = Vec::new();
        for part in &text.0 {
            let value = match part {
                Part::Literal(text) => Value::String(text.clone()),
                Part::Reference(reference) => self.reference(reference, &inner, diags)?,
            };
            match (value, pieces.last_mut()) {
                (Value::String(text), Some(Piece::Literal(before))) => before.push_str(&text),
                (Value::String(text), _) => pieces.push(Piece::Literal(text)),
                (Value::Reference(resolved), _) => pieces.push(Piece::Reference(resolved)),
                (Value::Number(number), Some(Piece::Literal(before))) => {
                    before.push_str(&number.to_string());
                }
                (Value::Number(number), _) => pieces.push(Piece::Literal(number.to_string())),
                (Value::Bool(flag), Some(Piece::Literal(before))) => {
                    before.push_str(&flag.to_string());
                }
                (Value::Bool(flag), _) => pieces.push(Piece::Literal(flag.to_string())),
                // What does not fit into a text is reported where it is resolved.
                _ => {}
            }
        }
        Some(match pieces.as_slice() {
            [Piece::Literal(text)] => Value::String(text.clone()),
            _ => Value::Text(pieces),
        })
    }
}

/// An error about a value that must be there, but is left out with what its `?` refers to.
pub(super) fn left_out_although_needed(span: Span, at: &At<'_>) -> Diagnostic {
    Diagnostic::error(span, format!("`{at}` is needed, and `?` leaves it out here"))
        .help("leave the `?` out, or give the component only where there is something to refer to")
}

/// `3`, and `3.0` too, as JSON Schema has it.
fn is_whole(number: &Number) -> bool {
    let digits = number.to_string();
    match digits.split_once('.') {
        Some((_, fraction)) => fraction.bytes().all(|digit| digit == b'0'),
        None => {
            !digits.contains(['e', 'E'])
                || number.as_f64().is_some_and(|value| value.fract() == 0.0)
        }
    }
}

/// An error about a value of another type.
pub(super) fn mismatch(found: &MergedValue, ty: &Type, span: Span, at: &At<'_>) -> Diagnostic {
    let error =
        Diagnostic::error(span, format!("`{at}` must be {}", ty.noun())).label(found.kind());
    match (found, ty) {
        (MergedValue::Number(_) | MergedValue::Bool(_), Type::String) => {
            error.help("put it in quotes")
        }
        (MergedValue::String(text), Type::Number | Type::Integer)
            if text.parse::<f64>().is_ok() =>
        {
            error.help(if yaml::is_number(text) {
                "write it without quotes"
            } else {
                "write a decimal number, without a leading 0 and an exponent"
            })
        }
        (MergedValue::String(text), Type::Bool) if text == "true" || text == "false" => {
            error.help("write it without quotes")
        }
        _ => error,
    }
}
