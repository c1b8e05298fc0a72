//! Which component exists in which environment for which target, and of what kind it is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::catalogue::target::Target;
use crate::catalogue::{Catalogue, Kind};
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::source::Sources;
use crate::spec::layer::{Declared, Foreign};
use crate::spec::{Scope, Spec};

/// Targets and kinds, each read once for all environments.
#[derive(Debug, Default)]
pub struct Kinds {
    /// Targets that the project uses.
    pub targets: IndexMap<String, Arc<Target>>,
    /// Kinds by target and name.
    pub kinds: BTreeMap<(String, String), Arc<Kind>>,
    /// Components that no file declares, by kind: what holds the secrets of a target.
    implied: BTreeMap<String, Declared>,
}

/// What a component is on a target.
#[derive(Clone, Debug)]
pub enum Made {
    /// By a kind of a catalogue.
    Kind(Arc<Kind>),
    /// By somebody else's module, of which nothing is known.
    Foreign(Foreign),
}

/// A component that exists in an environment for a target.
#[derive(Clone, Debug)]
pub struct Present<'a> {
    /// How it was declared first: in the base, or in an environment that alone has it.
    pub declared: &'a Declared,
    /// What it is.
    pub made: Made,
}

impl Made {
    /// The kind, if a catalogue has it.
    pub fn kind(&self) -> Option<&Arc<Kind>> {
        match self {
            Self::Kind(kind) => Some(kind),
            Self::Foreign(_) => None,
        }
    }
}

impl Kinds {
    /// Reads what the spec uses.
    pub fn read(spec: &Spec, catalogue: &Catalogue, sources: &Sources, diags: &mut Diags) -> Self {
        let mut kinds = Self::default();
        for (name, settings) in &spec.project.targets {
            match catalogue.target(name, sources, diags) {
                Some(target) => {
                    kinds.targets.insert(name.clone(), Arc::new(target));
                }
                None if catalogue.targets().any(|known| known == name) => {}
                None => {
                    let known: Vec<&str> = catalogue.targets().collect();
                    let what = "the catalogue";
                    diags.push(decode::unknown(settings.key, name, what, known.iter().copied()));
                }
            }
        }
        let layers = std::iter::once(&spec.base).chain(spec.environments.values());
        for (name, declared) in layers.flat_map(|layer| &layer.components) {
            for target in kinds.targets.values() {
                let kind = kind_name(name, declared);
                let key = (target.name.clone(), kind.clone());
                if declared.module.is_some() || kinds.kinds.contains_key(&key) {
                    continue;
                }
                if let Some(kind) = catalogue.kind(target, &kind, sources, diags) {
                    kinds.kinds.insert(key, kind);
                }
            }
        }
        for target in kinds.targets.values() {
            let Some(secrets) = &target.secrets else { continue };
            let key = spec.project.targets[&target.name].key;
            kinds.implied.entry(secrets.kind.clone()).or_insert_with(|| Declared::implied(key));
            let key = (target.name.clone(), secrets.kind.clone());
            if kinds.kinds.contains_key(&key) {
                continue;
            }
            if let Some(kind) = catalogue.kind(target, &secrets.kind, sources, diags) {
                kinds.kinds.insert(key, kind);
            }
        }
        kinds
    }

    /// The declaration of a component that no file declares, for a kind that some target's rules name.
    ///
    /// # Panics
    ///
    /// When no target names the kind.
    pub(super) fn implied(&self, kind: &str) -> &Declared {
        &self.implied[kind]
    }

    /// The kind of this name on this target.
    pub fn get(&self, target: &str, kind: &str) -> Option<&Arc<Kind>> {
        self.kinds.get(&(target.to_owned(), kind.to_owned()))
    }
}

/// `object-storage` for a component without `kind` that is called `object_storage`.
pub fn kind_name(component: &str, declared: &Declared) -> String {
    match &declared.kind {
        Some((kind, _)) => kind.clone(),
        None => component.replace('_', "-"),
    }
}

/// How a component was declared first for an environment, and where it exists.
pub fn declared<'a>(spec: &'a Spec, environment: &str, name: &str) -> Option<&'a Declared> {
    spec.base.components.get(name).or_else(|| {
        let mut layers = spec.layers(environment).into_iter();
        layers.find_map(|(_, layer)| layer.components.get(name))
    })
}

