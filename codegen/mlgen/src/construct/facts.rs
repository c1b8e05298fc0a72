//! Facts, secrets and outputs that an environment has for a target, the nearest file's last.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::stack::Stack;
use crate::catalogue::target::Target;
use crate::diag::{Diagnostic, Diags};
use crate::spec::layer::{Fact, Given, Layer};
use crate::spec::{Environment, Scope, Spec};

/// Warns of facts of a run that nothing refers to, anywhere.
pub(super) fn check_used(spec: &Spec, stacks: &[Stack], diags: &mut Diags) {
    let layers = std::iter::once(&spec.base).chain(spec.environments.values());
    for (name, fact) in layers.flat_map(|layer| &layer.inputs) {
        if !stacks.iter().any(|stack| stack.inputs.contains_key(name)) {
            diags.push(
                Diagnostic::warning(fact.key, format!("nothing takes input `{name}`"))
                    .help(format!("write ${{input.{name}}} where it belongs, or remove it")),
            );
        }
    }
}

/// What is there beside the components.
#[derive(Clone, Debug, Default)]
pub struct Effective<'a> {
    /// Facts of a run.
    pub inputs: BTreeMap<&'a str, &'a Fact>,
    /// Secrets.
    pub secrets: BTreeMap<&'a str, &'a Fact>,
    /// Outputs.
    pub outputs: BTreeMap<&'a str, &'a Given>,
}

impl<'a> Effective<'a> {
    /// Takes what the base and the layers of an environment say.
    pub fn of(
        spec: &'a Spec,
        layers: &[(String, &'a Layer)],
        environment: &Environment,
        target: &Target,
    ) -> Self {
        let mut found = Self::default();
        for layer in std::iter::once(&spec.base).chain(layers.iter().map(|(_, layer)| *layer)) {
            let here = |scope: &Scope| scope.holds(&environment.name, Some(&target.name));
            let take = |all: &mut BTreeMap<&'a str, &'a Fact>, from: &'a IndexMap<String, Fact>| {
                let facts = from.iter().filter(|(_, fact)| here(&fact.scope));
                all.extend(facts.map(|(name, fact)| (name.as_str(), fact)));
            };
            take(&mut found.inputs, &layer.inputs);
            take(&mut found.secrets, &layer.secrets);
            let outputs = layer.outputs.iter().filter(|(_, output)| here(&output.scope));
            found.outputs.extend(outputs.map(|(name, output)| (name.as_str(), output)));
        }
        found
    }
}
