//! `mlassets_model_registry`: the tables of the model registry.

use tfplug::{
    Applied, Attr, Change, Cx, Diagnostic, Draft, Error, Found, List, Resource, Result, Schema,
};

use crate::backend::registry::{Registry, SchemaState};
use crate::diagnose::registry_is_gone;

/// The tables of the model registry, in the database of the provider's `registry` block.
///
/// Creating it makes the tables, or brings those of an older version of the provider up to date; that goes
/// forward only and never drops data. Destroying it makes Terraform forget the registry and leaves all of
/// it in place.
#[derive(Schema, Clone, Debug)]
#[tf(name = "model_registry")]
pub struct ModelRegistry {
    /// Name of the registry: the schema of its tables. SQLite has no schemas and always shows `core`.
    #[tf(identity, computed, keep)]
    pub id: Attr<String>,
    /// Version of the tables.
    #[tf(computed, keep)]
    pub schema_version: Attr<i64>,
    /// Where the registry is, without credentials.
    #[tf(computed, keep)]
    pub location: Attr<String>,
}

impl Resource for ModelRegistry {
    type Backend = Registry;

    fn plan(draft: &mut Draft<'_, Self>) {
        let latest = Registry::LATEST_SCHEMA;
        if draft.prior(Self::SCHEMA_VERSION).is_some_and(|version| version < latest) {
            draft.set(Self::SCHEMA_VERSION, latest);
        }
    }

    async fn create(cx: &Cx<Registry>, _: Self) -> Applied<Self> {
        Ok(migrate(cx).await?)
    }

    async fn read(cx: &Cx<Registry>, id: String, prior: Option<Self>) -> Result<Option<Self>> {
        let found = look(cx).await?;
        if found.is_none() {
            registry_is_gone(cx, &cx.location().to_string(), prior.is_some());
        }
        Ok(found.filter(|found| found.id == Attr::Known(id)))
    }

    async fn update(cx: &Cx<Registry>, _: Change<Self>) -> Applied<Self> {
        Ok(migrate(cx).await?)
    }

    async fn delete(cx: &Cx<Registry>, _: Self) -> Result<()> {
        let detail = "A registry is never dropped. Terraform has forgotten it; tables and rows are where they were.";
        cx.call().warn(Diagnostic::warning("The registry's data stays", detail));
        Ok(())
    }
}

/// There is one, or there is none.
impl List for ModelRegistry {
    type Filter = ();

    async fn list(cx: &Cx<Registry>, (): (), found: &Found<Self>) -> Result<()> {
        if let Some(registry) = look(cx).await? {
            found.add(cx.location().to_string(), registry).await;
        }
        Ok(())
    }
}

async fn migrate(cx: &Cx<Registry>) -> Result<ModelRegistry> {
    for name in cx.migrate().await? {
        tracing::info!(migration = name, "registry migrated");
    }
    let gone = || {
        Error::remote(
            "Registry vanished",
            "Its tables were dropped while they were made. Apply again.",
        )
    };
    look(cx).await?.ok_or_else(gone)
}

async fn look(cx: &Cx<Registry>) -> Result<Option<ModelRegistry>> {
    Ok(match cx.schema_state().await? {
        SchemaState::Absent => None,
        SchemaState::Present { version, .. } => Some(ModelRegistry {
            id: Attr::Known(cx.schema().to_owned()),
            schema_version: Attr::Known(version),
            location: Attr::Known(cx.location().to_string()),
        }),
    })
}
