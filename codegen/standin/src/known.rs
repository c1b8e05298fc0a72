//! What a real provider knows while it plans although it is computed.
//!
//! Without these values a plan would stop where the real one does not: `for_each` over the validation
//! options of a certificate, an index into a block that the provider fills in.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde_json::Value as Json;
use tfplug::Value;
use tfplug::draft::RawDraft;
use tfplug::schema::Block;

use crate::settings::{DefaultTags, Settings};
use crate::values::typed;

/// Gives top-level attributes the defaults that the schema does not tell.
pub fn set_defaults(block: &mut Block, defaults: Option<&BTreeMap<String, Json>>) -> Result<()> {
    for (name, default) in defaults.into_iter().flatten() {
        let Some(attribute) = block.attributes.iter_mut().find(|attribute| attribute.name == *name)
        else {
            continue;
        };
        let Some(value) = typed(default, &attribute.ty()) else {
            bail!("the default {default} of {name} is not a {}", attribute.ty());
        };
        if attribute.presence.is_computed() {
            attribute.default = Some(value);
        }
    }
    Ok(())
}

/// Leaves the blocks that the provider fills in to it, where the configuration has none: unknown at first,
/// as they are later.
pub fn computed_blocks(names: &BTreeSet<String>, block: &Block, draft: &mut RawDraft) {
    let Value::Map(planned) = &mut draft.planned else { return };
    for nested in block.blocks.iter().filter(|nested| names.contains(&*nested.name)) {
        let name = &*nested.name;
        if *draft.config.member(name) == nested.nesting.empty() {
            let there = draft.prior.member(name);
            let value = if draft.prior.is_null() { Value::UNKNOWN } else { there.clone() };
            planned.insert(name.to_owned(), value);
        }
    }
}

/// Plans the computed values that are known before the apply.
pub fn at_plan(type_name: &str, block: &Block, settings: &Settings, draft: &mut RawDraft) {
    if type_name.starts_with("aws_") {
        region(block, settings, draft);
        tags_all(block, settings, draft);
    }
    if type_name == "aws_acm_certificate" {
        domain_validation_options(draft);
    }
    if type_name == "kubernetes_manifest" {
        manifest(draft);
    }
}

/// Whether the block has this attribute, computed, and nothing is planned for it yet.
fn is_open(block: &Block, draft: &RawDraft, name: &str) -> bool {
    block.attribute(name).is_some_and(|attribute| attribute.presence.is_computed())
        && draft.planned.member(name).is_unknown()
        && draft.config.member(name).is_null()
}

fn plan(draft: &mut RawDraft, name: &str, value: Value) {
    if let Value::Map(planned) = &mut draft.planned {
        planned.insert(name.to_owned(), value);
    }
}

fn region(block: &Block, settings: &Settings, draft: &mut RawDraft) {
    if let Some(region) = &settings.region
        && is_open(block, draft, "region")
    {
        plan(draft, "region", region.as_str().into());
    }
}

/// The provider's default tags and those of the resource, which win.
fn tags_all(block: &Block, settings: &Settings, draft: &mut RawDraft) {
    if block.attribute("tags_all").is_none_or(|attribute| !attribute.presence.is_computed()) {
        return;
    }
    let value = match (&settings.default_tags, draft.config.member("tags")) {
        (DefaultTags::Known(defaults), Value::Map(tags)) => {
            let own = tags.iter().filter(|(_, value)| !value.is_null());
            let all = defaults.iter().chain(own);
            Value::object(all.map(|(key, value)| (key.clone(), value.clone())))
        }
        (DefaultTags::Known(defaults), Value::Null) => Value::object(defaults.clone()),
        _ => Value::UNKNOWN,
    };
    plan(draft, "tags_all", value);
}

/// One option for each name of the certificate; only the name in it is known.
fn domain_validation_options(draft: &mut RawDraft) {
    const NAME: &str = "domain_validation_options";
    if !draft.planned.member(NAME).is_unknown() {
        return;
    }
    let mut names = BTreeSet::new();
    match draft.config.member("domain_name") {
        Value::String(name) => names.insert(name.clone()),
        _ => return,
    };
    match draft.config.member("subject_alternative_names") {
        Value::Null => {}
        Value::Set(others) => {
            for other in others {
                let Some(other) = other.as_str() else { return };
                names.insert(other.to_owned());
            }
        }
        _ => return,
    }
    let options = names.into_iter().map(|name| {
        Value::object([
            ("domain_name", name.into()),
            ("resource_record_name", Value::UNKNOWN),
            ("resource_record_type", Value::UNKNOWN),
            ("resource_record_value", Value::UNKNOWN),
        ])
    });
    plan(draft, NAME, Value::set(options));
}

/// What the cluster makes of a manifest is the manifest, where no cluster adds to it.
fn manifest(draft: &mut RawDraft) {
    let manifest = draft.config.member("manifest").clone();
    if !manifest.is_null() {
        plan(draft, "object", manifest);
    }
}
