//! Which component exists in which environment for which target, and of what kind it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::catalogue::target::{Target, Writer};
use crate::catalogue::{Catalogue, Kind};
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::node::Node;
use crate::source::Sources;
use crate::spec::Spec;
use crate::spec::layer::{Declared, Foreign, Layer};

/// Targets and kinds, each read once for all environments.
#[derive(Debug, Default)]
pub struct Kinds {
    /// Targets that the project uses.
    pub targets: IndexMap<String, Arc<Target>>,
    /// Kinds by name, by target.
    pub kinds: BTreeMap<String, BTreeMap<String, Arc<Kind>>>,
    /// Kinds that could not be read, by target and name: nobody knows what they take and give.
    unreadable: BTreeSet<(String, String)>,
    /// Components that no file declares, by target: what holds the secrets of a target.
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
        let mut wanted: BTreeSet<String> = layers
            .flat_map(|layer| &layer.components)
            .filter(|(_, declared)| declared.module.is_none())
            .map(|(name, declared)| kind_name(name, declared))
            .collect();
        for target in kinds.targets.values() {
            let Some(secrets) = &target.secrets else { continue };
            let key = spec.project.targets[&target.name].key;
            kinds.implied.insert(target.name.clone(), Declared::implied(key));
            wanted.insert(secrets.kind.clone());
        }
        for target in kinds.targets.values() {
            let found = wanted.iter().filter_map(|name| {
                Some((name.clone(), catalogue.kind(target, name, sources, diags)?))
            });
            let (found, unreadable): (BTreeMap<_, _>, BTreeMap<_, _>) =
                found.partition(|(_, kind): &(String, Arc<Kind>)| kind.is_whole);
            let unreadable = unreadable.into_keys().map(|name| (target.name.clone(), name));
            kinds.unreadable.extend(unreadable);
            if let Some(secrets) = &target.secrets
                && let Some(kind) = found.get(&secrets.kind)
            {
                check_holder(kind, diags);
                for (name, entry) in secrets.inputs.iter().filter_map(Node::as_map).flatten() {
                    if !kind.interface.inputs.contains_key(name) {
                        let known = kind.interface.inputs.keys().map(String::as_str);
                        diags.push(decode::unknown(entry.key, name, &kind.title(), known));
                    }
                }
            }
            let used: Vec<&Kind> = found.values().map(|kind| &**kind).collect();
            catalogue.check_conventions(target, &used, sources, diags);
            kinds.kinds.insert(target.name.clone(), found);
        }
        if spec.is_all_whole() {
            kinds.check_classes(spec, diags);
        }
        kinds
    }

    /// Classes that loosen nothing anywhere are misspelled ones.
    fn check_classes(&self, spec: &Spec, diags: &mut Diags) {
        let mut known: BTreeSet<&str> = ["production", "staging", "development"].into();
        let kinds = self.kinds.values().flat_map(BTreeMap::values);
        known.extend(kinds.flat_map(|kind| kind.component.classes.keys()).map(String::as_str));
        for environment in spec.project.environments.values() {
            let Some((class, span)) = &environment.class_at else { continue };
            if !known.contains(class.as_str()) {
                let message = format!("no component has anything for a class `{class}`");
                let error = Diagnostic::error(*span, message).suggest(class, known.iter().copied());
                let listed: Vec<&str> = known.iter().copied().collect();
                diags.push(match error.help {
                    Some(_) => error,
                    None => error.help(format!("there are {}", decode::listed(&listed))),
                });
            }
        }
    }

    /// The declaration of a component that no file declares, for a kind that some target's rules name.
    ///
    /// # Panics
    ///
    /// When no target names the kind.
    pub(super) fn implied(&self, target: &str) -> &Declared {
        &self.implied[target]
    }

    /// The kind of this name on this target.
    pub fn get(&self, target: &str, kind: &str) -> Option<&Arc<Kind>> {
        self.kinds.get(target)?.get(kind)
    }
}

