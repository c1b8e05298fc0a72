//! A provider whose configuration is not known yet, over the calls of the protocol.

use super::{run, service as configured_later};
use crate::rpc::service::Service;
use crate::rpc::{provider, resource};
use crate::value::Value;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::to_proto;

/// Configures a provider of which a value is unknown, without which it can make nothing.
fn configure(service: &Service, deferral_allowed: bool) -> crate::Result<()> {
    let config = Value::object([("color", Value::UNKNOWN)]);
    let request = proto::configure_provider::Request {
        config: to_proto::value(&config, &service.served().shape.ty).unwrap(),
        client_capabilities: Some(proto::ClientCapabilities {
            deferral_allowed,
            ..Default::default()
        }),
        ..Default::default()
    };
    run(provider::configure(service, request)).map(|_| ())
}

fn picky() -> Service {
    super::service_of(false, |config| match config.member("color") {
        Value::Unknown(_) => Err(crate::Error::user("Unknown color", "Apply what makes it first.")),
        color => Ok(color.as_str().unwrap_or_default().to_owned()),
    })
}

fn plan(service: &Service, deferral_allowed: bool) -> proto::plan_resource_change::Response {
    let config = Value::object([("layout", Value::List(Vec::new()))]);
    let request = proto::plan_resource_change::Request {
        type_name: "lab_disk".to_owned(),
        prior_state: super::message(service, &Value::Null),
        config: super::message(service, &config),
        client_capabilities: Some(proto::ClientCapabilities {
            deferral_allowed,
            ..Default::default()
        }),
        ..Default::default()
    };
    run(resource::plan(service, request)).unwrap()
}

#[test]
fn a_configuration_that_is_not_known_yet_puts_everything_off() {
    let service = picky();
    configure(&service, true).unwrap();
    let reason = plan(&service, true).deferred.map(|deferred| deferred.reason());
    assert_eq!(reason, Some(proto::deferred::Reason::ProviderConfigUnknown));
    assert_eq!(plan(&service, false).deferred, None);

    let request = proto::import_resource_state::Request {
        type_name: "lab_disk".to_owned(),
        id: "a".to_owned(),
        ..Default::default()
    };
    let refused = run(resource::import(&service, request)).unwrap_err().to_string();
    assert!(refused.starts_with("Import not supported"), "{refused}");
}

#[test]
fn a_host_that_cannot_wait_is_told_what_is_missing() {
    let error = configure(&picky(), false).unwrap_err().to_string();
    assert_eq!(error, "Unknown color: Apply what makes it first.");
}

#[test]
fn a_provider_that_can_do_without_puts_nothing_off() {
    let service = configured_later(false);
    configure(&service, true).unwrap();
    assert_eq!(plan(&service, true).deferred, None);
}
