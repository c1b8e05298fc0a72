//! A provider of the catalogue, ready to be served.
//!
//! Terraform starts a process for each configuration of a provider, so what the configuration says is
//! kept once per process.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use tfplug::{Registry, Served};

use crate::catalog::Entry;
use crate::convert;
use crate::document::Sort;
use crate::kind::Kind;
use crate::settings::Settings;
use crate::standin::Standin;
use crate::values::Values;

/// Makes the provider out of its schemas. `values` are those that the user wants instead of made-up ones.
pub fn served(entry: &Entry, values: Values) -> Result<Served> {
    let configuration = convert::block(&entry.schemas.provider.block)
        .with_context(|| format!("the configuration of {} makes no sense", entry.address))?;
    let standin = Arc::new(Standin::new(entry, values));
    let mut served = Served::dynamic(
        entry.name(),
        &entry.address,
        &entry.version,
        configuration,
        Registry::new(),
    );
    for (type_name, schema) in &entry.schemas.resource_schemas {
        let kind = Kind::resource(type_name, schema, &entry.known, &standin)
            .with_context(|| format!("the schema of {type_name} makes no sense"))?;
        kind.check_values()?;
        served.resources.insert(type_name.clone(), Arc::new(kind));
    }
    for (type_name, schema) in &entry.schemas.data_source_schemas {
        let kind = Kind::looked_up(Sort::Data, type_name, schema, &entry.known, &standin)
            .with_context(|| format!("the schema of the data source {type_name} makes no sense"))?;
        kind.check_values()?;
        served.data_sources.insert(type_name.clone(), Arc::new(kind));
    }
    for (type_name, schema) in &entry.schemas.ephemeral_resource_schemas {
        let kind = Kind::looked_up(Sort::Ephemeral, type_name, schema, &entry.known, &standin)
            .with_context(|| format!("the schema of the ephemeral {type_name} makes no sense"))?;
        kind.check_values()?;
        served.ephemeral.insert(type_name.clone(), Arc::new(kind));
    }
    Ok(served.configured_by(move |config, _| {
        standin.configure(Settings::of(&config));
        async { Ok(()) }
    }))
}
