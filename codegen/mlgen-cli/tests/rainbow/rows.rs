//! The table `rows.yaml`: what each row asks, and where it is found.

use std::collections::BTreeMap;

use mlgen::diag::Diags;
use mlgen::node::{Node, Value};
use mlgen::source::Sources;
use serde::Deserialize;
use serde_json::Value as Json;

/// The environments of the example.
pub(super) const ENVIRONMENTS: [&str; 3] = ["development", "staging", "production"];

/// Values by their paths, by the place that has them. A place that must not be there has none.
pub(super) type Places = BTreeMap<String, Option<BTreeMap<String, Json>>>;

/// A row of the design.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// What the design says.
    pub(super) says: String,
    /// The corrections that changed it.
    #[serde(default)]
    pub(super) corrected: Vec<String>,
    #[serde(default)]
    development: Places,
    #[serde(default)]
    staging: Places,
    #[serde(default)]
    production: Places,
    /// In staging and production alike.
    #[serde(default)]
    deployed: Places,
    /// By environment: how to get exactly what the design says.
    #[serde(default)]
    literal: BTreeMap<String, BTreeMap<String, Json>>,
    /// What was chosen otherwise, and why.
    #[serde(default)]
    differs: Option<String>,
    /// What is still missing.
    #[serde(default)]
    pub(super) open: Option<String>,
    /// Why it is no part of the example.
    #[serde(default)]
    pub(super) elsewhere: Option<String>,
}

impl Row {
    /// What must hold in an environment.
    pub(super) fn places(&self, environment: &str) -> Vec<&Places> {
        match environment {
            "development" => vec![&self.development],
            "staging" => vec![&self.staging, &self.deployed],
            _ => vec![&self.production, &self.deployed],
        }
    }

    /// The settings that give the design's own values, as `--set` takes them.
    #[cfg(feature = "acceptance")]
    pub(super) fn settings(&self, environment: &str) -> Vec<String> {
        let set = self.literal.get(environment).and_then(|found| found.get("set"));
        let set = set.into_iter().filter_map(Json::as_object).flatten();
        set.map(|(path, value)| {
            format!("{path}={{ $literal: {value}, reason: the design says so }}")
        })
        .collect()
    }

    /// What must hold with these settings.
    #[cfg(feature = "acceptance")]
    pub(super) fn literal(&self, environment: &str) -> Places {
        let found = self.literal.get(environment).into_iter().flatten();
        found
            .filter(|(place, _)| *place != "set")
            .map(|(place, values)| (place.clone(), serde_json::from_value(values.clone()).unwrap()))
            .collect()
    }

    /// Whether something is checked.
    pub(super) fn is_checked(&self) -> bool {
        ENVIRONMENTS.iter().any(|name| self.places(name).iter().any(|places| !places.is_empty()))
    }

    /// Whether it says how to get exactly what the design says.
    pub(super) fn has_literal(&self) -> bool {
        !self.literal.is_empty()
    }

    /// The remarks, which must be sentences.
    pub(super) fn remarks(&self) -> impl Iterator<Item = &String> {
        [Some(&self.says), self.differs.as_ref(), self.open.as_ref(), self.elsewhere.as_ref()]
            .into_iter()
            .flatten()
    }
}

/// The rows by their names.
pub(super) fn rows() -> BTreeMap<String, Row> {
    serde_json::from_value(yaml("rows.yaml", include_str!("rows.yaml"))).unwrap()
}

/// A text of YAML as mlgen reads it.
pub(super) fn yaml(path: &str, text: &str) -> Json {
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    let (root, diags) = mlgen::yaml::parse(&sources, file);
    assert_eq!(said(diags, &sources), "");
    json(&root.expect("a file without errors has a tree"))
}

fn said(diags: Diags, sources: &Sources) -> String {
    let all = diags.sorted(sources);
    all.iter().map(|diagnostic| mlgen::diag::render(diagnostic, sources, false)).collect()
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(value) => Json::Number(value.clone()),
        Value::String(value) => Json::String(value.clone()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => {
            map.iter().map(|(key, entry)| (key.clone(), json(&entry.node))).collect()
        }
    }
}
