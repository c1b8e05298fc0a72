//! Outputs of a stack: each reads one output of one component, and stands in that component's file.

use std::collections::BTreeMap;

use super::convert::{Scope, Wanted};
use super::stack::Output;
use super::value::{Resolved, To, Value};
use crate::catalogue::types::Type;
use crate::diag::{Diagnostic, Diags};
use crate::spec::reference::Text;

/// Outputs that read a component of the stack.
pub(super) fn outputs(scope: &Scope<'_>, diags: &mut Diags) -> BTreeMap<String, Output> {
    let mut found = BTreeMap::new();
    for (name, given) in &scope.effective.outputs {
        let span = given.value.span;
        // Anything but a text is reported where the file is read.
        let Some(text) = given.value.as_str() else { continue };
        let before = diags.len();
        let parsed = Text::parse(text, span, scope.sources, diags);
        if diags.len() > before {
            continue;
        }
        let value = parsed.whole().map(|reference| {
            scope.reference(reference, &Wanted::new("outputs", name, &Type::Any), diags)
        });
        let (component, path) = match value {
            Some(Some(Value::Reference(Resolved {
                to: To::Output { component, path }, ..
            }))) => (component, path),
            // Left out by its `?`, or wrong and told.
            Some(
                None
                | Some(
                    Value::Null
                    | Value::Reference(Resolved {
                        to: To::Elsewhere { .. } | To::Reached { .. },
                        ..
                    }),
                ),
            ) => continue,
            _ => {
                if diags.len() == before {
                    let error = Diagnostic::error(span, "an output is one output of a component");
                    diags.push(error.help("write for instance ${api.url}"));
                }
                continue;
            }
        };
        let declared = scope.present[&component].made.kind();
        let declared = declared.and_then(|kind| kind.interface.outputs.get(&path[0]));
        let own = declared.map(|output| output.description.clone()).unwrap_or_default();
        let output = Output {
            description: given.description.clone().unwrap_or(own),
            sensitive: declared.is_some_and(|output| output.sensitive),
            component,
            path,
        };
        found.insert((*name).to_owned(), output);
    }
    found
}
