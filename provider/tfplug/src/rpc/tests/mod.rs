//! A provider that is data: what its configuration makes, and the leniency that its kinds may ask for.

mod deferral;
mod list;
#[cfg(feature = "state-store")]
mod state_store;

use std::sync::Arc;

use serde_json::Value as Json;

use crate::context::Call;
use crate::diag::Result;
use crate::draft::RawDraft;
use crate::erased::{BoxFuture, Managed, Outcome, Shape};
use crate::provider::{Registry, Served};
use crate::rpc::service::Service;
use crate::rpc::{provider, resource};
use crate::schema::{Attribute, Block, BlockNesting, NestedBlock, Presence};
use crate::serve::StopSignal;
use crate::value::{Type, Value};
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::{from_proto, to_proto};

/// A disk, whose block `layout` the provider fills in with the color that the provider is configured with.
struct Disk {
    shape: Shape,
    is_legacy: bool,
}

fn text(name: &'static str) -> Attribute {
    Attribute::new(name, Type::String, Presence::Optional)
}

impl Disk {
    fn new(is_legacy: bool) -> Self {
        let inner = Block { attributes: vec![text("color")], ..Block::default() };
        let nesting = BlockNesting::List { min: 0, max: 1 };
        let layout = NestedBlock { name: "layout".into(), nesting, block: inner };
        let block = Block { blocks: vec![layout], ..Block::default() };
        Disk { shape: Shape::new(0, block), is_legacy }
    }
}

impl Managed for Disk {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_legacy(&self) -> bool {
        self.is_legacy
    }

    fn plan(&self, _call: &Call, draft: &mut RawDraft) {
        draft.planned = Value::object([("layout", Value::UNKNOWN)]);
    }

    fn create(&self, call: Call, _: Value) -> BoxFuture<'_, Outcome> {
        let color = call.backends::<String>().map_or(Value::Null, |color| color.as_str().into());
        let layout = Value::List(vec![Value::object([("color", color)])]);
        let state = Some(Value::object([("layout", layout)]));
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

    fn update(&self, _: Call, _: Value, after: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async { Outcome { state: Some(after), error: None } })
    }

    fn delete(&self, _: Call, _: Value) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn upgrade(&self, _: i64, old: Json) -> Result<Json> {
        Ok(old)
    }
}

fn service(is_legacy: bool) -> Service {
    service_of(is_legacy, |config| {
        Ok(config.member("color").as_str().unwrap_or("no color").to_owned())
    })
}

/// A provider that makes its color of the configuration.
fn service_of(is_legacy: bool, color: fn(Value) -> Result<String>) -> Service {
    let configuration = Block { attributes: vec![text("color")], ..Block::default() };
    let registry = Registry::new().managed("disk", Arc::new(Disk::new(is_legacy)));
    let served = Served::dynamic("lab", "example.test/a/lab", "1.0.0", configuration, registry)
        .configured_by(move |config, _| async move { color(config) });
    Service::new(served, StopSignal::new())
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

fn message(service: &Service, value: &Value) -> Option<proto::DynamicValue> {
    to_proto::value(value, &service.served().resources["lab_disk"].shape().ty).unwrap()
}

fn planned(service: &Service) -> proto::plan_resource_change::Response {
    let config = Value::object([("layout", Value::List(Vec::new()))]);
    let request = proto::plan_resource_change::Request {
        type_name: "lab_disk".to_owned(),
        prior_state: message(service, &Value::Null),
        config: message(service, &config),
        ..Default::default()
    };
    run(resource::plan(service, request)).unwrap()
}

#[test]
fn a_block_that_nobody_wrote_needs_leniency() {
    let lenient = planned(&service(true));
    assert!(lenient.legacy_type_system);
    assert_eq!(lenient.diagnostics, []);

    let strict = planned(&service(false));
    assert!(!strict.legacy_type_system);
    assert!(strict.diagnostics[0].detail.contains("a nested block must not be unknown itself"));
}

#[test]
fn what_the_configuration_makes_reaches_the_kinds() {
    let service = service(true);
    let config = Value::object([("color", Value::from("blue"))]);
    let request = proto::configure_provider::Request {
        config: to_proto::value(&config, &service.served().shape.ty).unwrap(),
        ..Default::default()
    };
    run(provider::configure(&service, request)).unwrap();

    let config = Value::object([("layout", Value::List(Vec::new()))]);
    let request = proto::apply_resource_change::Request {
        type_name: "lab_disk".to_owned(),
        prior_state: message(&service, &Value::Null),
        planned_state: planned(&service).planned_state,
        config: message(&service, &config),
        ..Default::default()
    };
    let applied = run(resource::apply(&service, request)).unwrap();
    assert!(applied.legacy_type_system);
    assert_eq!(applied.diagnostics, []);
    let ty = &service.served().resources["lab_disk"].shape().ty;
    let state = from_proto::value(applied.new_state, ty).unwrap();
    let layout = Value::List(vec![Value::object([("color", Value::from("blue"))])]);
    assert_eq!(state.member("layout"), &layout);
}
