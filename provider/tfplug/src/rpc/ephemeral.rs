//! Ephemeral resources: opened, renewed, closed, and stored nowhere.

use std::sync::Arc;

use crate::context::Private;
use crate::diag::Result;
use crate::engine::{self, Validation};
use crate::erased::Openable;
use crate::rpc::answer::Answer as _;
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
    use proto::open_ephemeral_resource::Response;
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let config = from_proto::value(request.config, &shape.ty)?;
    let call = service.deferring_call(Private::default(), request.client_capabilities);
    let opened = engine::open_ephemeral(&**resource, &call, config).await;
    let result = match to_proto::value(&opened.result, &shape.ty) {
        Ok(result) => result,
        // Terraform closes nothing that it could not be told of.
        Err(error) => {
            let closed = engine::close_ephemeral(&**resource, &call).await;
            let mut failed = Response::failed(error);
            failed.diagnostics.extend(to_proto::diagnostics(closed));
            return Ok(failed);
        }
    };
    Ok(Response {
        diagnostics: to_proto::diagnostics(opened.diags),
        renew_at: opened.renew_at.map(Into::into),
        result,
        private: Some(opened.private.to_bytes().into()),
        deferred: opened.deferred.map(to_proto::deferral),
    })
}

pub(super) async fn renew(
    service: &Service,
    request: proto::renew_ephemeral_resource::Request,
) -> Result<proto::renew_ephemeral_resource::Response> {
    let resource = find(service, &request.type_name)?;
    let call = service.call(Private::from_bytes(&request.private.unwrap_or_default()));
    let renewed = engine::renew_ephemeral(&**resource, &call).await;
    Ok(proto::renew_ephemeral_resource::Response {
        diagnostics: to_proto::diagnostics(renewed.diags),
        renew_at: renewed.renew_at.map(Into::into),
        private: Some(renewed.private.to_bytes().into()),
    })
}

pub(super) async fn close(
    service: &Service,
    request: proto::close_ephemeral_resource::Request,
) -> Result<proto::close_ephemeral_resource::Response> {
    let resource = find(service, &request.type_name)?;
    let call = service.call(Private::from_bytes(&request.private.unwrap_or_default()));
    let diags = engine::close_ephemeral(&**resource, &call).await;
    Ok(proto::close_ephemeral_resource::Response { diagnostics: to_proto::diagnostics(diags) })
}

fn find<'s>(service: &'s Service, type_name: &str) -> Result<&'s Arc<dyn Openable>> {
    let found = service.served().ephemeral.get(type_name);
    found.ok_or_else(|| unserved("ephemeral resource", type_name))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::context::Call;
    use crate::erased::{BoxFuture, Opening, Shape};
    use crate::provider::{Registry, Served};
    use crate::schema::{Attribute, Block, Presence};
    use crate::serve::StopSignal;
    use crate::value::{Type, Value};

    /// A password that is the name of its secret, backwards; that of `broken` is no text at all.
    struct Password {
        shape: Shape,
        closed: AtomicUsize,
    }

    impl Openable for Password {
        fn shape(&self) -> &Shape {
            &self.shape
        }

        fn open(&self, _: Call, config: Value) -> BoxFuture<'_, Opening> {
            let name = config.member("name").clone();
            let value: String = name.as_str().unwrap_or_default().chars().rev().collect();
            let value = if value == "nekorb" { Value::from(7) } else { value.into() };
            let value = Value::object([("name", name), ("value", value)]);
            Box::pin(async { Opening::Open { value, renew_at: None } })
        }

        fn close(&self, _: Call) -> BoxFuture<'_, Result<()>> {
            self.closed.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        }
    }

    fn service() -> Service {
        service_of(&password())
    }

    fn password() -> Arc<Password> {
        let attributes = [("name", Presence::Required), ("value", Presence::Computed)];
        let attributes = attributes.map(|(name, who)| Attribute::new(name, Type::String, who));
        let block = Block { attributes: attributes.to_vec(), ..Block::default() };
        Arc::new(Password { shape: Shape::new(0, block), closed: AtomicUsize::new(0) })
    }

    fn service_of(password: &Arc<Password>) -> Service {
        let registry = Registry::new().openable("password", Arc::<Password>::clone(password));
        let address = "example.test/a/vault";
        let served = Served::dynamic("vault", address, "1.0.0", Block::default(), registry);
        Service::new(served, StopSignal::new())
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
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
        let service = service();
        let request = proto::open_ephemeral_resource::Request {
            type_name: "vault_password".to_owned(),
            config: config("secret".into()),
            client_capabilities: None,
        };
        let opened = run(open(&service, request)).unwrap();
        let ty = &service.served().ephemeral["vault_password"].shape().ty;
        let found = from_proto::value(opened.result, ty).unwrap();
        assert_eq!(found.member("value"), &"terces".into());
        assert_eq!(opened.renew_at, None);
    }

    #[test]
    fn what_cannot_be_told_is_closed() {
        let password = password();
        let service = service_of(&password);
        let request = proto::open_ephemeral_resource::Request {
            type_name: "vault_password".to_owned(),
            config: config("broken".into()),
            client_capabilities: None,
        };
        let opened = run(open(&service, request)).unwrap();
        assert_eq!(opened.diagnostics.len(), 1);
        assert_eq!(password.closed.load(Ordering::Relaxed), 1);
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
        let error = run(close(&service, request)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "No such ephemeral resource: This provider has no ephemeral resource `vault_key`. Use a version of the provider that has it."
        );
    }
}
