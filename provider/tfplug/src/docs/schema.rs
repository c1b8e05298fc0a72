//! The lists of attributes and blocks: what is required, optional and read-only, and what is nested.

use crate::schema::{
    Attribute, Block, BlockNesting, Check, Group, Kind, Members, NestedBlock, Nesting, Presence,
    Replace,
};

use super::page::Page;
use super::text::{hcl, item, one_of, ticked};

/// A block, or the objects in an attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level<'s> {
    members: Members<'s>,
    groups: &'s [Group],
    held: Held,
}

impl<'s> Level<'s> {
    pub(super) fn new(block: &'s Block, held: Held) -> Self {
        Level { members: block.members(), groups: &block.groups, held }
    }
}

/// How a member is given, beside what its schema says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// As an attribute of a resource, which a change may replace.
    Managed,
    /// As an attribute of something else, or as an argument.
    Plain,
    /// As an argument that may be null.
    Nullable,
    /// As all the arguments that are left.
    Arguments,
}

/// All members of a block, with `depth` marks before each heading, and then all that is nested in it.
pub(super) fn members(page: &mut Page, level: Level<'_>, depth: usize) {
    let mark = "#".repeat(depth);
    lists(page, level, "", |title| format!("{mark} {title}"));
    nested(page, level, "", &mark);
}

/// The lists of one level. `anchor` is the part of anchors that the level itself has.
fn lists(page: &mut Page, level: Level<'_>, anchor: &str, heading: impl Fn(&str) -> String) {
    for (title, wanted) in
        [("Required", Need::Required), ("Optional", Need::Optional), ("Read-Only", Need::ReadOnly)]
    {
        let attributes = level.members.attributes.iter().filter(|it| need(it) == wanted);
        let blocks = level.members.blocks.iter().filter(|it| block_need(it) == wanted);
        let lines: Vec<String> = attributes
            .map(|attribute| member(attribute, level.held, anchor))
            .chain(blocks.map(|block| block_line(block, anchor)))
            .collect();
        if !lines.is_empty() {
            page.add(&heading(title));
            page.add(&lines.concat());
        }
    }
    if level.members.attributes.is_empty() && level.members.blocks.is_empty() {
        page.add("Nothing is configured here.");
    }
    for group in level.groups {
        let (words, names, verb) = match group {
            Group::ExactlyOne(names) => ("Exactly one of", names, "must"),
            Group::AtMostOne(names) => ("At most one of", names, "may"),
        };
        // What is only looked up is not set at all.
        let read_only = |name: &&str| {
            level.members.attributes.iter().any(|it| it.name == *name && need(it) == Need::ReadOnly)
        };
        if !names.iter().any(read_only) {
            page.add(&format!("{words} {} {verb} be set.", one_of(names)));
        }
    }
}

/// The levels below one, each with the anchor that links lead to.
fn nested(page: &mut Page, level: Level<'_>, anchor: &str, mark: &str) {
    for attribute in level.members.attributes {
        if let Kind::Nested(nested) = &attribute.kind {
            let below = Level { members: nested.members(), groups: &[], held: level.held };
            sub_level(page, below, "nestedatt", &join(anchor, &attribute.name), mark);
        }
    }
    for block in level.members.blocks {
        let below = Level::new(&block.block, level.held);
        sub_level(page, below, "nestedblock", &join(anchor, &block.name), mark);
    }
}

fn sub_level(page: &mut Page, level: Level<'_>, kind: &str, anchor: &str, mark: &str) {
    let path = anchor.replace("--", ".");
    page.add(&format!("<a id=\"{kind}--{anchor}\"></a>\n{mark} Nested Schema for `{path}`"));
    lists(page, level, anchor, |title| format!("{title}:"));
    nested(page, level, anchor, mark);
}

fn join(anchor: &str, name: &str) -> String {
    if anchor.is_empty() { name.to_owned() } else { format!("{anchor}--{name}") }
}

/// Who gives a member its value, as pages tell it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    ReadOnly,
}

fn need(attribute: &Attribute) -> Need {
    match attribute.presence {
        Presence::Required => Need::Required,
        Presence::Optional | Presence::OptionalComputed => Need::Optional,
        Presence::Computed => Need::ReadOnly,
    }
}

