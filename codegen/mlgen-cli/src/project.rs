//! A project on disk, as the library reads it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use mlgen::catalogue::{Folder, Place};
use mlgen::construct::Stack;
use mlgen::{App, Choice, Input, PROJECT_FILE, diag};

use crate::args::Assignment;
use crate::emit::{Names, Output, Owner, Scope};
use crate::files::{self, Unreadable};
use crate::job::RenderJob;
use crate::report::Progress;

/// Reads the project in `root` and makes its stacks. What is wrong with it is for [`show_diagnostics`].
pub fn read(root: &Path, set: &[Assignment]) -> Result<App, Unreadable> {
    let texts = files::read_project(root)?;
    let named = App::catalogues(&texts.project);
    let read = files::read_catalogues(root, &named, |path| {
        // Neither Terraform's working folders nor what only people read.
        !path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "ci")
            && path.extension().is_none_or(|extension| extension != "md")
    })?;
    let mut catalogues: Vec<Folder> = named
        .iter()
        .zip(read)
        .map(|(folder, texts)| Folder {
            place: Place::Local(folder.clone()),
            files: texts
                .into_iter()
                .map(|(path, text)| (below(&path, folder).to_owned(), text))
                .collect(),
        })
        .collect();
    catalogues.push(Folder::builtin());
    let mut all: BTreeMap<String, String> =
        texts.configs.into_iter().chain(texts.templates).collect();
    all.insert(PROJECT_FILE.to_owned(), texts.project);
    let set = set.iter().map(|one| format!("{}={}", one.path, one.value)).collect();
    Ok(App::new(Input { files: all, catalogues, set }))
}

/// A path within a folder, whether it is written from the project or from the folder.
fn below<'a>(path: &'a str, folder: &str) -> &'a str {
    path.strip_prefix(folder.trim_end_matches('/'))
        .map_or(path, |rest| rest.trim_start_matches('/'))
}

/// Shows what the library has to tell; whether there are errors.
pub fn show_diagnostics(app: &App, err: &mut dyn Write) -> io::Result<bool> {
    let all = app.diagnostics();
    for one in &all {
        writeln!(err, "{}\n", diag::render(one, app.sources(), true))?;
    }
    let errors = all.iter().filter(|one| one.severity == diag::Severity::Error).count();
    if errors > 0 {
        let s = if errors == 1 { "" } else { "s" };
        writeln!(err, "{errors} error{s}, nothing was written")?;
    }
    Ok(errors > 0)
}

/// What a job asks for, with the names of environments in place of their aliases.
///
/// # Errors
///
/// A sentence about a name that nobody declared.
pub fn choose(app: &App, job: &RenderJob) -> Result<(Choice, Scope), String> {
    let Some(spec) = app.spec() else { return Ok((Choice::default(), Scope::ALL)) };
    let project = &spec.project;
    let mut choice = Choice::default();
    if let Names::Only(words) = &job.environments {
        for word in words {
            let known = project.environments.keys().map(String::as_str);
            let found = project.environment(word);
            let found = found.ok_or_else(|| unknown("environment", word, known))?;
            choice.environments.push(found.name.clone());
        }
    }
    if let Names::Only(words) = &job.targets {
        for word in words {
            let known = project.targets.keys().map(String::as_str);
            if !project.targets.contains_key(word) {
                return Err(unknown("target", word, known));
            }
            choice.targets.push(word.clone());
        }
    }
    for name in &choice.environments {
        let environment = &project.environments[name.as_str()];
        let has = |target: &String| environment.targets.iter().any(|(known, _)| known == target);
        if !choice.targets.is_empty() && !choice.targets.iter().any(has) {
            let listed: Vec<&str> =
                environment.targets.iter().map(|(known, _)| known.as_str()).collect();
            return Err(format!(
                "environment `{name}` is not rendered for {}; mlgen.yaml gives it {}",
                choice.targets.join(", "),
                listed.join(", ")
            ));
        }
    }
    let names = |listed: &Names, chosen: &[String]| match listed {
        Names::All => Names::All,
        Names::Only(_) => Names::only(chosen.iter().cloned()),
    };
    let scope = Scope {
        environments: names(&job.environments, &choice.environments),
        targets: names(&job.targets, &choice.targets),
    };
    Ok((choice, scope))
}

fn unknown<'a>(what: &str, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let listed = known.clone().collect::<Vec<_>>().join(", ");
    match diag::closest(word, known) {
        Some(name) => format!("there is no {what} `{word}`; did you mean `{name}`?"),
        None => format!("there is no {what} `{word}`; mlgen.yaml has {listed}"),
    }
}

/// The documents of a choice, each with who owns it.
pub fn outputs<W: Write + Send>(app: &App, choice: &Choice, progress: &Progress<W>) -> Vec<Output> {
    let done = |stack: &Stack| {
        progress.done(&Owner::new(&stack.environment.name, &stack.target.name));
    };
    let rendered = app.render_telling(choice, &done).into_iter();
    let each = rendered.flat_map(|one| {
        let owner = Owner { environment: one.environment, target: one.target };
        one.documents.into_iter().map(move |document| Output { owner: owner.clone(), document })
    });
    each.collect()
}
