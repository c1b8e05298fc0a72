//! Steps into data, and whether what is there is what was expected.

use serde_json::Value as Json;

/// The value at the end of the steps, if they lead anywhere.
///
/// A number counts the items of a list from 0, a name is the item of that `name`; a text is read as JSON.
pub(super) fn walk(root: &Json, path: &str) -> Option<Json> {
    let mut here = root.clone();
    for step in path.split('.') {
        if let Json::String(text) = &here {
            here = serde_json::from_str(text).ok()?;
        }
        here = match &here {
            Json::Object(map) => map.get(step)?.clone(),
            Json::Array(items) => match step.parse::<usize>() {
                Ok(index) => items.get(index)?.clone(),
                Err(_) => items.iter().find(|item| item["name"] == step)?.clone(),
            },
            _ => return None,
        };
    }
    Some(here)
}

/// Whether a value is as expected.
pub(super) fn fits(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Object(wanted), _) if wanted.len() == 1 && wanted.contains_key("begins") => {
            let start = wanted["begins"].as_str().unwrap();
            found.as_str().is_some_and(|text| text.starts_with(start))
        }
        (Json::Object(wanted), Json::String(text))
            if wanted.len() == 1 && wanted.contains_key("holds") =>
        {
            let mut rest = text.as_str();
            wanted["holds"].as_array().unwrap().iter().all(|part| {
                let found = rest.split_once(part.as_str().unwrap());
                found.is_some_and(|(_, after)| {
                    rest = after;
                    true
                })
            })
        }
        (Json::Object(wanted), Json::Array(items))
            if wanted.len() == 1 && wanted.contains_key("set") =>
        {
            let wanted = wanted["set"].as_array().unwrap();
            wanted.len() == items.len()
                && wanted.iter().all(|one| items.iter().any(|item| fits(one, item)))
        }
        (Json::Object(wanted), Json::Object(map)) => {
            wanted.len() == map.len()
                && wanted.iter().all(|(key, one)| map.get(key).is_some_and(|it| fits(one, it)))
        }
        (Json::Array(wanted), Json::Array(items)) => {
            wanted.len() == items.len() && wanted.iter().zip(items).all(|(one, it)| fits(one, it))
        }
        _ => expected == found,
    }
}
