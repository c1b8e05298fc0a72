//! What a real provider knows while it plans although it is computed.
//!
//! Without these values a plan would stop where the real one does not: `for_each` over the validation
//! options of a certificate, an index into a block that the provider fills in.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde_json::Value as Json;
use tfplug::Value;
use tfplug::draft::RawDraft;
use tfplug::schema::{Block, Keep, Presence};

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

/// Marks top-level attributes as computed.
pub fn set_computed(block: &mut Block, names: Option<&BTreeSet<String>>) {
    for name in names.into_iter().flatten() {
        let attribute = block.attributes.iter_mut().find(|attribute| attribute.name == *name);
        if let Some(attribute) = attribute
            && attribute.presence == Presence::Optional
        {
            attribute.presence = Presence::OptionalComputed;
            attribute.keep = Keep::EvenNull;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert;
    use crate::settings::Settings;

    const CERTIFICATE: &str = r#"{"attributes": {
        "domain_name": {"type": "string", "optional": true},
        "subject_alternative_names": {"type": ["set", "string"], "optional": true},
        "domain_validation_options": {"type": ["set", ["object", {"domain_name": "string", "resource_record_name": "string", "resource_record_type": "string", "resource_record_value": "string"}]], "computed": true},
        "region": {"type": "string", "optional": true, "computed": true},
        "tags": {"type": ["map", "string"], "optional": true},
        "tags_all": {"type": ["map", "string"], "optional": true, "computed": true}
    }, "block_types": {"options": {"nesting_mode": "list"}}}"#;

    fn tags<const N: usize>(tags: [(&str, &str); N]) -> Value {
        Value::object(tags.map(|(key, value)| (key, value.into())))
    }

    fn block() -> Block {
        convert::block(&serde_json::from_str(CERTIFICATE).unwrap()).unwrap()
    }

    /// What is planned for one attribute of a new certificate.
    #[track_caller]
    fn check<const N: usize>(
        config: [(&str, Value); N],
        settings: &Settings,
        name: &str,
        expected: &Value,
    ) {
        let block = block();
        let mut draft = RawDraft { config: Value::object(config), ..RawDraft::default() };
        let open =
            block.attributes.iter().map(|attribute| (attribute.name.to_string(), Value::UNKNOWN));
        draft.planned = Value::object(open);
        at_plan("aws_acm_certificate", &block, settings, &mut draft);
        assert_eq!(draft.planned.member(name), expected);
    }

    #[test]
    fn the_region_is_that_of_the_provider() {
        let here = Settings { region: Some("eu-west-1".to_owned()), ..Settings::default() };
        check([], &here, "region", &"eu-west-1".into());
        check([("region", "us-east-1".into())], &here, "region", &Value::UNKNOWN);
        check([], &Settings::default(), "region", &Value::UNKNOWN);
    }

    #[test]
    fn all_tags_are_those_of_the_provider_and_of_the_resource() {
        let with = |default_tags| Settings { default_tags, ..Settings::default() };
        let defaults =
            BTreeMap::from([("a".to_owned(), Value::from("1")), ("b".to_owned(), "1".into())]);
        let known = with(DefaultTags::Known(defaults));
        check([], &known, "tags_all", &tags([("a", "1"), ("b", "1")]));
        let own = tags([("b", "2"), ("c", "2")]);
        check([("tags", own)], &known, "tags_all", &tags([("a", "1"), ("b", "2"), ("c", "2")]));
        check([("tags", Value::UNKNOWN)], &known, "tags_all", &Value::UNKNOWN);
        let unknown_value = Value::object([("b", Value::UNKNOWN)]);
        let all = Value::object([("a", "1".into()), ("b", Value::UNKNOWN)]);
        check([("tags", unknown_value)], &known, "tags_all", &all);
        let unknown = with(DefaultTags::Unknown);
        check([("tags", tags([("c", "2")]))], &unknown, "tags_all", &Value::UNKNOWN);
    }

    #[test]
    fn the_names_of_validation_options_are_known() {
        const NAME: &str = "domain_validation_options";
        let options = |names: &[&str]| {
            Value::set(names.iter().map(|name| {
                let records = ["name", "type", "value"]
                    .map(|part| (format!("resource_record_{part}"), Value::UNKNOWN));
                let name = [("domain_name".to_owned(), Value::from(*name))];
                Value::object(records.into_iter().chain(name))
            }))
        };
        let nowhere = Settings::default();
        let domain = ("domain_name", Value::from("a.example"));
        check([domain.clone()], &nowhere, NAME, &options(&["a.example"]));
        let others = Value::set(["b.example".into(), "a.example".into()]);
        let both = options(&["a.example", "b.example"]);
        check([domain.clone(), ("subject_alternative_names", others)], &nowhere, NAME, &both);
        let unknown = Value::set([Value::UNKNOWN]);
        check([domain, ("subject_alternative_names", unknown)], &nowhere, NAME, &Value::UNKNOWN);
        check([("domain_name", Value::UNKNOWN)], &nowhere, NAME, &Value::UNKNOWN);
    }

    #[test]
    fn a_computed_block_is_unknown_first_and_then_what_it_was() {
        let none = Value::List(Vec::new());
        let one = Value::List(vec![Value::object::<String>([])]);
        let check = |prior: Value, config: &Value, expected: &Value| {
            let mut draft = RawDraft {
                prior,
                config: Value::object([("options", config.clone())]),
                planned: Value::object([("options", config.clone())]),
                ..RawDraft::default()
            };
            computed_blocks(&BTreeSet::from(["options".to_owned()]), &block(), &mut draft);
            assert_eq!(draft.planned.member("options"), expected);
        };
        let there = Value::object([("options", one.clone())]);
        check(Value::Null, &none, &Value::UNKNOWN);
        check(there.clone(), &none, &one);
        check(Value::Null, &one, &one);
        check(Value::Null, &Value::UNKNOWN, &Value::UNKNOWN);
    }

    #[test]
    fn a_default_must_fit_its_attribute() {
        let set = |json: &str| {
            let defaults = serde_json::from_str(json).unwrap();
            let mut block = block();
            set_defaults(&mut block, Some(&defaults))
                .map(|()| block)
                .map_err(|error| error.to_string())
        };
        let block = set(r#"{"region": "eu-west-1", "nowhere": 1, "domain_name": "a"}"#).unwrap();
        assert_eq!(block.attribute("region").unwrap().default, Some("eu-west-1".into()));
        assert_eq!(block.attribute("domain_name").unwrap().default, None);
        let error = set(r#"{"region": 1}"#).unwrap_err();
        assert_eq!(error, "the default 1 of region is not a string");
    }
}
