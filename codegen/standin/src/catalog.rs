//! What can be served: the documents that are part of this program, and those of the user.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::document::{Document, Provider};
use crate::facts::{Facts, Known};

/// The documents that `trim` wrote, and those that were written by hand beside them.
const EMBEDDED: &[(&str, &str)] = &[
    ("registry.terraform.io/hashicorp/aws", include_str!("../data/aws.json")),
    ("registry.terraform.io/hashicorp/azurerm", include_str!("../data/azurerm.json")),
    ("registry.terraform.io/hashicorp/helm", include_str!("../data/helm.json")),
    ("registry.terraform.io/hashicorp/kubernetes", include_str!("../data/kubernetes.json")),
    ("registry.terraform.io/hashicorp/random", include_str!("../data/random.json")),
];

/// All providers that can be served, with the user's documents before the embedded ones.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    given: Document,
    facts: Facts,
}

/// One provider of the [`Catalog`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// The full address.
    pub address: String,
    /// The version that it is served as.
    pub version: String,
    /// Its schemas.
    pub schemas: Provider,
    /// What else is known of it.
    pub known: Known,
}

impl Catalog {
    /// The embedded documents and these of the user. Of a type that both have, the user's is served.
    pub fn load(files: &[PathBuf]) -> Result<Self> {
        let mut given = Document::default();
        for file in files {
            given.merge(Document::read(file)?);
        }
        Ok(Catalog { given, facts: Facts::embedded() })
    }

    /// The addresses of all providers, sorted.
    pub fn addresses(&self) -> Vec<&str> {
        let embedded = EMBEDDED.iter().map(|(address, _)| *address);
        let given = self.given.provider_schemas.keys().map(String::as_str);
        let mut addresses: Vec<&str> = embedded.chain(given).collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    /// One provider; only its own documents are read.
    pub fn entry(&self, address: &str) -> Result<Entry> {
        let embedded = EMBEDDED.iter().find(|(embedded, _)| *embedded == address);
        let given = self.given.provider_schemas.get(address);
        if embedded.is_none() && given.is_none() {
            bail!(
                "there are no schemas of the provider {address}: give a document with `--schemas`, or choose one of {}",
                self.addresses().join(", ")
            );
        }
        let mut schemas = Provider::default();
        if let Some((_, text)) = embedded {
            for (_, provider) in Document::parse(text)?.provider_schemas {
                schemas.merge(provider);
            }
        }
        if let Some(given) = given {
            schemas.merge(given.clone());
        }
        let known = self.facts.of(address);
        let version = self.given.provider_selections.get(address).unwrap_or(&known.version).clone();
        if version.is_empty() {
            bail!(
                "the version of the provider {address} is not known: add it to the document as \
                 `\"provider_selections\": {{\"{address}\": \"1.2.3\"}}`, the form of `terraform version -json`"
            );
        }
        Ok(Entry { address: address.to_owned(), version, schemas, known })
    }
}

impl Entry {
    /// The provider's own name: the last part of the address.
    pub fn name(&self) -> &str {
        self.address.rsplit('/').next().unwrap_or(&self.address)
    }
}
