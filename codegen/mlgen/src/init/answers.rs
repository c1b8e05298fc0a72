//! What a person says about a new project, and what of it cannot be.

use crate::decode::listed;
use crate::diag::closest;

/// What a new project is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Name of the system: lower-case letters, digits and `-`, after a letter.
    pub system: String,
    /// How people call it, on one line.
    pub title: String,
    /// For what it is rendered: `aws`, `azure`, `helm`, `compose`, `mlassets`.
    pub targets: Vec<String>,
    /// Region on AWS.
    pub region: String,
    /// Location on Azure.
    pub location: String,
    /// Names of environments, the first one the most careless.
    pub environments: Vec<String>,
}

/// An answer that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which answer: `name`, `title`, `target`, `env`, `region` or `location`.
    pub answer: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Targets that a new project can have.
const TARGETS: [&str; 5] = ["aws", "azure", "helm", "compose", "mlassets"];

/// Staging and production, for both clouds, Kubernetes and one machine.
impl Default for Answers {
    fn default() -> Self {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            system: "quickstart".to_owned(),
            title: "Quickstart".to_owned(),
            targets: all(&["aws", "azure", "helm", "compose"]),
            region: "eu-central-1".to_owned(),
            location: "westeurope".to_owned(),
            environments: all(&["staging", "production"]),
        }
    }
}

impl Answers {
    /// All answers that cannot be.
    pub(super) fn wrong(&self) -> Vec<Wrong> {
        let mut found = Vec::new();
        let mut say = |answer, message: String, help: String| {
            found.push(Wrong { answer, message, help });
        };
        let name = "begin with a letter, then use a-z, 0-9 and -".to_owned();
        if !is_name(&self.system) {
            let message = format!("`{}` cannot be the name of a system", self.system);
            say("name", message, name.clone());
        }
        if self.title.trim().is_empty() || self.title.contains(['\n', '\r']) {
            say(
                "title",
                "a title is one line of text".to_owned(),
                "write how people call the system".to_owned(),
            );
        }
        for one in self.environments.iter().filter(|one| !is_name(one)) {
            let message = format!("`{one}` cannot be the name of an environment");
            say("env", message, name.clone());
        }
        for target in self.targets.iter().filter(|one| !TARGETS.contains(&one.as_str())) {
            let help = match closest(target, TARGETS) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there is {}", listed(&TARGETS)),
            };
            say("target", format!("there is no target `{target}`"), help);
        }
        let lists =
            [("target", &self.targets, "a target"), ("env", &self.environments, "an environment")];
        for (answer, list, what) in lists {
            if list.is_empty() {
                say(answer, format!("a project needs {what}"), "name at least one".to_owned());
            }
            let twice = list.iter().enumerate().filter(|(index, one)| list[..*index].contains(one));
            for (_, one) in twice {
                say(answer, format!("`{one}` is there twice"), "name each once".to_owned());
            }
        }
        for (region, what) in [(&self.region, "region"), (&self.location, "location")] {
            if !is_name(region) {
                say(
                    what,
                    format!("`{region}` is no {what}"),
                    format!("write the {what} as its cloud does, such as westeurope"),
                );
            }
        }
        found
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-')
}
