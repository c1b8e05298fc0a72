//! The catalogue: folders `<target>/<kind>/` of Terraform modules, charts and Compose components, read as typed
//! interfaces. Everything a target or a kind is stands in its folder; nothing about them is written in Rust.

mod check;
pub mod component;
pub mod condition;
mod functions;
pub mod interface;
mod literal;
mod range;
mod schema;
pub mod target;
pub mod types;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use component::ComponentFile;
use interface::Interface;
use target::{Target, Writer};
use types::Type;

use crate::diag::{Diagnostic, Diags};
use crate::source::{FileId, Sources, Span};
use crate::yaml;

/// The texts of one catalogue, as they were found.
#[derive(Clone, Debug)]
pub struct Folder {
    /// How stacks reach it.
    pub place: Place,
    /// Texts by path within the catalogue, with `/`.
    pub files: BTreeMap<String, String>,
}

/// Where a catalogue is, as seen from the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder, relative to the project's root.
    Local(String),
    /// Inside the program: the modules that are used are written into the project.
    Embedded,
    /// A repository: `git::https://...` and a revision.
    Remote {
        /// What stands before `//<target>/<kind>`.
        source: String,
        /// What stands after `?ref=`.
        revision: String,
    },
}

/// The catalogue that comes with the program, as paths and texts.
const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

impl Folder {
    /// The catalogue that comes with the program.
    pub fn builtin() -> Self {
        let files = BUILTIN.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self { place: Place::Embedded, files: files.collect() }
    }
}

/// All catalogues of a project; the first one that has a kind provides it.
#[derive(Debug, Default)]
pub struct Catalogue {
    places: Vec<Place>,
    /// Folders by `(target, kind)`; target files are under the kind `""`.
    folders: BTreeMap<(String, String), Found>,
}

#[derive(Debug)]
struct Found {
    place: usize,
    files: BTreeMap<String, FileId>,
}

/// A kind of component on a target.
#[derive(Debug)]
pub struct Kind {
    /// Folder of the catalogue, which is the target or one that it names in `also`.
    pub folder: String,
    /// Name of the kind.
    pub name: String,
    /// Where the catalogue is.
    pub place: Place,
    /// What it takes and gives.
    pub interface: Interface,
    /// The rest of what it says about itself.
    pub component: ComponentFile,
    /// Its files by path within its folder.
    pub files: BTreeMap<String, FileId>,
    /// Whether all that is read of them could be read; else nobody knows what it takes and gives.
    pub is_whole: bool,
}

impl Kind {
    /// Whether an output is a reference to a secret: said so, or an input that takes nothing else handed on.
    pub fn gives_secret(&self, output: &str) -> bool {
        let handed_on = || {
            let template = self.interface.outputs.get(output)?.value.as_ref()?.as_str()?;
            let name = template.strip_prefix("${")?.strip_suffix('}')?;
            Some(self.interface.inputs.get(name)?.ty == Type::Secret)
        };
        self.component.secret_outputs.contains(output) || handed_on().unwrap_or(false)
    }
}

impl Catalogue {
    /// Takes the folders in order of precedence.
    pub fn new(folders: Vec<Folder>, sources: &mut Sources) -> Self {
        let mut catalogue = Self::default();
        for (place, folder) in folders.into_iter().enumerate() {
            let mut here: BTreeMap<(String, String), BTreeMap<String, FileId>> = BTreeMap::new();
            for (path, text) in folder.files {
                let Some((target, rest)) = path.split_once('/') else { continue };
                let (kind, name) = rest.split_once('/').unwrap_or(("", rest));
                let shown = match &folder.place {
                    Place::Local(root) => format!("{root}/{path}"),
                    Place::Embedded | Place::Remote { .. } => format!("modules/{path}"),
                };
                let file = sources.add(shown, text);
                let key = (target.to_owned(), kind.to_owned());
                here.entry(key).or_default().insert(name.to_owned(), file);
            }
            for (key, files) in here {
                catalogue.folders.entry(key).or_insert(Found { place, files });
            }
            catalogue.places.push(folder.place);
        }
        catalogue
    }

