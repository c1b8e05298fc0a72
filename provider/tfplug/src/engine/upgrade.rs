//! `UpgradeResourceState`: a stored state in the present shape.

use serde_json::Value as Json;

use crate::diag::{Error, Result};
use crate::erased::Managed;
use crate::schema::{BlockNesting, Members, Nesting};
use crate::value::Value;

/// A stored state that may be older than a kind of nested block: where there is none of a kind, there are none.
pub fn with_blocks(members: Members<'_>, mut state: Value) -> Value {
    let Value::Map(values) = &mut state else { return state };
    for block in members.blocks {
        let nesting = block.nesting.nesting();
        let slot = values.entry(block.name.to_string()).or_default();
        let inner = |object| with_blocks(block.block.members(), object);
        *slot = match (nesting, std::mem::take(slot)) {
            (_, Value::Null) if block.nesting == BlockNesting::Group => {
                block.block.members().empty()
            }
            (_, Value::Null) => block.nesting.empty(),
            (Nesting::Single, object) => inner(object),
            (_, Value::List(items)) => items.into_iter().map(inner).collect(),
            (_, Value::Set(items)) => Value::set(items.into_iter().map(inner)),
            (_, Value::Map(items)) => {
                Value::object(items.into_iter().map(|(key, item)| (key, inner(item))))
            }
            (_, other) => other,
        };
    }
    state
}

/// Turns a stored state of version `from` into one of the present version.
///
/// Terraform asks for every stored state, also for those of the present version: these pass through.
pub fn upgrade(resource: &dyn Managed, from: i64, stored: Json) -> Result<Json> {
    let now = resource.shape().version;
    match from.cmp(&now) {
        std::cmp::Ordering::Equal => Ok(stored),
        std::cmp::Ordering::Less => resource.upgrade(from, stored),
        std::cmp::Ordering::Greater => Err(Error::user(
            "State is newer than the provider",
            format!(
                "The state has version {from} and this provider knows versions up to {now}. Use a newer provider."
            ),
        )),
    }
}
