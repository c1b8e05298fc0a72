//! Actions. Whatever happens to one, the last event says that it is over: Terraform takes a stream that merely
//! ends for a success.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream::{Stream, unfold};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tonic::Status;
use tracing::{Instrument as _, Span, debug};

use crate::action::Progress;
use crate::context::{Call, Private};
use crate::diag::{Diags, Result};
use crate::engine::{self, Validation};
use crate::erased::Invocable;
use crate::rpc::answer::from_panic;
use crate::rpc::service::{Service, log};
use crate::rpc::unserved::unserved;
use crate::serve::catch;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::generated::tfplugin6::invoke_action::{Event, event};
use crate::wire::{from_proto, to_proto};

/// What Terraform hears of an action while it runs.
pub(super) type Events = Pin<Box<dyn Stream<Item = Result<Event, Status>> + Send>>;

pub(super) fn validate(
    service: &Service,
    request: proto::validate_action_config::Request,
) -> Result<proto::validate_action_config::Response> {
    let action = find(service, &request.type_name)?;
    let shape = action.shape();
    let diags = engine::validate(Validation {
        block: &shape.block,
        config: from_proto::value(request.config, &shape.ty)?,
        // Whoever knows actions knows write-only attributes.
        write_only_allowed: true,
        author: &|draft| action.validate(draft),
    });
    Ok(proto::validate_action_config::Response { diagnostics: to_proto::diagnostics(diags) })
}

pub(super) async fn plan(
    service: &Service,
    request: proto::plan_action::Request,
) -> Result<proto::plan_action::Response> {
    let action = find(service, &request.action_type)?;
    let config = from_proto::value(request.config, &action.shape().ty)?;
    let call = service.deferring_call(Private::default(), request.client_capabilities);
    let plan = engine::plan_action(&**action, &call, config).await;
    Ok(proto::plan_action::Response {
        diagnostics: to_proto::diagnostics(plan.diags),
        deferred: plan.deferred.map(to_proto::deferral),
    })
}

pub(super) fn invoke(service: &Service, request: proto::invoke_action::Request) -> Events {
    let span = service.span("InvokeAction", &request.action_type);
    let action = find(service, &request.action_type).cloned();
    let call = service.call(Private::default());
    let (sender, messages) = unbounded_channel();
    let progress = Progress::new(move |message| {
        // Nobody listens any more when the call is over.
        let _ = sender.send(message);
    });
    let work = Box::pin(async move {
        match catch(invoke_now(action, request, call, progress)).await {
            Ok(diags) => diags,
            Err(panic) => from_panic(&panic).into(),
        }
    });
    span.in_scope(|| debug!("received"));
    Box::pin(unfold(Some(Running { work: Step::Works(work), messages, span }), next))
}

async fn invoke_now(
    action: Result<Arc<dyn Invocable>>,
    request: proto::invoke_action::Request,
    call: Call,
    progress: Progress,
) -> Diags {
    let ready = action.and_then(|action| {
        let config = from_proto::value(request.config, &action.shape().ty)?;
        Ok((action, config))
    });
    match ready {
        Ok((action, config)) => engine::invoke_action(&*action, &call, config, progress).await,
        Err(error) => error.into(),
    }
}

fn find<'s>(service: &'s Service, type_name: &str) -> Result<&'s Arc<dyn Invocable>> {
    service.served().actions.get(type_name).ok_or_else(|| unserved("action", type_name))
}

/// An action that Terraform listens to.
struct Running {
    work: Step,
    messages: UnboundedReceiver<String>,
    span: Span,
}

enum Step {
    Works(Pin<Box<dyn Future<Output = Diags> + Send>>),
    /// It is over, though perhaps not all that it said has been passed on.
    Ended(Diags),
}

