//! What is begun renders at once, and the quickstart is what `init` writes.

use std::fs;
use std::path::Path;

use super::*;
use crate::catalogue::Folder;
use crate::{App, Choice, Input, diag};

fn app(documents: &[Document]) -> App {
    let files = documents.iter().map(|one| (one.path.clone(), one.text.clone())).collect();
    App::new(Input { files, catalogues: vec![Folder::builtin()], set: Vec::new() })
}

fn answers(system: &str, targets: &[&str], environments: &[&str]) -> Answers {
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let (targets, environments) = (all(targets), all(environments));
    Answers { system: system.to_owned(), targets, environments, ..Answers::default() }
}

#[track_caller]
fn check_renders(targets: &[&str], environments: &[&str]) {
    let documents = init(&answers("model-shop", targets, environments)).expect("fine answers");
    let app = app(&documents);
    let told = app.diagnostics();
    let told: Vec<_> = told.iter().map(|one| diag::render(one, app.sources(), false)).collect();
    assert!(told.is_empty(), "{targets:?}:\n{}", told.join("\n"));
    let rendered = app.render(&Choice::default());
    for (environment, target) in
        environments.iter().flat_map(|one| targets.iter().map(move |two| (one, two)))
    {
        let made = rendered.iter().filter(|one| {
            one.environment.as_deref() == Some(environment) && one.target.as_deref() == Some(target)
        });
        assert!(made.flat_map(|one| &one.documents).count() > 0, "{environment} {target}");
    }
}

#[test]
fn any_targets_render() {
    for targets in [
        ["aws"].as_slice(),
        &["azure"],
        &["helm"],
        &["compose"],
        &["mlassets"],
        &["aws", "mlassets"],
        &["azure", "compose"],
        &["helm", "mlassets"],
        &["aws", "azure", "helm", "compose", "mlassets"],
    ] {
        check_renders(targets, &["dev", "production"]);
    }
}

#[test]
fn any_environments_render() {
    check_renders(&["aws", "compose"], &["local"]);
    check_renders(&["azure"], &["dev", "test", "staging", "prod-eu", "prod-us"]);
}

#[test]
fn the_quickstart_is_what_init_writes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/quickstart");
    let mut lines = 0;
    for document in init(&Answers::default()).expect("fine answers") {
        let path = root.join(&document.path);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
            fs::write(&path, &document.text).expect("a file");
        }
        let written = fs::read_to_string(&path).expect("a file of the quickstart");
        assert_eq!(written, document.text, "{}", document.path);
        let spec = document.path.ends_with("yaml");
        lines += if spec { written.lines().count() } else { 0 };
    }
    assert!(lines <= 60, "the quickstart is a spec of {lines} lines");
}

#[test]
fn a_title_may_be_any_text() {
    for title in ["plain", "a: b # c", "\"quoted\"", "- x", "true", "12", "{{x}} ${{y}} ${z}"] {
        let answers = Answers { title: title.to_owned(), ..answers("x", &["compose"], &["dev"]) };
        let app = app(&init(&answers).expect("fine answers"));
        assert_eq!(app.spec().map(|spec| spec.project.title.as_str()), Some(title));
        assert!(!app.has_errors());
    }
}

#[test]
fn answers_that_cannot_be() {
    let wrong = Answers {
        system: "My System".to_owned(),
        title: " ".to_owned(),
        targets: vec!["asw".to_owned(), "gcp".to_owned()],
        region: "eu central".to_owned(),
        environments: Vec::new(),
        ..Answers::default()
    };
    let wrong = init(&wrong).expect_err("nothing of it can be");
    let told: Vec<_> = wrong.iter().map(|one| format!("{}: {}", one.message, one.help)).collect();
    let expected = [
        "`My System` cannot be the name of a system: begin with a letter, then use a-z, 0-9 and -",
        "a title is one line of text: write how people call the system",
        "there is no target `asw`: did you mean `aws`?",
        "there is no target `gcp`: there is `aws`, `azure`, `helm`, `compose` and `mlassets`",
        "a project needs an environment: name at least one",
        "`eu central` is no region: write the region as its cloud does, such as westeurope",
    ];
    assert_eq!(told, expected);
}
