//! A schema of a document becomes one that the framework serves.
//!
//! Every computed attribute keeps its value through an update, even null: which of them the real provider
//! would change is not in the schema, and one that is marked unknown again and again is an endless diff.

use anyhow::{Result, bail};
use tfplug::schema::{
    Attribute, Block, BlockNesting, Keep, Kind, Nested, NestedBlock, Nesting, Presence,
};

use crate::document::{self, NestingMode};

/// Converts what a thing consists of. An error names the attribute or block that makes no sense.
pub fn block(from: &document::Block) -> Result<Block> {
    let attributes = from
        .attributes
        .iter()
        .map(|(name, from)| attribute(name, from).map_err(|error| error.context(name.clone())))
        .collect::<Result<_>>()?;
    let blocks = from
        .block_types
        .iter()
        .map(|(name, from)| nested_block(name, from).map_err(|error| error.context(name.clone())))
        .collect::<Result<_>>()?;
    Ok(Block { attributes, blocks, deprecated: deprecated(from.deprecated), ..Block::default() })
}

fn attribute(name: &str, from: &document::Attribute) -> Result<Attribute> {
    let presence = match (from.required, from.optional, from.computed) {
        (true, false, false) => Presence::Required,
        (false, true, false) => Presence::Optional,
        (false, true, true) => Presence::OptionalComputed,
        (false, false, true) => Presence::Computed,
        _ => bail!("an attribute is required, optional, computed, or optional and computed"),
    };
    let kind = match (&from.ty, &from.nested_type) {
        (Some(ty), None) => Kind::Type(ty.clone()),
        (None, Some(nested)) => Kind::Nested(nested_type(nested)?),
        _ => bail!("an attribute has either a type or a nested type"),
    };
    if from.write_only && from.computed {
        bail!("a write-only attribute cannot be computed");
    }
    Ok(Attribute {
        sensitive: from.sensitive,
        write_only: from.write_only,
        deprecated: deprecated(from.deprecated),
        keep: if presence.is_computed() { Keep::EvenNull } else { Keep::No },
        ..Attribute::new(name.to_owned(), kind, presence)
    })
}

fn nested_type(from: &document::NestedType) -> Result<Nested> {
    let nesting = match from.nesting_mode {
        NestingMode::Single => Nesting::Single,
        NestingMode::List => Nesting::List,
        NestingMode::Set => Nesting::Set,
        NestingMode::Map => Nesting::Map,
        NestingMode::Group => bail!("an attribute cannot be a group"),
    };
    let attributes = from
        .attributes
        .iter()
        .map(|(name, from)| attribute(name, from).map_err(|error| error.context(name.clone())))
        .collect::<Result<_>>()?;
    Ok(Nested { nesting, attributes })
}

fn nested_block(name: &str, from: &document::NestedBlock) -> Result<NestedBlock> {
    let (min, max) = (from.min_items, from.max_items);
    let nesting = match from.nesting_mode {
        NestingMode::Single => BlockNesting::Single { required: min > 0 },
        NestingMode::Group => BlockNesting::Group,
        NestingMode::List => BlockNesting::List { min, max },
        NestingMode::Set => BlockNesting::Set { min, max },
        NestingMode::Map => BlockNesting::Map,
    };
    Ok(NestedBlock { name: name.to_owned().into(), nesting, block: block(&from.block)? })
}

/// A document says that something is deprecated, and not why.
fn deprecated(flag: bool) -> Option<tfplug::schema::Text> {
    flag.then(|| "The provider's documentation says what to use instead.".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is served for one attribute or block, or the error.
    #[track_caller]
    fn check(json: &str, expected: &str) {
        let from: document::Block = serde_json::from_str(json).unwrap();
        let found = match block(&from) {
            Err(error) => format!("{error:#}"),
            Ok(block) => {
                let attributes = block.attributes.iter().map(|attribute| {
                    let Attribute { name, presence, keep, .. } = attribute;
                    format!("{name}: {} {presence:?} {keep:?}", attribute.ty())
                });
                let blocks = block
                    .blocks
                    .iter()
                    .map(|block| format!("{}: {:?} {}", block.name, block.nesting, block.ty()));
                attributes.chain(blocks).collect::<Vec<_>>().join(", ")
            }
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn attributes() {
        let attribute = |json: &str, expected: &str| {
            check(&format!(r#"{{"attributes": {{"a": {json}}}}}"#), expected);
        };
        attribute(r#"{"type": "string", "required": true}"#, "a: string Required No");
        attribute(r#"{"type": "bool", "optional": true}"#, "a: bool Optional No");
        attribute(
            r#"{"type": ["list", "number"], "computed": true}"#,
            "a: list(number) Computed EvenNull",
        );
        attribute(
            r#"{"type": "dynamic", "optional": true, "computed": true}"#,
            "a: any OptionalComputed EvenNull",
        );
        attribute(
            r#"{"optional": true, "nested_type": {"nesting_mode": "list", "attributes": {"b": {"type": "string", "required": true}}}}"#,
            "a: list(object({ b = string })) Optional No",
        );
        let presence = "a: an attribute is required, optional, computed, or optional and computed";
        attribute(r#"{"type": "string"}"#, presence);
        attribute(r#"{"type": "string", "required": true, "computed": true}"#, presence);
        attribute(r#"{"optional": true}"#, "a: an attribute has either a type or a nested type");
        attribute(
            r#"{"type": "string", "optional": true, "computed": true, "write_only": true}"#,
            "a: a write-only attribute cannot be computed",
        );
        attribute(
            r#"{"optional": true, "nested_type": {"nesting_mode": "group"}}"#,
            "a: an attribute cannot be a group",
        );
    }

    #[test]
    fn blocks() {
        let nested = |json: &str, expected: &str| {
            check(&format!(r#"{{"block_types": {{"b": {json}}}}}"#), expected);
        };
        nested(
            r#"{"nesting_mode": "list", "min_items": 1, "max_items": 2}"#,
            "b: List { min: 1, max: 2 } list(object({  }))",
        );
        nested(r#"{"nesting_mode": "set"}"#, "b: Set { min: 0, max: 0 } set(object({  }))");
        nested(r#"{"nesting_mode": "single"}"#, "b: Single { required: false } object({  })");
        nested(
            r#"{"nesting_mode": "single", "min_items": 1}"#,
            "b: Single { required: true } object({  })",
        );
        nested(r#"{"nesting_mode": "map"}"#, "b: Map map(object({  }))");
        nested(
            r#"{"nesting_mode": "list", "block": {"attributes": {"a": {"type": "string"}}}}"#,
            "b: a: an attribute is required, optional, computed, or optional and computed",
        );
    }
}
