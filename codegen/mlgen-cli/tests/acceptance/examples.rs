//! Each example project: rendered as it is committed, the same every time, and accepted by the tools it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value as Json;

use super::project::Project;
use super::tools::{self, Run};
use super::{charts, host};
use crate::repository::{self, has_ending, projects};
use crate::{Trial, test};

/// Files of one name that differ between the environments of one target, and why they must.
const DIFFERENT: [(&str, &str, &str); 1] =
    [("rainbow-seeker", "assets.tf", "only production has a CDN, and the bucket lets that in")];

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = vec![test("examples::differences_are_of_examples", differences_exist)];
    for name in projects() {
        trials.extend(of(&Arc::new(Project::example(&name))));
    }
    trials
}

fn of(project: &Arc<Project>) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |name: &str, check: Box<dyn FnOnce(&Project) + Send>| {
        let project = Arc::clone(project);
        trials.push(test(format!("examples::{}::{name}", project.name), move || check(&project)));
    };
    add("renders", Box::new(renders));
    if project.checked.is_some() {
        add("is_what_is_committed", Box::new(is_committed));
    }
    add("renders_the_same_twice", Box::new(renders_the_same));
    add("is_formatted", Box::new(is_formatted));
    add("has_equal_files_by_equal_names", Box::new(equal_files));
    for folder in project.stacks() {
        add(&folder.clone(), Box::new(move |project| plans(project, &folder)));
    }
    for folder in project.charts() {
        add(&folder.clone(), Box::new(move |project| chart(project, &folder)));
    }
    for path in project.named(is_compose) {
        add(&path.clone(), Box::new(move |project| compose(project, &path)));
    }
    if !project.named(is_workflow).is_empty() {
        add("workflows", Box::new(workflows));
    }
    trials
}

fn renders(project: &Project) {
    let Run { code, stdout, stderr, .. } = &project.rendered;
    assert_eq!((*code, stderr.as_str()), (Some(0), ""), "{stdout}{stderr}");
    assert!(!project.files.is_empty(), "nothing was rendered");
}

fn is_committed(project: &Project) {
    let run = project.checked.as_ref().expect("there is a test only where something is committed");
    assert_eq!(run.code, Some(0), "`mlgen render --all` must be run and committed: {run}");
}

fn renders_the_same(project: &Project) {
    tools::mlgen(project.folder(), &["render", "--all", "--check"]).ok();
    let again = host::folder().join("again").join(&project.name);
    for part in ["mlgen.yaml", "configs", "templates"] {
        let (from, to) = (project.folder().join(part), again.join(part));
        if from.is_dir() {
            host::copy(&from, &to);
        } else if from.is_file() {
            std::fs::create_dir_all(&again).unwrap();
            std::fs::copy(from, to).unwrap();
        }
    }
    tools::mlgen(&again, &["render", "--all"]).ok();
    let (written, again) = (project.written(), Project::read(&again));
    for path in written.keys().copied().chain(again.keys().map(String::as_str)) {
        let (first, second) = (written.get(path).copied(), again.get(path).map(Vec::as_slice));
        assert!(first == second, "{path} is not what it was");
    }
}

fn is_formatted(project: &Project) {
    let mut terraform = Command::new(tools::told("MLASSETS_TEST_TERRAFORM"));
    terraform.args(["fmt", "-check", "-diff", "-recursive", "-no-color"]);
    tools::run(terraform.current_dir(project.folder())).ok();
}

fn plans(project: &Project, folder: &str) {
    let stack = project.stack(folder);
    stack.init();
    stack.validate();
    let values = project.in_folder(folder);
    let values = values.keys().filter(|name| has_ending(name, "tfvars"));
    let files: Vec<String> = values.map(|name| format!("-var-file={name}")).collect();
    let mut arguments = vec!["plan", "-no-color", "-out=stack.tfplan"];
    arguments.extend(files.iter().map(String::as_str));
    stack.run(&arguments).quiet();

    let plan = stack.run(&["show", "-json", "stack.tfplan"]).ok();
    let plan: Json = serde_json::from_str(&plan.stdout).unwrap();
    let changes = plan["resource_changes"].as_array().unwrap();
    let mut modules = BTreeSet::new();
    for change in changes {
        let actions = &change["change"]["actions"];
        let data = change["mode"] == "data";
        assert!(data || *actions == serde_json::json!(["create"]), "{change}");
        modules.insert(change["module_address"].as_str().unwrap_or_default());
    }
    let calls = plan["configuration"]["root_module"]["module_calls"].as_object().unwrap();
    for call in calls.keys() {
        let module = format!("module.{call}");
        let planned = modules.iter().any(|found| found.split('[').next() == Some(&module));
        assert!(planned, "{module} plans nothing");
    }
}

