//! `targets` and `environments`: where something exists, said once at the thing or at the top of its file.

use crate::decode;
use crate::diag::Diags;
use crate::node::Node;
use crate::source::Span;

/// Where something exists; everywhere when a list is absent.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Only for these targets.
    pub targets: Option<Vec<(String, Span)>>,
    /// Only in these environments.
    pub environments: Option<Vec<(String, Span)>>,
}

impl Scope {
    pub(super) fn read(node: &Node, diags: &mut Diags) -> Self {
        let mut list = |name: &str| {
            let listed = node.get(name)?;
            decode::strings(listed, &format!("`{name}`"), diags)
        };
        Self { targets: list("targets"), environments: list("environments") }
    }

    /// The same, with what the file says where nothing is said here.
    pub(super) fn within(self, outer: &Self) -> Self {
        Self {
            targets: self.targets.or_else(|| outer.targets.clone()),
            environments: self.environments.or_else(|| outer.environments.clone()),
        }
    }

    /// Takes what another file says about the same thing; whether the two agree.
    pub(super) fn join(&mut self, other: Self) -> bool {
        let same = |a: &Option<Vec<(String, Span)>>, b: &Option<Vec<(String, Span)>>| {
            let names = |list: &[(String, Span)]| {
                let mut names: Vec<String> = list.iter().map(|(name, _)| name.clone()).collect();
                names.sort();
                names
            };
            match (a, b) {
                (Some(a), Some(b)) => names(a) == names(b),
                _ => true,
            }
        };
        let agree =
            same(&self.targets, &other.targets) && same(&self.environments, &other.environments);
        self.targets = self.targets.take().or(other.targets);
        self.environments = self.environments.take().or(other.environments);
        agree
    }

    /// Whether anything is said.
    pub fn is_everywhere(&self) -> bool {
        self.targets.is_none() && self.environments.is_none()
    }

    /// Whether something with this scope exists for `target` in `environment`.
    pub fn holds(&self, environment: &str, target: Option<&str>) -> bool {
        let named = |list: &Option<Vec<(String, Span)>>, name: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|(known, _)| known == name))
        };
        named(&self.environments, environment)
            && target.is_none_or(|target| named(&self.targets, target))
    }
}
