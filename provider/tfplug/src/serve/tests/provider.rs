//! The provider that the child processes serve.

use std::env;
use std::future::pending;
use std::io::{Write as _, stdout};
use std::process::exit;

use tokio_stream::Empty;
use tonic::{Request, Response, Status, Streaming};

use crate::serve::panic::catch;
use crate::serve::{Environment, Options, StopSignal, run_in};
use crate::wire::generated::tfplugin6::provider_server::Provider;
#[allow(clippy::wildcard_imports, reason = "the messages of 36 calls")]
use crate::wire::generated::tfplugin6::*;

/// Set for child processes, to the arguments of the provider.
pub(super) const ARGUMENTS: &str = "TFPLUG_TEST_ARGUMENTS";

/// Path of [`serve_in_child`] for the test runner.
pub(super) const ENTRY: &str = "serve::tests::provider::serve_in_child";

/// The main function of child processes; without [`ARGUMENTS`] it only checks
/// that its path is the one that they are started with.
#[test]
fn serve_in_child() {
    let Ok(arguments) = env::var(ARGUMENTS) else {
        let path = concat!(module_path!(), "::serve_in_child");
        assert_eq!(path.split_once("::").unwrap().1, ENTRY);
        return;
    };
    let arguments = arguments.split_whitespace().map(str::to_owned);
    let environment = Environment::new(arguments, env::vars(), env::temp_dir());
    let options = Options::new("registry.example.com/acme/things", "1.2.3");
    // Ends the line that the test runner has begun.
    writeln!(stdout()).unwrap();
    let code = run_in(&environment, &options, |stop| TestProvider { stop }, stdout());
    #[expect(clippy::exit, reason = "the test runner would print its own summary")]
    exit(code.into());
}

struct TestProvider {
    stop: StopSignal,
}

/// Implements the service, with `Unimplemented` for the calls named last.
macro_rules! provider {
    ({ $($own:tt)* } unserved { $($call:ident($message:ident))* }) => {
        #[tonic::async_trait]
        impl Provider for TestProvider {
            $($own)*
            $(async fn $call(
                &self,
                _request: Request<$message::Request>,
            ) -> Result<Response<$message::Response>, Status> {
                Err(Status::unimplemented(stringify!($call)))
            })*
        }
    };
}

provider! {
    {
        type ListResourceStream = Empty<Result<list_resource::Event, Status>>;
        type InvokeActionStream = Empty<Result<invoke_action::Event, Status>>;
        type ReadStateBytesStream = Empty<Result<read_state_bytes::Response, Status>>;

        async fn get_provider_schema(
            &self,
            _request: Request<get_provider_schema::Request>,
        ) -> Result<Response<get_provider_schema::Response>, Status> {
            let provider = Some(Schema { version: 0, block: Some(schema::Block::default()) });
            Ok(Response::new(get_provider_schema::Response { provider, ..Default::default() }))
        }

        /// What happens is in the type name.
        async fn read_resource(
            &self,
            request: Request<read_resource::Request>,
        ) -> Result<Response<read_resource::Response>, Status> {
            let request = request.into_inner();
            let handler = async {
                match request.type_name.as_str() {
                    "echo" => request.current_state,
                    "until_stopped" => {
                        self.stop.token().cancelled().await;
                        None
                    }
                    "forever" => pending().await,
                    "crash" => {
                        let crash = tokio::spawn(async { panic!("out of paper") });
                        crash.await.unwrap_err();
                        None
                    }
                    _ => panic!("no type {:?}", request.type_name),
                }
            };
            match catch(handler).await {
                Ok(new_state) => {
                    Ok(Response::new(read_resource::Response { new_state, ..Default::default() }))
                }
                Err(panic) => Err(Status::internal(panic.to_string())),
            }
        }

        async fn stop_provider(
            &self,
            _request: Request<stop_provider::Request>,
        ) -> Result<Response<stop_provider::Response>, Status> {
            self.stop.stop();
            Ok(Response::new(stop_provider::Response::default()))
        }

        async fn list_resource(
            &self,
            _request: Request<list_resource::Request>,
        ) -> Result<Response<Self::ListResourceStream>, Status> {
            Err(Status::unimplemented("list_resource"))
        }

        async fn invoke_action(
            &self,
            _request: Request<invoke_action::Request>,
        ) -> Result<Response<Self::InvokeActionStream>, Status> {
            Err(Status::unimplemented("invoke_action"))
        }

        async fn read_state_bytes(
            &self,
            _request: Request<read_state_bytes::Request>,
        ) -> Result<Response<Self::ReadStateBytesStream>, Status> {
            Err(Status::unimplemented("read_state_bytes"))
        }

        async fn write_state_bytes(
            &self,
            _request: Request<Streaming<write_state_bytes::RequestChunk>>,
        ) -> Result<Response<write_state_bytes::Response>, Status> {
            Err(Status::unimplemented("write_state_bytes"))
        }
    }
    unserved {
        get_metadata(get_metadata)
        get_resource_identity_schemas(get_resource_identity_schemas)
        validate_provider_config(validate_provider_config)
        validate_resource_config(validate_resource_config)
        validate_data_resource_config(validate_data_resource_config)
        configure_provider(configure_provider)
        upgrade_resource_state(upgrade_resource_state)
        upgrade_resource_identity(upgrade_resource_identity)
        plan_resource_change(plan_resource_change)
        apply_resource_change(apply_resource_change)
        import_resource_state(import_resource_state)
        move_resource_state(move_resource_state)
        generate_resource_config(generate_resource_config)
        read_data_source(read_data_source)
        get_functions(get_functions)
        call_function(call_function)
        validate_ephemeral_resource_config(validate_ephemeral_resource_config)
        open_ephemeral_resource(open_ephemeral_resource)
        renew_ephemeral_resource(renew_ephemeral_resource)
        close_ephemeral_resource(close_ephemeral_resource)
        validate_list_resource_config(validate_list_resource_config)
        validate_action_config(validate_action_config)
        plan_action(plan_action)
        validate_state_store_config(validate_state_store)
        configure_state_store(configure_state_store)
        lock_state(lock_state)
        unlock_state(unlock_state)
        get_states(get_states)
        delete_state(delete_state)
    }
}
