//! Lists that the server gives in pages without a total.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::http::{Http, Request};

/// The most that the server gives at once.
pub(super) const PAGE: usize = 200;

/// An object that can be told from others.
pub(super) trait Identified {
    fn id(&self) -> &str;
}

impl Http {
    /// Everything that `filter` selects at `path`. Asks until a page is short; an object that slips onto the next page
    /// because another one came before it is given once.
    pub(super) async fn list<T: Identified + for<'a> Deserialize<'a>>(
        &self,
        path: &str,
        filter: &Map<String, Value>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        let mut offset = 0;
        loop {
            let mut body = filter.clone();
            body.insert("limit".to_owned(), PAGE.into());
            body.insert("offset".to_owned(), offset.into());
            let page: Vec<T> = self.read(&Request::query(path, &body)).await?;
            let (came, known) = (page.len(), seen.len());
            all.extend(page.into_iter().filter(|item| seen.insert(item.id().to_owned())));
            // A server that ignores the offset would give the first page for ever.
            if came < PAGE || seen.len() == known {
                return Ok(all);
            }
            offset += came;
        }
    }
}
