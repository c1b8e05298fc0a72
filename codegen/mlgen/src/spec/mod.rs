//! The spec of a system: `mlgen.yaml`, and one layer for the base and for each environment.
//!
//! Here texts become typed, and nothing is merged yet: what a component is in an environment is `construct`'s to say.

mod component;
mod distinct;
mod file_name;
pub mod layer;
pub mod project;
mod scope;
mod section;
mod setting;

use indexmap::IndexMap;

pub use layer::{Declared, Layer, Scope};
pub use project::{Environment, Project};

pub use crate::reference;

use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::node::Node;
use crate::source::{Sources, Span};

/// A system as it is written down.
#[derive(Clone, Debug)]
pub struct Spec {
    /// `mlgen.yaml`.
    pub project: Project,
    /// `configs/base`.
    pub base: Layer,
    /// `configs/envs/<environment>`; empty for an environment without files.
    pub environments: IndexMap<String, Layer>,
}

/// The parsed files of a project.
#[derive(Clone, Debug)]
pub struct Files {
    /// `mlgen.yaml`.
    pub project: Node,
    /// Files under `configs/base`; none for one that could not be read.
    pub base: Vec<Option<Node>>,
    /// Files under `configs/envs`, by the name of the folder.
    pub environments: IndexMap<String, Vec<Option<Node>>>,
}

impl Spec {
    /// Reads the files; none if `mlgen.yaml` cannot be read at all.
    ///
    /// `targets` are those of the catalogue: what stands under the name of one is no input.
    pub fn read(
        files: &Files,
        targets: &[&str],
        sources: &Sources,
        diags: &mut Diags,
    ) -> Option<Self> {
        let project = Project::read(&files.project, diags)?;
        let of_project = project.targets.keys().map(String::as_str).collect();
        let targets = component::Targets { of_project, of_catalogue: targets };
        let base = Layer::read(&files.base, &targets, diags);
        let mut environments = IndexMap::new();
        for name in project.environments.keys() {
            let files = files.environments.get(name).map(Vec::as_slice).unwrap_or_default();
            environments.insert(name.clone(), Layer::read(files, &targets, diags));
        }
        for (name, files) in &files.environments {
            if project.environments.contains_key(name) {
                continue;
            }
            let Some(first) = files.iter().flatten().next() else { continue };
            let path = sources.path(first.span.file);
            let at = Span { end: first.span.start, ..first.span };
            let error = Diagnostic::error(at, format!("`{path}` is of no environment"));
            let known = project.environments.keys().map(String::as_str);
            diags.push(match project.environment(name) {
                Some(meant) => error
                    .help(format!("`{name}` is an alias: rename the folder to `{}`", meant.name)),
                None => error.suggest(name, known),
            });
        }
        let spec = Self { project, base, environments };
        spec.check_scopes(diags);
        Some(spec)
    }

    /// Environments and targets that nobody declared, wherever they are named.
    fn check_scopes(&self, diags: &mut Diags) {
        let environments = self.project.environments.keys().map(String::as_str);
        let targets = self.project.targets.keys().map(String::as_str);
        for environment in self.project.environments.values() {
            for (name, (span, _)) in &environment.settings {
                if !self.project.targets.contains_key(name) {
                    let what = "`targets` of mlgen.yaml";
                    diags.push(decode::unknown(*span, name, what, targets.clone()));
                }
            }
        }
        for layer in std::iter::once(&self.base).chain(self.environments.values()) {
            let scopes = (layer.components.values().map(|one| &one.scope))
                .chain(layer.inputs.values().map(|one| &one.scope))
                .chain(layer.secrets.values().map(|one| &one.scope))
                .chain(layer.outputs.values().map(|one| &one.scope))
                .chain(layer.documents.values().map(|one| &one.scope));
            for scope in scopes {
                for (name, span) in scope.environments.iter().flatten() {
                    if !self.project.environments.contains_key(name) {
                        let what = "`environments` of mlgen.yaml";
                        diags.push(decode::unknown(*span, name, what, environments.clone()));
                    }
                }
                for (name, span) in scope.targets.iter().flatten() {
                    if !self.project.targets.contains_key(name) {
                        let what = "`targets` of mlgen.yaml";
                        diags.push(decode::unknown(*span, name, what, targets.clone()));
                    }
                }
            }
        }
    }

    /// Whether all files of an environment could be read: its own, those of the base and along `extends`.
    pub fn is_whole(&self, environment: &str) -> bool {
        let mut own = self.layers(environment).into_iter();
        self.base.is_whole && own.all(|(_, layer)| layer.is_whole)
    }

    /// Whether all files could be read.
    pub fn is_all_whole(&self) -> bool {
        self.base.is_whole && self.environments.values().all(|layer| layer.is_whole)
    }

    /// The layers of an environment after the base, from the most general to its own, with their names.
    pub fn layers(&self, environment: &str) -> Vec<(String, &Layer)> {
        let chain = self.project.chain(environment).into_iter();
        chain.filter_map(|name| Some((name.clone(), self.environments.get(&name)?))).collect()
    }
}
