//! Schema documents: the output of `terraform providers schema -json`, read and written.
//!
//! Only what a provider needs to be served is kept. Functions, actions and descriptions are left
//! out, so a document that is written here is a part of the one that was read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tfplug::Type;

/// The schemas of any number of providers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The version of the format; 1.x is understood.
    pub format_version: String,
    /// The providers by their full address.
    pub provider_schemas: BTreeMap<String, Provider>,
    /// The versions of the providers, as `terraform version -json` writes them. Terraform's own documents
    /// do not have them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provider_selections: BTreeMap<String, String>,
}

/// The schemas of one provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provider {
    /// Its configuration.
    #[serde(default)]
    pub provider: Schema,
    /// Its managed resources by type.
    #[serde(default)]
    pub resource_schemas: BTreeMap<String, Schema>,
    /// Its data sources by type.
    #[serde(default)]
    pub data_source_schemas: BTreeMap<String, Schema>,
    /// Its ephemeral resources by type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ephemeral_resource_schemas: BTreeMap<String, Schema>,
}

/// What a type is a type of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Managed resources.
    Resource,
    /// Data sources.
    Data,
    /// Ephemeral resources.
    Ephemeral,
}

impl Sort {
    /// Every sort.
    pub const ALL: [Sort; 3] = [Sort::Resource, Sort::Data, Sort::Ephemeral];

    /// The type as users and tables write it: `aws_vpc`, `data.aws_vpc`, `ephemeral.random_password`.
    pub fn named(self, type_name: &str) -> String {
        let before = match self {
            Sort::Resource => "",
            Sort::Data => "data.",
            Sort::Ephemeral => "ephemeral.",
        };
        format!("{before}{type_name}")
    }
}

/// The schema of one kind of thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The version of the state's shape.
    #[serde(default)]
    pub version: i64,
    /// What it consists of.
    #[serde(default)]
    pub block: Block,
}

/// What a thing or a nested block consists of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Block {
    /// The attributes by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Attribute>,
    /// The nested blocks by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub block_types: BTreeMap<String, NestedBlock>,
    /// Whether it should not be used any more.
    #[serde(skip_serializing_if = "is_false")]
    pub deprecated: bool,
}

/// One attribute. It has either a type or a nested type.
#[allow(clippy::struct_excessive_bools, reason = "the flags of Terraform's own format")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attribute {
    /// The type of its values.
    #[serde(rename = "type", with = "type_json", skip_serializing_if = "Option::is_none")]
    pub ty: Option<Type>,
    /// The nested objects that its values are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nested_type: Option<NestedType>,
    /// The configuration must set it.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// The configuration may set it.
    #[serde(skip_serializing_if = "is_false")]
    pub optional: bool,
    /// The provider may set it.
    #[serde(skip_serializing_if = "is_false")]
    pub computed: bool,
    /// Terraform hides its value.
    #[serde(skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// It is in no plan and no state.
    #[serde(skip_serializing_if = "is_false")]
    pub write_only: bool,
    /// Whether it should not be used any more.
    #[serde(skip_serializing_if = "is_false")]
    pub deprecated: bool,
}

/// The objects inside an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NestedType {
    /// How they are held.
    pub nesting_mode: NestingMode,
    /// What each consists of.
    #[serde(default)]
    pub attributes: BTreeMap<String, Attribute>,
}

/// A kind of nested block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NestedBlock {
    /// How the blocks are held.
    pub nesting_mode: NestingMode,
    /// What each consists of.
    #[serde(default)]
    pub block: Block,
    /// At least so many.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min_items: u32,
    /// At most so many; 0 for no limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_items: u32,
}

/// How nested objects are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NestingMode {
    /// At most one.
    Single,
    /// At most one; where there is none, its attributes are null.
    Group,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By key.
    Map,
}

