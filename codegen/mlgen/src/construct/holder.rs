//! The component that holds the secrets of a stack: there where the spec has secrets and the target says what keeps them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::facts::Effective;
use super::presence::{Kinds, Made, Present};
use crate::catalogue::target::Target;
use crate::diag::{Diagnostic, Diags};
use crate::node::{Entry, Map, Node, Value as Plain};
use crate::source::Span;
use crate::spec::layer::Fact;

/// The component, and what it is given by convention.
pub(super) struct Holder {
    pub(super) component: String,
    pub(super) inputs: Node,
}

impl Holder {
    /// Adds the component where the spec has secrets and does not declare it itself.
    pub(super) fn of<'a>(
        kinds: &'a Kinds,
        target: &Target,
        effective: &Effective<'_>,
        present: &mut BTreeMap<String, Present<'a>>,
        diags: &mut Diags,
    ) -> Option<Self> {
        let rule = target.secrets.as_ref()?;
        let first = effective.secrets.values().next()?;
        let kind = kinds.get(&target.name, &rule.kind)?;
        let of_kind =
            |there: &Present<'_>| there.made.kind().is_some_and(|made| made.name == rule.kind);
        let component = if let Some((name, _)) = present.iter().find(|(_, there)| of_kind(there)) {
            name.clone()
        } else {
            let name = rule.kind.replace('-', "_");
            let declared = kinds.implied(&target.name);
            if let Some(other) = present.get(&name) {
                let message =
                    format!("`{name}` is what the secrets of a stack for {} are in", target.name);
                diags.push(
                    Diagnostic::error(other.declared.key, message)
                        .note_at(first.key, "there are secrets")
                        .help(format!("give it another name, or make it of kind `{}`", rule.kind)),
                );
                return None;
            }
            let made = Made::Kind(Arc::clone(kind));
            present.insert(name.clone(), Present { declared, made });
            name
        };
        let mut map = rule.inputs.as_ref().and_then(Node::as_map).cloned().unwrap_or_default();
        let entry = |key: Span, value: Plain| Entry { key, node: Node { value, span: key } };
        let described = |fact: &Fact| {
            let text = entry(fact.key, Plain::String(fact.description.clone()));
            entry(fact.key, Plain::Map(Map::from_iter([("description".to_owned(), text)])))
        };
        let secrets = effective.secrets.iter();
        let listed = secrets.map(|(name, fact)| ((*name).to_owned(), described(fact))).collect();
        map.insert("secrets".to_owned(), entry(first.key, Plain::Map(listed)));
        Some(Self { component, inputs: Node { value: Plain::Map(map), span: first.key } })
    }
}
