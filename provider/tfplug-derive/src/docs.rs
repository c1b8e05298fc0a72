//! Doc comments as data.

use syn::{Attribute, Expr, Lit, Meta};

/// The doc comment as Markdown, without the space that follows `///`.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(
        |attribute| {
            let Meta::NameValue(pair) = &attribute.meta else { return None };
            let Expr::Lit(literal) = &pair.value else { return None };
            let Lit::Str(text) = &literal.lit else { return None };
            let text = text.value();
            Some(text.strip_prefix(' ').unwrap_or(&text).to_owned())
        },
    );
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
