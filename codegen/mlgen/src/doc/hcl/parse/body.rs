//! Bodies, and the comments and blank lines in them.

use hcl_edit::Decorate as _;
use hcl_edit::structure::{self as hcl, Structure};

use super::super::{Attribute, Block, Body, Item};
use super::expr::expr;

pub(super) fn body(from: &hcl::Body) -> Body {
    let mut items = Vec::new();
    for structure in from {
        between(prefix(structure.decor()), &mut items);
        match structure {
            Structure::Attribute(attribute) => items.push(self::attribute(attribute).into()),
            Structure::Block(block) => {
                let (block, comment) = self::block(block);
                items.extend(comment.map(Item::Comment));
                items.push(block.into());
            }
        }
    }
    between(from.decor().suffix().map_or("", |suffix| suffix), &mut items);
    Body(items)
}

fn attribute(from: &hcl::Attribute) -> Attribute {
    Attribute {
        name: from.key.to_string(),
        value: expr(&from.value),
        comment: from.decor().suffix().and_then(|suffix| comment(suffix)),
    }
}

/// A block, and the comment behind it, for which there is room only above.
fn block(from: &hcl::Block) -> (Block, Option<String>) {
    let labels = from.labels.iter().map(|label| label.as_str().to_owned()).collect();
    let block = Block { kind: from.ident.to_string(), labels, body: body(&from.body) };
    (block, from.decor().suffix().and_then(|suffix| comment(suffix)))
}

fn prefix(decor: &hcl_edit::Decor) -> &str {
    decor.prefix().map_or("", |prefix| prefix)
}

/// Adds what stands on the lines before an item. The last is the beginning of the item's own.
fn between(text: &str, items: &mut Vec<Item>) {
    let Some((lines, _)) = text.rsplit_once('\n') else { return };
    for line in lines.split('\n') {
        match (comment(line), items.last_mut()) {
            (Some(comment), Some(Item::Comment(above))) => {
                above.push('\n');
                above.push_str(&comment);
            }
            (Some(comment), _) => items.push(Item::Comment(comment)),
            (None, Some(Item::Blank) | None) => {}
            (None, Some(_)) => items.push(Item::Blank),
        }
    }
}

/// The text of a comment, which begins with one of three signs.
fn comment(line: &str) -> Option<String> {
    let line = line.trim();
    let text = match line.strip_prefix("/*") {
        Some(text) => text.strip_suffix("*/").unwrap_or(text),
        None => line.strip_prefix('#').or_else(|| line.strip_prefix("//"))?,
    };
    Some(text.strip_prefix(' ').unwrap_or(text).to_owned())
}