    /// The names of all targets.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        let files = self.folders.iter();
        files
            .filter(|((_, kind), found)| kind.is_empty() && found.files.contains_key("target.yaml"))
            .map(|((target, _), _)| target.as_str())
    }

    /// Reads a target; none if there is no such folder.
    pub fn target(&self, name: &str, sources: &Sources, diags: &mut Diags) -> Option<Target> {
        let found = self.folders.get(&(name.to_owned(), String::new()))?;
        let file = *found.files.get("target.yaml")?;
        let (node, errors) = yaml::parse(sources, file);
        diags.extend(errors);
        let provider = found.files.get("provider.tf").copied();
        let node = node?;
        let target = Target::read(name, &node, provider, file.span(0..0), diags)?;
        self.check_target(&target, &node, sources, diags);
        Some(target)
    }

    /// The kinds that may stand in stacks of a target, sorted.
    pub fn kinds<'a>(&'a self, target: &'a Target) -> impl Iterator<Item = &'a str> {
        let folders = self.folders.keys();
        folders
            .filter(|(folder, kind)| {
                !kind.is_empty() && (*folder == target.name || target.also.contains(folder))
            })
            .map(|(_, kind)| kind.as_str())
    }

    /// Whether any target has this kind.
    pub fn knows(&self, kind: &str) -> bool {
        self.folders.keys().any(|(_, known)| known == kind)
    }

    /// Reads a kind for a target; none if neither the target's folder nor one that it also takes has it.
    pub fn kind(
        &self,
        target: &Target,
        kind: &str,
        sources: &Sources,
        diags: &mut Diags,
    ) -> Option<Arc<Kind>> {
        let places = std::iter::once(&target.name).chain(&target.also);
        let mut found = places.filter_map(|folder| {
            let found = self.folders.get(&(folder.clone(), kind.to_owned()))?;
            Some((folder, found))
        });
        let (folder, found) = found.next()?;
        let mut is_whole = true;
        let mut yaml = |diags: &mut Diags| {
            let (node, errors) = yaml::parse(sources, *found.files.get("component.yaml")?);
            diags.extend(errors);
            is_whole &= node.is_some();
            node
        };
        let (component, interface) = match target.writer {
            Writer::Terraform => {
                let is_module = |name: &&String| {
                    !name.contains('/')
                        && Path::new(name).extension().is_some_and(|end| end == "tf")
                };
                let modules: Vec<FileId> =
                    found.files.keys().filter(is_module).map(|name| found.files[name]).collect();
                let component = yaml(diags).map(|node| ComponentFile::read(&node, diags));
                let interface = Interface::read(sources, &modules, diags);
                is_whole &= interface.is_some();
                (component.unwrap_or_default(), interface.unwrap_or_default())
            }
            Writer::Helm => {
                let node = yaml(diags);
                let interface = schema::read(sources, &found.files, diags);
                is_whole &= interface.is_some();
                let mut interface = interface.unwrap_or_default();
                let read = |node| ComponentFile::read_chart(&node, &mut interface, diags);
                (node.map(read).unwrap_or_default(), interface)
            }
            Writer::Compose => {
                let node = yaml(diags);
                node.map(|node| ComponentFile::read_compose(&node, diags)).unwrap_or_default()
            }
        };
        let kind = Kind {
            folder: folder.clone(),
            name: kind.to_owned(),
            place: self.places[found.place].clone(),
            interface,
            component,
            files: found.files.clone(),
            is_whole,
        };
        if kind.is_whole {
            kind.check(target, diags);
            kind.check_names(sources, diags);
        }
        Some(Arc::new(kind))
    }
}

/// Keys of a component that are no inputs, beside the names of the targets.
pub const RESERVED: [&str; 5] = ["kind", "targets", "environments", "source", "version"];

impl Kind {
    /// What a module may not declare, and what `component.yaml` says about inputs that there are not.
    fn check(&self, target: &Target, diags: &mut Diags) {
        for (name, input) in &self.interface.inputs {
            if RESERVED.contains(&name.as_str()) || *name == target.name {
                diags.push(
                    Diagnostic::error(
                        input.span,
                        format!("`{name}` is reserved and cannot be an input"),
                    )
                    .help("rename the variable"),
                );
            }
        }
        for (class, inputs) in &self.component.classes {
            for (name, entry) in inputs.as_map().into_iter().flatten() {
                if !self.interface.inputs.contains_key(name) {
                    let known = self.interface.inputs.keys().map(String::as_str);
                    let what = format!("{} (class {class})", self.title());
                    diags.push(crate::decode::unknown(entry.key, name, &what, known));
                }
            }
        }
    }

    /// `aws/database`.
    pub fn title(&self) -> String {
        format!("{}/{}", self.folder, self.name)
    }

    /// Where the input is declared.
    pub fn declared(&self, input: &str) -> Option<Span> {
        self.interface.inputs.get(input).map(|input| input.span)
    }
}
