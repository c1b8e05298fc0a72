//! What a struct means: its attributes, and whether they make sense together.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Expr, GenericArgument, Ident, PathArguments, Type};

use crate::attrs::{Errors, FieldAttrs, Keep, Replace, StructAttrs};
use crate::docs::docs;

/// A struct to be derived for.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) doc: String,
    pub(crate) deprecated: Option<String>,
    pub(crate) import: String,
    pub(crate) exactly_one: Vec<Vec<String>>,
    pub(crate) at_most_one: Vec<Vec<String>>,
    pub(crate) fields: Vec<Field>,
    pub(crate) immutable: bool,
}

/// One field, which becomes one attribute or one kind of nested block.
#[allow(clippy::struct_excessive_bools, reason = "each is a word of its own in the attribute")]
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The type as it is written.
    pub(crate) ty: Type,
    /// The type without `Option` or `Attr` around it.
    pub(crate) inner: Type,
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) presence: Presence,
    pub(crate) default: Option<Expr>,
    pub(crate) keep: Option<Keep>,
    pub(crate) replace: Option<Replace>,
    pub(crate) checks: Vec<Expr>,
    pub(crate) identity: bool,
    pub(crate) write_only: bool,
    /// Optional and possibly unknown: a function is called with it all the same.
    pub(crate) takes_unknown: bool,
    pub(crate) block: Option<BlockField>,
    /// A struct whose fields are those of this one.
    pub(crate) flatten: bool,
    pub(crate) setting: bool,
    pub(crate) env: Vec<String>,
    pub(crate) deprecated: Option<String>,
    pub(crate) example: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
    OptionalComputed,
    Computed,
}

/// A field that is a kind of nested block.
pub(crate) struct BlockField {
    pub(crate) nesting: BlockNesting,
    /// The struct of one block.
    pub(crate) element: Type,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockNesting {
    Single { required: bool },
    List,
    Set,
    Map,
}

/// What is around the type of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outer {
    Plain,
    Option,
    Attr,
}

impl Model {
    /// What could be read, in spite of errors: the compiler then has its say in the same run. `None` for what
    /// is no struct with names and without parameters.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attrs = StructAttrs::read(&input.attrs, errors);
        let doc = docs(&input.attrs);
        if doc.is_empty() {
            errors.says(
                input.ident.span(),
                "the struct needs a doc comment: it becomes the description",
            );
        }
        let Data::Struct(data) = &input.data else {
            errors.says(input.ident.span(), "`Schema` can only be derived for structs");
            return None;
        };
        if !input.generics.params.is_empty() {
            errors.says(
                input.generics.span(),
                "`Schema` cannot be derived for a struct with parameters",
            );
        }
        let immutable = attrs.immutable;
        let fields: Vec<Field> =
            data.fields.iter().filter_map(|field| Field::read(field, immutable, errors)).collect();

        for (position, field) in fields.iter().enumerate() {
            if !field.flatten && fields[..position].iter().any(|other| other.name == field.name) {
                let what = format!("there are two attributes with the name `{}`", field.name);
                errors.says(field.ident.span(), what);
            }
        }
        let version =
            attrs.version.as_ref().map_or(Ok(0), syn::LitInt::base10_parse).unwrap_or_else(
                |error| {
                    errors.push(error);
                    0
                },
            );
        let import =
            attrs.import.as_ref().map_or_else(|| default_import(&fields), syn::LitStr::value);
        if let Some(written) = &attrs.import {
            check_import(&import, written, &fields, errors);
        }
        let mut groups = |groups: Vec<Vec<Ident>>| -> Vec<Vec<String>> {
            groups.into_iter().map(|group| attribute_names(&group, &fields, errors)).collect()
        };
        let (exactly_one, at_most_one) = (groups(attrs.exactly_one), groups(attrs.at_most_one));
        let readable = fields.len() == data.fields.len() && input.generics.params.is_empty();
        readable.then_some(Model {
            ident: input.ident.clone(),
            name: attrs.name.map(|name| name.value()).unwrap_or_default(),
            version,
            doc,
            deprecated: attrs.deprecated.map(|text| text.value()),
            import,
            exactly_one,
            at_most_one,
            fields,
            immutable,
        })
    }
}

