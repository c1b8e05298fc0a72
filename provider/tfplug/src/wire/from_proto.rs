//! Messages of the protocol as the engine knows them.

use super::codec::msgpack;
use super::codec::state_json::{self, Tolerance};
use super::generated::tfplugin6 as proto;
use crate::diag::{Blame, Error, Result};
use crate::value::{Type, Value};

/// What the host sent, which it promises to be of type `ty`. An absent message is null.
pub(crate) fn value(message: Option<proto::DynamicValue>, ty: &Type) -> Result<Value> {
    let Some(message) = message else { return Ok(Value::Null) };
    if message.msgpack.is_empty() && !message.json.is_empty() {
        return stored(&message.json, ty, Tolerance::Exact);
    }
    msgpack::decode(&message.msgpack, ty)
        .map_err(|error| error.report(Blame::Remote, "Unexpected value from Terraform"))
}

/// An identity, if there is one.
pub(crate) fn identity(
    message: Option<proto::ResourceIdentityData>,
    ty: &Type,
) -> Result<Option<Value>> {
    let value = value(message.and_then(|message| message.identity_data), ty)?;
    Ok((!value.is_null()).then_some(value))
}

/// A stored state.
pub(crate) fn stored(json: &[u8], ty: &Type, tolerance: Tolerance) -> Result<Value> {
    state_json::decode(json, ty, tolerance)
        .map_err(|error| error.report(Blame::User, "Stored state does not fit"))
}

/// A stored state that was read already.
pub(crate) fn stored_json(
    json: &serde_json::Value,
    ty: &Type,
    tolerance: Tolerance,
) -> Result<Value> {
    state_json::from_json(json, ty, tolerance)
        .map_err(|error| error.report(Blame::User, "Stored state does not fit"))
}

/// A stored state as JSON, whatever its shape.
pub(crate) fn raw_state(message: Option<proto::RawState>) -> Result<serde_json::Value> {
    let message = message.unwrap_or_default();
    if message.json.is_empty() && !message.flatmap.is_empty() {
        let detail = "It was written by Terraform 0.11 or older. Apply it once with Terraform 0.12 to 1.x and a \
                      provider of that time, or import the resource anew.";
        return Err(Error::user("Stored state is too old", detail));
    }
    if message.json.is_empty() {
        return Ok(serde_json::Value::Null);
    }
    serde_json::from_slice(&message.json).map_err(|error| {
        Error::user("Stored state is not JSON", format!("The state file is damaged: {error}."))
    })
}
