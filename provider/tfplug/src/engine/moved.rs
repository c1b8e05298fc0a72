//! `MoveResourceState`: a state of another type, or of another provider, becomes one of this kind.

use serde_json::Value as Json;

use crate::diag::{Error, Result};
use crate::erased::Managed;
use crate::past::Source;

/// Turns the stored state of a `source` into one of `resource`, which is called `name`.
pub fn moved(resource: &dyn Managed, name: &str, source: &Source, stored: &Json) -> Result<Json> {
    if let Some(state) = resource.take_over(source, stored) {
        return state;
    }
    let known: Vec<String> = resource
        .sources()
        .into_iter()
        .map(|known| format!("`{}` of {}", known.type_name, known.provider))
        .collect();
    let known = match known.as_slice() {
        [] => "nothing".to_owned(),
        known => known.join(", "),
    };
    Err(Error::user(
        "Cannot be moved here",
        format!(
            "`{name}` cannot take the place of `{}` of {}; it takes over {known}. Remove the `moved` block, and import \
             the resource if it is the same thing.",
            source.type_name, source.provider
        ),
    ))
}
