//! Provider configuration, data sources, functions, and the laws of the kinds used here.

use std::collections::BTreeMap;

use super::kinds::{Firewall, Job, Pool, Ticket};
use super::world::World;
use crate::context::{Call, Private};
use crate::engine::{call_function, configure, read_data};
use crate::erased::Readable;
use crate::schema::{Attribute, Block, BlockNesting, Keep, NestedBlock, Presence, lint};
use crate::testing::laws;
use crate::value::{Type, Value};
use crate::{At, Attr, Error, Function, Host, Provider, Registry, Schema, Secret, Served};

/// A cloud.
#[derive(Debug, Schema)]
#[tf(name = "cloud")]
pub(super) struct Cloud {
    /// Where it is.
    #[tf(optional, env = ["CLOUD_URL", "OLD_CLOUD_URL"], check = len(1..=30))]
    url: Attr<String>,
    /// How often to try.
    #[tf(default = 3, env = "CLOUD_TRIES")]
    tries: Attr<i64>,
    /// Who is there.
    account: Option<Account>,
}

/// Who is there.
#[derive(Debug, Schema)]
struct Account {
    /// The name.
    #[tf(default = "me", env = "CLOUD_USER")]
    user: Attr<String>,
    /// Whether it may do everything.
    #[tf(env = "CLOUD_ADMIN")]
    admin: Option<bool>,
    /// The password.
    #[tf(env = "CLOUD_PASSWORD")]
    password: Option<Secret>,
}

impl Provider for Cloud {
    const ADDRESS: &'static str = "registry.terraform.io/example/cloud";
    type Backends = World;

    async fn configure(config: Self, _: Host) -> crate::Result<World> {
        let world = World::default();
        world.saw(format!("{config:?}"));
        Ok(world)
    }

    fn registry() -> Registry<World> {
        Registry::new()
            .resource::<Pool>()
            .resource::<Ticket>()
            .lookup::<Pool>()
            .lookup::<Ticket>()
            .lookup::<Job>()
            .function::<Join>()
    }
}

/// Joins texts.
#[derive(Debug, Schema)]
#[tf(name = "join")]
struct Join {
    /// Between them.
    #[tf(check = len(0..=2))]
    separator: String,
    /// How often.
    times: Option<i64>,
    /// What is joined.
    #[tf(check = each(len(1..=9)))]
    parts: Vec<String>,
}

impl Function for Join {
    type Output = String;
    const VARIADIC: bool = true;

    fn call(self) -> crate::Result<String> {
        if self.separator == "!" {
            return Err(Error::user("Bad separator", "Not this one.")).at(Self::SEPARATOR);
        }
        if let Some(at) = self.parts.iter().position(|part| part == "bad") {
            return Err(Error::user("Bad part", "Not this part.")).at(Self::PARTS.index(at));
        }
        let joined = self.parts.join(&self.separator);
        Ok(joined.repeat(usize::try_from(self.times.unwrap_or(1)).unwrap_or(0)))
    }
}

