//! Laws of the catalogue that need no tool: each module has its tests and its page, and says what it takes.

use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use mlgen::catalogue::{Catalogue, Folder, Kind};
use mlgen::diag::{self, Diags};
use mlgen::source::Sources;

use crate::repository::{self, Module, has_ending, modules, names};
use crate::{Trial, test};

/// Between these `cargo xtask gen` writes.
const MARKERS: [&str; 2] =
    ["<!-- tables: written by cargo xtask gen -->", "<!-- end of tables -->"];

pub(crate) fn trials() -> Vec<Trial> {
    let each = modules()
        .into_iter()
        .map(|module| test(format!("catalogue::{}", module.name()), move || check(&module)));
    each.chain([test("catalogue::has_modules_of_every_target", every_target)]).collect()
}

fn every_target() {
    let targets: Vec<String> = modules().into_iter().map(|module| module.target).collect();
    for target in ["aws", "azure", "compose", "helm", "mlassets"] {
        assert!(targets.iter().any(|found| found == target), "there is no module for {target}");
    }
}

fn check(module: &Module) {
    let mut missing = Vec::new();
    files(module, &mut missing);
    interface(module, &mut missing);
    assert!(missing.is_empty(), "modules/{}:\n  {}", module.name(), missing.join("\n  "));
}

fn files(module: &Module, missing: &mut Vec<String>) {
    let folder = module.folder();
    if !folder.join("component.yaml").is_file() {
        missing.push("there is no component.yaml".to_owned());
    }
    match fs::read_to_string(folder.join("README.md")) {
        Ok(page) => {
            let found = MARKERS.map(|marker| page.lines().position(|line| line == marker));
            if !matches!(found, [Some(start), Some(end)] if start < end) {
                missing.push(format!("README.md has no lines `{}`", MARKERS.join("` and `")));
            }
        }
        Err(_) => missing.push("there is no README.md".to_owned()),
    }
    let tests = names(&folder.join("tests"));
    if module.is_terraform() && !tests.iter().any(|name| name.ends_with(".tftest.hcl")) {
        missing.push("there is no tests/*.tftest.hcl".to_owned());
    }
    if module.is_chart() {
        if !tests.iter().any(|name| name == "refused.yaml") {
            missing.push("there is no tests/refused.yaml".to_owned());
        }
        if !names(&folder.join("ci")).iter().any(|name| has_ending(name, "yaml")) {
            missing.push("there are no ci/*.yaml".to_owned());
        }
    }
}

fn interface(module: &Module, missing: &mut Vec<String>) {
    let (catalogue, sources) = read();
    let mut diags = Diags::default();
    let kind = kind(catalogue, sources, module, &mut diags);
    missing.extend(
        diags.sorted(sources).iter().map(|diagnostic| diag::render(diagnostic, sources, false)),
    );
    let Some(kind) = kind else {
        missing.push("mlgen cannot read it".to_owned());
        return;
    };
    if kind.component.summary.is_empty() {
        missing.push("component.yaml has no summary".to_owned());
    }
    for (name, input) in &kind.interface.inputs {
        if input.description.trim().is_empty() {
            missing.push(format!("the input {name} has no description"));
        }
    }
    for (name, output) in &kind.interface.outputs {
        if module.is_terraform() && output.description.trim().is_empty() {
            missing.push(format!("the output {name} has no description"));
        }
    }
}

/// The kind as one of its target reads it.
fn kind(
    catalogue: &Catalogue,
    sources: &Sources,
    module: &Module,
    diags: &mut Diags,
) -> Option<std::sync::Arc<Kind>> {
    let target = catalogue.target(&module.target, sources, diags)?;
    catalogue.kind(&target, &module.kind, sources, diags)
}

/// The catalogue of the repository.
fn read() -> &'static (Catalogue, Sources) {
    static READ: OnceLock<(Catalogue, Sources)> = OnceLock::new();
    READ.get_or_init(|| {
        let root = repository::root().join("modules");
        let texts = mlgen_cli::files::read_tree(&root, ".", |_| true).unwrap();
        let texts = texts
            .into_iter()
            .map(|(path, text)| (path.strip_prefix("./").map(str::to_owned).unwrap_or(path), text));
        let place = mlgen::catalogue::Place::Local("modules".to_owned());
        let folder = Folder { place, files: texts.collect::<BTreeMap<_, _>>() };
        let mut sources = Sources::default();
        (Catalogue::new(vec![folder], &mut sources), sources)
    })
}
