//! What Terraform reports as JSON: planned changes, drift and messages with their place.

use serde_json::Value as Json;

use crate::harness::Run;

/// An error or a warning as a user sees it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    severity: String,
    summary: String,
    detail: String,
    /// The line of the configuration that is underlined; empty if none is.
    line: String,
}

/// A message that a test expects: its summary, and its whole detail with `…` where it says something else
/// each time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// How the underlined line begins; empty if no attribute is to blame.
    pub(crate) at: &'a str,
    pub(crate) summary: &'a str,
    pub(crate) detail: &'a str,
}

impl Run {
    /// The messages of a command with `-json`.
    pub(crate) fn messages(&self) -> Vec<Message> {
        let found =
            self.documents().flat_map(|document| match document["diagnostics"].as_array() {
                Some(messages) => messages.clone(),
                None => Vec::from_iter(document.get("diagnostic").cloned()),
            });
        let text = |json: &Json| json.as_str().unwrap_or_default().trim().to_owned();
        let read = |message: Json| Message {
            severity: text(&message["severity"]),
            summary: text(&message["summary"]),
            detail: text(&message["detail"]),
            line: text(&message["snippet"]["code"]),
        };
        found.map(read).collect()
    }

    /// The address and the action of each change of this kind in a plan with `-json`.
    pub(crate) fn changes(&self, kind: &str) -> Vec<(String, String)> {
        let changes = self.documents().filter(|document| document["type"] == kind);
        let mut changes: Vec<_> = changes
            .map(|document| {
                let change = &document["change"];
                let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
                (text(&change["resource"]["addr"]), text(&change["action"]))
            })
            .collect();
        changes.sort();
        changes
    }

    /// Asserts that these errors are told, and no other one.
    #[track_caller]
    pub(crate) fn errs(self, expected: &[Expected<'_>]) -> Self {
        self.tells("error", expected)
    }

    /// Asserts that these warnings are told, and no other one.
    #[track_caller]
    pub(crate) fn warns(self, expected: &[Expected<'_>]) -> Self {
        self.tells("warning", expected)
    }

    #[track_caller]
    fn tells(self, severity: &str, expected: &[Expected<'_>]) -> Self {
        let mut found = self.messages();
        // How the provider got here is no concern of these tests.
        found.retain(|message| {
            message.severity == severity
                && message.summary != "Provider development overrides are in effect"
        });
        for expected in expected {
            let place = found.iter().position(|message| expected.fits(message));
            let Some(place) = place else {
                panic!("nobody says {expected:#?}\nbut there are {found:#?}\n{self}");
            };
            found.swap_remove(place);
        }
        assert!(found.is_empty(), "these come on top: {found:#?}");
        self
    }

    /// The documents of the output, whether it is one or one a line.
    fn documents(&self) -> impl Iterator<Item = Json> {
        let documents: Vec<Json> = match serde_json::from_str(&self.stdout) {
            Ok(document) => vec![document],
            Err(_) => {
                self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
            }
        };
        documents.into_iter()
    }
}

impl Expected<'_> {
    fn fits(&self, message: &Message) -> bool {
        let place = if self.at.is_empty() {
            // Terraform then underlines the head of the block, or nothing where there is none.
            let head = ["resource ", "data ", "provider "];
            message.line.is_empty() || head.iter().any(|head| message.line.starts_with(head))
        } else {
            message.line.starts_with(self.at)
        };
        place && message.summary == self.summary && fits(self.detail, &message.detail)
    }
}

/// Whether `text` reads as `pattern`, in which `…` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('…') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('…').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match text.split_once(part) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(end)
}
