//! `ReadDataSource`: a look at what someone else manages.

use crate::context::Call;
use crate::deferral::Deferral;
use crate::diag::{Diags, Error, Result};
use crate::engine::passes::{Computed, propose};
use crate::erased::Readable;
use crate::path::Path;
use crate::value::Value;

/// What stands for a data source that cannot be read yet: all that was to be found is unknown. None if it can.
pub fn defer_data(source: &dyn Readable, call: &Call, config: &Value) -> Option<(Value, Deferral)> {
    (call.may_defer() && source.waits(call)).then(|| {
        let members = source.shape().block.members();
        let guess = propose(members, &Value::Null, config, Computed::Marked);
        (guess, Deferral::ProviderConfiguration)
    })
}

/// Reads a data source; warnings come with the value.
pub async fn read_data(
    source: &dyn Readable,
    call: &Call,
    config: Value,
) -> Result<(Value, Diags)> {
    let found = call.unless_cancelled(source.read(call.clone(), config.clone())).await?;
    let mut error: Option<Error> = None;
    let mut breaks = |path: Path, rule: &str| {
        let next =
            Error::bug(format!("`read` of the data source breaks a rule of Terraform: {rule}."))
                .at(path);
        error = Some(match error.take() {
            Some(earlier) => earlier.and(next),
            None => next,
        });
    };
    if found.is_null() {
        breaks(Path::ROOT, "the result must not be null");
    } else if !found.is_wholly_known() {
        breaks(Path::ROOT, "the result must be known");
    }
    for attribute in &source.shape().block.attributes {
        let (configured, read) = (config.member(&attribute.name), found.member(&attribute.name));
        let same = attribute.same.map_or_else(|| configured == read, |same| same(configured, read));
        if attribute.presence.is_settable() && !configured.is_null() && !same {
            breaks(
                Path::attribute(attribute.name.clone()),
                "what is configured must come back as it is",
            );
        }
    }
    error.map_or_else(|| Ok((found, call.take_warnings())), Err)
}
