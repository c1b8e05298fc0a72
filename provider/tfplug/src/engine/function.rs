//! `CallFunction`: arguments in, result out.

use std::collections::BTreeMap;

use crate::diag::Error;
use crate::erased::Callable;
use crate::path::Step;
use crate::value::Value;

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFailure {
    /// What went wrong, in sentences. The last one has no full stop, since Terraform adds one.
    pub text: String,
    /// The argument that is to blame, counted from 0.
    pub argument: Option<usize>,
}

/// Calls a function with these arguments.
pub fn call_function(
    function: &dyn Callable,
    arguments: Vec<Value>,
) -> Result<Value, FunctionFailure> {
    let parameters = &function.parameters().attributes;
    let fixed = parameters.len() - usize::from(function.is_variadic());
    if arguments.len() < fixed || (arguments.len() > fixed && !function.is_variadic()) {
        let least = if function.is_variadic() { "at least " } else { "" };
        let text = format!("Expected {least}{fixed} arguments, found {}", arguments.len());
        return Err(FunctionFailure { text, argument: None });
    }
    let mut arguments = arguments.into_iter();
    let mut object: BTreeMap<String, Value> = parameters[..fixed]
        .iter()
        .map(|parameter| parameter.name.to_string())
        .zip(arguments.by_ref())
        .collect();
    if let Some(parameter) = parameters.get(fixed) {
        object.insert(parameter.name.to_string(), arguments.collect());
    }
    for (position, parameter) in parameters.iter().enumerate() {
        let value = &object[&*parameter.name];
        if value.is_null() || !value.is_wholly_known() {
            continue;
        }
        if let Some(error) =
            parameter.checks.iter().find_map(|check| check.test(&parameter.name, value).err())
        {
            // Of the arguments that are left, the error may know which one it is about.
            let further = match error.diagnostics().first().map(|said| said.path.steps()) {
                Some([Step::Index(index), ..]) if position == fixed => *index,
                _ => 0,
            };
            return Err(FunctionFailure {
                text: words(&error),
                argument: Some(position + further),
            });
        }
    }
    function.call(Value::Map(object)).map_err(|error| {
        let argument =
            error.diagnostics().first().and_then(|diagnostic| match diagnostic.path.steps() {
                [Step::Attribute(name), rest @ ..] => {
                    let position =
                        parameters.iter().position(|parameter| parameter.name == *name)?;
                    match rest {
                        [Step::Index(index), ..] if position == fixed => Some(position + index),
                        _ => Some(position),
                    }
                }
                _ => None,
            });
        FunctionFailure { text: words(&error), argument }
    })
}

fn words(error: &Error) -> String {
    let words = error.diagnostics().iter().map(|diagnostic| {
        if diagnostic.detail.is_empty() {
            diagnostic.summary.as_str()
        } else {
            diagnostic.detail.as_str()
        }
    });
    let words = words.collect::<Vec<_>>().join(" ");
    words.strip_suffix('.').unwrap_or(&words).to_owned()
}
