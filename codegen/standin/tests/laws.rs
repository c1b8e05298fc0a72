//! What must hold for every type that is served, whatever its schema.
//!
//! The framework's harness does what Terraform's core does and judges by its rules: a plan with the
//! smallest configuration, an apply that gives every unknown a value, a look, and a plan without a change.
//! Types with blocks that the provider fills in ask for leniency that the harness does not have; they are
//! tried here without such blocks, and with them under the real Terraform.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use standin::catalog::{Catalog, Entry};
use standin::provider;
use standin::values::Values;
use tfplug::schema::{BlockNesting, Kind, Members, Presence};
use tfplug::testing::{Action, Harness};
use tfplug::{Served, Type, Value};

fn served(mut entry: Entry) -> Served {
    entry.known.computed_blocks.clear();
    provider::served(&entry, Values::default()).unwrap()
}

/// The smallest configuration: what is required, and nothing else.
fn smallest(members: Members<'_>) -> Value {
    let attributes = members.attributes.iter().map(|attribute| {
        let value = match &attribute.kind {
            _ if attribute.presence != Presence::Required => Value::Null,
            Kind::Type(ty) => some(ty),
            Kind::Nested(nested) => {
                let object = smallest(nested.members());
                some_of(BlockNesting::List { min: 1, max: 0 }, object)
            }
        };
        (attribute.name.to_string(), value)
    });
    let blocks = members.blocks.iter().map(|block| {
        let needed = match block.nesting {
            BlockNesting::Single { required } => required,
            BlockNesting::List { min, .. } | BlockNesting::Set { min, .. } => min > 0,
            BlockNesting::Group | BlockNesting::Map => false,
        };
        let value = if needed {
            some_of(block.nesting, smallest(block.block.members()))
        } else {
            block.nesting.empty()
        };
        (block.name.to_string(), value)
    });
    Value::object(attributes.chain(blocks))
}

fn some_of(nesting: BlockNesting, object: Value) -> Value {
    match nesting {
        BlockNesting::List { .. } => Value::List(vec![object]),
        BlockNesting::Set { .. } => Value::set([object]),
        _ => object,
    }
}

/// Some value of a type. The text is a JSON document, as some texts must be.
fn some(ty: &Type) -> Value {
    match ty {
        Type::String => "{}".into(),
        Type::Number => 3.into(),
        Type::Bool => true.into(),
        Type::Dynamic => Value::Dynamic(Box::new((Type::String, "{}".into()))),
        Type::List(element) => Value::List(vec![some(element)]),
        Type::Set(element) => Value::set([some(element)]),
        Type::Map(element) => Value::object([("key", some(element))]),
        Type::Object(members) => {
            Value::object(members.iter().map(|(name, ty)| (name.as_str(), some(ty))))
        }
        Type::Tuple(items) => items.iter().map(some).collect(),
    }
}

fn catalog() -> Vec<Entry> {
    let catalog = Catalog::load(&[]).unwrap();
    let addresses = catalog.addresses().unwrap();
    addresses.iter().map(|address| catalog.entry(address).unwrap()).collect()
}

#[tokio::test]
async fn every_resource_comes_to_rest() {
    for entry in catalog() {
        let provider = served(entry);
        for (name, kind) in &provider.resources {
            let mut harness = Harness::served(&provider, name, None).unwrap();
            let config = smallest(kind.shape().block.members());
            let done = harness.assert_converges(config).await;
            let done = done.unwrap_or_else(|problem| panic!("{name}: {problem}"));
            assert_eq!(done.action, Action::Create, "{name}");
            assert!(done.state.is_wholly_known(), "{name}");
            let id = done.state.member("id");
            assert!(
                kind.shape().block.attribute("id").is_none() || !id.is_null(),
                "{name} has no id"
            );
            harness.destroy().await.unwrap_or_else(|problem| panic!("{name}: {problem}"));
        }
    }
}

#[tokio::test]
async fn equal_things_are_told_apart_and_yet_are_the_same_every_time() {
    let ids = async || {
        let entry =
            Catalog::load(&[]).unwrap().entry("registry.terraform.io/hashicorp/aws").unwrap();
        let provider = served(entry);
        let mut ids = Vec::new();
        for _ in 0..3 {
            let mut harness = Harness::served(&provider, "aws_eip", None).unwrap();
            let config = smallest(provider.resources["aws_eip"].shape().block.members());
            ids.push(harness.apply(config).await.unwrap().state.member("id").clone());
        }
        ids
    };
    let first = ids().await;
    assert!(first[0] != first[1] && first[1] != first[2] && first[0] != first[2], "{first:?}");
    assert_eq!(ids().await, first);
}

#[test]
fn every_schema_is_one_that_terraform_takes() {
    for entry in catalog() {
        let provider = served(entry);
        let resources = provider.resources.iter().map(|(name, kind)| (name, kind.shape()));
        let sources = provider.data_sources.iter().map(|(name, kind)| (name, kind.shape()));
        let ephemeral = provider.ephemeral.iter().map(|(name, kind)| (name, kind.shape()));
        for (name, shape) in resources.chain(sources).chain(ephemeral) {
            let found = tfplug::schema::lint(&shape.block);
            let grave: Vec<&String> = found
                .iter()
                // What the real providers do, and what is not in a document.
                .filter(|text| !text.ends_with("it has no description"))
                .filter(|text| !text.ends_with("its neighbours may move"))
                .collect();
            assert!(grave.is_empty(), "{name}: {grave:?}");
        }
    }
}