/// Values as `mlgen` writes them say which flags an installation needs.
const FLAGS: &str = "# Give at the installation: ";

fn chart(project: &Project, folder: &str) {
    let place = project.folder().join(folder).display().to_string();
    let values = project.in_folder(folder);
    let values: Vec<_> = values.keys().filter(|name| name.starts_with("values.")).collect();
    let environments = values.iter().filter(|name| name.matches('.').count() == 2);
    let mut checked = 0;
    for name in environments.filter(|name| has_ending(name, "yaml")) {
        let text = project.text(&format!("{folder}/{name}"));
        let lines = text.lines().filter_map(|line| line.strip_prefix(FLAGS));
        let flags: Vec<String> = lines.flat_map(str::split_whitespace).map(filled).collect();
        let file = format!("{place}/{name}");
        let mut arguments = vec![place.as_str(), "--values", &file];
        arguments.extend(flags.iter().map(String::as_str));
        charts::check(&arguments);
        checked += 1;
    }
    assert!(checked > 0, "there are no values of an environment");
}

/// A flag with a value in place of its dots.
fn filled(word: &str) -> String {
    match word.strip_suffix("=...") {
        Some(flag) => format!("{flag}=2025-01-15"),
        None => word.to_owned(),
    }
}

fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("compose.") && has_ending(name, "yaml")
}

fn compose(project: &Project, path: &str) {
    let file = project.folder().join(path).display().to_string();
    let schema = ["--builtin-schema", "vendor.compose-spec", &file];
    tools::checks("check-jsonschema", &schema).ok();
}

fn is_workflow(path: &str) -> bool {
    let inside = path.starts_with(".github/workflows/") || path.contains("/.github/workflows/");
    inside && (has_ending(path, "yml") || has_ending(path, "yaml"))
}

fn workflows(project: &Project) {
    let files = project.named(is_workflow);
    let files = files.iter().map(|path| project.folder().join(path).display().to_string());
    let files: Vec<String> = files.collect();
    let mut lint = vec!["-no-color", "-shellcheck=", "-pyflakes="];
    lint.extend(files.iter().map(String::as_str));
    tools::checks("actionlint", &lint).ok();
    let mut schema = vec!["--builtin-schema", "vendor.github-workflows"];
    schema.extend(files.iter().map(String::as_str));
    tools::checks("check-jsonschema", &schema).ok();
}

/// The law of equal structure: what is the same in two environments has the same bytes.
fn equal_files(project: &Project) {
    let mut by_target: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in project.stacks() {
        let (_, target) = folder.rsplit_once('/').expect("a stack is in an environment's folder");
        by_target.entry(target.to_owned()).or_default().push(folder);
    }
    let mut differ = BTreeSet::new();
    for folders in by_target.values() {
        for (at, one) in folders.iter().enumerate() {
            for other in &folders[at + 1..] {
                let others = project.in_folder(other);
                for (name, bytes) in project.in_folder(one) {
                    let same = others.get(name).is_none_or(|other| *other == bytes);
                    if has_ending(name, "tf") && !same {
                        differ.insert(name);
                    }
                }
            }
        }
    }
    let listed = DIFFERENT.iter().filter(|(example, _, _)| *example == project.name);
    let listed: BTreeSet<&str> = listed.map(|(_, file, _)| *file).collect();
    assert_eq!(differ, listed, "left: files that differ; right: those with a reason");
}

fn differences_exist() {
    for (example, file, reason) in DIFFERENT {
        let folder = repository::root().join("examples").join(example);
        assert!(folder.is_dir() && !reason.is_empty(), "{example} has no {file}");
    }
}
