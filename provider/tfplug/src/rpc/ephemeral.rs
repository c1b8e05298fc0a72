//! Ephemeral resources: looked up like data sources, and stored nowhere.
//!
//! One look opens them. They end by being forgotten, so renewing and closing have nothing to do.

use std::sync::Arc;

use crate::context::Private;
use crate::diag::Result;
use crate::engine::{self, Validation};
use crate::erased::Readable;
use crate::rpc::service::Service;
use crate::rpc::unserved::unserved;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::{from_proto, to_proto};

pub(super) fn validate(
    service: &Service,
    request: proto::validate_ephemeral_resource_config::Request,
) -> Result<proto::validate_ephemeral_resource_config::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let diags = engine::validate(Validation {
        block: &shape.block,
        config: from_proto::value(request.config, &shape.ty)?,
        write_only_allowed: false,
        author: &|draft| resource.validate(draft),
    });
    Ok(proto::validate_ephemeral_resource_config::Response {
        diagnostics: to_proto::diagnostics(diags),
    })
}

pub(super) async fn open(
    service: &Service,
    request: proto::open_ephemeral_resource::Request,
) -> Result<proto::open_ephemeral_resource::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let config = from_proto::value(request.config, &shape.ty)?;
    let (found, warnings) =
        engine::read_data(&**resource, &service.call(Private::default()), config).await?;
    Ok(proto::open_ephemeral_resource::Response {
        result: to_proto::value(&found, &shape.ty)?,
        diagnostics: to_proto::diagnostics(warnings),
        ..proto::open_ephemeral_resource::Response::default()
    })
}

pub(super) fn renew(
    service: &Service,
    request: proto::renew_ephemeral_resource::Request,
) -> Result<proto::renew_ephemeral_resource::Response> {
    find(service, &request.type_name)?;
    Ok(proto::renew_ephemeral_resource::Response {
        private: request.private,
        ..proto::renew_ephemeral_resource::Response::default()
    })
}

pub(super) fn close(
    service: &Service,
    request: &proto::close_ephemeral_resource::Request,
) -> Result<proto::close_ephemeral_resource::Response> {
    find(service, &request.type_name)?;
    Ok(proto::close_ephemeral_resource::Response::default())
}

fn find<'s>(service: &'s Service, type_name: &str) -> Result<&'s Arc<dyn Readable>> {
    let found = service.served().ephemeral.get(type_name);
    found.ok_or_else(|| unserved("ephemeral resource", type_name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Call;
    use crate::erased::{BoxFuture, Shape};
    use crate::provider::{Registry, Served};
    use crate::schema::{Attribute, Block, Presence};
    use crate::serve::StopSignal;
    use crate::value::{Type, Value};

    /// A password that is the name of its secret, backwards.
    struct Password(Shape);

    impl Readable for Password {
        fn shape(&self) -> &Shape {
            &self.0
        }

        fn read(&self, _: Call, config: Value) -> BoxFuture<'_, Result<Value>> {
            let name = config.member("name").clone();
            let value: String = name.as_str().unwrap_or_default().chars().rev().collect();
            Box::pin(async { Ok(Value::object([("name", name), ("value", value.into())])) })
        }
    }

    fn service() -> Service {
        let attributes = [("name", Presence::Required), ("value", Presence::Computed)];
        let attributes = attributes.map(|(name, who)| Attribute::new(name, Type::String, who));
        let block = Block { attributes: attributes.to_vec(), ..Block::default() };
        let password = Arc::new(Password(Shape::new(0, block)));
        let registry = Registry::new().ephemeral("password", password);
        let address = "example.test/a/vault";
        let served = Served::dynamic("vault", address, "1.0.0", Block::default(), registry);
        Service::new(served, StopSignal::new())
    }

    fn config(name: Value) -> Option<proto::DynamicValue> {
        let service = service();
        let shape = service.served().ephemeral["vault_password"].shape();
        let config = Value::object([("name", name), ("value", Value::Null)]);
        to_proto::value(&config, &shape.ty).unwrap()
    }

    #[test]
    fn it_is_validated() {
        let request = proto::validate_ephemeral_resource_config::Request {
            type_name: "vault_password".to_owned(),
            config: config(Value::Null),
        };
        let said = validate(&service(), request).unwrap().diagnostics;
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].summary, "Missing required argument");
    }

    #[test]
    fn one_look_opens_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let service = service();
        let request = proto::open_ephemeral_resource::Request {
            type_name: "vault_password".to_owned(),
            config: config("secret".into()),
            client_capabilities: None,
        };
        let opened = runtime.block_on(open(&service, request)).unwrap();
        let ty = &service.served().ephemeral["vault_password"].shape().ty;
        let found = from_proto::value(opened.result, ty).unwrap();
        assert_eq!(found.member("value"), &"terces".into());
        assert_eq!(opened.renew_at, None);
    }

    #[test]
    fn the_schema_has_it_and_no_other() {
        let service = service();
        let schema = crate::rpc::schema::provider_schema(service.served());
        let names: Vec<&String> = schema.ephemeral_resource_schemas.keys().collect();
        assert_eq!(names, ["vault_password"]);
        let listed = crate::rpc::schema::metadata(service.served()).ephemeral_resources;
        assert_eq!(listed[0].type_name, "vault_password");
        let request = proto::close_ephemeral_resource::Request {
            type_name: "vault_key".to_owned(),
            ..Default::default()
        };
        let error = close(&service, &request).unwrap_err();
        assert_eq!(
            error.to_string(),
            "No such ephemeral resource: This provider has no ephemeral resource `vault_key`. Use a version of the provider that has it."
        );
    }
}
