//! A line for each call of the protocol.

use tonic::{Request, Response, Status, Streaming};

use crate::diag::Result;
use crate::rpc::service::Service;
use crate::rpc::{
    action, data, ephemeral, function, list, provider, resource, schema, state_store,
};
use crate::wire::generated::tfplugin6 as proto;

type Answered<T> = Result<Response<T>, Status>;

/// A call that goes to its handler.
macro_rules! call {
    ($self:ident, $rpc:literal, $request:ident => async $handler:path) => {{
        let message = $request.into_inner();
        let kind = message.type_name.clone();
        $self.answer($rpc, &kind, $handler($self, message)).await
    }};
    ($self:ident, $rpc:literal, $request:ident => $handler:path) => {{
        let message = $request.into_inner();
        let kind = message.type_name.clone();
        $self.answer($rpc, &kind, async { $handler($self, message) }).await
    }};
}

#[tonic::async_trait]
impl proto::provider_server::Provider for Service {
    type ListResourceStream = list::Events;
    type InvokeActionStream = action::Events;
    type ReadStateBytesStream = state_store::Pieces;

    async fn get_metadata(
        &self,
        _: Request<proto::get_metadata::Request>,
    ) -> Answered<proto::get_metadata::Response> {
        self.answer("GetMetadata", "", async { Ok(schema::metadata(self.served())) }).await
    }

    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Answered<proto::get_provider_schema::Response> {
        self.answer("GetProviderSchema", "", async { Ok(schema::provider_schema(self.served())) })
            .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Answered<proto::get_resource_identity_schemas::Response> {
        self.answer("GetResourceIdentitySchemas", "", async {
            Ok(schema::identity_schemas(self.served()))
        })
        .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Answered<proto::validate_provider_config::Response> {
        self.answer("ValidateProviderConfig", "", async {
            provider::validate(self, request.into_inner())
        })
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Answered<proto::configure_provider::Response> {
        self.answer("ConfigureProvider", "", provider::configure(self, request.into_inner())).await
    }

    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Answered<proto::stop_provider::Response> {
        self.stop();
        Ok(Response::new(proto::stop_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Answered<proto::validate_resource_config::Response> {
        call!(self, "ValidateResourceConfig", request => resource::validate)
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Answered<proto::upgrade_resource_state::Response> {
        call!(self, "UpgradeResourceState", request => resource::upgrade_state)
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Answered<proto::upgrade_resource_identity::Response> {
        call!(self, "UpgradeResourceIdentity", request => resource::upgrade_identity)
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Answered<proto::read_resource::Response> {
        call!(self, "ReadResource", request => async resource::read)
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Answered<proto::plan_resource_change::Response> {
        call!(self, "PlanResourceChange", request => async resource::plan)
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Answered<proto::apply_resource_change::Response> {
        call!(self, "ApplyResourceChange", request => async resource::apply)
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Answered<proto::import_resource_state::Response> {
        call!(self, "ImportResourceState", request => async resource::import)
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Answered<proto::move_resource_state::Response> {
        let message = request.into_inner();
        let kind = message.target_type_name.clone();
        self.answer("MoveResourceState", &kind, async { resource::take_over(self, message) }).await
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Answered<proto::generate_resource_config::Response> {
        call!(self, "GenerateResourceConfig", request => resource::generate)
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Answered<proto::validate_data_resource_config::Response> {
        call!(self, "ValidateDataResourceConfig", request => data::validate)
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Answered<proto::read_data_source::Response> {
        call!(self, "ReadDataSource", request => async data::read)
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Answered<proto::get_functions::Response> {
        self.answer("GetFunctions", "", async { Ok(schema::functions_only(self.served())) }).await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Answered<proto::call_function::Response> {
        Ok(Response::new(function::call(self, request.into_inner()).await))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Answered<proto::validate_ephemeral_resource_config::Response> {
        call!(self, "ValidateEphemeralResourceConfig", request => ephemeral::validate)
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Answered<proto::open_ephemeral_resource::Response> {
        call!(self, "OpenEphemeralResource", request => async ephemeral::open)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Answered<proto::renew_ephemeral_resource::Response> {
        call!(self, "RenewEphemeralResource", request => async ephemeral::renew)
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Answered<proto::close_ephemeral_resource::Response> {
        call!(self, "CloseEphemeralResource", request => async ephemeral::close)
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Answered<proto::validate_list_resource_config::Response> {
        call!(self, "ValidateListResourceConfig", request => list::validate)
    }

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Answered<Self::ListResourceStream> {
        Ok(Response::new(list::list(self, request.into_inner())))
    }

    async fn validate_action_config(
        &self,
        request: Request<proto::validate_action_config::Request>,
    ) -> Answered<proto::validate_action_config::Response> {
        call!(self, "ValidateActionConfig", request => action::validate)
    }

    async fn plan_action(
        &self,
        request: Request<proto::plan_action::Request>,
    ) -> Answered<proto::plan_action::Response> {
        let message = request.into_inner();
        let kind = message.action_type.clone();
        self.answer("PlanAction", &kind, action::plan(self, message)).await
    }

    async fn invoke_action(
        &self,
        request: Request<proto::invoke_action::Request>,
    ) -> Answered<Self::InvokeActionStream> {
        Ok(Response::new(action::invoke(self, request.into_inner())))
    }

    async fn validate_state_store_config(
        &self,
        request: Request<proto::validate_state_store::Request>,
    ) -> Answered<proto::validate_state_store::Response> {
        call!(self, "ValidateStateStoreConfig", request => state_store::validate)
    }

    async fn configure_state_store(
        &self,
        request: Request<proto::configure_state_store::Request>,
    ) -> Answered<proto::configure_state_store::Response> {
        call!(self, "ConfigureStateStore", request => async state_store::configure)
    }

    async fn read_state_bytes(
        &self,
        request: Request<proto::read_state_bytes::Request>,
    ) -> Answered<Self::ReadStateBytesStream> {
        Ok(Response::new(state_store::read(self, request.into_inner()).await))
    }

    async fn write_state_bytes(
        &self,
        request: Request<Streaming<proto::write_state_bytes::RequestChunk>>,
    ) -> Answered<proto::write_state_bytes::Response> {
        self.answer("WriteStateBytes", "", state_store::write(self, request.into_inner())).await
    }

    async fn lock_state(
        &self,
        request: Request<proto::lock_state::Request>,
    ) -> Answered<proto::lock_state::Response> {
        call!(self, "LockState", request => async state_store::lock)
    }

    async fn unlock_state(
        &self,
        request: Request<proto::unlock_state::Request>,
    ) -> Answered<proto::unlock_state::Response> {
        call!(self, "UnlockState", request => async state_store::unlock)
    }

    async fn get_states(
        &self,
        request: Request<proto::get_states::Request>,
    ) -> Answered<proto::get_states::Response> {
        call!(self, "GetStates", request => async state_store::list)
    }

    async fn delete_state(
        &self,
        request: Request<proto::delete_state::Request>,
    ) -> Answered<proto::delete_state::Response> {
        call!(self, "DeleteState", request => async state_store::delete)
    }
}
