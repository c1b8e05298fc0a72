//! A rendered environment: its files, and its resources as Terraform has applied them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::rows::{Places, yaml};
use super::{hcl, path};

/// An environment, rendered and applied.
#[derive(Debug)]
pub(super) struct System {
    /// Where `compose.yaml`, documents and the stack of Terraform are.
    pub(super) project: PathBuf,
    /// The folder of the stack.
    pub(super) stack: PathBuf,
    /// The values of each managed resource, by its address.
    pub(super) resources: BTreeMap<String, Json>,
}

impl System {
    /// What does not hold, a line for each value.
    pub(super) fn misses(&self, places: &Places) -> Vec<String> {
        let mut misses = Vec::new();
        for (place, values) in places {
            match values {
                None if self.place(place).is_some() => misses.push(format!("{place} is there")),
                None => {}
                Some(values) => {
                    for (path, expected) in values {
                        misses.extend(self.miss(place, path, expected));
                    }
                }
            }
        }
        misses
    }

    fn miss(&self, place: &str, path: &str, expected: &Json) -> Option<String> {
        let expected = self.resolve(expected);
        let found = match place {
            "count" => Some(self.count(path).into()),
            "every resource" => return self.miss_everywhere(path, &expected),
            _ => {
                let Some(root) = self.place(place) else { return Some(format!("no {place}")) };
                // A step that is written wrongly must not pass for an absent value.
                if expected.is_null()
                    && let Some((parent, _)) = path.rsplit_once('.')
                    && path::walk(&root, parent).is_none()
                {
                    return Some(format!("{place} has no {parent}"));
                }
                path::walk(&root, path)
            }
        };
        let found = found.unwrap_or_default();
        (!path::fits(&expected, &found))
            .then(|| format!("{place} {path}\n    expected {expected}\n    found    {found}"))
    }

    fn miss_everywhere(&self, path: &str, expected: &Json) -> Option<String> {
        let first = path.split('.').next().unwrap_or(path);
        let mut having = self.resources.iter().filter(|(_, values)| values.get(first).is_some());
        if having.clone().count() == 0 {
            return Some(format!("no resource has {first}"));
        }
        having
            .find(|(_, values)| {
                !path::fits(expected, &path::walk(values, path).unwrap_or_default())
            })
            .map(|(address, _)| format!("{address} {path} is not {expected}"))
    }

    fn count(&self, kind: &str) -> usize {
        let step = format!("{kind}.");
        let of_kind = self.resources.keys().filter(|address| {
            address.split_once(&step).is_some_and(|(module, _)| module.ends_with('.'))
        });
        of_kind.count()
    }

    /// `{ of: place, path: path }` and its like inside of lists, replaced by what is there.
    fn resolve(&self, expected: &Json) -> Json {
        match expected {
            Json::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Json::Object(map) => {
                if let (Some(Json::String(place)), Some(Json::String(path))) =
                    (map.get("of"), map.get("path"))
                {
                    let root = self.place(place).unwrap_or_else(|| panic!("no {place}"));
                    let found = path::walk(&root, path).filter(|found| !found.is_null());
                    return found.unwrap_or_else(|| panic!("{place} has no {path}"));
                }
                map.iter().map(|(key, item)| (key.clone(), self.resolve(item))).collect()
            }
            other => other.clone(),
        }
    }

    fn place(&self, place: &str) -> Option<Json> {
        if place.starts_with("module.") {
            return self.resources.get(place).cloned();
        }
        let of_stack = place.contains(".tf");
        let folder = if of_stack { &self.stack } else { &self.project };
        let text = fs::read_to_string(folder.join(place)).ok()?;
        Some(match place.rsplit('.').next() {
            _ if of_stack => hcl::read(&text),
            Some("yaml" | "yml") => yaml(place, &text),
            Some("md") => json!({ "text": text }),
            _ => keys(&text),
        })
    }
}

fn keys(text: &str) -> Json {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), Json::from(value))).collect()
}
