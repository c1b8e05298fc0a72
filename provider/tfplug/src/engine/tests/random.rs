//! Laws of planning on schemas, configurations and prior states made by chance.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value as Json;

use crate::context::Call;
use crate::diag::Result;
use crate::engine::planned_violations;
use crate::erased::{BoxFuture, Managed, Outcome, Shape};
use crate::schema::{
    Attribute, Block, BlockNesting, Keep, Kind, Members, Nested, NestedBlock, Nesting, Presence,
    Replace, lint,
};
use crate::testing::{Action, Config, Harness, Problem};
use crate::value::{Type, Value};

/// A kind of resource whose shape is data and which does just what it is told: what is unknown in the
/// plan gets a value, all else is echoed.
struct Echo(Shape);

const SERVER: &str = "the server";

/// What is unknown, decided: with values that no configuration here has, lest elements of a set become
/// equal that were planned apart.
fn decided(ty: &Type, value: Value, by: &'static str) -> Value {
    // Objects are the user's: Terraform takes those in a state for what the user said before.
    match (ty, value) {
        (_, Value::Unknown(_)) if is_object(ty) && by == SERVER => Value::Null,
        (Type::List(ty), Value::Unknown(_)) if is_object(ty) && by == SERVER => {
            Value::List(Vec::new())
        }
        (Type::Set(ty), Value::Unknown(_)) if is_object(ty) && by == SERVER => Value::set([]),
        (Type::Map(ty), Value::Unknown(_)) if is_object(ty) && by == SERVER => {
            Value::object::<&str>([])
        }
        (Type::Bool, Value::Unknown(_)) => true.into(),
        (Type::Number, Value::Unknown(_)) => i64::try_from(by.len()).unwrap().into(),
        (Type::List(ty), Value::Unknown(_)) => Value::List(vec![decided(ty, Value::UNKNOWN, by)]),
        (Type::Set(ty), Value::Unknown(_)) => Value::set([decided(ty, Value::UNKNOWN, by)]),
        (Type::Map(ty), Value::Unknown(_)) => {
            Value::object([(by, decided(ty, Value::UNKNOWN, by))])
        }
        (Type::Object(types), Value::Unknown(_)) => {
            Value::object(types.iter().map(|(name, ty)| (name, decided(ty, Value::UNKNOWN, by))))
        }
        (_, Value::Unknown(_)) => by.into(),
        (Type::List(ty), Value::List(items)) => {
            items.into_iter().map(|item| decided(ty, item, by)).collect()
        }
        (Type::Set(ty), Value::Set(items)) => {
            Value::set(items.into_iter().map(|item| decided(ty, item, by)))
        }
        (Type::Map(ty), Value::Map(items)) => {
            Value::object(items.into_iter().map(|(key, item)| (key, decided(ty, item, by))))
        }
        (Type::Object(types), Value::Map(members)) => {
            Value::object(members.into_iter().map(|(name, value)| {
                let value = match types.get(&name) {
                    Some(ty) => decided(ty, value, by),
                    None => value,
                };
                (name, value)
            }))
        }
        (_, known) => known,
    }
}

fn is_object(ty: &Type) -> bool {
    matches!(ty, Type::Object(_))
}

/// A kind that takes whatever is planned.
pub(super) fn echo(block: Block) -> impl Managed {
    Echo(Shape::new(0, block))
}

impl Managed for Echo {
    fn shape(&self) -> &Shape {
        &self.0
    }

    fn create(&self, _: Call, plan: Value) -> BoxFuture<'_, Outcome> {
        let state = Some(decided(&self.0.ty, plan, SERVER));
        Box::pin(async { Outcome { state, error: None } })
    }

    fn read(
        &self,
        _: Call,
        _: Value,
        prior: Option<Value>,
    ) -> BoxFuture<'_, Result<Option<Value>>> {
        Box::pin(async { Ok(prior) })
    }

    fn update(&self, call: Call, _: Value, after: Value) -> BoxFuture<'_, Outcome> {
        self.create(call, after)
    }

    fn delete(&self, _: Call, _: Value) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn upgrade(&self, _: i64, old: Json) -> Result<Json> {
        Ok(old)
    }
}

fn scalar() -> impl Strategy<Value = (Type, Value)> {
    prop_oneof![
        Just((Type::String, "default".into())),
        Just((Type::Number, 3.into())),
        Just((Type::Bool, true.into())),
        Just((Type::String.list(), Value::List(vec!["a".into()]))),
        Just((Type::Number.set(), Value::set([1.into()]))),
        Just((Type::Bool.map(), Value::object([("a", true.into())]))),
    ]
}

fn presence() -> impl Strategy<Value = Presence> {
    prop_oneof![
        Just(Presence::Required),
        Just(Presence::Optional),
        Just(Presence::OptionalComputed),
        Just(Presence::Computed),
    ]
}

