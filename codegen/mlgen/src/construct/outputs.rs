//! Outputs of a stack: each reads one output of one component, and stands in that component's file.

use std::collections::{BTreeMap, BTreeSet};

use super::convert::{Scope, Wanted};
use super::stack::{Output, Stack};
use super::tune;
use super::value::{Resolved, To, Value};
use crate::catalogue::target::Writer;
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

/// Gives every stack of Terraform the outputs that other stacks refer to, as far as nobody has named them.
pub(super) fn give_out(stacks: &mut [Stack]) {
    let wanted: BTreeSet<_> = stacks
        .iter()
        .flat_map(|stack| {
            let elsewhere = stack.elsewhere().into_iter();
            let here = &stack.environment.name;
            let elsewhere = elsewhere.map(|(component, output)| (here.clone(), component, output));
            stack.foreign.iter().cloned().chain(elsewhere)
        })
        .collect();
    for (environment, component, output) in &wanted {
        let of_terraform = |stack: &&mut Stack| {
            stack.environment.name == *environment && stack.target.writer == Writer::Terraform
        };
        for stack in stacks.iter_mut().filter(of_terraform) {
            let Some(there) = stack.components.get(component) else { continue };
            let declared = there.made.kind().map(|kind| kind.interface.outputs.get(output));
            // Of somebody else's module nothing is known; a kind of this target may be without the output.
            if declared.is_some_and(|declared| declared.is_none())
                || stack.given_out(component, output).is_some()
            {
                continue;
            }
            let declared = declared.flatten();
            let short = format!("{component}_{output}");
            let name = if stack.outputs.contains_key(&short) {
                tune::foreign_variable(environment, component, output)
            } else {
                short
            };
            let given = Output {
                description: declared.map(|output| output.description.clone()).unwrap_or_default(),
                sensitive: declared.is_some_and(|output| output.sensitive),
                component: component.clone(),
                path: vec![output.clone()],
            };
            stack.outputs.insert(name, given);
        }
    }
}

impl Stack {
    /// Outputs of components that the environment has for other targets, as component and output, without secrets.
    pub fn elsewhere(&self) -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        for value in self.components.values().flat_map(|component| component.inputs.values()) {
            value.references(&mut |reference| {
                if let To::Elsewhere { component, output, secret: false } = &reference.to {
                    found.insert((component.clone(), output.clone()));
                }
            });
        }
        found
    }

    /// The name under which the stack gives out an output of a component.
    pub fn given_out(&self, component: &str, output: &str) -> Option<&str> {
        let is_it = |(_, given): &(&String, &Output)| {
            given.component == component && given.path == [output]
        };
        self.outputs.iter().find(is_it).map(|(name, _)| name.as_str())
    }
}
