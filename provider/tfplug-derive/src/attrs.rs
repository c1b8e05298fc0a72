//! What is written in `#[tf(…)]`, without judgement of what it means.

use proc_macro2::{Span, TokenStream};
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::{Attribute, Error, Expr, ExprArray, ExprLit, Ident, Lit, LitInt, LitStr, Token};

/// All mistakes of one struct, told at once.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn says(&mut self, at: Span, what: impl std::fmt::Display) {
        self.push(Error::new(at, what));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn to_tokens(&self) -> TokenStream {
        self.0.as_ref().map(Error::to_compile_error).unwrap_or_default()
    }
}

/// `#[tf(…)]` on a struct.
#[derive(Default)]
pub(crate) struct StructAttrs {
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<LitInt>,
    pub(crate) deprecated: Option<LitStr>,
    pub(crate) import: Option<LitStr>,
    pub(crate) immutable: bool,
    pub(crate) exactly_one: Vec<Vec<Ident>>,
    pub(crate) at_most_one: Vec<Vec<Ident>>,
}

/// `#[tf(…)]` on a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) name: Option<LitStr>,
    pub(crate) computed: Option<Span>,
    pub(crate) optional: Option<Span>,
    pub(crate) required: Option<Span>,
    pub(crate) default: Option<Expr>,
    pub(crate) keep: Option<(Span, Keep)>,
    pub(crate) replace: Option<Replace>,
    pub(crate) checks: Vec<Expr>,
    pub(crate) identity: Option<Span>,
    pub(crate) write_only: Option<Span>,
    pub(crate) block: Option<Span>,
    pub(crate) flatten: Option<Span>,
    pub(crate) min: Option<LitInt>,
    pub(crate) max: Option<LitInt>,
    pub(crate) setting: Option<Span>,
    pub(crate) env: Vec<LitStr>,
    pub(crate) deprecated: Option<LitStr>,
    pub(crate) example: Option<LitStr>,
}

pub(crate) enum Keep {
    Value,
    EvenNull,
}

pub(crate) enum Replace {
    Always,
    When(Expr),
}

const STRUCT_KEYS: &[&str] =
    &["name", "version", "deprecated", "import", "immutable", "exactly_one", "at_most_one"];
const FIELD_KEYS: &[&str] = &[
    "name",
    "computed",
    "optional",
    "required",
    "default",
    "keep",
    "replace",
    "check",
    "identity",
    "write_only",
    "block",
    "flatten",
    "min",
    "max",
    "setting",
    "env",
    "deprecated",
    "example",
];

impl StructAttrs {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut found = StructAttrs::default();
        each(attributes, errors, |key, meta| {
            match key {
                "name" => once(&mut found.name, &meta)?,
                "version" => once(&mut found.version, &meta)?,
                "deprecated" => once(&mut found.deprecated, &meta)?,
                "import" => once(&mut found.import, &meta)?,
                "immutable" => found.immutable = true,
                "exactly_one" => found.exactly_one.push(names(&meta)?),
                "at_most_one" => found.at_most_one.push(names(&meta)?),
                _ => return Err(unknown(key, STRUCT_KEYS, &meta)),
            }
            Ok(())
        });
        found
    }
}

impl FieldAttrs {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut found = FieldAttrs::default();
        each(attributes, errors, |key, meta| {
            let flag = |slot: &mut Option<Span>| *slot = Some(span(&meta));
            match key {
                "name" => once(&mut found.name, &meta)?,
                "computed" => flag(&mut found.computed),
                "optional" => flag(&mut found.optional),
                "required" => flag(&mut found.required),
                "default" => once(&mut found.default, &meta)?,
                "keep" => found.keep = Some((span(&meta), keep(&meta)?)),
                "replace" => found.replace = Some(replace(&meta)?),
                "check" => match meta.value()?.parse::<Expr>()? {
                    Expr::Array(rules) => found.checks.extend(rules.elems),
                    rule => found.checks.push(rule),
                },
                "identity" => flag(&mut found.identity),
                "write_only" => flag(&mut found.write_only),
                "block" => flag(&mut found.block),
                "flatten" => flag(&mut found.flatten),
                "min" => once(&mut found.min, &meta)?,
                "max" => once(&mut found.max, &meta)?,
                "setting" => flag(&mut found.setting),
                "env" => found.env = texts(&meta)?,
                "deprecated" => once(&mut found.deprecated, &meta)?,
                "example" => once(&mut found.example, &meta)?,
                _ => return Err(unknown(key, FIELD_KEYS, &meta)),
            }
            Ok(())
        });
        found
    }
}

fn each(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut read: impl FnMut(&str, ParseNestedMeta<'_>) -> Result<(), Error>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("tf")) {
        let read = attribute.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
            read(&key, meta)
        });
        if let Err(error) = read {
            errors.push(error);
        }
    }
}

fn span(meta: &ParseNestedMeta<'_>) -> Span {
    meta.path.get_ident().map_or_else(Span::call_site, Ident::span)
}

fn once<T: Parse>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>) -> Result<(), Error> {
    if slot.is_some() {
        return Err(meta.error("said twice"));
    }
    *slot = Some(meta.value()?.parse()?);
    Ok(())
}

fn keep(meta: &ParseNestedMeta<'_>) -> Result<Keep, Error> {
    if !meta.input.peek(Token![=]) {
        return Ok(Keep::Value);
    }
    let word: Ident = meta.value()?.parse()?;
    if word == "even_null" {
        Ok(Keep::EvenNull)
    } else {
        Err(Error::new(word.span(), "expected `keep` or `keep = even_null`"))
    }
}

fn replace(meta: &ParseNestedMeta<'_>) -> Result<Replace, Error> {
    if !meta.input.peek(Token![=]) {
        return Ok(Replace::Always);
    }
    let expected = "expected `replace` or `replace = when(f)`, where `f` compares two values";
    match meta.value()?.parse::<Expr>()? {
        Expr::Call(call)
            if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("when"))
                && call.args.len() == 1 =>
        {
            Ok(Replace::When(call.args[0].clone()))
        }
        other => Err(Error::new_spanned(other, expected)),
    }
}

/// One text, or several in brackets.
fn texts(meta: &ParseNestedMeta<'_>) -> Result<Vec<LitStr>, Error> {
    let one = |expr: Expr| match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text),
        other => Err(Error::new_spanned(other, "expected a text")),
    };
    match meta.value()?.parse::<Expr>()? {
        Expr::Array(list) => list.elems.into_iter().map(one).collect(),
        text => one(text).map(|text| vec![text]),
    }
}

fn names(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>, Error> {
    let list: ExprArray = meta.value()?.parse()?;
    list.elems
        .iter()
        .map(|name| match name {
            Expr::Path(path) if path.path.get_ident().is_some() => {
                Ok(path.path.get_ident().expect("it was just seen").clone())
            }
            other => Err(Error::new_spanned(other, "expected the name of a field")),
        })
        .collect()
}

fn unknown(key: &str, known: &[&str], meta: &ParseNestedMeta<'_>) -> Error {
    let near = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(key, known), known))
        .filter(|(distance, _)| *distance <= 2)
        .min();
    meta.error(match near {
        Some((_, near)) => format!("unknown attribute `{key}`, did you mean `{near}`?"),
        None => format!("unknown attribute `{key}`, expected one of `{}`", known.join("`, `")),
    })
}
