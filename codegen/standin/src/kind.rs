//! One kind of resource or data source, whose life is made up.
//!
//! A resource is created with a value for everything that was unknown, and stays as it was written down:
//! a look at it finds the state, an update changes what the configuration changes, and deletion forgets.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use tfplug::draft::RawDraft;
use tfplug::erased::{BoxFuture, Managed, Openable, Opening, Outcome, Readable, Shape};
use tfplug::{Call, Error, Value};

use crate::document::{Schema, Sort};
use crate::facts::Known;
use crate::fill::{Filler, Open};
use crate::mock::Maker;
use crate::standin::Standin;
use crate::{check, convert, known};

/// A kind of resource or data source of a provider.
#[derive(Debug)]
pub struct Kind {
    type_name: String,
    sort: Sort,
    shape: Shape,
    computed_blocks: BTreeSet<String>,
    standin: Arc<Standin>,
}

impl Kind {
    /// A managed resource.
    pub fn resource(
        type_name: &str,
        schema: &Schema,
        facts: &Known,
        standin: &Arc<Standin>,
    ) -> Result<Self> {
        let mut block = convert::block(&schema.block)?;
        known::set_computed(&mut block, facts.computed.get(type_name));
        known::set_defaults(&mut block, facts.defaults.get(type_name))?;
        let mut computed_blocks = facts.computed_blocks.get(type_name).cloned().unwrap_or_default();
        computed_blocks.retain(|name| block.blocks.iter().any(|block| block.name == *name));
        Ok(Kind {
            type_name: type_name.to_owned(),
            sort: Sort::Resource,
            shape: Shape::new(schema.version, block),
            computed_blocks,
            standin: Arc::clone(standin),
        })
    }

    /// A data source or an ephemeral resource.
    pub fn looked_up(
        sort: Sort,
        type_name: &str,
        schema: &Schema,
        facts: &Known,
        standin: &Arc<Standin>,
    ) -> Result<Self> {
        let mut block = convert::block(&schema.block)?;
        known::set_computed(&mut block, facts.computed.get(&sort.named(type_name)));
        Ok(Kind {
            type_name: type_name.to_owned(),
            sort,
            shape: Shape::new(schema.version, block),
            computed_blocks: BTreeSet::new(),
            standin: Arc::clone(standin),
        })
    }

    /// Refuses the user's values that do not fit this kind.
    pub fn check_values(&self) -> Result<()> {
        self.standin.values.check(&self.sort.named(&self.type_name), &self.shape.ty)
    }

    /// The object with a value for everything that is open in it.
    fn fill(&self, open: Open, object: &Value, fingerprint: [u8; 32], serial: u64) -> Value {
        let settings = self.standin.settings();
        let maker = Maker {
            provider: &self.standin.provider,
            type_name: &self.type_name,
            sort: self.sort,
            object,
            settings: &settings,
            values: &self.standin.values,
            fingerprint,
            serial,
        };
        Filler::new(&maker, open).object(self.shape.block.members(), object.clone())
    }

    /// What a look finds for this configuration.
    fn look(&self, config: &Value) -> Value {
        self.fill(Open::Computed, config, self.fingerprint(config), 0)
    }

    /// What tells this object from others of the kind. Secrets that are in no state are no part of it.
    fn fingerprint(&self, object: &Value) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(&self.type_name);
        hash.update(format!(
            "{:?}",
            Filler::without_write_only(self.shape.block.members(), object)
        ));
        hash.finalize().into()
    }
}

impl Managed for Kind {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_legacy(&self) -> bool {
        !self.computed_blocks.is_empty()
    }

    fn validate(&self, draft: &mut RawDraft) {
        check::configuration(&self.type_name, draft);
    }

    fn plan(&self, _call: &Call, draft: &mut RawDraft) {
        known::computed_blocks(&self.computed_blocks, &self.shape.block, draft);
        known::at_plan(&self.type_name, &self.shape.block, &self.standin.settings(), draft);
    }

    fn create(&self, _: Call, plan: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let fingerprint = self.fingerprint(&plan);
            let serial = self.standin.serial(fingerprint);
            let state = self.fill(Open::Unknown, &plan, fingerprint, serial);
            Outcome { state: Some(state), error: None }
        })
    }

    fn read(
        &self,
        _: Call,
        _: Value,
        prior: Option<Value>,
    ) -> BoxFuture<'_, tfplug::Result<Option<Value>>> {
        Box::pin(async move { Ok(prior) })
    }

    fn update(&self, _: Call, _: Value, after: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let fingerprint = self.fingerprint(&after);
            let state = self.fill(Open::Unknown, &after, fingerprint, 0);
            Outcome { state: Some(state), error: None }
        })
    }

    fn delete(&self, _: Call, _: Value) -> BoxFuture<'_, tfplug::Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn upgrade(&self, from: i64, _: Json) -> tfplug::Result<Json> {
        Err(Error::user(
            "State of a real provider",
            format!(
                "The state of this {} has the version {from} and comes from another version of the provider. \
                 The stand-in has no code to upgrade it: plan without that state.",
                self.type_name
            ),
        ))
    }
}

impl Readable for Kind {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn validate(&self, draft: &mut RawDraft) {
        check::configuration(&self.sort.named(&self.type_name), draft);
    }

    fn read(&self, _: Call, config: Value) -> BoxFuture<'_, tfplug::Result<Value>> {
        Box::pin(async move { Ok(self.look(&config)) })
    }
}

impl Openable for Kind {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn validate(&self, draft: &mut RawDraft) {
        Readable::validate(self, draft);
    }

    fn open(&self, _: Call, config: Value) -> BoxFuture<'_, Opening> {
        Box::pin(async move {
            let value = self.look(&config.nulled_unknowns());
            Opening::Open { value, renew_at: None }
        })
    }
}