/// The components of an environment for a target, by name.
pub fn present<'a>(
    spec: &'a Spec,
    kinds: &Kinds,
    catalogue: &Catalogue,
    environment: &str,
    target: &Target,
    diags: &mut Diags,
) -> BTreeMap<String, Present<'a>> {
    let mut found = BTreeMap::new();
    let layers = spec.layers(environment);
    let own = layers.iter().flat_map(|(_, layer)| layer.components.keys());
    for name in spec.base.components.keys().chain(own) {
        if found.contains_key(name) {
            continue;
        }
        let Some(declared) = declared(spec, environment, name) else { continue };
        if !declared.scope.holds(environment, Some(&target.name)) {
            continue;
        }
        if let Some(foreign) = &declared.module {
            let made = Made::Foreign(foreign.clone());
            found.insert(name.clone(), Present { declared, made });
            continue;
        }
        let wanted = kind_name(name, declared);
        match kinds.get(&target.name, &wanted) {
            Some(kind) => {
                let made = Made::Kind(Arc::clone(kind));
                found.insert(name.clone(), Present { declared, made });
            }
            None => diags.push(no_kind(name, &wanted, declared, target, kinds, catalogue)),
        }
    }
    found
}

/// A component whose kind the target does not have: what it could be instead.
fn no_kind(
    name: &str,
    wanted: &str,
    declared: &Declared,
    target: &Target,
    kinds: &Kinds,
    catalogue: &Catalogue,
) -> Diagnostic {
    let at = declared.kind.as_ref().map_or(declared.key, |(_, span)| *span);
    let error = Diagnostic::error(at, format!("target `{}` has no kind `{wanted}`", target.name));
    let others: Vec<&str> = kinds
        .targets
        .keys()
        .filter(|other| kinds.get(other, wanted).is_some())
        .map(String::as_str)
        .collect();
    if !others.is_empty() {
        return error.help(format!(
            "it exists for {0}: write `targets: [{0}]` at `{name}`",
            others.join(", ")
        ));
    }
    let known: Vec<&str> = catalogue.kinds(target).collect();
    let suggested = error.suggest(wanted, known.iter().copied());
    if suggested.help.is_some() {
        return suggested;
    }
    suggested.help(format!(
        "say what `{name}` is with `kind`: {} has {}",
        target.name,
        decode::listed(&known)
    ))
}

/// What files of environments say about components that are not there, or that the base alone may say.
pub fn check_layers(spec: &Spec, diags: &mut Diags) {
    for (environment, layer) in &spec.environments {
        for (name, entry) in &layer.components {
            let Some(base) = spec.base.components.get(name) else {
                let chain = spec.layers(environment);
                let above = chain.iter().any(|(above, layer)| {
                    above != environment && layer.components.contains_key(name)
                });
                if !above && entry.kind.is_none() && entry.module.is_none() {
                    let message = format!("no file of configs/base has a component `{name}`");
                    let known = spec.base.components.keys().map(String::as_str);
                    let error = Diagnostic::error(entry.key, message).suggest(name, known);
                    diags.push(match error.help {
                        Some(_) => error,
                        None => {
                            error.help("a component that only this environment has needs a `kind`")
                        }
                    });
                }
                continue;
            };
            let users = spec.project.environments.keys();
            let mut users = users.filter(|user| spec.project.chain(user).contains(environment));
            let present = users.any(|user| base.scope.holds(user, None));
            if !present {
                let at = base.scope.environments.iter().flatten().next();
                let error = Diagnostic::error(
                    entry.key,
                    format!("`{name}` is absent in {environment}, so there is nothing to override"),
                );
                diags.push(match at {
                    Some((_, span)) => {
                        error.note_at(*span, "here it says where the component exists")
                    }
                    None => error,
                });
            }
            if let Some((_, span)) = &entry.kind {
                diags.push(
                    Diagnostic::error(
                        *span,
                        "the kind of a component is the same in every environment",
                    )
                    .note_at(base.key, "the base declares it"),
                );
            }
            if entry.scope != Scope::default() {
                diags.push(
                    Diagnostic::error(entry.key, "where a component exists is said in the base")
                        .note_at(base.key, "write `targets` and `environments` here"),
                );
            }
        }
    }
}