fn block_need(block: &NestedBlock) -> Need {
    match block.nesting {
        BlockNesting::Single { required: true } => Need::Required,
        BlockNesting::List { min, .. } | BlockNesting::Set { min, .. } if min > 0 => Need::Required,
        _ => Need::Optional,
    }
}

/// The line of an attribute, or of a parameter of a function.
pub(super) fn member(attribute: &Attribute, held: Held, anchor: &str) -> String {
    let mut words = vec![type_words(attribute, held)];
    if held == Held::Nullable {
        words.push("may be null".to_owned());
    }
    if attribute.sensitive {
        words.push("sensitive".to_owned());
    }
    if attribute.write_only {
        words.push("write-only".to_owned());
    }
    let mut facts = facts(attribute, held);
    if matches!(attribute.kind, Kind::Nested(_)) {
        facts.push(below("nestedatt", &join(anchor, &attribute.name)));
    }
    let description = match &attribute.deprecated {
        Some(message) => format!("**Deprecated:** {message} {}", attribute.description),
        None => attribute.description.to_string(),
    };
    item(&attribute.name, &words.join(", "), &description, &facts)
}

fn type_words(attribute: &Attribute, held: Held) -> String {
    match (&attribute.kind, attribute.ty()) {
        (Kind::Nested(nested), _) => match nested.nesting {
            Nesting::Single => "object".to_owned(),
            Nesting::List => "list of objects".to_owned(),
            Nesting::Set => "set of objects".to_owned(),
            Nesting::Map => "map of objects".to_owned(),
        },
        (Kind::Type(_), crate::value::Type::List(element)) if held == Held::Arguments => {
            format!("{element}, any number of them")
        }
        (Kind::Type(_), ty) => ty.to_string(),
    }
}

/// What is to be known beside the description, one sentence each.
fn facts(attribute: &Attribute, held: Held) -> Vec<String> {
    let mut facts = Vec::new();
    let wants: Vec<&str> =
        attribute.checks.iter().map(Check::wants).filter(|wants| !wants.is_empty()).collect();
    if !wants.is_empty() && attribute.presence.is_settable() {
        facts.push(format!("Must {}.", wants.join(" and ")));
    }
    if let Some(default) = &attribute.default {
        facts.push(format!("Default: `{}`.", hcl(default)));
    }
    if let Some(example) = &attribute.example
        && attribute.presence.is_settable()
    {
        facts.push(format!("Example: `{example}`."));
    }
    if !attribute.env.is_empty() {
        let names: Vec<&str> = attribute.env.iter().map(|name| &**name).collect();
        facts.push(match names.as_slice() {
            [name] => format!("Left out, the environment variable `{name}` is used."),
            names => format!(
                "Left out, the first of the environment variables {} that is set is used.",
                ticked(names)
            ),
        });
    }
    if attribute.write_only {
        facts.push("It is never stored. Needs Terraform 1.11 or later.".to_owned());
    }
    if attribute.presence.is_settable() && held == Held::Managed {
        match &attribute.replace {
            _ if attribute.identity => facts.push(REPLACES.to_owned()),
            Replace::Always => facts.push(REPLACES.to_owned()),
            Replace::When(_) => facts.push("Some changes of this replace the resource.".to_owned()),
            Replace::No => {}
        }
    }
    facts
}

const REPLACES: &str = "Changing this replaces the resource.";

fn block_line(block: &NestedBlock, anchor: &str) -> String {
    let bounds = |min: u32, max: u32| match (min, max) {
        (0, 0) => String::new(),
        (min, 0) => format!(", at least {min}"),
        (0, max) => format!(", at most {max}"),
        (min, max) if min == max => format!(", exactly {min}"),
        (min, max) => format!(", {min} to {max}"),
    };
    let words = match block.nesting {
        BlockNesting::Single { .. } | BlockNesting::Group => "block".to_owned(),
        BlockNesting::List { min, max } => format!("list of blocks{}", bounds(min, max)),
        BlockNesting::Set { min, max } => format!("set of blocks{}", bounds(min, max)),
        BlockNesting::Map => "blocks with a label each".to_owned(),
    };
    let description = match &block.block.deprecated {
        Some(message) => format!("**Deprecated:** {message} {}", block.block.description),
        None => block.block.description.to_string(),
    };
    item(&block.name, &words, &description, &[below("nestedblock", &join(anchor, &block.name))])
}

fn below(kind: &str, anchor: &str) -> String {
    format!("See [below for nested schema](#{kind}--{anchor}).")
}
