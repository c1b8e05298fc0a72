//! What is known of each provider and stands in no schema: `data/facts.json`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value as Json;

const FACTS: &str = include_str!("../data/facts.json");

/// The facts by the full address of the provider.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<String, Known>);

/// What is known of one provider.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The version whose schemas are committed.
    pub version: String,
    /// Types that `trim` keeps although no module uses them; other types than resources begin
    /// with `data.` or `ephemeral.`.
    pub always: BTreeSet<String>,
    /// By resource type, the blocks that the provider fills in where the configuration has none.
    pub computed_blocks: BTreeMap<String, BTreeSet<String>>,
    /// By type, the top-level attributes that are computed although the recovered schemas do not say so.
    #[serde(default)]
    pub computed: BTreeMap<String, BTreeSet<String>>,
    /// By resource type, the values of top-level computed attributes that the provider plans where the
    /// configuration has none.
    #[serde(default)]
    pub defaults: BTreeMap<String, BTreeMap<String, Json>>,
}

impl Facts {
    /// Reads the text of a facts file.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("the facts are not what they should be")
    }

    /// The facts that this program was built with.
    pub fn embedded() -> Self {
        Facts::parse(FACTS).expect("the facts are tested when the program is built")
    }

    /// What is known of the provider at `address`, perhaps nothing.
    pub fn of(&self, address: &str) -> Known {
        self.0.get(address).cloned().unwrap_or_default()
    }

    /// The addresses and what is known of each.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Known)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_facts_are_complete() {
        let facts = Facts::embedded();
        for (address, known) in facts.iter() {
            assert!(!known.version.is_empty(), "{address} has no version");
        }
        assert_eq!(facts.of("registry.terraform.io/nobody/nothing"), Known::default());
    }

    #[test]
    fn a_misspelt_fact_is_refused() {
        let text = r#"{"a": {"version": "1.0.0", "always": [], "computed_block": {}}}"#;
        let error = format!("{:#}", Facts::parse(text).unwrap_err());
        assert!(error.contains("unknown field `computed_block`"), "{error}");
    }
}
