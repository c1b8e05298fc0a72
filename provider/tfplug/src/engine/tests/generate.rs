//! The configuration that is written for what was imported.

use super::kinds::Pool;
use super::{harness, short};
use crate::schema::{Attribute, Block, BlockNesting, Group, NestedBlock, Presence};
use crate::testing::{Action, config};
use crate::value::{Type, Value};
use crate::{Applied, Attr, Change, Cx, Resource, Result, Schema, immutable};

#[tokio::test]
async fn what_is_imported_gets_a_configuration_that_changes_nothing() {
    let (mut pools, _) = harness::<Pool>();
    let all = config!({
        "name": "gpu", "type": "docker", "limit": 3, "region": "eu", "template": "{\"a\":1}",
        "key": "written once", "token": "hidden", "job": "nightly",
    });
    pools.apply(all).await.unwrap();
    pools.import("gpu").await.unwrap();
    let generated = pools.generate().unwrap();
    assert_eq!(
        short(&generated),
        "{id: null, job: null, key: null, last_run: null, limit: 3, name: \"gpu\", paused: null, region: \"eu\", \
         revision: null, template: \"{\\\"a\\\":1}\", token: null, type: \"docker\"}"
    );
    // What is deprecated or secret is not written, and is the only thing that a plan would change.
    let planned = pools.plan(generated).await.unwrap();
    let differing: Vec<&str> = ["job", "token", "name", "type", "limit", "region", "template"]
        .into_iter()
        .filter(|name| planned.prior.member(name) != planned.planned.member(name))
        .collect();
    assert_eq!(differing, ["job", "token"]);

    pools.apply(config!({ "name": "cpu" })).await.unwrap();
    pools.import("cpu").await.unwrap();
    let generated = pools.generate().unwrap();
    assert_eq!(generated.member("type"), &Value::Null, "a default is not written");
    assert_eq!(pools.plan(generated).await.unwrap().action, Action::NoOp);
}

/// A disk with all that a generated configuration must leave out.
#[derive(Clone, Debug, Schema)]
#[tf(name = "disk", exactly_one = [size, like])]
struct Disk {
    /// The name.
    #[tf(identity)]
    name: String,
    /// How large.
    #[tf(optional, computed)]
    size: Attr<i64>,
    /// As large as that one.
    #[tf(optional, computed)]
    like: Attr<String>,
    /// How it is laid out.
    #[tf(optional, computed)]
    layout: Attr<Layout>,
    /// What is on it.
    #[tf(block)]
    part: Vec<Part>,
}

/// A layout.
#[derive(Clone, Debug, Schema)]
struct Layout {
    /// How large a sector is.
    #[tf(default = 512)]
    sector: Attr<i64>,
}

/// A part.
#[derive(Clone, Debug, Schema)]
struct Part {
    /// Its label.
    label: String,
    /// Its number.
    #[tf(computed)]
    number: Attr<i64>,
}

impl Resource for Disk {
    type Backend = super::World;

    async fn create(_: &Cx<super::World>, plan: Self) -> Applied<Self> {
        Ok(plan)
    }

    async fn read(_: &Cx<super::World>, name: String, _: Option<Self>) -> Result<Option<Self>> {
        let part = |label: &str, number| Part { label: label.to_owned(), number };
        Ok(Some(Disk {
            name,
            size: 10.into(),
            like: "root".to_owned().into(),
            layout: Layout { sector: 512.into() }.into(),
            part: vec![part("boot", 1.into()), part("data", 2.into())],
        }))
    }

    async fn update(_: &Cx<super::World>, _: Change<Self>) -> Applied<Self> {
        immutable()
    }

    async fn delete(_: &Cx<super::World>, _: Self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_excludes_something_else_or_is_computed_inside_is_left_out() {
    let (mut disks, _) = harness::<Disk>();
    disks.import("a").await.unwrap();
    let generated = disks.generate().unwrap();
    assert_eq!(
        short(&generated),
        "{layout: null, like: null, name: \"a\", part: [{label: \"boot\", number: null}, {label: \"data\", number: null}], \
         size: 10}"
    );
    assert_eq!(disks.plan(generated).await.unwrap().action, Action::NoOp);
}

#[test]
fn a_block_that_is_spare_or_deprecated_is_not_there() {
    let text = |name: &'static str| Attribute::new(name, Type::String, Presence::Optional);
    let block = |name: &'static str, deprecated: bool| NestedBlock {
        name: name.into(),
        nesting: BlockNesting::List { min: 0, max: 0 },
        block: Block {
            attributes: vec![text("a")],
            deprecated: deprecated.then(|| "Use `tags`.".into()),
            ..Block::default()
        },
    };
    let disk = super::random::echo(Block {
        attributes: vec![text("plain")],
        blocks: vec![block("rule", false), block("label", true)],
        groups: vec![Group::AtMostOne(&["plain", "rule"])],
        ..Block::default()
    });
    let one = || Value::List(vec![Value::object([("a", Value::from("x"))])]);
    let state = Value::object([("plain", "p".into()), ("rule", one()), ("label", one())]);
    let generated = crate::engine::generate(&disk, state);
    assert_eq!(short(&generated), "{label: [], plain: \"p\", rule: []}");
}
