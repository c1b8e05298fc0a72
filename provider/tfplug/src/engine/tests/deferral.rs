//! What is put off where Terraform allows it, and goes on as ever where it does not.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::kinds::Pool;
use super::{World, harness};
use crate::context::{Call, Private};
use crate::engine::defer_data;
use crate::erased::{LookupHandler, Provide, Readable as _};
use crate::testing::{Action, Harness, config, unknown};
use crate::value::Value;
use crate::{
    Applied, Attr, Change, Cx, Deferral, Draft, Error, Resource, Result, Schema, immutable,
};

/// A world whose place is still to be made.
struct Nowhere;

impl Provide<World> for Nowhere {
    fn provide(&self) -> Result<Arc<World>> {
        Err(Error::user("Nowhere", "The world is still to be made."))
    }

    fn is_unknown(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_resource_with_an_unknown_name_waits_for_it() {
    let (pools, _) = harness::<Pool>();
    let mut pools = pools.deferring();
    let unnamed = config!({ "name": unknown(), "limit": 1 });
    let planned = pools.plan(&unnamed).await.unwrap();
    assert_eq!((planned.action, planned.deferred), (Action::Create, Some(Deferral::Configuration)));
    let done =
        pools.apply_resolved(&unnamed, config!({ "name": "gpu", "limit": 1 })).await.unwrap();
    assert_eq!((done.action, done.deferred), (Action::NoOp, Some(Deferral::Configuration)));
    assert!(pools.current().is_none(), "nothing was done");

    // Something else that is unknown is no reason.
    let unlimited = config!({ "name": "gpu", "limit": unknown() });
    assert_eq!(pools.plan(&unlimited).await.unwrap().deferred, None);
    let known = config!({ "name": "gpu", "limit": 1 });
    pools.apply_resolved(&unlimited, &known).await.unwrap();

    // What is there is not destroyed for a name that nobody knows yet.
    let planned = pools.plan(&unnamed).await.unwrap();
    assert_eq!(
        (planned.action, planned.deferred),
        (Action::Replace, Some(Deferral::Configuration))
    );
    pools.apply_resolved(&unnamed, &known).await.unwrap();
    assert_eq!(pools.state().member("name").as_str(), Some("gpu"));
}

#[tokio::test]
async fn without_leave_an_unknown_name_is_planned_as_ever() {
    let (mut pools, _) = harness::<Pool>();
    let unnamed = config!({ "name": unknown() });
    let planned = pools.plan(&unnamed).await.unwrap();
    assert_eq!((planned.action, planned.deferred), (Action::Create, None));
    let done = pools.apply_resolved(&unnamed, config!({ "name": "gpu" })).await.unwrap();
    assert_eq!(done.action, Action::Create);
}

#[tokio::test]
async fn everything_waits_for_the_provider() {
    let (mut known, _) = harness::<Pool>();
    let gpu = config!({ "name": "gpu" });
    known.apply(&gpu).await.unwrap();
    let reason = Some(Deferral::ProviderConfiguration);

    let mut pools = Harness::new::<Pool, _>(Nowhere).deferring();
    assert_eq!(pools.plan(&gpu).await.unwrap().deferred, reason);
    assert_eq!(pools.import("gpu").await.unwrap(), Value::UNKNOWN);
    assert!(pools.current().is_none());
    pools.set_current(known.current().cloned());
    assert_eq!(&pools.refresh().await.unwrap(), known.state());
    assert_eq!(pools.plan(config!({ "name": "gpu", "limit": 3 })).await.unwrap().deferred, reason);
    assert_eq!(pools.destroy().await.unwrap().deferred, reason);
    assert!(pools.current().is_some(), "nothing was destroyed");

    let mut pools = Harness::new::<Pool, _>(Nowhere);
    let nowhere = "Nowhere: The world is still to be made.";
    assert_eq!(pools.plan(&gpu).await.unwrap().deferred, None);
    assert_eq!(
        pools.import("gpu").await.unwrap_err().to_string(),
        format!("Import: the provider refused\n  {nowhere}")
    );
    pools.set_current(known.current().cloned());
    assert_eq!(
        pools.refresh().await.unwrap_err().to_string(),
        format!("Refresh: the provider refused\n  {nowhere}")
    );
}

#[test]
fn a_data_source_waits_with_all_that_it_would_find() {
    let lookup = LookupHandler::<Pool, Nowhere>::new();
    let call = |allowed| {
        let nowhere = Some(Arc::new(Nowhere) as _);
        Call::new(nowhere, CancellationToken::new(), Private::default()).deferring(allowed)
    };
    let Value::Map(mut config) = lookup.shape().block.members().empty() else { unreachable!() };
    config.insert("name".to_owned(), "gpu".into());
    let config = Value::Map(config);
    assert_eq!(defer_data(&lookup, &call(false), &config), None);
    let (guess, reason) = defer_data(&lookup, &call(true), &config).unwrap();
    assert_eq!(reason, Deferral::ProviderConfiguration);
    assert_eq!(guess.member("name").as_str(), Some("gpu"));
    assert!(guess.member("limit").is_unknown());
}

/// A house, for which there must be a street.
#[derive(Clone, Debug, Schema)]
#[tf(name = "house")]
struct House {
    /// Its number.
    #[tf(identity)]
    number: i64,
    /// The street.
    #[tf(optional)]
    street: Attr<String>,
}

impl Resource for House {
    type Backend = World;

    async fn create(_: &Cx<World>, plan: Self) -> Applied<Self> {
        Ok(plan)
    }

    async fn read(_: &Cx<World>, _: i64, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior)
    }

    async fn update(_: &Cx<World>, _: Change<Self>) -> Applied<Self> {
        immutable()
    }

    async fn delete(_: &Cx<World>, _: Self) -> Result<()> {
        Ok(())
    }

    fn plan(draft: &mut Draft<'_, Self>) {
        let street = draft.get(Self::STREET);
        if street.is_unknown() || street == Attr::Known("never built".to_owned()) {
            draft.defer(Deferral::Prerequisite);
        }
    }
}

#[tokio::test]
async fn an_author_puts_off_what_has_no_ground_yet() {
    let (houses, _) = harness::<House>();
    let mut houses = houses.deferring();
    let unknown_street = config!({ "number": 1, "street": unknown() });
    let planned = houses.plan(&unknown_street).await.unwrap();
    assert_eq!(planned.deferred, Some(Deferral::Prerequisite));
    houses.assert_converges(config!({ "number": 1, "street": "Main" })).await.unwrap();

    // A reason that is still there in the apply is a bug, which shows without any deferral.
    let (mut houses, _) = harness::<House>();
    let problem =
        houses.apply(config!({ "number": 1, "street": "never built" })).await.unwrap_err();
    assert_eq!(
        problem.to_string(),
        "FinalPlan: Provider deferred changes when Terraform did not allow deferrals\n  Prerequisite"
    );
}
