//! Lists as the server streams them.

use std::sync::Arc;

use futures_util::StreamExt as _;
use tonic::Request;

use super::run;
use crate::rpc::service::Service;
use crate::serve::StopSignal;
use crate::value::Value;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::generated::tfplugin6::provider_server::Provider as _;
use crate::wire::to_proto;
use crate::{
    Applied, Change, Cx, Found, Host, List, Provider, Registry, Resource, Result, Schema, Served,
    immutable,
};

/// A box in the cellar.
#[derive(Debug, Schema)]
#[tf(name = "box")]
struct Carton {
    /// Its number.
    #[tf(identity)]
    number: i64,
}

/// Which boxes.
#[derive(Debug, Schema)]
struct Boxes {
    /// Where somebody trips.
    trips_at: Option<i64>,
}

impl Resource for Carton {
    type Backend = ();

    async fn create(_: &Cx<()>, plan: Self) -> Applied<Self> {
        Ok(plan)
    }

    async fn read(_: &Cx<()>, _: i64, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior)
    }

    async fn update(_: &Cx<()>, _: Change<Self>) -> Applied<Self> {
        immutable()
    }

    async fn delete(_: &Cx<()>, _: Self) -> Result<()> {
        Ok(())
    }
}

impl List for Carton {
    type Filter = Boxes;

    async fn list(_: &Cx<()>, filter: Boxes, found: &Found<Self>) -> Result<()> {
        for number in 1.. {
            assert_ne!(filter.trips_at, Some(number), "somebody trips");
            found.add(format!("box {number}"), Carton { number }).await;
        }
        Ok(())
    }
}

/// A cellar.
#[derive(Debug, Schema)]
#[tf(name = "cellar")]
struct Cellar {}

impl Provider for Cellar {
    const ADDRESS: &'static str = "example.test/a/cellar";
    type Backends = Arc<()>;

    async fn configure(_: Self, _: Host) -> Result<Arc<()>> {
        Ok(Arc::default())
    }

    fn registry() -> Registry<Arc<()>> {
        Registry::new().resource::<Carton>().list::<Carton>()
    }
}

fn service(stop: StopSignal) -> Service {
    Service::new(Served::new::<Cellar>("1.0.0"), stop)
}

fn request(kind: &str, trips_at: impl Into<Value>) -> Request<proto::list_resource::Request> {
    let ty = service(StopSignal::new()).served().lists["cellar_box"].shape().ty.clone();
    let filter = Value::object([("trips_at", trips_at.into())]);
    Request::new(proto::list_resource::Request {
        type_name: kind.to_owned(),
        config: to_proto::value(&filter, &ty).unwrap(),
        include_resource_object: true,
        limit: 3,
    })
}

fn line(event: &proto::list_resource::Event) -> String {
    match event.diagnostic.as_slice() {
        [] => {
            let (identity, state) = (event.identity.is_some(), event.resource_object.is_some());
            format!("{} {identity} {state}", event.display_name)
        }
        [said, ..] => format!("{}: {}", said.summary, said.detail),
    }
}

async fn configured(stop: StopSignal) -> Service {
    let service = service(stop);
    service
        .configure_provider(Request::new(proto::configure_provider::Request::default()))
        .await
        .unwrap();
    service
}

fn events(kind: &str, trips_at: impl Into<Value>) -> Vec<String> {
    run(async {
        let service = configured(StopSignal::new()).await;
        let events = service.list_resource(request(kind, trips_at)).await.unwrap();
        events.into_inner().map(|event| line(&event.unwrap())).collect().await
    })
}

#[test]
fn it_ends_at_the_limit() {
    let lines = events("cellar_box", Value::Null);
    assert_eq!(lines, ["box 1 true true", "box 2 true true", "box 3 true true"]);
}

#[test]
fn a_panic_ends_the_list_and_not_the_provider() {
    let lines = events("cellar_box", 3);
    assert_eq!(lines[0], "box 1 true true");
    let last = lines.last().unwrap();
    assert!(last.starts_with("Provider bug: The provider panicked"), "{lines:?}");
}

#[test]
fn an_interruption_ends_it() {
    run(async {
        let stop = StopSignal::new();
        let service = configured(stop.clone()).await;
        let answer = service.list_resource(request("cellar_box", Value::Null)).await.unwrap();
        let mut events = answer.into_inner();
        assert_eq!(line(&events.next().await.unwrap().unwrap()), "box 1 true true");
        stop.stop();
        let rest: Vec<String> = events.map(|event| line(&event.unwrap())).collect().await;
        assert_eq!(rest.last().unwrap(), "Cancelled: Terraform was asked to stop.");
    });
}

#[test]
fn what_is_not_served_is_said_in_an_event() {
    assert_eq!(
        events("cellar_rack", Value::Null),
        [
            "No such list resource: This provider has no list resource `cellar_rack`. Use a version of the provider that \
             has it."
        ]
    );
}

#[test]
fn a_filter_is_validated_by_its_schema() {
    run(async {
        let service = service(StopSignal::new());
        let ty = service.served().lists["cellar_box"].shape().ty.clone();
        let filter = Value::object([("trips_at", Value::Number("1.5".parse().unwrap()))]);
        let request = proto::validate_list_resource_config::Request {
            type_name: "cellar_box".to_owned(),
            config: to_proto::value(&filter, &ty).unwrap(),
            ..Default::default()
        };
        let answer = service.validate_list_resource_config(Request::new(request)).await.unwrap();
        let said = answer.into_inner().diagnostics;
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].summary, "Invalid number");
    });
}

#[test]
fn the_schema_has_it() {
    run(async {
        let service = service(StopSignal::new());
        let metadata = service.get_metadata(Request::new(proto::get_metadata::Request {})).await;
        let metadata = metadata.unwrap().into_inner();
        assert_eq!(metadata.list_resources[0].type_name, "cellar_box");
        let asked = Request::new(proto::get_provider_schema::Request {});
        let schema = service.get_provider_schema(asked).await.unwrap().into_inner();
        let block = schema.list_resource_schemas["cellar_box"].block.clone().unwrap();
        assert_eq!(block.attributes[0].name, "trips_at");
    });
}
