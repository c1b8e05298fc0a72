//! `mlgen init`: a project that renders at once. On a terminal it asks for what no flag says.

use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::Path;

use anyhow::bail;
use mlgen::doc::Document;
use mlgen::init::{Answers, Wrong, init};

use crate::args::Init;
use crate::render::{Exit, Streams};
use crate::{emit, files};

/// Asks what is left to ask, and writes the project.
pub fn run(typed: &Init, current: &Path, streams: &mut Streams<'_>) -> anyhow::Result<Exit> {
    let folder = current.join(&typed.folder);
    let mut answers = answers(typed, &folder);
    let asked = typed.name.is_none() && typed.target.is_empty();
    if asked && io::stdin().is_terminal() && io::stderr().is_terminal() {
        ask(&mut answers, &mut io::stdin().lock(), streams.err)?;
    } else if asked {
        // A pipe may never end, and never have meant to answer.
        let Answers { targets, environments, .. } = &answers;
        writeln!(
            streams.err,
            "no terminal to ask: targets {}; environments {}; --target and --env say otherwise",
            targets.join(", "),
            environments.join(", ")
        )?;
    }
    let mut documents = match init(&answers) {
        Ok(documents) => documents,
        Err(wrong) => {
            for Wrong { answer, message, help } in wrong {
                writeln!(streams.err, "error: {message}\n  help: {help}; say it with --{answer}")?;
            }
            return Ok(Exit::Refused);
        }
    };
    let kept = keep(&folder, &mut documents)?;
    if let Err(errors) = emit::create(&folder, &documents) {
        for error in errors {
            writeln!(streams.err, "error: {error}")?;
        }
        bail!("nothing was written");
    }
    for document in &documents {
        writeln!(streams.out, "create {}", document.path)?;
    }
    if let Some(missing) = kept {
        writeln!(streams.out, "keep {IGNORED}")?;
        if !missing.is_empty() {
            writeln!(streams.out, "\nAdd to {IGNORED}:\n  {}", missing.join("\n  "))?;
        }
    }
    let change = match typed.folder.as_os_str().to_str() {
        Some(".") | None => String::new(),
        Some(folder) => format!("cd {folder} && "),
    };
    let first = answers.environments.first().map_or("staging", String::as_str);
    writeln!(streams.out, "\nNext: {change}mlgen render --env {first}")?;
    Ok(Exit::Fine)
}

/// Most folders that become a project are repositories already, and have one.
const IGNORED: &str = ".gitignore";

/// Leaves a `.gitignore` of somebody else as it is: takes it out of what is written, and gives the lines that it lacks.
fn keep(folder: &Path, documents: &mut Vec<Document>) -> io::Result<Option<Vec<String>>> {
    let Some(theirs) = files::read_if_there(&folder.join(IGNORED))? else { return Ok(None) };
    let Some(at) = documents.iter().position(|one| one.path == IGNORED) else { return Ok(None) };
    if documents[at].text == theirs {
        return Ok(None);
    }
    let ours = documents.remove(at).text;
    let there: Vec<&str> = theirs.lines().map(|line| line.trim().trim_start_matches('/')).collect();
    let lacks = |line: &&str| !line.starts_with('#') && !there.contains(line);
    Ok(Some(ours.lines().filter(lacks).map(str::to_owned).collect()))
}

fn answers(typed: &Init, folder: &Path) -> Answers {
    let usual = Answers::default();
    let named = folder.file_name().and_then(|name| name.to_str()).map(str::to_lowercase);
    let system = typed.name.clone().or(named).unwrap_or(usual.system);
    let or = |given: &[String], usual: Vec<String>| {
        if given.is_empty() { usual } else { given.to_vec() }
    };
    Answers {
        title: title(&system),
        system,
        targets: or(&typed.target, usual.targets),
        region: typed.region.clone().unwrap_or(usual.region),
        location: typed.location.clone().unwrap_or(usual.location),
        environments: or(&typed.env, usual.environments),
    }
}

