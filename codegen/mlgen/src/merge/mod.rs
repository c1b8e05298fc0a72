//! Layers of a spec to one tree in which each value knows who set it, where, and what it overrode.
//!
//! Maps merge key by key; everything else replaces, the later layer wins. What a layer wants beyond that it says with an
//! operator, a map with one key that begins with `$` (and so plain JSON, which a schema can describe):
//!
//! | written | means |
//! | --- | --- |
//! | `{ $append: [...] }` | the list as it was, then these items |
//! | `{ $remove: [...] }` | the list without any item equal to one of these, the map without these keys |
//! | `{ $unset: true }` | as if no layer had set it |
//! | `{ $replace: value }` | this value, whatever stood there; the way to exchange a whole map or another kind of value |
//! | `{ $literal: value, reason: "..." }` | this very value: nothing in it is an operator or a reference, no rule warns |
//!
//! Files of one layer do not overrule each other: [`union`] adds them up. A value of `--set` is a layer: [`setting`].
//!
//! Decided: a map never takes the place of a scalar or a list, nor one of these the place of a map, unless `$replace` or
//! `$literal` says so. With silent replacement merging is not associative, and an `api:` with nothing under it would
//! wipe out a component. Only null gives way to a map: modules declare optional maps as `default = null`. Scalars and
//! lists replace each other; the types of the catalogue judge that. An operator that finds nothing to work on is an
//! error. So is `$` at the start of any other key, but for `${`, which is a reference.

mod apply;
mod edit;
#[cfg(test)]
pub(crate) mod fixture;
mod operator;
mod path;
mod setting;
#[cfg(test)]
mod tests;
mod tree;
mod union;

use std::fmt;

pub use path::{Path, PathError, Segment};
pub use setting::setting;
pub use tree::{LayerId, Literal, Merged, MergedEntry, MergedMap, MergedValue, Origin, Overridden};
pub use union::union;

use crate::diag::Diags;
use crate::node::Node;

/// One contribution to the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Who contributes.
    pub name: LayerName,
    /// What.
    pub node: Node,
}

/// Who set a value, as `mlgen explain` says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerName {
    /// The module.
    Default,
    /// What the target's conventions say.
    Convention,
    /// What the module loosens for a class of environments.
    Class(String),
    /// The files that hold for every environment.
    Base,
    /// The files of one environment.
    Environment(String),
    /// The command line.
    Set,
}

impl fmt::Display for LayerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Convention => f.write_str("convention"),
            Self::Class(name) => write!(f, "class {name}"),
            Self::Base => f.write_str("base"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Set => f.write_str("--set"),
        }
    }
}

/// Merges layers in order; the later wins. A [`LayerId`] in the outcome is an index into them.
///
/// There is always a tree: where something is wrong, what stood there stays, or the later value stands.
///
/// # Panics
///
/// Without a layer: then there is no place that the tree could come from.
pub fn merge(layers: Vec<Layer>) -> (Merged, Diags) {
    let (names, nodes): (Vec<_>, Vec<_>) =
        layers.into_iter().map(|layer| (layer.name, layer.node)).unzip();
    apply::fold(&names, nodes)
}
