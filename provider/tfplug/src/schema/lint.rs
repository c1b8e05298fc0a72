//! Mistakes of an author that neither the macro nor the types can see, found before any user does.
//!
//! Terraform refuses some of these when it loads a schema, and trips over others at apply.

use std::collections::BTreeSet;

use crate::path::{Path, Step};
use crate::schema::{
    Attribute, Block, BlockNesting, Keep, Kind, Members, Nesting, Presence, Replace,
};
use crate::value::Type;

/// Names that Terraform takes for itself in the blocks of a configuration.
const RESERVED: &[&str] =
    &["count", "for_each", "depends_on", "provider", "lifecycle", "connection", "provisioner"];

/// All that is wrong with the declaration of a resource or data source, each with its place.
pub fn lint(block: &Block) -> Vec<String> {
    let mut lint = Lint { at: Path::ROOT, found: Vec::new() };
    for reserved in RESERVED {
        if block.attribute(reserved).is_some()
            || block.blocks.iter().any(|block| block.name == *reserved)
        {
            lint.found.push(format!("{reserved}: Terraform takes this name for itself"));
        }
    }
    lint.members(block.members(), Inside::Resource);
    lint.found
}

/// All elements of a collection have one type, which nobody can know before there are any.
const ANY_IN_COLLECTION: &str =
    "the elements of a collection cannot be of any type: let the whole attribute be of any type";

/// What is around an attribute. Elements of a set are found again by their content, so what is inside
/// them is found again, too; elements of a list are found by their place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Resource,
    List,
    Set,
    SetInList,
}

struct Lint {
    at: Path,
    found: Vec<String>,
}

impl Lint {
    fn says(&mut self, what: &str) {
        self.found.push(format!("{}: {what}", self.at));
    }

    fn members(&mut self, members: Members<'_>, inside: Inside) {
        let mut names = BTreeSet::new();
        for attribute in members.attributes {
            self.at.enter(Step::Attribute(attribute.name.to_string()));
            if !names.insert(attribute.name.clone()) {
                self.says("the name is taken twice");
            }
            self.attribute(attribute, inside);
            self.at.leave();
        }
        for block in members.blocks {
            self.at.enter(Step::Attribute(block.name.to_string()));
            if !names.insert(block.name.clone()) {
                self.says("the name is taken twice");
            }
            self.name(&block.name);
            if let BlockNesting::List { min, max } | BlockNesting::Set { min, max } = block.nesting
                && max != 0
                && min > max
            {
                self.says("more blocks are asked for than are allowed");
            }
            let within = within(inside, block.nesting.nesting());
            if matches!(within, Inside::Set | Inside::SetInList) && block.ty().has_dynamic() {
                self.says(ANY_IN_COLLECTION);
            }
            self.members(block.block.members(), within);
            self.at.leave();
        }
    }

    fn attribute(&mut self, attribute: &Attribute, inside: Inside) {
        self.name(&attribute.name);
        if attribute.description.is_empty() {
            self.says("it has no description");
        }
        if attribute.default.is_some() && !attribute.presence.is_computed() {
            self.says("a default needs an attribute that is optional and computed");
        }
        if attribute.keep != Keep::No && !attribute.presence.is_computed() {
            self.says("only a computed value can be kept");
        }
        if attribute.keep != Keep::No && matches!(inside, Inside::List | Inside::SetInList) {
            self.says("a value inside a list cannot be kept: its neighbours may move");
        }
        if attribute.write_only {
            if attribute.presence.is_computed() {
                self.says("a write-only attribute cannot be computed");
            }
            if matches!(inside, Inside::Set | Inside::SetInList) {
                self.says("a set cannot hold write-only attributes");
            }
            if matches!(attribute.replace, Replace::Always) {
                self.says("a write-only attribute cannot replace: it would do so in every plan");
            }
        }
        if attribute.deprecated.as_ref().is_some_and(|message| message.is_empty()) {
            self.says("the deprecation says nothing");
        }
        if attribute.identity
            && !matches!(attribute.kind, Kind::Type(Type::String | Type::Number | Type::Bool))
        {
            self.says("an identity is made of text, numbers and truth values");
        }
        if let Kind::Type(ty) = &attribute.kind
            && holds_dynamic(ty)
        {
            self.says(ANY_IN_COLLECTION);
        }
        if let Kind::Nested(nested) = &attribute.kind {
            let within = within(inside, nested.nesting);
            if nested.nesting != Nesting::Single && nested.members().ty().has_dynamic() {
                self.says(ANY_IN_COLLECTION);
            }
            let decides = |member: &Attribute| member.presence.is_computed();
            if nested.nesting != Nesting::Single
                && matches!(inside, Inside::Set | Inside::SetInList)
                && nested.attributes.iter().any(decides)
            {
                self.says(
                    "objects that a set's element holds cannot have computed values: nothing tells the elements apart then",
                );
            }
            if attribute.presence == Presence::OptionalComputed
                && matches!(inside, Inside::Set | Inside::SetInList)
                && !nested.attributes.iter().all(decides)
            {
                self.says(
                    "a set's element cannot leave objects to the provider that have attributes of the user: Terraform takes them for the user's",
                );
            }
            self.members(nested.members(), within);
        }
    }

    fn name(&mut self, name: &str) {
        let fits = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            && name
                .chars()
                .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_');
        if !fits {
            self.says("a name is made of lower case letters, digits and underscores");
        }
    }
}

fn within(outside: Inside, nesting: Nesting) -> Inside {
    match (outside, nesting) {
        (Inside::SetInList, _) | (Inside::List, Nesting::Set) => Inside::SetInList,
        (Inside::Set, _) | (_, Nesting::Set) => Inside::Set,
        (Inside::List, _) | (_, Nesting::List) => Inside::List,
        (Inside::Resource, Nesting::Single | Nesting::Map) => Inside::Resource,
    }
}

/// Whether a collection somewhere in the type holds values of any type.
fn holds_dynamic(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_dynamic(),
        Type::Object(members) => members.values().any(holds_dynamic),
        Type::Tuple(items) => items.iter().any(holds_dynamic),
        Type::String | Type::Number | Type::Bool | Type::Dynamic => false,
    }
}
