//! Projects on a real disk, told as text: what is there, what is rendered, what is there then.

mod apply;
mod fault;
mod locks;
mod manifests;
mod paths;
mod planning;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use mlgen::doc::Document;
use tempfile::TempDir;

use super::{Output, Owner, Plan, Scope, lock, look};

/// A project in a folder of its own.
struct Project {
    folder: TempDir,
}

impl Project {
    /// With files that mlgen did not write.
    fn with(files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            project.put(path, text);
        }
        project
    }

    /// With files that mlgen wrote for `staging on aws`.
    fn rendered(files: &[(&str, &str)]) -> Self {
        let project = Self::with(&[]);
        project.render(&Scope::ALL, files);
        project
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Writes as a person would.
    fn put(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[track_caller]
    fn render(&self, scope: &Scope, files: &[(&str, &str)]) {
        let writer = lock(self.root(), || ()).unwrap();
        let plan = writer.existing().plan(outputs(files), scope, false).unwrap();
        assert_eq!(said(&plan), said(&Plan { problems: Vec::new(), ..plan.clone() }));
        writer.apply(&plan).unwrap();
    }

    fn plan(&self, scope: &Scope, files: &[(&str, &str)]) -> Plan {
        look(self.root(), || ()).unwrap().plan(outputs(files), scope, false).unwrap()
    }

    /// Every file and empty folder but the manifest: `*` marks a program, `/` a folder.
    fn tree(&self) -> String {
        let mut lines = Vec::new();
        list(self.root(), "", &mut lines);
        lines.sort();
        lines.concat()
    }

    fn manifest(&self) -> String {
        fs::read_to_string(self.root().join(super::MANIFEST)).unwrap()
    }
}

/// Documents of `staging on aws`; `production:path` is one of `production on aws`, `all:path` one of no environment,
/// and `*` before a path makes a program.
fn outputs(files: &[(&str, &str)]) -> Vec<Output> {
    files.iter().map(|(path, text)| output(path, text)).collect()
}

fn output(path: &str, text: &str) -> Output {
    let (owner, path) = match path.split_once(':') {
        Some(("all", path)) => (Owner::default(), path),
        Some((environment @ ("staging" | "production"), path)) => {
            (Owner::new(environment, "aws"), path)
        }
        _ => (Owner::new("staging", "aws"), path),
    };
    let executable = path.starts_with('*');
    let path = path.trim_start_matches('*').to_owned();
    Output { owner, document: Document { path, text: text.to_owned(), executable } }
}

/// A plan in a few lines.
fn said(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for change in &plan.changes {
        lines.push(format!("{:?} {} ({})\n", change.kind(), change.path, change.owner));
    }
    if plan.unchanged > 0 {
        lines.push(format!("{} unchanged\n", plan.unchanged));
    }
    for problem in &plan.problems {
        lines.push(format!("{}: {}\n  {}\n", problem.word(), problem.message(), problem.help()));
    }
    lines.concat()
}

fn list(folder: &Path, shown: &str, lines: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{shown}{}", entry.file_name().display());
        let found = fs::symlink_metadata(entry.path()).unwrap();
        if path == ".mlgen/manifest.json" {
            continue;
        }
        if found.is_symlink() {
            let to = fs::read_link(entry.path()).unwrap();
            lines.push(format!("{path} -> {}\n", to.display()));
        } else if found.is_dir() {
            let before = lines.len();
            list(&entry.path(), &format!("{path}/"), lines);
            let empty = fs::read_dir(entry.path()).unwrap().next().is_none();
            if before == lines.len() && empty {
                lines.push(format!("{path}/\n"));
            }
        } else {
            let star = if found.permissions().mode() & 0o111 == 0 { "" } else { "*" };
            let text = fs::read(entry.path()).unwrap();
            lines.push(format!("{star}{path}: {}\n", String::from_utf8_lossy(&text)));
        }
    }
}
