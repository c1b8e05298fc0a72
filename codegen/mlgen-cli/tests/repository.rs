//! What the repository has: its modules and its example projects, by their folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate is two folders deep")
}

/// A module, chart or Compose component of the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    /// `aws`.
    pub(crate) target: String,
    /// `database`.
    pub(crate) kind: String,
}

impl Module {
    /// `aws/database`.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.target, self.kind)
    }

    /// Its folder in the repository.
    pub(crate) fn folder(&self) -> PathBuf {
        root().join("modules").join(self.name())
    }

    /// Whether Terraform reads it.
    pub(crate) fn is_terraform(&self) -> bool {
        names(&self.folder()).iter().any(|name| has_ending(name, "tf"))
    }

    /// Whether Helm reads it.
    pub(crate) fn is_chart(&self) -> bool {
        self.folder().join("Chart.yaml").is_file()
    }
}

/// Every folder `modules/<target>/<kind>`.
pub(crate) fn modules() -> Vec<Module> {
    let all = root().join("modules");
    let targets = folders(&all).into_iter();
    targets
        .flat_map(|target| {
            let kinds = folders(&all.join(&target)).into_iter();
            kinds.map(move |kind| Module { target: target.clone(), kind })
        })
        .collect()
}

/// The names of the folders below `examples/` that are projects of mlgen.
pub(crate) fn projects() -> Vec<String> {
    let all = root().join("examples");
    let mut names = folders(&all);
    names.retain(|name| all.join(name).join("mlgen.yaml").is_file());
    names
}

/// The names of what is directly in a folder, sorted; none where there is no folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Whether a file is of this kind.
pub(crate) fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == ending)
}

fn folders(folder: &Path) -> Vec<String> {
    let mut names = names(folder);
    names.retain(|name| folder.join(name).is_dir() && !name.starts_with('.'));
    names
}

/// Every file below a folder by its path from there; folders that `skip` names are left out.
pub(crate) fn tree(folder: &Path, skip: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(folder, "", skip, &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, skip: &[&str], files: &mut BTreeMap<String, Vec<u8>>) {
    for name in names(folder) {
        let path = folder.join(&name);
        if !path.is_dir() {
            files.insert(format!("{prefix}{name}"), fs::read(&path).unwrap());
        } else if !skip.contains(&name.as_str()) {
            collect(&path, &format!("{prefix}{name}/"), skip, files);
        }
    }
}
