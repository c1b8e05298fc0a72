//! `#[derive(Schema)]`: one struct states every fact of a Terraform resource once.
//!
//! Three rooms: `attrs` reads what is written in `#[tf(…)]`, `model` decides what it means, `expand`
//! writes the code, which only fills tables and calls functions of `tfplug`.

mod attrs;
mod docs;
mod expand;
mod model;

use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use crate::attrs::Errors;
use crate::model::Model;

/// Derives the shape, the codec and the typed paths of a resource, a data source, a provider
/// configuration, a function's parameters or a nested object.
///
/// ```
/// use std::collections::BTreeMap;
/// use tfplug::{Attr, Schema, Secret};
///
/// /// A pool of machines.
/// #[derive(Schema)]
/// #[tf(name = "pool", import = "{zone}/{name}")]
/// struct Pool {
///     /// The zone.
///     #[tf(identity)]
///     zone: String,
///     /// The name.
///     #[tf(identity, check = [len(1..=64), custom("be lower case", |name: &String| name.to_lowercase() == *name)])]
///     name: String,
///     /// How many machines.
///     #[tf(default = 1, check = at_least(0))]
///     size: Attr<i64>,
///     /// The kind of machine. A machine cannot be changed into another kind.
///     #[tf(replace, check = one_of(&["small", "large"]))]
///     kind: Option<String>,
///     /// Labels.
///     labels: Option<BTreeMap<String, String>>,
///     /// The key of the machines, which is never stored.
///     #[tf(write_only)]
///     key: Option<Secret>,
///     /// What the service calls it.
///     #[tf(computed, keep)]
///     id: Attr<String>,
///     /// Disks, each in a block `disk { … }`.
///     #[tf(block, max = 8)]
///     disk: Vec<Disk>,
/// }
///
/// /// A disk.
/// #[derive(Schema)]
/// struct Disk {
///     /// How large it is, in GiB.
///     size: i64,
/// }
///
/// // The typed paths, for errors and plans:
/// assert_eq!(Pool::DISK.index(0).then(Disk::SIZE).path().to_string(), "disk[0].size");
/// ```
///
/// The type of a field says whether it is required, optional or possibly unknown, and whether it is
/// sensitive. Its doc comment is the description.
///
/// | type of the field | attribute |
/// |---|---|
/// | `T` | required |
/// | `Option<T>` | optional |
/// | `Attr<T>` | known, null or unknown; with `computed`, `default` or `optional` |
///
/// | `T` | type in Terraform |
/// |---|---|
/// | `String` | `string` |
/// | `bool` | `bool` |
/// | `i64`, `i32`, `u16`, `u32`, `u64` | `number`, and only a whole one that fits |
/// | `f64`, `Number` | `number`, as the nearest float or exactly |
/// | `Json` | `string` that holds a JSON document, compared by meaning |
/// | `Secret`, `Sensitive<T>` | `string`, or the type of `T`, which Terraform hides |
/// | `Vec<T>`, `Set<T>`, `BTreeMap<String, T>` | `list(…)`, `set(…)`, `map(…)`, never with null elements |
/// | a struct that derives `Schema` | nested attribute; with `block` a nested block |
/// | `Value` | any type, which the configuration decides |
/// | your own that implements `AttributeType` | what it says |
///
/// `#[tf(…)]` says what neither can:
///
/// | on the struct | meaning |
/// |---|---|
/// | `name = "…"` | type name without the provider's prefix; left out for a nested object |
/// | `version = n` | version of the state's shape; older states go to `Resource::past` |
/// | `deprecated = "…"` | why it should not be used any more |
/// | `import = "{pool}/{name}"` | how the identity is written as one text; by default joined with `/` |
/// | `immutable` | every settable field replaces |
/// | `exactly_one = [a, b]`, `at_most_one = [a, b]` | fields that exclude each other |
///
/// | on a field | meaning |
/// |---|---|
/// | `name = "…"` | attribute name, where it is a Rust keyword |
/// | `computed` | set by the provider (type `Attr<T>`) |
/// | `optional` | with `computed`: set by the user or the provider; alone: may be unknown (type `Attr<T>`) |
/// | `required` | with `write_only` on an `Option<T>`, which is null in every state |
/// | `default = expr` | value where the configuration has none (type `Attr<T>`) |
/// | `keep`, `keep = even_null` | an update does not make the computed value unknown |
/// | `replace`, `replace = when(f)` | a change replaces the resource |
/// | `check = rule`, `check = [rules]` | rules from `tfplug::schema::check`, which are in scope |
/// | `identity` | part of what identifies the resource; a change replaces |
/// | `write_only` | read from the configuration, never in plan or state (type `Option<T>`) |
/// | `block` | written as a nested block instead of a nested attribute |
/// | `flatten` | the fields of this struct, which derives `Schema`, are fields of the outer one; none is `identity` |
/// | `min = n`, `max = n` | how many blocks |
/// | `setting` | about how the resource is managed: reading does not change it, a data source has it not |
/// | `env = "…"`, `env = ["…", "…"]` | environment variable for a provider's configuration; the first one set |
/// | `deprecated = "…"`, `example = "…"` | for schema and documentation |
#[proc_macro_derive(Schema, attributes(tf))]
pub fn derive_schema(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let code = match Model::read(&input, &mut errors) {
        Some(model) => expand::expand(&model, errors.is_empty()),
        None => expand::stub(&input),
    };
    let errors = errors.to_tokens();
    quote!(#errors #code).into()
}
