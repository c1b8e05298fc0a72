//! What can be served: the documents that are part of this program, and those of the user.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::document::{Document, Envelope, Provider};
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
    /// The user's documents, each with its name for messages.
    given: Vec<(String, String)>,
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
        let mut given = Vec::new();
        for file in files {
            let text = fs::read_to_string(file)
                .with_context(|| format!("cannot read the schemas in {}", file.display()))?;
            given.push((file.display().to_string(), text));
        }
        Ok(Catalog { given, facts: Facts::embedded() })
    }

    /// The addresses of all providers, sorted.
    pub fn addresses(&self) -> Result<BTreeSet<String>> {
        let mut addresses: BTreeSet<String> =
            EMBEDDED.iter().map(|(address, _)| (*address).to_owned()).collect();
        for (file, text) in &self.given {
            let envelope = Envelope::parse(text).with_context(|| format!("in {file}"))?;
            addresses.extend(envelope.addresses().map(str::to_owned));
        }
        Ok(addresses)
    }

    /// One provider; nothing is read of the others.
    pub fn entry(&self, address: &str) -> Result<Entry> {
        let mut document = Document::default();
        if let Some((_, text)) = EMBEDDED.iter().find(|(embedded, _)| *embedded == address) {
            document.merge(Document::parse(text)?);
        }
        for (file, text) in &self.given {
            let opened = Envelope::parse(text).and_then(|given| given.open(|of| of == address));
            document.merge(opened.with_context(|| format!("in {file}"))?);
        }
        let Some(schemas) = document.provider_schemas.remove(address) else {
            let addresses: Vec<String> = self.addresses()?.into_iter().collect();
            bail!(
                "there are no schemas of the provider {address}: give a document with `--schemas`, or choose one of {}",
                addresses.join(", ")
            );
        };
        let known = self.facts.of(address);
        let selected = document.provider_selections.get(address);
        let version = selected.unwrap_or(&known.version).clone();
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

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = r#"{
        "format_version": "1.0",
        "provider_selections": {"registry.terraform.io/hashicorp/random": "4.0.0"},
        "provider_schemas": {
            "registry.terraform.io/hashicorp/random": {"resource_schemas": {"random_joke": {}}},
            "example.com/acme/thing": {"resource_schemas": 7}
        }
    }"#;

    fn catalog() -> Catalog {
        Catalog {
            given: vec![("given.json".to_owned(), GIVEN.to_owned())],
            facts: Facts::embedded(),
        }
    }

    #[test]
    fn a_document_of_the_user_is_added_to_the_embedded_one() {
        let entry = catalog().entry("registry.terraform.io/hashicorp/random").unwrap();
        assert_eq!((entry.name(), entry.version.as_str()), ("random", "4.0.0"));
        let types: Vec<String> = entry.schemas.types().collect();
        for name in ["random_joke", "random_password", "ephemeral.random_password"] {
            assert!(types.iter().any(|served| served == name), "{name}");
        }
    }

    #[test]
    fn a_mistake_in_another_provider_is_no_matter() {
        let catalog = catalog();
        assert!(catalog.entry("registry.terraform.io/hashicorp/helm").is_ok());
        let error = format!("{:#}", catalog.entry("example.com/acme/thing").unwrap_err());
        assert!(error.starts_with("in given.json: this is not a document of the shape"), "{error}");
        assert!(error.contains("expected a map"), "{error}");
    }

    #[test]
    fn a_provider_without_schemas_is_told_with_those_that_have_some() {
        let error = Catalog::load(&[]).unwrap().entry("example.com/acme/other").unwrap_err();
        assert_eq!(
            error.to_string(),
            "there are no schemas of the provider example.com/acme/other: give a document with `--schemas`, or choose one of \
             registry.terraform.io/hashicorp/aws, registry.terraform.io/hashicorp/azurerm, registry.terraform.io/hashicorp/helm, \
             registry.terraform.io/hashicorp/kubernetes, registry.terraform.io/hashicorp/random"
        );
    }
}
