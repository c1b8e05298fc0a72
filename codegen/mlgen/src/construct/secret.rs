//! Literal secrets: refused wherever they stand, and shown nowhere.

use super::convert::{Scope, Wanted};
use crate::catalogue::target::Writer;
use crate::catalogue::types::Type;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge::{Merged, MergedValue};
use crate::secrecy::{forms, sounds_secret};
use crate::source::Span;
use crate::spec::reference::{Reference, Referent};

const HELP: &str = "declare the secret under `secrets:` and write ${secret.name}";

/// A value where only references to secrets belong.
pub(super) fn refuse(span: Span, wanted: &Wanted<'_>, diags: &mut Diags) {
    diags.conceal(span);
    let message = format!("`{}` takes references to secrets, and no values", wanted.at);
    diags.push(Diagnostic::error(span, message).help(HELP));
}

/// A text with references where a secret belongs: what it becomes is known to no file.
pub(super) fn refuse_text(span: Span, wanted: &Wanted<'_>, writer: Writer, diags: &mut Diags) {
    let message =
        format!("`{}` must be one reference to a secret, not a text around it", wanted.at);
    let error = Diagnostic::error(span, message);
    diags.push(if writer == Writer::Compose {
        error.help(HELP)
    } else {
        error.help("only where a secret is kept is known here, not its value: keep the whole text as the secret, or hand over its parts")
    });
}

/// Values that a later layer replaces stand in a file of the project all the same.
pub(super) fn refuse_overridden(merged: &Merged, wanted: &Wanted<'_>, diags: &mut Diags) {
    let of_project = merged.overridden.iter().filter(|one| one.origin.layer.0 > 0);
    for one in of_project {
        if one.value.as_ref().is_some_and(holds_literal) {
            refuse(one.origin.span, wanted, diags);
        }
    }
}

/// Whether a value, or one in it, is no reference.
fn holds_literal(value: &MergedValue) -> bool {
    match value {
        MergedValue::String(text) => !text.is_empty() && !text.contains("${"),
        MergedValue::Number(_) => true,
        MergedValue::List(items) => items.iter().any(|item| holds_literal(&item.value)),
        MergedValue::Map(entries) => {
            entries.values().any(|entry| holds_literal(&entry.value.value))
        }
        MergedValue::Null | MergedValue::Bool(_) => false,
    }
}

/// A name that says that its value is secret, with a literal value; whether that is so.
pub(super) fn refuse_literal(
    key: &str,
    merged: &Merged,
    wanted: &Wanted<'_>,
    diags: &mut Diags,
) -> bool {
    let text_wanted = matches!(wanted.ty, Type::String | Type::Any);
    let literal = match &merged.value {
        MergedValue::String(text) => !text.is_empty() && !text.contains("${"),
        MergedValue::Number(_) => *wanted.ty == Type::String,
        _ => false,
    };
    let allowed = allowed(merged, wanted);
    if !literal || !text_wanted || wanted.takes_secret() || allowed || !sounds_secret(key) {
        return false;
    }
    let span = merged.origin.span;
    diags.conceal(span);
    let message = format!("`{}` sounds like a secret, and this is its value", wanted.at);
    let name = key.to_ascii_lowercase();
    diags.push(Diagnostic::error(span, message).help(instead(merged, &name)));
    true
}

/// A text that is a secret by its form, whatever its name is; whether it is one.
pub(super) fn refuse_form(
    text: &str,
    merged: &Merged,
    wanted: &Wanted<'_>,
    diags: &mut Diags,
) -> bool {
    if wanted.takes_secret() || allowed(merged, wanted) {
        return false;
    }
    let Some((_, what)) = forms(text).into_iter().next() else { return false };
    let span = merged.origin.span;
    diags.conceal(span);
    let message = format!("`{}` holds {what}", wanted.at);
    diags.push(Diagnostic::error(span, message).help(instead(merged, "name")));
    true
}

/// Whether somebody answers for a literal: the kind, or the spec with a reason.
fn allowed(merged: &Merged, wanted: &Wanted<'_>) -> bool {
    match &merged.literal {
        Some(literal) => literal.reason.is_some(),
        None => wanted.literal,
    }
}

fn instead(merged: &Merged, name: &str) -> String {
    if merged.literal.is_some() {
        return "say why it is no secret: { $literal: ..., reason: ... }".to_owned();
    }
    format!(
        "declare it under `secrets:` and refer to it with ${{secret.{name}}}; if it is no secret, write {{ $literal: ..., reason: ... }}"
    )
}

/// A literal for an input that the module itself hides; whether it is one.
pub(super) fn refuse_sensitive(merged: &Merged, wanted: &Wanted<'_>, diags: &mut Diags) -> bool {
    let literal = match &merged.value {
        MergedValue::String(text) => !text.is_empty() && !text.contains("${"),
        MergedValue::Number(_) => true,
        _ => false,
    };
    if literal {
        diags.conceal(merged.origin.span);
        let message = format!("`{}` is sensitive, and this is its value", wanted.at);
        diags.push(
            Diagnostic::error(merged.origin.span, message).help(
                "declare it under `inputs:` and write ${input.name}, so that no file holds it",
            ),
        );
    }
    literal
}

/// Whether what a reference names can be a secret.
pub(super) fn may_be_secret(reference: &Reference) -> bool {
    matches!(
        reference.to,
        Referent::Secret(_) | Referent::Component { .. } | Referent::Foreign { .. }
    )
}

impl Scope<'_> {
    /// Whether a secret fits where it is handed over, and what is none does not.
    pub(super) fn check_secret(
        &self,
        what: &str,
        gives: bool,
        span: Span,
        wanted: &Wanted<'_>,
        diags: &mut Diags,
    ) {
        let takes = wanted.takes_secret();
        if gives && !takes {
            let message = format!("{what} is a secret, and `{}` is no place for one", wanted.at);
            let error = Diagnostic::error(span, message);
            diags.push(error.help(self.secret_places(wanted.at.component())));
        } else if !gives && takes && self.target.writer != Writer::Compose {
            diags.push(
                Diagnostic::error(span, format!("{what} is no reference to a secret"))
                    .label(format!("`{}` takes nothing else", wanted.at)),
            );
        }
    }

    /// Where the component takes secrets.
    fn secret_places(&self, component: &str) -> String {
        let kind = self.present.get(component).and_then(|present| present.made.kind());
        let Some(kind) = kind else { return "write it where a component takes secrets".to_owned() };
        let by_type = kind.interface.inputs.iter().filter(|(_, input)| input.ty.holds_secret());
        let mut inputs: Vec<&str> = by_type.map(|(name, _)| name.as_str()).collect();
        inputs.extend(kind.component.secret_inputs.iter().map(String::as_str));
        match inputs.as_slice() {
            [] => "this component takes no secrets".to_owned(),
            inputs => format!("it belongs under {}", decode::listed(inputs)),
        }
    }
}