impl Field {
    fn read(field: &syn::Field, immutable: bool, errors: &mut Errors) -> Option<Self> {
        let Some(ident) = field.ident.clone() else {
            errors
                .says(field.ty.span(), "every field needs a name: it becomes the attribute's name");
            return None;
        };
        let attrs = FieldAttrs::read(&field.attrs, errors);
        let doc = docs(&field.attrs);
        if doc.is_empty() && attrs.flatten.is_none() {
            let what = format!(
                "field `{ident}` needs a doc comment: it becomes the attribute's description"
            );
            errors.says(ident.span(), what);
        }
        let (outer, inner) = outer(&field.ty);
        let presence = presence(outer, &attrs, &field.ty, errors);
        judge(outer, &attrs, presence, errors);
        let block = attrs.block.map(|_| block(outer, &inner, &attrs, errors));
        if let Some(at) = attrs.block {
            only_a_block(at, immutable, &attrs, errors);
        }
        if let Some(at) = attrs.flatten {
            only_flatten(at, outer, &attrs, errors);
        }
        if block.is_none() {
            for count in [&attrs.min, &attrs.max].into_iter().flatten() {
                errors.says(count.span(), "`min` and `max` count blocks: they go with `block`");
            }
        }
        let replaces = immutable && presence != Presence::Computed && attrs.write_only.is_none();
        Some(Field {
            name: attrs.name.map_or_else(|| unraw(&ident), |name| name.value()),
            ty: field.ty.clone(),
            inner,
            doc,
            presence,
            default: attrs.default,
            keep: attrs.keep.map(|(_, keep)| keep),
            replace: attrs.replace.or(replaces.then_some(Replace::Always)),
            checks: attrs.checks,
            identity: attrs.identity.is_some(),
            write_only: attrs.write_only.is_some(),
            takes_unknown: outer == Outer::Attr && presence == Presence::Optional,
            block,
            flatten: attrs.flatten.is_some(),
            setting: attrs.setting.is_some(),
            env: attrs.env.iter().map(syn::LitStr::value).collect(),
            deprecated: attrs.deprecated.map(|text| text.value()),
            example: attrs.example.map(|text| text.value()),
            ident,
        })
    }
}

fn unraw(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").unwrap_or(&text).to_owned()
}

fn argument<'t>(ty: &'t Type, names: &[&str]) -> Option<(usize, &'t Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let position = names.iter().position(|name| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.last().map(|ty| (position, ty))
}

fn outer(ty: &Type) -> (Outer, Type) {
    match argument(ty, &["Option", "Attr"]) {
        Some((0, inner)) => (Outer::Option, inner.clone()),
        Some((_, inner)) => (Outer::Attr, inner.clone()),
        None => (Outer::Plain, ty.clone()),
    }
}

fn presence(outer: Outer, attrs: &FieldAttrs, ty: &Type, errors: &mut Errors) -> Presence {
    match (outer, attrs.computed, attrs.default.is_some(), attrs.optional) {
        (Outer::Plain, None, false, None) => Presence::Required,
        (Outer::Option, None, false, None) if attrs.required.is_some() => Presence::Required,
        (Outer::Attr, Some(_), false, None) => Presence::Computed,
        (Outer::Attr, Some(_), false, Some(_)) | (Outer::Attr, None, true, None) => {
            Presence::OptionalComputed
        }
        (Outer::Option, None, false, None) | (Outer::Attr, None, false, Some(_)) => {
            Presence::Optional
        }
        (Outer::Attr, ..) => {
            errors.says(ty.span(), "`Attr<T>` needs one of `computed`, `optional, computed`, `default = …` or `optional`");
            Presence::Computed
        }
        _ => {
            let what = "`computed`, `optional` and `default` need the type `Attr<T>`, since the value may be unknown while planning";
            errors.says(ty.span(), what);
            Presence::Computed
        }
    }
}

/// Combinations that cannot work.
fn judge(outer: Outer, attrs: &FieldAttrs, presence: Presence, errors: &mut Errors) {
    if let Some(at) = attrs.required
        && attrs.write_only.is_none()
    {
        errors.says(
            at,
            "`required` goes with `write_only`; elsewhere a type without `Option` says it",
        );
    }
    if let Some(at) = attrs.write_only {
        if outer != Outer::Option {
            errors.says(
                at,
                "`write_only` needs the type `Option<T>`, since the value is null in every state",
            );
        }
        if attrs.identity.is_some() {
            errors.says(at, "what identifies a resource cannot be `write_only`");
        }
        if attrs.replace.is_some() {
            errors.says(at, "`write_only` with `replace` would replace in every plan; use a version attribute beside it");
        }
    }
    let settable_only = matches!(presence, Presence::Required | Presence::Optional);
    if let (true, Some((at, _))) = (settable_only, &attrs.keep) {
        errors.says(
            *at,
            "`keep` needs a value that the provider sets: `computed`, or `optional, computed`",
        );
    }
    if let Some(at) = attrs.identity
        && outer == Outer::Option
    {
        errors.says(at, "what identifies a resource cannot be optional");
    }
}

