//! From the result of a handler to the answer of a call.

use crate::diag::{Error, Result};
use crate::serve::{PanicMessage, catch};
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::to_proto;

/// An answer that can carry messages to the user.
pub(super) trait Answer: Default {
    /// Where they go.
    fn diagnostics(&mut self) -> &mut Vec<proto::Diagnostic>;

    /// An answer that holds nothing but an error.
    fn failed(error: Error) -> Self {
        let mut answer = Self::default();
        answer.diagnostics().extend(to_proto::diagnostics(error));
        answer
    }
}

/// Runs a handler; neither an error nor a panic of it is more than a failed call.
pub(super) async fn settle<A: Answer>(handler: impl Future<Output = Result<A>>) -> A {
    match catch(handler).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => A::failed(error),
        Err(panic) => A::failed(from_panic(&panic)),
    }
}

/// What a user is told of a panic.
pub(super) fn from_panic(panic: &PanicMessage) -> Error {
    let place =
        panic.location.as_ref().map(|location| format!(" at {location}")).unwrap_or_default();
    Error::bug(format!("The provider panicked{place}: {}.", panic.message.trim_end_matches('.')))
}

macro_rules! answers {
    ($($call:ident),* $(,)?) => { $(
        impl Answer for proto::$call::Response {
            fn diagnostics(&mut self) -> &mut Vec<proto::Diagnostic> {
                &mut self.diagnostics
            }
        }
    )* };
}

answers!(
    get_metadata,
    get_provider_schema,
    get_resource_identity_schemas,
    validate_provider_config,
    validate_resource_config,
    validate_data_resource_config,
    configure_provider,
    upgrade_resource_state,
    upgrade_resource_identity,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
    move_resource_state,
    generate_resource_config,
    read_data_source,
    get_functions,
    validate_ephemeral_resource_config,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
    validate_list_resource_config,
    validate_action_config,
    plan_action,
    validate_state_store,
    configure_state_store,
    read_state_bytes,
    write_state_bytes,
    lock_state,
    unlock_state,
    get_states,
    delete_state,
);
