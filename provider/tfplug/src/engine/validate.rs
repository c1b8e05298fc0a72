//! Validate*Config: what can be said of a configuration alone, unknown values left aside.

use crate::diag::{Diagnostic, Diags, Error};
use crate::draft::RawDraft;
use crate::path::{Path, Step};
use crate::schema::{Attribute, Group, Kind, Members, Nesting, Presence};
use crate::value::Value;

/// What is validated.
pub struct Validation<'v> {
    /// What may be configured.
    pub block: &'v crate::schema::Block,
    /// What is configured.
    pub config: Value,
    /// Whether Terraform knows write-only attributes.
    pub write_only_allowed: bool,
    /// The author's look at the whole, if there is one.
    pub author: &'v (dyn Fn(&mut RawDraft) + Sync),
}

impl std::fmt::Debug for Validation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Validation")
            .field("write_only_allowed", &self.write_only_allowed)
            .finish_non_exhaustive()
    }
}

/// Checks a configuration; all that is wrong is told at once.
pub fn validate(validation: Validation<'_>) -> Diags {
    let Validation { block, config, write_only_allowed, author } = validation;
    let mut walk = Walk { at: Path::ROOT, diags: Diags::new(), write_only_allowed };
    if let Some(message) = &block.deprecated {
        walk.diags.push(Diagnostic::warning("Deprecated", message.to_string()));
    }
    walk.object(block.members(), &config);
    for group in &block.groups {
        walk.group(*group, &config);
    }
    let mut draft =
        RawDraft { planned: config.clone(), config, diags: walk.diags, ..RawDraft::default() };
    author(&mut draft);
    draft.diags
}

struct Walk {
    at: Path,
    diags: Diags,
    write_only_allowed: bool,
}

impl Walk {
    fn object(&mut self, members: Members<'_>, config: &Value) {
        if config.as_map().is_none() {
            return;
        }
        for attribute in members.attributes {
            self.at.enter(Step::Attribute(attribute.name.to_string()));
            self.attribute(attribute, config.member(&attribute.name));
            self.at.leave();
        }
        for block in members.blocks {
            let value = config.member(&block.name);
            self.at.enter(Step::Attribute(block.name.to_string()));
            if let (Some(message), false) = (&block.block.deprecated, is_absent(value)) {
                // Terraform finds a block by its number, and shows nothing of what it cannot find.
                let is_list = matches!(value, Value::List(_));
                if is_list {
                    self.at.enter(Step::Index(0));
                }
                self.warn_deprecated("Deprecated block", message);
                if is_list {
                    self.at.leave();
                }
            }
            self.elements(block.nesting.nesting(), block.block.members(), value);
            self.at.leave();
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value) {
        if value.is_null() {
            if attribute.presence == Presence::Required {
                self.missing(attribute);
            }
            return;
        }
        // Terraform leaves this to providers, and would take what is configured for what is planned.
        if !attribute.presence.is_settable() {
            let detail =
                "Its value is what the provider finds, so it cannot be configured. Leave it out.";
            let error = Error::user("Read-only attribute", detail).at(self.at.clone());
            return self.diags.extend(error);
        }
        if let Some(message) = &attribute.deprecated {
            self.warn_deprecated("Deprecated attribute", message);
        }
        if attribute.write_only && !self.write_only_allowed {
            let detail = "Write-only attributes need Terraform 1.11 or OpenTofu 1.11. Leave it out, or use a newer version.";
            self.diags.extend(
                Error::user("Write-only attribute not allowed", detail).at(self.at.clone()),
            );
        }
        if value.is_wholly_known() {
            for check in &attribute.checks {
                if let Err(error) = check.test(&attribute.name, value) {
                    let steps = self.at.steps();
                    let error = steps.iter().rev().fold(error, Error::under);
                    // What is wrong inside a nested object is found out from outside, too.
                    for diagnostic in error {
                        if !self.diags.iter().any(|said| *said == diagnostic) {
                            self.diags.push(diagnostic);
                        }
                    }
                }
            }
        }
        if let Kind::Nested(nested) = &attribute.kind {
            self.elements(nested.nesting, nested.members(), value);
        }
    }

    /// Terraform only asks whether a required attribute is written, not whether it is null.
    fn missing(&mut self, attribute: &Attribute) {
        // The check of the attribute around it may have said so already.
        if self.diags.iter().any(|said| said.path == self.at) {
            return;
        }
        let detail =
            format!("The argument \"{}\" is required, but its value is null.", attribute.name);
        self.diags.extend(Error::user("Missing required argument", detail).at(self.at.clone()));
    }

    fn elements(&mut self, nesting: Nesting, members: Members<'_>, value: &Value) {
        let inside = |walk: &mut Self, step: Step, object: &Value| {
            walk.at.enter(step);
            walk.object(members, object);
            walk.at.leave();
        };
        match (nesting, value) {
            (Nesting::Single, object) => self.object(members, object),
            (Nesting::List, Value::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    inside(self, Step::Index(index), item);
                }
            }
            (Nesting::Map, Value::Map(items)) => {
                for (key, item) in items {
                    inside(self, Step::Key(key.clone()), item);
                }
            }
            (Nesting::Set, Value::Set(items)) => {
                for item in items {
                    inside(self, Step::Element, item);
                }
            }
            _ => {}
        }
    }

    /// Unknown members may turn out null, so they are never too many, and enough to hope for one.
    fn group(&mut self, group: Group, config: &Value) {
        let (names, one_needed) = match group {
            Group::ExactlyOne(names) => (names, true),
            Group::AtMostOne(names) => (names, false),
        };
        let set: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| !is_absent(config.member(name)) && !config.member(name).is_unknown())
            .collect();
        let hoped = names.iter().any(|name| config.member(name).is_unknown());
        let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if set.len() > 1 {
            let detail = format!("Only one of {all} can be set. Leave the others out.");
            for name in set {
                self.diags.extend(
                    Error::user("Conflicting attributes", detail.clone()).at(Path::attribute(name)),
                );
            }
        } else if one_needed && set.is_empty() && !hoped {
            self.diags
                .extend(Error::user("Missing attribute", format!("One of {all} must be set.")));
        }
    }

    fn warn_deprecated(&mut self, summary: &str, message: &str) {
        self.diags.push(Diagnostic::warning(summary, message).at(self.at.clone()));
    }
}

/// Whether nothing was written there.
pub(super) fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        Value::Set(items) => items.is_empty(),
        Value::Map(items) => items.is_empty(),
        _ => false,
    }
}