async fn next(running: Option<Running>) -> Option<(Result<Event, Status>, Option<Running>)> {
    let Running { mut work, mut messages, span } = running?;
    let heard = async {
        if let Step::Works(future) = &mut work {
            tokio::select! {
                biased;
                Some(message) = messages.recv() => return Some(message),
                diags = future => work = Step::Ended(diags),
            }
            messages.close();
        }
        messages.recv().await
    };
    let heard = heard.instrument(span.clone()).await;
    Some(match (heard, work) {
        (Some(message), work) => {
            span.in_scope(|| debug!(message, "progress"));
            let told = event::Type::Progress(event::Progress { message });
            (Ok(Event { r#type: Some(told) }), Some(Running { work, messages, span }))
        }
        (None, Step::Ended(diags)) => {
            let diagnostics = to_proto::diagnostics(diags);
            span.in_scope(|| log(&diagnostics));
            (Ok(completed(diagnostics)), None)
        }
        (None, Step::Works(_)) => unreachable!("while it works, it is awaited"),
    })
}

fn completed(diagnostics: Vec<proto::Diagnostic>) -> Event {
    Event { r#type: Some(event::Type::Completed(event::Completed { diagnostics })) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::StreamExt as _;

    use super::*;
    use crate::diag::Error;
    use crate::erased::{BoxFuture, Shape};
    use crate::provider::{Registry, Served};
    use crate::schema::{Attribute, Block, Presence};
    use crate::serve::StopSignal;
    use crate::value::{Type, Value};

    /// Does what its `mood` says.
    struct Moody(Shape);

    impl Invocable for Moody {
        fn shape(&self) -> &Shape {
            &self.0
        }

        fn invoke(
            &self,
            call: Call,
            config: Value,
            progress: Progress,
        ) -> BoxFuture<'_, Result<()>> {
            Box::pin(async move {
                progress.say("begun");
                match config.member("mood").as_str().unwrap_or_default() {
                    "angry" => Err(Error::user("No", "Not today.")),
                    "panicking" => panic!("out of order"),
                    "patient" => {
                        call.cancelled().await;
                        progress.say("stopped");
                        Err(Error::user("Cancelled", "Nothing is half done."))
                    }
                    "talkative" => {
                        // Someone else still talks when all is done.
                        tokio::spawn(async move {
                            tokio::task::yield_now().await;
                            progress.say("too late");
                        });
                        Ok(())
                    }
                    _ => {
                        tokio::task::yield_now().await;
                        progress.say("almost");
                        Ok(())
                    }
                }
            })
        }
    }

    fn service() -> Service {
        let mood = Attribute::new("mood", Type::String, Presence::Required);
        let block = Block { attributes: vec![mood], ..Block::default() };
        let registry = Registry::new().invocable("act", Arc::new(Moody(Shape::new(0, block))));
        let address = "example.test/a/stage";
        let served = Served::dynamic("stage", address, "1.0.0", Block::default(), registry);
        Service::new(served, StopSignal::new())
    }

    fn request(service: &Service, name: &str, mood: &str) -> proto::invoke_action::Request {
        let ty = &service.served().actions["stage_act"].shape().ty;
        let config = Value::object([("mood", mood.into())]);
        proto::invoke_action::Request {
            action_type: name.to_owned(),
            config: to_proto::value(&config, ty).unwrap(),
            client_capabilities: None,
        }
    }

    async fn heard(mut events: Events) -> Vec<String> {
        let mut heard = Vec::new();
        while let Some(event) = events.next().await {
            heard.push(match event.unwrap().r#type.expect("Terraform crashes without") {
                event::Type::Progress(progress) => progress.message,
                event::Type::Completed(completed) => {
                    let said = completed.diagnostics.iter().map(|said| said.summary.as_str());
                    format!("completed: {}", said.collect::<Vec<_>>().join(", "))
                }
            });
        }
        heard
    }

    #[tokio::test]
    async fn the_last_event_is_always_the_end() {
        for (name, mood, expected) in [
            ("stage_act", "calm", &["begun", "almost", "completed: "][..]),
            ("stage_act", "angry", &["begun", "completed: No"]),
            ("stage_act", "panicking", &["begun", "completed: Provider bug"]),
            ("stage_act", "talkative", &["begun", "completed: "]),
            ("stage_dance", "calm", &["completed: No such action"]),
        ] {
            let service = service();
            let events = invoke(&service, request(&service, name, mood));
            assert_eq!(heard(events).await, expected, "{mood}");
        }
    }

    #[tokio::test]
    async fn a_stop_reaches_what_runs() {
        let service = service();
        let mut events = invoke(&service, request(&service, "stage_act", "patient"));
        assert!(events.next().await.is_some(), "it has begun");
        service.stop();
        assert_eq!(heard(events).await, ["stopped", "completed: Cancelled"]);
    }

    #[tokio::test]
    async fn a_configuration_that_does_not_fit_is_the_end_as_well() {
        let service = service();
        let broken = proto::DynamicValue { msgpack: vec![0xc1].into(), json: Vec::new().into() };
        let request = proto::invoke_action::Request {
            config: Some(broken),
            ..request(&service, "stage_act", "calm")
        };
        assert_eq!(
            heard(invoke(&service, request)).await,
            ["completed: Unexpected value from Terraform"]
        );
    }

    #[test]
    fn it_is_validated_and_in_the_schema() {
        let service = service();
        let config = request(&service, "", "calm").config;
        let request = |type_name: &str| proto::validate_action_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
        };
        assert_eq!(validate(&service, request("stage_act")).unwrap().diagnostics, []);
        assert_eq!(
            validate(&service, request("stage_dance")).unwrap_err().to_string(),
            "No such action: This provider has no action `stage_dance`. Use a version of the provider that has it."
        );
        let schema = crate::rpc::schema::provider_schema(service.served());
        assert!(schema.action_schemas["stage_act"].schema.is_some());
        assert_eq!(
            crate::rpc::schema::metadata(service.served()).actions[0].type_name,
            "stage_act"
        );
    }
}
