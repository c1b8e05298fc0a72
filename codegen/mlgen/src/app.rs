//! The whole way from texts to documents, for programs that do not care about the steps between.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::catalogue::{Catalogue, Folder};
use crate::construct::{self, Kinds, Stack, System};
use crate::diag::{Diagnostic, Diags};
use crate::merge;
use crate::node::Node;
use crate::overlap;
use crate::secrecy;
use crate::source::{FileId, Sources};
use crate::spec::{Files, Project, Spec};
use crate::target::{self, Rendered};
use crate::template;
use crate::yaml;

/// Name of the file in which a project begins.
pub const PROJECT_FILE: &str = "mlgen.yaml";

/// All that a project is made of.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Texts by path from the folder of `mlgen.yaml`: that file, `configs/**` and `templates/**`.
    pub files: BTreeMap<String, String>,
    /// Catalogues in order of precedence.
    pub catalogues: Vec<Folder>,
    /// Values from the command line, `database.storage_gb=100`; a later one wins.
    pub set: Vec<String>,
}

/// A project that has been read: its stacks are made, nothing is printed.
#[derive(Debug)]
pub struct App {
    sources: Sources,
    /// `mlgen.yaml`, if it could be read.
    project: Option<FileId>,
    spec: Option<Spec>,
    kinds: Kinds,
    system: System,
    /// Documents from templates, of all environments: each is rendered to know whether it can be.
    documents: Vec<Rendered>,
    diags: Diags,
}

/// Which stacks to render; all where nothing is named.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Names of environments.
    pub environments: Vec<String>,
    /// Names of targets.
    pub targets: Vec<String>,
}

impl App {
    /// Reads a project and makes its stacks. What is wrong is in [`App::diagnostics`].
    pub fn new(input: Input) -> Self {
        let mut sources = Sources::default();
        let mut diags = Diags::default();
        let files = parse(&input.files, &mut sources, &mut diags);
        let mut set = Vec::new();
        for text in input.set {
            let hidden = secrecy::places_of_setting(&text);
            let file = sources.add("--set", text);
            for place in hidden {
                sources.conceal(file.span(place));
            }
            let (node, errors) = merge::setting(&sources, file);
            diags.extend(errors);
            set.extend(node);
        }
        let catalogue = Catalogue::new(input.catalogues, &mut sources);
        let project = files.as_ref().map(|files| files.project.span.file);
        // What is wrong in mlgen.yaml makes more errors everywhere, which would say nothing new.
        let stops = |diags: &Diags| project.is_some_and(|file| diags.has_errors_in(file));
        let mut spec = files.and_then(|files| {
            let targets: Vec<&str> = catalogue.targets().collect();
            Spec::read(&files, &targets, &sources, &mut diags)
        });
        if let Some(spec) = &mut spec {
            spec.set_documents(&mut set, &mut diags);
        }
        let (mut kinds, mut system, mut documents) =
            (Kinds::default(), System::default(), Vec::new());
        if let Some(spec) = spec.as_ref().filter(|_| !stops(&diags)) {
            kinds = Kinds::read(spec, &catalogue, &sources, &mut diags);
        }
        if let Some(spec) = spec.as_ref().filter(|_| !stops(&diags)) {
            system = construct::build(spec, &kinds, &catalogue, &sources, &set, &mut diags);
            // A template sees resolved inputs: where there are none, its errors would mislead.
            overlap::stacks(&system, &mut diags);
            if !diags.has_errors() {
                let all = Choice::default();
                let files = &input.files;
                let (made, paths) =
                    template::documents(spec, &system, files, &mut sources, &all, &mut diags);
                documents = made;
                overlap::documents(&system, &paths, &sources, &mut diags);
            }
        }
        for span in diags.concealed() {
            sources.conceal(span);
        }
        Self { sources, project, spec, kinds, system, documents, diags }
    }

    /// The catalogues that a project names, as far as its `mlgen.yaml` can be read.
    pub fn catalogues(text: &str) -> Vec<String> {
        let mut sources = Sources::default();
        let file = sources.add(PROJECT_FILE, text);
        let (node, _) = yaml::parse(&sources, file);
        node.map(|node| Project::catalogues(&node)).unwrap_or_default()
    }

