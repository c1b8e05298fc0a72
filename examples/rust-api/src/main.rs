//! A system whose environments and components come from tables, not from files.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::{Context as _, bail};
use mlgen::{App, Choice, Component, Environment, System, diag};
use serde_json::json;

/// Environment, class, days for which uploads are kept.
const ENVIRONMENTS: [(&str, &str, u32); 3] = [
    ("development", "development", 7),
    ("staging", "staging", 30),
    ("production", "production", 400),
];

const TEAMS: [&str; 3] = ["search", "ranking", "ads"];

fn main() -> anyhow::Result<()> {
    let folder: PathBuf = env::args_os().nth(1).context("name the folder to write to")?.into();
    let app = App::new(teams().into());
    for one in app.diagnostics() {
        writeln!(io::stderr(), "{}\n", diag::render(&one, app.sources(), false))?;
    }
    if app.has_errors() {
        bail!("nothing was written");
    }
    for document in app.render(&Choice::default()).into_iter().flat_map(|one| one.documents) {
        write(&folder.join(&document.path), &document.text)?;
    }
    Ok(())
}

fn teams() -> System {
    let mut system = System::new("teams");
    system.target("aws", json!({ "region": "eu-central-1", "state": { "bucket": "teams-state" } }));
    for (name, class, _) in ENVIRONMENTS {
        system.environment(Environment::new(name).class(class).target("aws"));
    }
    for team in TEAMS {
        let component = format!("{team}_uploads");
        let uploads = system.add(Component::new(&component).kind("object-storage"));
        system.output(&component, uploads.output("arn"));
        for (environment, _, days) in ENVIRONMENTS {
            system.set(environment, &component, json!({ "expire_days": days }));
        }
    }
    system
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().context("a document lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_team_has_its_bucket_everywhere() {
        let app = App::new(teams().into());
        assert_eq!(app.diagnostics(), []);
        let documents = app.render(&Choice::default()).into_iter().flat_map(|one| one.documents);
        let paths: Vec<String> = documents.map(|document| document.path).collect();
        for (environment, ..) in ENVIRONMENTS {
            for team in TEAMS {
                let path = format!("deploy/{environment}/aws/{team}_uploads.tf");
                assert!(paths.contains(&path), "{path} is missing");
            }
        }
    }
}
