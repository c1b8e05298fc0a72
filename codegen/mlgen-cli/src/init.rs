//! `mlgen init`: a project that renders at once. On a terminal it asks for what no flag says.

use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::Path;

use anyhow::bail;
use mlgen::init::{Answers, init};

use crate::args::Init;
use crate::emit;
use crate::render::{Exit, Streams};

/// Asks what is left to ask, and writes the project.
pub fn run(typed: &Init, current: &Path, streams: &mut Streams<'_>) -> anyhow::Result<Exit> {
    let folder = current.join(&typed.folder);
    let mut answers = answers(typed, &folder);
    let asked = typed.name.is_none() && typed.target.is_empty();
    if asked && io::stdin().is_terminal() && io::stderr().is_terminal() {
        ask(&mut answers, &mut io::stdin().lock(), streams.err)?;
    }
    let documents = match init(&answers) {
        Ok(documents) => documents,
        Err(wrong) => {
            for one in wrong {
                writeln!(streams.err, "error: {}\n  help: {}", one.message, one.help)?;
            }
            return Ok(Exit::Refused);
        }
    };
    if let Err(errors) = emit::create(&folder, &documents) {
        for error in errors {
            writeln!(streams.err, "error: {error}")?;
        }
        bail!("nothing was written");
    }
    for document in &documents {
        writeln!(streams.out, "create {}", document.path)?;
    }
    let change = match typed.folder.as_os_str().to_str() {
        Some(".") | None => String::new(),
        Some(folder) => format!("cd {folder} && "),
    };
    let first = answers.environments.first().map_or("staging", String::as_str);
    writeln!(streams.out, "\nNext: {change}mlgen render --env {first}")?;
    Ok(Exit::Fine)
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
    use super::*;

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
