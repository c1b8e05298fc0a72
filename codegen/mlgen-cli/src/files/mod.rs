//! What a project says, as texts: `mlgen.yaml`, specs, templates, catalogues. What they mean is the library's.

mod tree;
mod unreadable;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::{fs, io};

pub use tree::read_tree;
pub use unreadable::Unreadable;

/// The file that makes a folder a project.
pub const PROJECT: &str = "mlgen.yaml";

/// Specs, below the project's folder.
const CONFIGS: &str = "configs";

/// Templates of documents, below the project's folder.
const TEMPLATES: &str = "templates";

/// A text, and its path from the project's folder with `/` between the parts.
pub type Text = (String, String);

/// The texts of a project without its catalogues, which only `mlgen.yaml` knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// `mlgen.yaml`.
    pub project: String,
    /// `configs/**`: `*.yaml`, `*.yml` and `*.json`, sorted by path.
    pub configs: Vec<Text>,
    /// `templates/**`, sorted by path.
    pub templates: Vec<Text>,
}

/// The nearest folder with an `mlgen.yaml`, from `start` upwards.
pub fn root_above(start: &Path) -> Result<PathBuf, Unreadable> {
    let found = start.ancestors().find(|folder| folder.join(PROJECT).is_file());
    found.map(Path::to_owned).ok_or_else(|| {
        Unreadable::one(
            PROJECT,
            format!("is neither in {} nor in a folder around it; say where with --project, or begin with `mlgen init`", start.display()),
        )
    })
}

/// The folder itself, if it has an `mlgen.yaml`.
pub fn root_at(folder: &Path) -> Result<PathBuf, Unreadable> {
    if folder.join(PROJECT).is_file() {
        return Ok(folder.to_owned());
    }
    Err(Unreadable::one(PROJECT, format!("is not in {}", folder.display())))
}

/// Reads everything below `root` but the catalogues. Folders that are not there have no texts.
pub fn read_project(root: &Path) -> Result<Texts, Unreadable> {
    let project = tree::read_file(root, PROJECT);
    let configs = optional(root, CONFIGS, is_spec);
    let templates = optional(root, TEMPLATES, |_| true);
    match (project, configs, templates) {
        (Ok(project), Ok(configs), Ok(templates)) => Ok(Texts { project, configs, templates }),
        (project, configs, templates) => {
            let errors = [project.err(), configs.err(), templates.err()];
            Err(Unreadable::all(errors.into_iter().flatten()))
        }
    }
}

/// Reads the files of catalogues that `keep` wants, in the order that `mlgen.yaml` names the folders. Folders are
/// from `root`, and may lead out of it.
pub fn read_catalogues(
    root: &Path,
    folders: &[String],
    keep: impl Fn(&Path) -> bool,
) -> Result<Vec<Vec<Text>>, Unreadable> {
    let mut catalogues = Vec::new();
    let mut errors = Vec::new();
    for folder in folders {
        match read_tree(root, folder, &keep) {
            Ok(texts) => catalogues.push(texts),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(catalogues) } else { Err(Unreadable::all(errors)) }
}

fn optional(
    root: &Path,
    folder: &str,
    keep: impl Fn(&Path) -> bool,
) -> Result<Vec<Text>, Unreadable> {
    if root.join(folder).exists() { read_tree(root, folder, keep) } else { Ok(Vec::new()) }
}

fn is_spec(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// A file that may be missing.
///
/// # Errors
///
/// When there is one that cannot be read as text.
pub fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