/// What holds secrets is handed their names and values, and gives references to them.
fn check_holder(kind: &Kind, diags: &mut Diags) {
    let Some(file) = kind.files.values().next() else { return };
    let mut need = |has: bool, what: &str| {
        if !has {
            let message = format!("{} holds secrets and needs {what}", kind.title());
            diags.push(Diagnostic::error(file.span(0..0), message));
        }
    };
    need(kind.interface.inputs.contains_key("secrets"), "an input `secrets`");
    need(
        kind.interface.inputs.get("values").is_some_and(|input| input.ephemeral),
        "an ephemeral input `values`",
    );
    need(kind.interface.outputs.contains_key("references"), "an output `references`");
}

/// `object-storage` for a component without `kind` that is called `object_storage`.
pub fn kind_name(component: &str, declared: &Declared) -> String {
    match &declared.kind {
        Some((kind, _)) => kind.clone(),
        None => component.replace('_', "-"),
    }
}

/// How a component was declared first for an environment, whose layers after the base are given.
pub fn declared<'a>(
    spec: &'a Spec,
    layers: &[(String, &'a Layer)],
    name: &str,
) -> Option<&'a Declared> {
    let own = || layers.iter().find_map(|(_, layer)| layer.components.get(name));
    spec.base.components.get(name).or_else(own)
}

/// The components of an environment for a target.
#[derive(Clone, Debug, Default)]
pub struct Here<'a> {
    /// Those that are there, by name.
    pub present: BTreeMap<String, Present<'a>>,
    /// Those that should be, but whose kind is not known.
    pub broken: BTreeSet<String>,
}

/// Finds out what is there.
pub fn here<'a>(
    spec: &'a Spec,
    layers: &[(String, &'a Layer)],
    kinds: &Kinds,
    catalogue: &Catalogue,
    environment: &str,
    target: &Target,
    diags: &mut Diags,
) -> Here<'a> {
    let mut found = Here::default();
    let own = layers.iter().flat_map(|(_, layer)| layer.components.keys());
    for name in spec.base.components.keys().chain(own) {
        if found.present.contains_key(name) || found.broken.contains(name) {
            continue;
        }
        let Some(declared) = declared(spec, layers, name) else { continue };
        if !declared.scope.holds(environment, Some(&target.name)) {
            continue;
        }
        let wanted = kind_name(name, declared);
        let made = match (&declared.module, kinds.get(&target.name, &wanted)) {
            (Some(foreign), _) if target.writer == Writer::Terraform => {
                Made::Foreign(foreign.clone())
            }
            (Some(foreign), _) => {
                let message = format!("`{name}` is a module of Terraform, which is nothing");
                let is_terraform = |target: &&Arc<Target>| target.writer == Writer::Terraform;
                let others = kinds.targets.values().filter(is_terraform);
                let others: Vec<&str> = others.map(|target| target.name.as_str()).collect();
                diags.push(
                    Diagnostic::error(foreign.span, message)
                        .target(&target.name)
                        .help(format!("write `targets: [{}]` at `{name}`", others.join(", "))),
                );
                found.broken.insert(name.clone());
                continue;
            }
            (None, Some(kind)) => Made::Kind(Arc::clone(kind)),
            (None, None) if kinds.unreadable.contains(&(target.name.clone(), wanted.clone())) => {
                found.broken.insert(name.clone());
                continue;
            }
            // Meant for a component of the base, and told there.
            (None, None) if declared.kind.is_none() && !spec.base.components.contains_key(name) => {
                found.broken.insert(name.clone());
                continue;
            }
            (None, None) => {
                diags.push(no_kind(name, &wanted, declared, target, kinds, catalogue));
                found.broken.insert(name.clone());
                continue;
            }
        };
        found.present.insert(name.clone(), Present { declared, made });
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
    let error = Diagnostic::error(at, format!("there is no kind `{wanted}`")).target(&target.name);
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