fn keep() -> impl Strategy<Value = Keep> {
    prop_oneof![Just(Keep::No), Just(Keep::Value), Just(Keep::EvenNull)]
}

fn nesting() -> impl Strategy<Value = Nesting> {
    prop_oneof![Just(Nesting::Single), Just(Nesting::List), Just(Nesting::Set), Just(Nesting::Map)]
}

fn leaf() -> impl Strategy<Value = Attribute> {
    (scalar(), presence(), keep(), any::<(bool, bool, bool)>()).prop_map(
        |((ty, default), presence, keep, (defaulted, replaces, write_only))| {
            // There are too few truth values to tell the server's from the user's.
            let (ty, default) = match ty {
                Type::Bool if presence == Presence::OptionalComputed => (Type::Number, 3.into()),
                ty => (ty, default),
            };
            let computed = presence.is_computed();
            Attribute {
                description: "Text.".into(),
                default: (presence == Presence::OptionalComputed && defaulted).then_some(default),
                keep: if computed { keep } else { Keep::No },
                replace: if replaces && !write_only { Replace::Always } else { Replace::No },
                write_only: write_only && presence == Presence::Optional,
                ..Attribute::new("", ty, presence)
            }
        },
    )
}

fn named(attributes: Vec<Attribute>, prefix: char) -> Vec<Attribute> {
    attributes
        .into_iter()
        .enumerate()
        .map(|(position, attribute)| Attribute {
            name: format!("{prefix}{position}").into(),
            ..attribute
        })
        .collect()
}

fn attribute() -> impl Strategy<Value = Attribute> {
    leaf().prop_recursive(2, 12, 4, |inner| {
        (presence(), nesting(), prop::collection::vec(inner, 1..4)).prop_map(
            |(presence, nesting, attributes)| {
                let nested = Nested { nesting, attributes: named(attributes, 'n') };
                Attribute { description: "Text.".into(), ..Attribute::new("", nested, presence) }
            },
        )
    })
}

fn block_nesting() -> impl Strategy<Value = BlockNesting> {
    prop_oneof![
        Just(BlockNesting::Single { required: false }),
        Just(BlockNesting::List { min: 0, max: 0 }),
        Just(BlockNesting::Set { min: 0, max: 0 }),
    ]
}

fn schema() -> impl Strategy<Value = Block> {
    let blocks =
        prop::collection::vec((block_nesting(), prop::collection::vec(attribute(), 1..3)), 0..2);
    let attributes = prop::collection::vec(attribute(), 1..5);
    (attributes, blocks)
        .prop_map(|(attributes, blocks)| Block {
            attributes: named(attributes, 'a'),
            blocks: blocks
                .into_iter()
                .enumerate()
                .map(|(position, (nesting, attributes))| NestedBlock {
                    name: format!("b{position}").into(),
                    nesting,
                    block: Block { attributes: named(attributes, 'm'), ..Block::default() },
                })
                .collect(),
            ..Block::default()
        })
        .prop_filter("what an author may declare", |block| lint(block).is_empty())
}

/// Chance as a list of numbers, so that proptest can make a failing case smaller.
struct Dice<'d>(&'d [u8], usize);

impl Dice<'_> {
    fn roll(&mut self, sides: u8) -> u8 {
        self.1 += 1;
        self.0[self.1 % self.0.len()].wrapping_add(u8::try_from(self.1 / self.0.len()).unwrap_or(0))
            % sides
    }
}

fn config(members: Members<'_>, dice: &mut Dice<'_>, unknowns: bool) -> Value {
    let attributes = members.attributes.iter().map(|attribute| {
        let left_out = attribute.presence == Presence::Computed
            || (attribute.presence != Presence::Required && dice.roll(3) == 0);
        let value = if left_out {
            Value::Null
        } else if unknowns && dice.roll(5) == 0 {
            Value::UNKNOWN
        } else {
            match &attribute.kind {
                Kind::Type(ty) => plain(ty, dice),
                Kind::Nested(nested) => held(nested.nesting, nested.members(), dice, unknowns),
            }
        };
        (attribute.name.to_string(), value)
    });
    let attributes: Vec<_> = attributes.collect();
    let blocks: Vec<_> = members
        .blocks
        .iter()
        .map(|block| {
            let value = if unknowns && dice.roll(5) == 0 {
                Value::UNKNOWN
            } else if dice.roll(3) == 0 {
                block.nesting.empty()
            } else {
                held(block.nesting.nesting(), block.block.members(), dice, unknowns)
            };
            (block.name.to_string(), value)
        })
        .collect();
    Value::object(attributes.into_iter().chain(blocks))
}