async fn configured(config: Value, env: &[(&str, &str)]) -> String {
    let env: BTreeMap<&str, &str> = env.iter().copied().collect();
    let look = |name: &str| env.get(name).map(|text| (*text).to_owned());
    let served = Served::new::<Cloud>("1.0.0");
    match configure(&served, config, Host::default(), &look).await {
        Ok(backends) => backends.downcast::<World>().unwrap().take_calls().join("\n"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_configuration_is_completed_from_the_environment() {
    assert_eq!(
        configured(Value::Null, &[]).await,
        "Cloud { url: Null, tries: Known(3), account: None }"
    );
    let env = [
        ("OLD_CLOUD_URL", "b"),
        ("CLOUD_TRIES", " 7 "),
        ("CLOUD_ADMIN", "1"),
        ("CLOUD_PASSWORD", "p"),
    ];
    assert_eq!(
        configured(Value::object([("url", Value::UNKNOWN)]), &env).await,
        "Cloud { url: Unknown, tries: Known(7), account: Some(Account { user: Known(\"me\"), admin: Some(true), password: Some(Secret(…)) }) }"
    );
    let config = Value::object([("url", "a".into()), ("tries", 1.into())]);
    assert_eq!(
        configured(config, &[("CLOUD_URL", "b"), ("CLOUD_TRIES", "7")]).await,
        "Cloud { url: Known(\"a\"), tries: Known(1), account: None }"
    );
    assert_eq!(
        configured(Value::Null, &[("CLOUD_URL", "x"), ("OLD_CLOUD_URL", "y"), ("CLOUD_USER", "")])
            .await,
        "Cloud { url: Known(\"x\"), tries: Known(3), account: None }"
    );
}

#[tokio::test]
async fn every_bad_variable_is_named_and_none_is_repeated() {
    let env = [
        ("CLOUD_URL", "a text much longer than thirty characters"),
        ("CLOUD_TRIES", "often"),
        ("CLOUD_ADMIN", "hunter2"),
    ];
    assert_eq!(
        configured(Value::Null, &env).await,
        "url: Invalid environment variable: From the environment variable CLOUD_URL: Invalid value: `url` must have 1 to 30 characters, found 41.\n\
         tries: Invalid environment variable: The environment variable CLOUD_TRIES must be a number.\n\
         account.admin: Invalid environment variable: The environment variable CLOUD_ADMIN must be a bool."
    );
}

#[track_caller]
fn call(arguments: Vec<Value>, expected: &str) {
    let served = Served::new::<Cloud>("1.0.0");
    let found = match call_function(&*served.functions["join"], arguments) {
        Ok(value) => super::short(&value),
        Err(failure) => format!("{:?}: {}", failure.argument, failure.text),
    };
    assert_eq!(found, expected);
}

#[test]
fn an_error_of_a_function_points_at_its_argument() {
    let text = |text: &str| Value::from(text);
    call(vec![text("-"), 2.into(), text("a"), text("b")], "\"a-ba-b\"");
    call(vec![text("-"), Value::Null], "\"\"");
    call(vec![text("-")], "None: Expected at least 2 arguments, found 1");
    call(
        vec![text("---"), Value::Null],
        "Some(0): `separator` must have at most 2 characters, found 3",
    );
    call(vec![text("!"), Value::Null], "Some(0): Not this one");
    call(vec![text(","), text("x")], "Some(1): Expected a number, found a string");
    call(vec![text(","), Value::Null, text("a"), text("bad")], "Some(3): Not this part");
    call(
        vec![text(","), Value::Null, text("a"), true.into()],
        "Some(3): Expected a string, found a bool",
    );
    call(
        vec![text(","), Value::Null, text("a"), Value::Null],
        "Some(3): A value is needed here, found null",
    );
    call(
        vec![text(","), Value::Null, text("")],
        "Some(2): `parts` must have elements that each have 1 to 9 characters, unlike the one at index 0",
    );
}

#[tokio::test]
async fn a_lookup_finds_what_a_resource_manages() {
    let served = Served::new::<Cloud>("1.0.0");
    let world = World::default();
    let call = || {
        let backends: std::sync::Arc<dyn std::any::Any + Send + Sync> =
            std::sync::Arc::new(world.clone());
        Call::new(Some(backends), tokio_util::sync::CancellationToken::new(), Private::default())
    };
    let mut harness = crate::testing::Harness::new::<Job, _>(world.clone());
    let config = crate::testing::config!({ "name": "j", "step": [{ "port": 1 }], "retry": { "password": "hunter2" } });
    harness.apply(config).await.unwrap();
    let lookup = &served.data_sources["cloud_job"];
    let config = Value::object([("name", "j".into())]);
    let (found, _) = read_data(&**lookup, &call(), config).await.unwrap();
    assert_eq!(
        super::short(&found),
        "{hook: set[], name: \"j\", retry: {times: 3}, step: [{id: \"rule-1\", label: \"port 1\", port: 1, protocol: \"tcp\"}]}"
    );
    let missing = Value::object([("name", "k".into())]);
    let error = read_data(&**lookup, &call(), missing).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "name: Not found: There is no job \"k\". Create it first, or manage it as a resource."
    );
}

#[test]
fn the_kinds_obey_the_laws() {
    laws::resource::<Pool>().unwrap();
    laws::resource::<Ticket>().unwrap();
    laws::object::<Cloud>().unwrap();
    laws::resource::<Job>().unwrap();
    laws::resource::<Firewall>().unwrap();
    laws::secrets::<Pool>().unwrap();
    laws::secrets::<Cloud>().unwrap();
    for lookup in Served::new::<Cloud>("1.0.0").data_sources.values() {
        laws::lookup(Readable::shape(&**lookup)).unwrap();
    }
}

/// A schema that breaks what neither types nor macro can see.
#[test]
fn lint_names_each_mistake() {
    let attribute = |name: &'static str, presence| Attribute {
        description: "Text.".into(),
        ..Attribute::new(name, Type::String, presence)
    };
    let plain = |name| attribute(name, Presence::Optional);
    let block = Block {
        attributes: vec![
            plain("count"),
            plain("Name"),
            plain("twice"),
            plain("twice"),
            Attribute::new("silent", Type::String, Presence::Optional),
            Attribute { default: Some("x".into()), ..plain("defaulted") },
            Attribute { keep: Keep::Value, ..plain("kept") },
            Attribute { write_only: true, ..attribute("secret", Presence::Computed) },
            Attribute { deprecated: Some("".into()), ..plain("old") },
            Attribute { identity: true, kind: Type::String.list().into(), ..plain("identity") },
            Attribute { kind: Type::Dynamic.list().into(), ..plain("anything") },
            Attribute { kind: Type::Dynamic.into(), ..plain("fine") },
        ],
        blocks: vec![
            NestedBlock {
                name: "rule".into(),
                nesting: BlockNesting::Set { min: 3, max: 2 },
                block: Block {
                    attributes: vec![
                        Attribute { keep: Keep::Value, ..attribute("kept", Presence::Computed) },
                        Attribute { write_only: true, ..plain("secret") },
                        Attribute { kind: Type::Dynamic.into(), ..plain("any") },
                    ],
                    ..Block::default()
                },
            },
            NestedBlock {
                name: "lifecycle".into(),
                nesting: BlockNesting::List { min: 0, max: 0 },
                block: Block {
                    attributes: vec![Attribute {
                        keep: Keep::Value,
                        ..attribute("kept", Presence::Computed)
                    }],
                    ..Block::default()
                },
            },
        ],
        ..Block::default()
    };
    let any = "the elements of a collection cannot be of any type: let the whole attribute be of any type";
    assert_eq!(
        lint(&block),
        [
            "count: Terraform takes this name for itself".to_owned(),
            "lifecycle: Terraform takes this name for itself".to_owned(),
            "Name: a name is made of lower case letters, digits and underscores".to_owned(),
            "twice: the name is taken twice".to_owned(),
            "silent: it has no description".to_owned(),
            "defaulted: a default needs an attribute that is optional and computed".to_owned(),
            "kept: only a computed value can be kept".to_owned(),
            "secret: a write-only attribute cannot be computed".to_owned(),
            "old: the deprecation says nothing".to_owned(),
            "identity: an identity is made of text, numbers and truth values".to_owned(),
            format!("anything: {any}"),
            "rule: more blocks are asked for than are allowed".to_owned(),
            format!("rule: {any}"),
            "rule.secret: a set cannot hold write-only attributes".to_owned(),
            "lifecycle.kept: a value inside a list cannot be kept: its neighbours may move"
                .to_owned(),
        ]
    );
}
