//! An example project, rendered once in a copy of its folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hcl_edit::structure::Body;
use serde_json::Value as Json;

use super::host::{self, Stack};
use super::tools::{self, Run};
use crate::repository::{self, has_ending};

/// Which files mlgen wrote; where it is committed, so are they.
const MANIFEST: &str = ".mlgen/manifest.json";

/// What people write; everything else in a project is rendered.
const WRITTEN: [&str; 2] = ["configs", "templates"];

#[derive(Debug)]
pub(super) struct Project {
    pub(super) name: String,
    folder: PathBuf,
    /// What `mlgen render --all --check` said about what is committed, if anything is.
    pub(super) checked: Option<Run>,
    /// What `mlgen render --all` said.
    pub(super) rendered: Run,
    /// What was rendered, by path.
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Project {
    /// Renders the example of this name.
    pub(super) fn example(name: &str) -> Self {
        let committed = repository::root().join("examples").join(name);
        Self::render(name, &committed, host::folder().join("examples").join(name))
    }

    /// Renders a copy of a project; `folder` is two folders below the copy of the repository.
    pub(super) fn render(name: &str, original: &Path, folder: PathBuf) -> Self {
        host::copy(original, &folder);
        let checked = folder
            .join(MANIFEST)
            .is_file()
            .then(|| tools::mlgen(&folder, &["render", "--all", "--check"]));
        let rendered = tools::mlgen(&folder, &["render", "--all"]);
        let files = Self::read(&folder);
        Self { name: name.to_owned(), folder, checked, rendered, files }
    }

    /// What is rendered there now.
    pub(super) fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let mut files = repository::tree(folder, &WRITTEN);
        files.remove("mlgen.yaml");
        files
    }

    /// What mlgen has written, by its own account, and that account.
    pub(super) fn written(&self) -> BTreeMap<&str, &[u8]> {
        let manifest: Json = serde_json::from_str(self.text(MANIFEST)).unwrap();
        let listed = manifest["files"].as_object().unwrap();
        let files = self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        files.filter(|(path, _)| *path == MANIFEST || listed.contains_key(*path)).collect()
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folders of the stacks that Terraform plans: those with values of an environment.
    pub(super) fn stacks(&self) -> BTreeSet<String> {
        self.folders_of(|name| has_ending(name, "tfvars"))
    }

    /// The folders of the charts, without those in charts.
    pub(super) fn charts(&self) -> BTreeSet<String> {
        let mut charts = self.folders_of(|name| name == "Chart.yaml");
        charts.retain(|folder| !folder.contains("/charts/"));
        charts
    }

    /// The paths of the files with one of these names.
    pub(super) fn named(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        self.files.keys().filter(|path| wanted(path)).cloned().collect()
    }

    /// The text of a rendered file.
    pub(super) fn text(&self, path: &str) -> &str {
        std::str::from_utf8(&self.files[path]).unwrap()
    }

    /// The files of a folder by their names, without those below it.
    pub(super) fn in_folder(&self, folder: &str) -> BTreeMap<&str, &[u8]> {
        let files = self.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix(folder)?.strip_prefix('/')?;
            (!name.contains('/')).then_some((name, bytes.as_slice()))
        });
        files.collect()
    }

    /// A stack with a value for each variable that its files leave to whoever runs it.
    pub(super) fn stack(&self, folder: &str) -> Stack {
        let mut stack = Stack::at(self.folder.join(folder));
        let files = self.in_folder(folder);
        let read = |ending: &str| -> Vec<Body> {
            let files = files.iter().filter(|(name, _)| has_ending(name, ending));
            files.map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().parse().unwrap()).collect()
        };
        let values = read("tfvars");
        for body in read("tf") {
            for block in body.get_blocks("variable") {
                let name = block.labels[0].as_str();
                let set = values.iter().any(|body| body.has_attribute(name));
                if !set && !block.body.has_attribute("default") {
                    stack.set(name, &format!("{name}-of-a-run"));
                }
            }
        }
        stack
    }

    fn folders_of(&self, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let paths = self.files.keys().filter_map(|path| path.rsplit_once('/'));
        paths.filter(|(_, name)| wanted(name)).map(|(folder, _)| folder.to_owned()).collect()
    }
}