impl Document {
    /// Reads the text of a document.
    pub fn parse(text: &str) -> Result<Self> {
        Envelope::parse(text)?.open(|_| true)
    }

    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read the schemas in {}", file.display()))?;
        Document::parse(&text).with_context(|| format!("in {}", file.display()))
    }

    /// Adds another document. Types that both have are taken from the other one.
    pub fn merge(&mut self, other: Document) {
        if self.format_version.is_empty() {
            self.format_version = other.format_version;
        }
        for (address, provider) in other.provider_schemas {
            self.provider_schemas.entry(address).or_default().merge(provider);
        }
        self.provider_selections.extend(other.provider_selections);
    }
}

/// A document of which the providers are still text: a process serves one of them, and the others would
/// only cost it time.
#[derive(Debug, Deserialize)]
pub struct Envelope<'t> {
    format_version: String,
    #[serde(borrow)]
    provider_schemas: BTreeMap<String, &'t RawValue>,
    #[serde(default)]
    provider_selections: BTreeMap<String, String>,
}

const NO_DOCUMENT: &str =
    "this is not a document of the shape of `terraform providers schema -json`";

impl<'t> Envelope<'t> {
    /// Reads the text of a document, whose providers are JSON and no more is known of them.
    pub fn parse(text: &'t str) -> Result<Self> {
        let envelope: Envelope<'t> = serde_json::from_str(text).context(NO_DOCUMENT)?;
        if !envelope.format_version.starts_with("1.") {
            bail!(
                "the document has the format {:?}, and only 1.x is understood",
                envelope.format_version
            );
        }
        Ok(envelope)
    }

    /// The addresses of the providers.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.provider_schemas.keys().map(String::as_str)
    }

    /// Reads the providers that are wanted.
    pub fn open(self, wanted: impl Fn(&str) -> bool) -> Result<Document> {
        let wanted = self.provider_schemas.into_iter().filter(|(address, _)| wanted(address));
        let provider_schemas = wanted
            .map(|(address, json)| Ok((address, serde_json::from_str(json.get())?)))
            .collect::<serde_json::Result<_>>()
            .context(NO_DOCUMENT)?;
        Ok(Document {
            format_version: self.format_version,
            provider_schemas,
            provider_selections: self.provider_selections,
        })
    }
}

impl Provider {
    /// The schemas of one sort.
    pub fn sort(&self, sort: Sort) -> &BTreeMap<String, Schema> {
        match sort {
            Sort::Resource => &self.resource_schemas,
            Sort::Data => &self.data_source_schemas,
            Sort::Ephemeral => &self.ephemeral_resource_schemas,
        }
    }

    /// The types of every sort, in the form in which users write them.
    pub fn types(&self) -> impl Iterator<Item = String> {
        Sort::ALL
            .into_iter()
            .flat_map(|sort| self.sort(sort).keys().map(move |name| sort.named(name)))
    }

    /// Leaves out the types that are not to be kept, by the form in which users write them.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.resource_schemas.retain(|name, _| keep(&Sort::Resource.named(name)));
        self.data_source_schemas.retain(|name, _| keep(&Sort::Data.named(name)));
        self.ephemeral_resource_schemas.retain(|name, _| keep(&Sort::Ephemeral.named(name)));
    }

    /// Adds another document's part for the same provider. Types that both have are taken from there.
    pub fn merge(&mut self, other: Provider) {
        if other.provider != Schema::default() {
            self.provider = other.provider;
        }
        self.resource_schemas.extend(other.resource_schemas);
        self.data_source_schemas.extend(other.data_source_schemas);
        self.ephemeral_resource_schemas.extend(other.ephemeral_resource_schemas);
    }
}

/// The JSON form of a type, which is Terraform's.
mod type_json {
    use serde::de::{Deserializer, Error as _};
    use serde::ser::{Error as _, Serializer};
    use serde::{Deserialize as _, Serialize as _};
    use serde_json::Value as Json;
    use tfplug::Type;

    #[allow(clippy::ref_option, reason = "serde asks for a reference to the field")]
    pub(super) fn serialize<S: Serializer>(
        ty: &Option<Type>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let ty = ty.as_ref().ok_or_else(|| S::Error::custom("there is no type to be written"))?;
        ty.to_json().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Type>, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Type::from_json(&json).map(Some).map_err(D::Error::custom)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
