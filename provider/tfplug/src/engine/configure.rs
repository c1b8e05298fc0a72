//! `ConfigureProvider`: what the configuration leaves open comes from the environment, or else from defaults.

use std::any::Any;
use std::sync::Arc;

use crate::diag::{Diags, Error, Result};
use crate::path::{Path, Step};
use crate::provider::{Host, Served};
use crate::schema::{Attribute, Kind, Members, Nesting};
use crate::value::{Number, Type, Value};

/// Completes a configuration from the environment and makes the backends. `env` looks a variable up.
pub async fn configure(
    provider: &Served,
    config: Value,
    host: Host,
    env: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<Arc<dyn Any + Send + Sync>> {
    let mut diags = Diags::new();
    let members = provider.shape.block.members();
    let config = if config.is_null() { members.empty() } else { config };
    let config = from_environment(members, config, env, &Path::ROOT, &mut diags);
    let failed = diags.into_iter().fold(None, |error: Option<Error>, diagnostic| {
        let next = Error::from(diagnostic);
        Some(match error {
            Some(error) => error.and(next),
            None => next,
        })
    });
    match failed {
        Some(error) => Err(error),
        None => provider.configure(config, host).await,
    }
}

fn from_environment(
    members: Members<'_>,
    config: Value,
    env: &(dyn Fn(&str) -> Option<String> + Sync),
    at: &Path,
    diags: &mut Diags,
) -> Value {
    let Value::Map(mut values) = config else { return config };
    for attribute in members.attributes {
        let slot = values.entry(attribute.name.to_string()).or_default();
        if slot.is_null()
            && let Some((variable, text)) = attribute.env.iter().find_map(|variable| {
                Some((variable, env(variable).filter(|text| !text.is_empty())?))
            })
        {
            let read = read_text(attribute, variable, &text)
                .map_err(|error| error.at(at.then(Step::Attribute(attribute.name.to_string()))));
            *slot = diags.keep(read).unwrap_or_default();
        }
        if slot.is_null()
            && let Some(default) = &attribute.default
        {
            *slot = default.clone();
        }
    }
    for (name, nesting, inner) in members.nested() {
        if nesting != Nesting::Single {
            continue;
        }
        let slot = values.entry(name.to_owned()).or_default();
        let absent = slot.is_null();
        // Defaults alone do not make an object appear that nobody has asked for.
        let empty = from_environment(inner, inner.empty(), &|_| None, at, diags);
        let start = if absent { inner.empty() } else { std::mem::take(slot) };
        let filled =
            from_environment(inner, start, env, &at.then(Step::Attribute(name.to_owned())), diags);
        *slot = if absent && filled == empty { Value::Null } else { filled };
    }
    Value::Map(values)
}

fn read_text(attribute: &Attribute, variable: &str, text: &str) -> Result<Value> {
    let value = match &attribute.kind {
        Kind::Type(Type::String) => Some(Value::from(text)),
        Kind::Type(Type::Number) => text.trim().parse::<Number>().ok().map(Value::Number),
        Kind::Type(Type::Bool) => match text.trim() {
            "true" | "1" => Some(true.into()),
            "false" | "0" => Some(false.into()),
            _ => None,
        },
        _ => None,
    };
    let value = value.ok_or_else(|| {
        // The text itself is not repeated: a variable in the wrong place may be a secret.
        let detail = format!("The environment variable {variable} must be a {}.", attribute.ty());
        Error::user("Invalid environment variable", detail)
    });
    value.and_then(|value| {
        attribute
            .checks
            .iter()
            .try_for_each(|check| check.test(&attribute.name, &value))
            .map(|()| value)
            .map_err(|error| {
                let detail = format!("From the environment variable {variable}: {error}");
                Error::user("Invalid environment variable", detail)
            })
    })
}