/// A block is neither computed nor replaced as a whole, and it is never null if there may be many.
fn only_a_block(at: Span, immutable: bool, attrs: &FieldAttrs, errors: &mut Errors) {
    if attrs.computed.is_some() || attrs.default.is_some() {
        errors.says(at, "a `block` cannot be computed; leave `block` out for a nested attribute");
    }
    if immutable || attrs.replace.is_some() {
        errors.says(
            at,
            "a `block` cannot replace as a whole; leave `block` out for a nested attribute, which can",
        );
    }
    if let Some(rule) = attrs.checks.first() {
        errors.says(rule.span(), "a `block` has no rules; put them on its fields");
    }
    if attrs.identity.or(attrs.write_only).is_some() || !attrs.env.is_empty() {
        errors.says(at, "`identity`, `write_only` and `env` are for attributes, not for a `block`");
    }
}

/// What is said of a flattened struct is said of its fields, where they are.
fn only_flatten(at: Span, outer: Outer, attrs: &FieldAttrs, errors: &mut Errors) {
    let FieldAttrs {
        name,
        computed,
        optional,
        required,
        default,
        keep,
        replace,
        checks,
        identity,
        write_only,
        block,
        flatten: _,
        min: _,
        max: _,
        setting,
        env,
        deprecated,
        example,
    } = attrs;
    let spoken = name.is_some()
        || [computed, optional, required, identity, write_only, block, setting]
            .iter()
            .any(|flag| flag.is_some())
        || default.is_some()
        || keep.is_some()
        || replace.is_some()
        || !checks.is_empty()
        || !env.is_empty()
        || deprecated.is_some()
        || example.is_some();
    if spoken {
        errors.says(at, "`flatten` stands alone: say the rest on the fields of the struct");
    }
    if outer != Outer::Plain {
        errors.says(at, "`flatten` needs a struct itself, without `Option` or `Attr`");
    }
}

fn block(outer: Outer, inner: &Type, attrs: &FieldAttrs, errors: &mut Errors) -> BlockField {
    let (nesting, element) = match argument(inner, &["Vec", "Set", "BTreeMap"]) {
        Some((0, element)) => (BlockNesting::List, element.clone()),
        Some((1, element)) => (BlockNesting::Set, element.clone()),
        Some((_, element)) => (BlockNesting::Map, element.clone()),
        None => (BlockNesting::Single { required: outer == Outer::Plain }, inner.clone()),
    };
    if outer == Outer::Option && !matches!(nesting, BlockNesting::Single { .. }) {
        errors.says(inner.span(), "any number of blocks may be none: leave `Option` out");
    }
    let mut count = |literal: &Option<syn::LitInt>| {
        let Some(literal) = literal else { return 0 };
        if !matches!(nesting, BlockNesting::List | BlockNesting::Set) {
            errors.says(literal.span(), "`min` and `max` need a `Vec` or a `Set` of blocks");
        }
        literal.base10_parse().unwrap_or_else(|error| {
            errors.push(error);
            0
        })
    };
    BlockField { nesting, element, min: count(&attrs.min), max: count(&attrs.max) }
}

fn default_import(fields: &[Field]) -> String {
    let names =
        fields.iter().filter(|field| field.identity).map(|field| format!("{{{}}}", field.name));
    names.collect::<Vec<_>>().join("/")
}

fn check_import(import: &str, written: &syn::LitStr, fields: &[Field], errors: &mut Errors) {
    let identity: Vec<&Field> = fields.iter().filter(|field| field.identity).collect();
    if identity.is_empty() {
        errors.says(written.span(), "an import ID needs fields with `identity`");
    }
    if import.contains("}{") {
        errors.says(written.span(), "two names in an import ID need something between them");
    }
    for name in import.split('{').skip(1).filter_map(|rest| rest.split_once('}')) {
        if !identity.iter().any(|field| field.name == name.0) {
            let what = format!("`{{{}}}` is no field with `identity`", name.0);
            errors.says(written.span(), what);
        }
    }
    for field in fields.iter().filter(|field| field.identity) {
        if import.matches(&format!("{{{}}}", field.name)).count() != 1 {
            errors
                .says(written.span(), format!("the import ID must hold `{{{}}}` once", field.name));
        }
    }
}

fn attribute_names(group: &[Ident], fields: &[Field], errors: &mut Errors) -> Vec<String> {
    let mut names = Vec::new();
    for ident in group {
        match fields.iter().find(|field| field.ident == *ident) {
            Some(field) => names.push(field.name.clone()),
            None => errors.says(ident.span(), format!("there is no field `{ident}`")),
        }
    }
    names
}
