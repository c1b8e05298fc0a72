//! What the engine's parser refuses, in words for the author of a template.

use handlebars::{TemplateError, TemplateErrorReason};

use super::site::{Place, byte};
use crate::diag::Diagnostic;

/// An error of the parser, at its place in `text`.
pub(super) fn diagnostic(error: &TemplateError, text: &str, place: Place) -> Diagnostic {
    let (line, column) = error.pos().unwrap_or((1, 1));
    let start = byte(text, line, column);
    let rest = &text[start..];
    let tag = rest.find("}}").map_or(0, |end| end + 2).min(rest.find('\n').unwrap_or(rest.len()));
    let at = place.span(start..start + tag);
    let error = match error.reason() {
        TemplateErrorReason::MismatchingClosedHelper(open, close)
        | TemplateErrorReason::MismatchingClosedDecorator(open, close) => {
            let plain = |name: &str| name.trim_matches('"').to_owned();
            let (open, close) = (plain(open), plain(close));
            Diagnostic::error(at, format!("`{{{{#{open}}}}}` is closed by `{{{{/{close}}}}}`"))
        }
        _ => Diagnostic::error(at, "this is no expression of a template"),
    };
    let helm = rest.trim_start_matches(['{', ' ']).starts_with(['.', '-']);
    error.help(if helm {
        "Helm's `{{ .Values }}` is not supported here: a chart belongs into a catalogue"
    } else {
        "write {{name}}, {{helper name}} or {{#if name}} ... {{/if}}; `\\{{` is two braces"
    })
}
