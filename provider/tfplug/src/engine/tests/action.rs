//! Actions: what is refused when, what is said, what the author's code is given.

use expect_test::{Expect, expect};

use super::world::World;
use crate::testing::{ActionHarness, Config, Problem, config, laws, unknown};
use crate::{Action, At, Attr, Cx, Draft, Error, Progress, Schema, Secret};

/// Restarts machines.
#[derive(Debug, Schema)]
#[tf(name = "restart")]
struct Restart {
    /// The pool.
    #[tf(check = len(1..=9))]
    pool: String,
    /// How many.
    #[tf(default = 2, check = between(1..=3))]
    limit: Attr<i64>,
    /// The password, which is not kept.
    #[tf(write_only)]
    password: Option<Secret>,
    /// When.
    #[tf(block, optional)]
    window: Attr<Window>,
}

/// When.
#[derive(Debug, Schema)]
struct Window {
    /// The hour.
    #[tf(default = 3)]
    hour: Attr<i64>,
}

impl Action for Restart {
    type Backend = World;

    async fn invoke(world: &Cx<World>, config: Self, progress: &Progress) -> crate::Result<()> {
        world.saw(format!("{config:?}"));
        for machine in 1..=config.limit.known().unwrap_or_default() {
            if world.call().is_cancelled() {
                return Err(Error::user("Cancelled", "The other machines run as before."));
            }
            progress.say(format!("machine {machine}"));
            if config.pool == "broken" {
                return Err(Error::remote("No answer", "The machine is silent.")).at(Self::POOL);
            }
        }
        Ok(())
    }

    fn validate(config: &mut Draft<'_, Self>) {
        if config.get(Self::POOL) == Attr::Known("spare".to_owned()) {
            config.deny(Self::POOL, "Nothing to restart", "Spare machines never run.");
        }
    }

    async fn plan(world: &Cx<World>, config: &mut Draft<'_, Self>) -> crate::Result<()> {
        world.saw(format!("plan {:?} {:?}", config.get(Self::POOL), config.get(Self::LIMIT)));
        if config.get(Self::POOL) == Attr::Known("gone".to_owned()) {
            return Err(Error::user("No such pool", "There is none.")).at(Self::POOL);
        }
        Ok(())
    }
}

fn harness() -> (ActionHarness, World) {
    let world = World::default();
    (ActionHarness::new::<Restart, _>(world.clone()), world)
}

fn told(result: Result<Vec<crate::Diagnostic>, Problem>) -> String {
    match result {
        Ok(warnings) => warnings.iter().map(|said| format!("{said}\n")).collect(),
        Err(problem) => format!("{problem}\n"),
    }
}

async fn check(config: Config, expected: &Expect) {
    let (action, world) = harness();
    let outcome = told(action.invoke(config).await);
    let (calls, said) = (world.take_calls().join("\n"), action.said().join(", "));
    expected.assert_eq(&format!("{calls}\n{said}\n{outcome}"));
}

#[tokio::test]
async fn an_action_is_planned_and_invoked() {
    let config = config!({ "pool": "gpu", "password": "hunter2", "window": {} });
    check(
        config,
        &expect![[r#"
            plan Known("gpu") Known(2)
            Restart { pool: "gpu", limit: Known(2), password: Some(Secret(…)), window: Known(Window { hour: Known(3) }) }
            machine 1, machine 2
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_attribute_before_anything_happens() {
    check(
        config!({ "pool": "", "limit": 9 }),
        &expect![[r"


            Validate: the provider refused
              pool: Invalid value: `pool` must have 1 to 9 characters, found 0.
              limit: Invalid value: `limit` must be between 1 and 3.
        "]],
    )
    .await;
    check(
        config!({ "pool": "spare" }),
        &expect![[r"


            Validate: the provider refused
              pool: Nothing to restart: Spare machines never run.
        "]],
    )
    .await;
    check(
        config!({ "pool": "gone" }),
        &expect![[r#"
            plan Known("gone") Known(2)

            Plan: the provider refused
              pool: No such pool: There is none.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_was_said_before_an_error_was_said() {
    check(
        config!({ "pool": "broken" }),
        &expect![[r#"
            plan Known("broken") Known(2)
            Restart { pool: "broken", limit: Known(2), password: None, window: Null }
            machine 1
            Invoke: the provider refused
              pool: No answer: The machine is silent.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_plan_knows_less_than_an_invocation() {
    let (action, world) = harness();
    action.plan(config!({ "pool": unknown(), "limit": 3 })).await.unwrap();
    assert_eq!(world.take_calls(), ["plan Unknown Known(3)"]);
    let refused = action.invoke(config!({ "pool": unknown() })).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Config: the configuration must be known by now\n  pool: the value is unknown"
    );
}

#[tokio::test]
async fn what_is_unknown_when_terraform_validates_is_judged_when_it_is_known() {
    let (action, _) = harness();
    let kind = crate::erased::ActionHandler::<Restart, World>::new();
    let call = crate::Call::new(
        None,
        tokio_util::sync::CancellationToken::new(),
        crate::Private::default(),
    );
    action.validate(config!({ "pool": unknown() })).unwrap();
    let long = crate::Value::object([("pool", "far too long".into())]);
    let progress = Progress::new(|_| ());
    let said = crate::engine::invoke_action(&kind, &call, long, progress).await;
    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["pool: Invalid value: `pool` must have 1 to 9 characters, found 12."]);
}

#[tokio::test]
async fn an_interrupted_action_ends_where_it_says() {
    let (action, _) = harness();
    action.cancellation().cancel();
    assert_eq!(
        told(action.invoke(config!({ "pool": "gpu" })).await),
        "Plan: the provider refused\n  Cancelled: Terraform was asked to stop.\n"
    );
}

#[tokio::test]
async fn a_provider_without_configuration_is_waited_for_where_that_is_allowed() {
    let kind = crate::erased::ActionHandler::<Restart, World>::new();
    let call = |may_defer| {
        let token = tokio_util::sync::CancellationToken::new();
        crate::Call::new(None, token, crate::Private::default()).deferring(may_defer)
    };
    let config = || crate::Value::object([("pool", "gpu".into())]);
    for allowed in [true, false] {
        let plan = crate::engine::plan_action(&kind, &call(allowed), config()).await;
        let reason = allowed.then_some(crate::Deferral::ProviderConfiguration);
        assert_eq!((plan.deferred, plan.diags.is_empty()), (reason, true));
    }
    let progress = Progress::new(|_| ());
    let said = crate::engine::invoke_action(&kind, &call(false), config(), progress).await;
    assert_eq!(
        said.iter().map(|said| &*said.summary).collect::<Vec<_>>(),
        ["Provider not configured"]
    );
}

/// Has a result.
#[derive(Debug, Schema)]
#[tf(name = "answer")]
struct Answer {
    /// The result.
    #[tf(computed)]
    result: Attr<String>,
}

impl Action for Answer {
    type Backend = World;

    async fn invoke(_: &Cx<World>, _: Self, _: &Progress) -> crate::Result<()> {
        Ok(())
    }
}

#[test]
fn laws() {
    laws::action::<Restart>().unwrap();
    laws::secrets::<Restart>().unwrap();
    assert_eq!(
        laws::action::<Answer>().unwrap_err().to_string(),
        "Expectation: an action has no result\n  result: it is computed, yet there is nobody who could see it"
    );
    let handler = crate::erased::ActionHandler::<Restart, World>::new();
    let shape = crate::erased::Invocable::shape(&handler);
    let limit = shape.block.attribute("limit").unwrap();
    assert_eq!(limit.presence, crate::schema::Presence::Optional, "nothing is computed");
}
