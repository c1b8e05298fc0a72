//! What the provider offers.

use crate::provider::Served;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::to_proto;

/// What this framework can do beyond the first version of the protocol.
const CAPABILITIES: proto::ServerCapabilities = proto::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: true,
};

pub(super) fn metadata(served: &Served) -> proto::get_metadata::Response {
    use proto::get_metadata::{
        ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata,
        ListResourceMetadata, ResourceMetadata, StateStoreMetadata,
    };
    proto::get_metadata::Response {
        server_capabilities: Some(CAPABILITIES),
        resources: names(served.resources.keys(), |type_name| ResourceMetadata { type_name }),
        data_sources: names(served.data_sources.keys(), |type_name| DataSourceMetadata {
            type_name,
        }),
        ephemeral_resources: names(served.ephemeral.keys(), |type_name| EphemeralMetadata {
            type_name,
        }),
        actions: names(served.actions.keys(), |type_name| ActionMetadata { type_name }),
        functions: names(served.functions.keys(), |name| FunctionMetadata { name }),
        list_resources: names(served.lists.keys(), |type_name| ListResourceMetadata { type_name }),
        state_stores: names(served.state_stores.keys(), |type_name| StateStoreMetadata {
            type_name,
        }),
        ..proto::get_metadata::Response::default()
    }
}

pub(super) fn provider_schema(served: &Served) -> proto::get_provider_schema::Response {
    proto::get_provider_schema::Response {
        provider: Some(to_proto::schema(&served.shape)),
        resource_schemas: to_proto::table(&served.resources, |resource| {
            to_proto::schema(resource.shape())
        }),
        data_source_schemas: to_proto::table(&served.data_sources, |source| {
            to_proto::schema(source.shape())
        }),
        ephemeral_resource_schemas: to_proto::table(&served.ephemeral, |resource| {
            to_proto::schema(resource.shape())
        }),
        action_schemas: to_proto::table(&served.actions, |action| proto::ActionSchema {
            schema: Some(to_proto::schema(action.shape())),
        }),
        functions: functions(served),
        list_resource_schemas: to_proto::table(&served.lists, |list| {
            to_proto::schema(list.shape())
        }),
        state_store_schemas: to_proto::table(&served.state_stores, |store| {
            to_proto::schema(store.shape())
        }),
        server_capabilities: Some(CAPABILITIES),
        ..proto::get_provider_schema::Response::default()
    }
}

pub(super) fn identity_schemas(served: &Served) -> proto::get_resource_identity_schemas::Response {
    let schemas = served.resources.iter().filter_map(|(name, resource)| {
        resource
            .shape()
            .identity
            .as_ref()
            .map(|identity| (name.clone(), to_proto::identity_schema(identity)))
    });
    proto::get_resource_identity_schemas::Response {
        identity_schemas: schemas.collect(),
        diagnostics: Vec::new(),
    }
}

pub(super) fn functions_only(served: &Served) -> proto::get_functions::Response {
    proto::get_functions::Response { functions: functions(served), diagnostics: Vec::new() }
}

fn functions(served: &Served) -> std::collections::BTreeMap<String, proto::Function> {
    to_proto::table(&served.functions, |function| to_proto::function(&**function))
}

fn names<'n, T>(names: impl Iterator<Item = &'n String>, entry: impl Fn(String) -> T) -> Vec<T> {
    names.cloned().map(entry).collect()
}