/// `my-shop` as people write it: `My shop`.
fn title(system: &str) -> String {
    let words = system.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// One line for each question; an empty answer takes what stands in brackets.
fn ask(answers: &mut Answers, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    let mut question = |text: &str, usual: &str| -> io::Result<String> {
        write!(out, "{text} [{usual}]: ")?;
        out.flush()?;
        let mut line = String::new();
        input.read_line(&mut line)?;
        let line = line.trim();
        Ok(if line.is_empty() { usual.to_owned() } else { line.to_owned() })
    };
    answers.system = question("Name of the system", &answers.system)?;
    answers.title = question("How people call it", &title(&answers.system))?;
    let list = |text: String| {
        text.split([',', ' ']).filter(|one| !one.is_empty()).map(str::to_owned).collect()
    };
    answers.targets =
        list(question("Targets (aws, azure, helm, compose)", &answers.targets.join(", "))?);
    answers.environments = list(question("Environments", &answers.environments.join(", "))?);
    if answers.targets.iter().any(|target| target == "aws") {
        answers.region = question("Region on AWS", &answers.region)?;
    }
    if answers.targets.iter().any(|target| target == "azure") {
        answers.location = question("Location on Azure", &answers.location)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What `mlgen init` writes and says in a folder, which is a repository already.
    #[track_caller]
    fn check(ignored: &str, said: &str, written: &str) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::write(root.join("README.md"), "mine").unwrap();
        fs::write(root.join(".gitignore"), ignored).unwrap();
        let typed = Init {
            folder: "shop".into(),
            name: None,
            target: vec!["compose".into()],
            env: vec!["staging".into()],
            region: None,
            location: None,
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams { out: &mut out, err: &mut err, live: false };
        assert_eq!(run(&typed, folder.path(), &mut streams).unwrap(), Exit::Fine);
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains(said) && err.is_empty(), "{out}");
        assert!(root.join("mlgen.yaml").exists());
        assert_eq!(fs::read_to_string(root.join(".gitignore")).unwrap(), written);
        assert_eq!(fs::read_to_string(root.join("README.md")).unwrap(), "mine");
    }

    #[test]
    fn a_repository_keeps_its_own_files() {
        let lacks = "keep .gitignore\n\nAdd to .gitignore:\n  .mlgen/pending.json\n  plan\n  *.tfplan\n\nNext:";
        let theirs = "node_modules\n/.env\n.terraform/\n*.tfstate*\n";
        check(theirs, lacks, theirs);
        let all = ".env\n.mlgen/pending.json\n.terraform/\nplan\n*.tfplan\n*.tfstate*\n";
        check(all, "keep .gitignore\n\nNext:", all);
    }

    #[test]
    fn a_folder_whose_name_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let typed = Init {
            folder: "2 shops".into(),
            name: None,
            target: Vec::new(),
            env: Vec::new(),
            region: None,
            location: None,
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams { out: &mut out, err: &mut err, live: false };
        // Nobody is asked in a test only where there is no terminal.
        let typed = Init { target: vec!["helm".into()], ..typed };
        assert_eq!(run(&typed, folder.path(), &mut streams).unwrap(), Exit::Refused);
        assert_eq!(
            String::from_utf8(err).unwrap(),
            "error: `2 shops` cannot be the name of a system\n  help: begin with a letter, then use a-z, 0-9 and -; say it with --name\n"
        );
        assert!(out.is_empty() && !folder.path().join("2 shops").exists());
    }

    #[test]
    fn an_empty_line_takes_what_is_offered() {
        let mut answers = Answers::default();
        let mut shown = Vec::new();
        let typed = "my-shop\n\naws compose\n\nus-east-1\n";
        ask(&mut answers, &mut typed.as_bytes(), &mut shown).unwrap();
        let expected = Answers {
            system: "my-shop".into(),
            title: "My shop".into(),
            targets: vec!["aws".into(), "compose".into()],
            region: "us-east-1".into(),
            ..Answers::default()
        };
        assert_eq!(answers, expected);
        assert_eq!(
            String::from_utf8(shown).unwrap(),
            "Name of the system [quickstart]: How people call it [My shop]: Targets (aws, azure, helm, compose) [aws, azure, helm, compose]: Environments [staging, production]: Region on AWS [eu-central-1]: "
        );
    }
}
