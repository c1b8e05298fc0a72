//! Several files that make up one layer: none of them wins, so what two of them set is an error.

use crate::diag::{Diagnostic, Diags};
use crate::merge::operator;
use crate::merge::path::Trail;
use crate::node::{Entry, Map, Node, Value};

/// One tree of several; nothing when there are none. Where two of them disagree the first stays.
///
/// A `$schema` at the top of a file speaks to editors and is left out.
pub fn union(fragments: Vec<Node>) -> (Option<Node>, Diags) {
    let mut diags = Diags::default();
    let mut whole: Option<Node> = None;
    for mut fragment in fragments {
        let Value::Map(map) = &mut fragment.value else {
            let message = format!("a file must hold a map, found {}", fragment.value.kind());
            diags.push(Diagnostic::error(fragment.span, message).help("begin with `components:`"));
            continue;
        };
        map.shift_remove("$schema");
        match &mut whole {
            None => whole = Some(fragment),
            Some(Node { value: Value::Map(into), .. }) => {
                join(&Trail::Root, into, std::mem::take(map), &mut diags);
            }
            Some(_) => {}
        }
    }
    (whole, diags)
}

fn join(at: &Trail<'_>, into: &mut Map, map: Map, diags: &mut Diags) {
    for (name, Entry { key, node }) in map {
        let Some(first) = into.get_mut(&name) else {
            into.insert(name, Entry { key, node });
            continue;
        };
        let here = Trail::Key(at, &name);
        match (&mut first.node, node) {
            (old @ Node { value: Value::Map(_), .. }, new @ Node { value: Value::Map(_), .. })
                if !operator::is_operator(old) && !operator::is_operator(&new) =>
            {
                if let (Value::Map(old), Value::Map(new)) = (&mut old.value, new.value) {
                    join(&here, old, new, diags);
                }
            }
            _ => diags.push(
                Diagnostic::error(key, format!("{} is set by two files of one layer", here.path()))
                    .label("again")
                    .note_at(first.key, "it is set here already")
                    .help("keep one of the two; what shall win belongs into a later layer"),
            ),
        }
    }
}
