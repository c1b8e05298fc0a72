//! What all kinds of one provider share: its settings, the user's values, and the count of equal things.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::catalog::Entry;
use crate::settings::Settings;
use crate::values::Values;

/// The state of the process. It is forgotten with it.
#[derive(Debug, Default)]
pub struct Standin {
    /// The provider's own name.
    pub provider: String,
    /// What the user wants instead of made-up values.
    pub values: Values,
    settings: Mutex<Settings>,
    created: Mutex<BTreeMap<[u8; 32], u64>>,
}

impl Standin {
    /// A provider that is not configured yet.
    pub fn new(entry: &Entry, values: Values) -> Self {
        Standin { provider: entry.name().to_owned(), values, ..Standin::default() }
    }

    /// Keeps what the provider's configuration says.
    pub fn configure(&self, settings: Settings) {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// What the provider's configuration says.
    pub fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many things with this fingerprint there were before: those of `count` have equal
    /// configurations, and yet each has an id of its own.
    pub fn serial(&self, fingerprint: [u8; 32]) -> u64 {
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        let count = created.entry(fingerprint).or_default();
        *count += 1;
        *count - 1
    }
}