    /// Everything that is to be told: about `mlgen.yaml` first, then in the order of the files.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let told = self.diags.clone().sorted(&self.sources).into_iter();
        let of_project =
            |one: &Diagnostic| one.span.is_some_and(|span| Some(span.file) == self.project);
        let (first, others): (Vec<_>, Vec<_>) = told.partition(of_project);
        let told = first.into_iter().chain(others);
        told.map(|one| secrecy::scrub(one, &self.sources)).collect()
    }

    /// Whether nothing may be rendered.
    pub fn has_errors(&self) -> bool {
        self.diags.has_errors()
    }

    /// All texts, for showing places.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The spec, if `mlgen.yaml` could be read.
    pub fn spec(&self) -> Option<&Spec> {
        self.spec.as_ref()
    }

    /// Targets and kinds that the spec uses.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// The stacks.
    pub fn stacks(&self) -> &[Stack] {
        &self.system.stacks
    }

    /// The chosen stacks.
    pub fn chosen(&self, choice: &Choice) -> Vec<&Stack> {
        self.system.stacks.iter().filter(|stack| choice.has(stack)).collect()
    }

    /// The documents of the chosen stacks; none while there are errors.
    pub fn render(&self, choice: &Choice) -> Vec<Rendered> {
        self.render_telling(choice, &|_| ())
    }

    /// The same; `done` is told of each stack when its documents are there, from any thread.
    pub fn render_telling(&self, choice: &Choice, done: &(dyn Fn(&Stack) + Sync)) -> Vec<Rendered> {
        if self.has_errors() {
            return Vec::new();
        }
        let stacks = self.chosen(choice);
        let mut found = target::documents(&self.system, &stacks, &self.sources, done);
        let named = |list: &[String], name: &Option<String>| {
            name.as_ref().is_none_or(|name| is_named(list, name))
        };
        let documents = self.documents.iter().filter(|one| {
            named(&choice.environments, &one.environment) && named(&choice.targets, &one.target)
        });
        found.extend(documents.cloned());
        found
    }
}

impl Choice {
    /// Whether a stack is among them.
    pub(crate) fn has(&self, stack: &Stack) -> bool {
        is_named(&self.environments, &stack.environment.name)
            && is_named(&self.targets, &stack.target.name)
    }
}

/// Whether a choice has a name: one that names nothing has all.
fn is_named(list: &[String], name: &str) -> bool {
    list.is_empty() || list.iter().any(|one| one == name)
}

/// Parses the files of a project; none without a readable `mlgen.yaml`.
fn parse(
    texts: &BTreeMap<String, String>,
    sources: &mut Sources,
    diags: &mut Diags,
) -> Option<Files> {
    let mut read = |path: &str, text: &str| {
        let file = sources.add(path, text);
        // Before anything is understood: an error about the syntax shows lines, too.
        for place in secrecy::places(text) {
            sources.conceal(file.span(place));
        }
        let (node, errors) = yaml::parse(sources, file);
        diags.extend(errors);
        (file, node)
    };
    let (mut project, mut stray) = (None, Vec::new());
    let mut base = Vec::new();
    let mut environments: IndexMap<String, Vec<Option<Node>>> = IndexMap::new();
    for (path, text) in texts {
        if path == PROJECT_FILE {
            project = read(path, text).1;
        }
        let Some(path_in) = path.strip_prefix("configs/").filter(|_| is_yaml(path)) else {
            continue;
        };
        let (file, node) = read(path, text);
        match (path_in.strip_prefix("base/"), path_in.strip_prefix("envs/")) {
            (Some(_), _) => base.push(node),
            (_, Some(rest)) if rest.contains('/') => {
                let environment = rest.split('/').next().unwrap_or_default();
                environments.entry(environment.to_owned()).or_default().push(node);
            }
            _ => stray.push((path, file)),
        }
    }
    for (path, file) in stray {
        let error = Diagnostic::error(file.span(0..0), format!("nothing reads `{path}`"));
        diags.push(error.help("move it to configs/base/ or to configs/envs/<environment>/"));
    }
    if !texts.contains_key(PROJECT_FILE) {
        let error = Diagnostic::global(format!("there is no {PROJECT_FILE}"));
        diags.push(error.help("run `mlgen init` to begin a project"));
    }
    Some(Files { project: project?, base, environments })
}

fn is_yaml(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending))
}