fn held(nesting: Nesting, members: Members<'_>, dice: &mut Dice<'_>, unknowns: bool) -> Value {
    let count = dice.roll(4);
    let mut objects = (0..count).map(|_| config(members, dice, unknowns));
    match nesting {
        Nesting::Single => {
            drop(objects);
            config(members, dice, unknowns)
        }
        Nesting::List => objects.collect(),
        Nesting::Set => Value::set(objects),
        Nesting::Map => {
            Value::object(objects.by_ref().enumerate().map(|(n, it)| (format!("k{n}"), it)))
        }
    }
}

fn plain(ty: &Type, dice: &mut Dice<'_>) -> Value {
    match ty {
        Type::Bool => (dice.roll(2) == 0).into(),
        Type::Number => i64::from(dice.roll(3)).into(),
        Type::List(ty) => (0..dice.roll(3)).map(|_| plain(ty, dice)).collect(),
        Type::Set(ty) => Value::set((0..dice.roll(3)).map(|_| plain(ty, dice)).collect::<Vec<_>>()),
        Type::Map(ty) => Value::object(
            (0..dice.roll(3)).map(|n| (format!("k{n}"), plain(ty, dice))).collect::<Vec<_>>(),
        ),
        _ => ["a", "b", "c"][usize::from(dice.roll(3))].into(),
    }
}

/// How many elements the sets in a value have.
fn in_sets(value: &Value) -> usize {
    match value {
        Value::Set(items) => items.len() + items.iter().map(in_sets).sum::<usize>(),
        Value::List(items) => items.iter().map(in_sets).sum(),
        Value::Map(members) => members.values().map(in_sets).sum(),
        _ => 0,
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_global_rejects: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the schema: no rule of Terraform is broken, and what was applied is not planned again.
    #[test]
    fn plans_obey_terraform_and_come_to_an_end(
        block in schema(),
        first in prop::collection::vec(any::<u8>(), 24),
        second in prop::collection::vec(any::<u8>(), 24),
    ) {
        let kind = Arc::new(Echo(Shape::new(0, block.clone())));
        let mut harness = Harness::of(kind, None);
        let known = config(block.members(), &mut Dice(&first, 0), false);
        let fails = |problem: Problem| match problem.to_string() {
            // A mistake of the user, told as one.
            text if text.contains("Equal elements in a set") => TestCaseError::reject("equal elements"),
            text => TestCaseError::fail(text),
        };
        let done = run(harness.apply(known.clone())).map_err(fails)?;
        // Where the server decides like the user, elements that were planned apart become one.
        prop_assume!(in_sets(&known) == in_sets(&done.state));
        run(harness.assert_converges(known)).map_err(fails)?;

        let unknown = config(block.members(), &mut Dice(&second, 0), true);
        let planned = run(harness.plan(unknown.clone())).map_err(fails)?;
        let prior = if planned.action == Action::Replace { Value::Null } else { planned.prior };
        prop_assert_eq!(planned_violations(block.members(), &prior, &unknown, &planned.planned), vec![]);

        // What was unknown is decided: the promise of the plan is kept.
        let resolved = decided(&block.members().ty(), unknown.clone(), "the user");
        if Config::from(resolved.clone()).fits(&block) {
            let done = run(harness.apply_resolved(unknown, resolved.clone())).map_err(fails)?;
            prop_assume!(in_sets(&resolved) == in_sets(&done.state));
            run(harness.assert_converges(resolved)).map_err(fails)?;
        }
    }

    /// Values that fit no type do not make the engine panic.
    #[test]
    fn odd_values_are_no_matter(block in schema(), dice in prop::collection::vec(any::<u8>(), 24)) {
        let mut dice = Dice(&dice, 0);
        let mut odd = || match dice.roll(6) {
            0 => Value::Null,
            1 => Value::UNKNOWN,
            2 => Value::List(vec![Value::Null, Value::UNKNOWN, "x".into()]),
            3 => Value::set([Value::object([("n0", Value::Null)]), Value::UNKNOWN]),
            4 => Value::object([("a0", Value::UNKNOWN), ("a1", Value::List(Vec::new())), ("b0", "x".into())]),
            _ => true.into(),
        };
        let (prior, config, planned) = (odd(), odd(), odd());
        let kind = Echo(Shape::new(0, block.clone()));
        let call = || Call::new(None, tokio_util::sync::CancellationToken::new(), crate::Private::default());
        let request = crate::engine::PlanRequest { prior: prior.clone(), config: config.clone(), ..Default::default() };
        run(crate::engine::plan(&kind, &call(), request));
        let request = crate::engine::ApplyRequest { prior: prior.clone(), config: config.clone(), planned: planned.clone() };
        run(crate::engine::apply(&kind, &call(), request));
        let request = crate::engine::ReadRequest { state: prior.clone(), identity: Some(planned.clone()) };
        run(crate::engine::read(&kind, &call(), request));
        planned_violations(block.members(), &prior, &config, &planned);
    }
}
