//! What a provider's configuration says that shows in values: region, default tags, subscription.

use std::collections::BTreeMap;

use tfplug::Value;

/// What made-up values and known ones depend on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The region of the AWS provider, if it is configured and known.
    pub region: Option<String>,
    /// The tags that the AWS provider gives to everything; unknown if some of them are.
    pub default_tags: DefaultTags,
    /// The subscription of the Azure provider, if it is configured and known.
    pub subscription: Option<String>,
}

/// The tags of the block `default_tags`.
#[derive(Clone, Debug, PartialEq)]
pub enum DefaultTags {
    /// These, perhaps none. A value may be unknown.
    Known(BTreeMap<String, Value>),
    /// Not known at all.
    Unknown,
}

impl Default for DefaultTags {
    fn default() -> Self {
        DefaultTags::Known(BTreeMap::new())
    }
}

impl Settings {
    /// Reads a provider's configuration; whatever it does not have is left out.
    pub fn of(config: &Value) -> Self {
        let text = |name: &str| config.member(name).as_str().map(str::to_owned);
        Settings {
            region: text("region"),
            default_tags: default_tags(config.member("default_tags")),
            subscription: text("subscription_id"),
        }
    }
}

fn default_tags(blocks: &Value) -> DefaultTags {
    let Value::List(blocks) = blocks else {
        return if blocks.is_unknown() { DefaultTags::Unknown } else { DefaultTags::default() };
    };
    let mut all = BTreeMap::new();
    for block in blocks {
        match block.member("tags") {
            Value::Map(tags) => {
                all.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            Value::Null => {}
            _ => return DefaultTags::Unknown,
        }
    }
    DefaultTags::Known(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(blocks: Value, expected: &DefaultTags) {
        let config = Value::object([("default_tags", blocks)]);
        assert_eq!(Settings::of(&config).default_tags, *expected);
    }

    #[test]
    fn default_tags_are_read() {
        let tags = |value: Value| {
            Value::List(vec![Value::object([("tags", Value::object([("a", value)]))])])
        };
        let known = |value: Value| DefaultTags::Known(BTreeMap::from([("a".to_owned(), value)]));
        check(Value::Null, &DefaultTags::default());
        check(Value::List(Vec::new()), &DefaultTags::default());
        check(tags("x".into()), &known("x".into()));
        check(tags(Value::UNKNOWN), &known(Value::UNKNOWN));
        check(Value::UNKNOWN, &DefaultTags::Unknown);
        let unknown = Value::List(vec![Value::object([("tags", Value::UNKNOWN)])]);
        check(unknown, &DefaultTags::Unknown);
    }
}
