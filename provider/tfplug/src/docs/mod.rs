//! The pages of a provider, in the format of the Terraform registry, made from what it serves.
//!
//! Pure: a [`Served`] and the texts of examples go in, the texts of pages come out, all by path. Who reads
//! and writes files is no concern of this room. Descriptions come from doc comments, types and rules from
//! the schema, usage from examples, so no page states a fact a second time.
//!
//! | example | page |
//! |---|---|
//! | `examples/provider/provider.tf` | `docs/index.md` |
//! | `examples/resources/<type>/resource.tf`, `import.sh` | `docs/resources/<name>.md` |
//! | `examples/data-sources/<type>/data-source.tf` | `docs/data-sources/<name>.md` |
//! | `examples/list-resources/<type>/list-resource.tfquery.hcl` | `docs/list-resources/<name>.md` |
//! | `examples/ephemeral-resources/<type>/ephemeral-resource.tf` | `docs/ephemeral-resources/<name>.md` |
//! | `examples/actions/<type>/action.tf` | `docs/actions/<name>.md` |
//! | `examples/functions/<name>/function.tf` | `docs/functions/<name>.md` |

mod import;
mod page;
mod schema;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use crate::provider::Served;

use page::Page;

/// Texts by path, with `/` between the parts, relative to the root of the repository.
pub type Texts = BTreeMap<String, String>;

/// Sections of the registry's navigation: what begins with the first is listed under the second. Names are
/// without the provider's prefix; the first that fits counts.
pub type Sections<'a> = &'a [(&'a str, &'a str)];

/// The folders of examples that belong to [`render`]; every file in them must belong to a page.
pub const EXAMPLES: [&str; 7] = [
    "examples/provider",
    "examples/resources",
    "examples/data-sources",
    "examples/list-resources",
    "examples/ephemeral-resources",
    "examples/actions",
    "examples/functions",
];

/// Something that keeps pages from being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The path of the example.
    pub path: String,
    /// What is wrong with it, and what to do.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what)
    }
}

impl std::error::Error for Problem {}

/// Whether the page at this path is one that [`render`] makes, or would make for some provider.
///
/// Such a page that it does not make for this one is of a kind that no longer exists.
pub fn is_page(path: &str) -> bool {
    let folders = [
        "docs/resources/",
        "docs/data-sources/",
        "docs/list-resources/",
        "docs/ephemeral-resources/",
        "docs/actions/",
        "docs/functions/",
    ];
    path == "docs/index.md" || folders.iter().any(|folder| path.starts_with(folder))
}

/// The pages of a provider, or every problem there is with its examples.
pub fn render(
    served: &Served,
    examples: &Texts,
    sections: Sections<'_>,
) -> Result<Texts, Vec<Problem>> {
    let mut pages = Pages { served, examples, sections, texts: Texts::new(), problems: Vec::new() };
    pages.index();
    for (name, resource) in &served.resources {
        pages.resource(name, &**resource);
    }
    for (name, data_source) in &served.data_sources {
        pages.data_source(name, data_source.shape());
    }
    for (name, list) in &served.lists {
        pages.list(name, list.shape());
    }
    for (name, resource) in &served.ephemeral {
        pages.ephemeral(name, resource.shape());
    }
    for (name, action) in &served.actions {
        pages.action(name, action.shape());
    }
    for (name, function) in &served.functions {
        pages.function(name, function.as_ref());
    }
    pages.strangers();
    if pages.problems.is_empty() { Ok(pages.texts) } else { Err(pages.problems) }
}

/// The pages so far, and what is wrong so far.
struct Pages<'a> {
    served: &'a Served,
    examples: &'a Texts,
    sections: Sections<'a>,
    texts: Texts,
    problems: Vec<Problem>,
}

impl<'a> Pages<'a> {
    /// Reports examples of kinds that do not exist.
    fn strangers(&mut self) {
        for path in self.examples.keys() {
            let parts: Vec<&str> = path.split('/').collect();
            let known = match parts.as_slice() {
                ["examples", "resources", kind, _, ..] => self.served.resources.contains_key(*kind),
                ["examples", "data-sources", kind, _, ..] => {
                    self.served.data_sources.contains_key(*kind)
                }
                ["examples", "list-resources", kind, _, ..] => {
                    self.served.lists.contains_key(*kind)
                }
                ["examples", "ephemeral-resources", kind, _, ..] => {
                    self.served.ephemeral.contains_key(*kind)
                }
                ["examples", "actions", kind, _, ..] => self.served.actions.contains_key(*kind),
                ["examples", "functions", name, _, ..] => self.served.functions.contains_key(*name),
                _ => path == "examples/provider/provider.tf",
            };
            if !known {
                let what = "belongs to nothing that the provider serves; move or remove it";
                self.problems.push(Problem { path: path.clone(), what: what.to_owned() });
            }
        }
    }

    /// The example at `path`, which must hold `wanted`.
    fn example(&mut self, path: String, wanted: &str) -> Option<&'a str> {
        let what = match self.examples.get(&path) {
            Some(text) if text.contains(wanted) => return Some(text.trim_end()),
            Some(_) => format!("holds no `{wanted}`, which it should show"),
            None => format!("missing; write one with `{wanted}` that works as it stands"),
        };
        self.problems.push(Problem { path, what });
        None
    }

    /// The name without the provider's prefix.
    fn short<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(&*self.served.name)
            .and_then(|rest| rest.strip_prefix('_'))
            .unwrap_or(name)
    }

    fn section(&self, short: &str) -> &'a str {
        let fits = |(start, _): &&(&str, &str)| short.starts_with(start);
        self.sections.iter().find(fits).map_or("", |(_, section)| *section)
    }

    fn add(&mut self, path: String, page: Page) {
        self.texts.insert(path, page.into_text());
    }
}
