//! Functions.

use crate::diag::Error;
use crate::engine::{self, FunctionFailure};
use crate::erased::Callable;
use crate::rpc::answer::from_panic;
use crate::rpc::service::Service;
use crate::rpc::unserved::unserved;
use crate::serve::catch;
use crate::value::{Type, Value};
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::{from_proto, to_proto};

/// The one call whose errors are no diagnostics.
pub(super) async fn call(
    service: &Service,
    request: proto::call_function::Request,
) -> proto::call_function::Response {
    let called = match catch(async { call_now(service, request) }).await {
        Ok(called) => called,
        Err(panic) => Err(FunctionFailure { text: words(&from_panic(&panic)), argument: None }),
    };
    match called {
        Ok(result) => proto::call_function::Response { result, error: None },
        Err(failure) => {
            let function_argument =
                failure.argument.and_then(|position| i64::try_from(position).ok());
            let error = proto::FunctionError { text: failure.text, function_argument };
            proto::call_function::Response { result: None, error: Some(error) }
        }
    }
}

fn call_now(
    service: &Service,
    request: proto::call_function::Request,
) -> Result<Option<proto::DynamicValue>, FunctionFailure> {
    let failure = |argument: Option<usize>| {
        move |error: Error| FunctionFailure { text: words(&error), argument }
    };
    let function = service
        .served()
        .functions
        .get(&request.name)
        .ok_or_else(|| unserved("function", &request.name))
        .map_err(failure(None))?;
    let arguments = request
        .arguments
        .into_iter()
        .enumerate()
        .map(|(position, argument)| {
            from_proto::value(Some(argument), &parameter(&**function, position))
                .map_err(failure(Some(position)))
        })
        .collect::<Result<Vec<Value>, _>>()?;
    let result = engine::call_function(&**function, arguments)?;
    to_proto::value(&result, &function.returns()).map_err(failure(None))
}

/// The type of the argument at `position`; a variadic parameter takes all that are left.
fn parameter(function: &dyn Callable, position: usize) -> Type {
    let parameters = &function.parameters().attributes;
    let last = parameters.len().saturating_sub(1);
    if function.is_variadic() && position >= last {
        return match parameters.last().map(crate::schema::Attribute::ty) {
            Some(Type::List(element)) => *element,
            _ => Type::Dynamic,
        };
    }
    parameters.get(position).map_or(Type::Dynamic, crate::schema::Attribute::ty)
}

fn words(error: &Error) -> String {
    error
        .diagnostics()
        .iter()
        .map(|diagnostic| diagnostic.detail.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}
