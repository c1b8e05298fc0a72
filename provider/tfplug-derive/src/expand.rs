//! The code that is written: tables, and calls of functions in `tfplug` that do the work.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned as _;

use crate::attrs::{Keep, Replace};
use crate::model::{BlockField, BlockNesting, Field, Model, Presence};

/// `sound` says that nothing was wrong. If something was, the code is there all the same, so that the
/// errors of the derive are followed by those of the types, and by none about code that is missing.
pub(crate) fn expand(model: &Model, sound: bool) -> TokenStream {
    let paths = typed_paths(model);
    let schema = schema(model);
    let identified = identified(model, sound);
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic, clippy::restriction, missing_docs, unused_qualifications, unreachable_pub, reason = "generated code")]
        const _: () = {
            #[allow(unused_imports, reason = "stands in where the type of a field was refused")]
            use ::tfplug::__derive::OrElse as _;
            #paths
            #schema
            #identified
        };
    }
}

/// Implementations that keep the errors about a type that is no struct with names from raising twenty more.
pub(crate) fn stub(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let identified = no_identity(ident);
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic, reason = "stands in for code that could not be generated")]
        const _: () = {
            impl ::tfplug::Schema for #ident {
                const TYPE_NAME: &'static str = "";
                const VERSION: i64 = 0;
                fn block() -> ::tfplug::schema::Block { ::core::unreachable!() }
                fn decode(_: ::tfplug::Value) -> ::tfplug::Result<Self> { ::core::unreachable!() }
                fn encode(self) -> ::tfplug::Value { ::core::unreachable!() }
            }
            #identified
            impl ::tfplug::AttributeType for #ident {
                fn kind() -> ::tfplug::schema::Kind { ::core::unreachable!() }
                fn decode(_: ::tfplug::Value) -> ::tfplug::Result<Self> { ::core::unreachable!() }
                fn encode(self) -> ::tfplug::Value { ::core::unreachable!() }
            }
        };
    }
}

fn typed_paths(model: &Model) -> TokenStream {
    let owner = &model.ident;
    let paths = model.fields.iter().map(|field| {
        let constant =
            format_ident!("{}", field.ident.to_string().trim_start_matches("r#").to_uppercase());
        let (name, inner) = (&field.name, &field.inner);
        if field.flatten {
            let doc = "Leads to the typed paths of the fields that are shared.";
            return quote! {
                #[doc = #doc]
                #[allow(dead_code, reason = "not every path is walked")]
                pub const #constant: ::tfplug::Place<#owner, #inner> = ::tfplug::Place::ROOT;
            };
        }
        let doc = format!("The typed path of `{name}`.");
        quote! {
            #[doc = #doc]
            #[allow(dead_code, reason = "not every path is walked")]
            pub const #constant: ::tfplug::Field<#owner, #inner> = ::tfplug::Field::new(#name);
        }
    });
    quote! { impl #owner { #(#paths)* } }
}

fn schema(model: &Model) -> TokenStream {
    let Model { ident, name, version, doc, .. } = model;
    let deprecated = text(model.deprecated.as_ref());
    let attributes =
        model.fields.iter().filter(|field| field.block.is_none() && !field.flatten).map(attribute);
    let immutable = model.immutable;
    let flatten = model.fields.iter().filter(|field| field.flatten).map(|field| {
        let inner = &field.inner;
        quote_spanned! { inner.span() => ::tfplug::__derive::flatten::<#inner>(&mut block, #immutable); }
    });
    let blocks = model
        .fields
        .iter()
        .filter_map(|field| field.block.as_ref().map(|block| nested_block(field, block)));
    let groups = groups(model);

    let idents: Vec<&Ident> = model.fields.iter().map(|field| &field.ident).collect();
    let taken: Vec<Ident> =
        (0..idents.len()).map(|n| Ident::new(&format!("field_{n}"), Span::call_site())).collect();
    // What is left over after all other fields belongs to the flattened structs.
    let mut in_order: Vec<(&Field, &Ident)> = model.fields.iter().zip(&taken).collect();
    in_order.sort_by_key(|(field, _)| field.flatten);
    let take = in_order.iter().map(|(field, taken)| {
        let (name, ty) = (&field.name, &field.ty);
        if field.flatten {
            quote_spanned! { ty.span() => let #taken = <::tfplug::__derive::Of<#ty>>::take_flattened(&mut fields); }
        } else {
            quote_spanned! { ty.span() => let #taken = <::tfplug::__derive::Of<#ty>>::take(&mut fields, #name); }
        }
    });
    let members = model.fields.iter().filter(|field| !field.flatten).map(|field| {
        let (name, ty, ident) = (&field.name, &field.ty, &field.ident);
        quote! { (#name, <::tfplug::__derive::Of<#ty>>::put(self.#ident)) }
    });
    let merge = model.fields.iter().filter(|field| field.flatten).map(|field| {
        let (ty, ident) = (&field.ty, &field.ident);
        quote! { let object = <::tfplug::__derive::Of<#ty>>::merge(object, self.#ident); }
    });
    quote! {
        impl ::tfplug::Schema for #ident {
            const TYPE_NAME: &'static str = #name;
            const VERSION: i64 = #version;

            fn block() -> ::tfplug::schema::Block {
                #[allow(unused_mut, reason = "not every struct shares fields")]
                let mut block = ::tfplug::schema::Block {
                    description: #doc.into(),
                    deprecated: #deprecated,
                    attributes: ::std::vec![#(#attributes),*],
                    blocks: ::std::vec![#(#blocks),*],
                    #groups
                };
                #(#flatten)*
                block
            }

            fn decode(value: ::tfplug::Value) -> ::tfplug::Result<Self> {
                let mut fields = ::tfplug::__derive::Fields::of(value)?;
                #(#take)*
                if let (#(::core::option::Option::Some(#taken),)*) = (#(#taken,)*) {
                    return ::core::result::Result::Ok(Self { #(#idents: #taken),* });
                }
                ::core::result::Result::Err(fields.into_error())
            }

            fn encode(self) -> ::tfplug::Value {
                let object = ::tfplug::Value::object([#(#members),*] as [(&'static str, ::tfplug::Value); _]);
                #(#merge)*
                object
            }
        }

        impl ::tfplug::AttributeType for #ident {
            fn kind() -> ::tfplug::schema::Kind {
                ::tfplug::__derive::nested::<Self>()
            }

            fn decode(value: ::tfplug::Value) -> ::tfplug::Result<Self> {
                <Self as ::tfplug::Schema>::decode(value)
            }

            fn encode(self) -> ::tfplug::Value {
                <Self as ::tfplug::Schema>::encode(self)
            }
        }
    }
}

fn attribute(field: &Field) -> TokenStream {
    let Field { name, doc, inner, .. } = field;
    let presence = match field.presence {
        Presence::Required => quote!(Required),
        Presence::Optional => quote!(Optional),
        Presence::OptionalComputed => quote!(OptionalComputed),
        Presence::Computed => quote!(Computed),
    };
    let mut set = Vec::new();
    if let Some(default) = &field.default {
        set.push(quote_spanned! { default.span() =>
            attribute.default = ::core::option::Option::Some(
                <::tfplug::__derive::Of<#inner>>::default(<#inner as ::core::convert::From<_>>::from(#default)),
            );
        });
    }
    match &field.keep {
        Some(Keep::Value) => set.push(quote!(attribute.keep = ::tfplug::schema::Keep::Value;)),
        Some(Keep::EvenNull) => {
            set.push(quote!(attribute.keep = ::tfplug::schema::Keep::EvenNull;));
        }
        None => {}
    }
    match &field.replace {
        Some(Replace::Always) => {
            set.push(quote!(attribute.replace = ::tfplug::schema::Replace::Always;));
        }
        Some(Replace::When(decides)) => set.push(quote_spanned! { decides.span() =>
            attribute.replace = <::tfplug::__derive::Of<#inner>>::replace_when(#decides);
        }),
        None => {}
    }
    for check in &field.checks {
        set.push(quote_spanned! { check.span() =>
            attribute.checks.push(<::tfplug::__derive::Of<#inner>>::check({
                #[allow(unused_imports, reason = "the rules are in scope whether they are used or not")]
                use ::tfplug::schema::check::rules::*;
                #check
            }));
        });
    }
    if field.identity {
        set.push(quote!(attribute.identity = true;));
    }
    if field.takes_unknown {
        set.push(quote!(attribute.takes_unknown = true;));
    }
    if field.write_only {
        set.push(quote!(attribute.write_only = true;));
    }
    if field.setting {
        set.push(quote!(attribute.setting = true;));
    }
    for variable in &field.env {
        set.push(quote!(attribute.env.push(#variable.into());));
    }
    for (text, slot) in [(&field.deprecated, "deprecated"), (&field.example, "example")] {
        if let Some(text) = text {
            let slot = Ident::new(slot, Span::call_site());
            set.push(quote!(attribute.#slot = ::core::option::Option::Some(#text.into());));
        }
    }
    quote_spanned! { inner.span() => {
        #[allow(unused_mut, reason = "not every attribute has more to say")]
        let mut attribute =
            ::tfplug::__derive::attribute::<#inner>(#name, ::tfplug::schema::Presence::#presence, #doc);
        #(#set)*
        attribute
    } }
}

fn nested_block(field: &Field, block: &BlockField) -> TokenStream {
    let Field { name, doc, .. } = field;
    let BlockField { nesting, element, min, max } = block;
    let nesting = match nesting {
        BlockNesting::Single { required } => quote!(Single { required: #required }),
        BlockNesting::List => quote!(List { min: #min, max: #max }),
        BlockNesting::Set => quote!(Set { min: #min, max: #max }),
        BlockNesting::Map => quote!(Map),
    };
    quote_spanned! { element.span() =>
        ::tfplug::__derive::nested_block::<#element>(#name, ::tfplug::schema::BlockNesting::#nesting, #doc)
    }
}

fn groups(model: &Model) -> TokenStream {
    let group = |kind: &str, names: &Vec<String>| {
        let kind = Ident::new(kind, Span::call_site());
        quote!(::tfplug::schema::Group::#kind(&[#(#names),*]))
    };
    let exactly = model.exactly_one.iter().map(|names| group("ExactlyOne", names));
    let at_most = model.at_most_one.iter().map(|names| group("AtMostOne", names));
    quote! { groups: ::std::vec![#(#exactly,)* #(#at_most,)*], }
}

/// An identity that may just be misspelt.
fn no_identity(ident: &Ident) -> TokenStream {
    quote! {
        impl ::tfplug::Identified for #ident {
            type Key = ();
            const IMPORT_ID: &'static str = "";
            fn key(_: &::tfplug::Value) -> ::tfplug::Result<()> { ::core::unreachable!() }
        }
    }
}

fn identified(model: &Model, sound: bool) -> TokenStream {
    let fields: Vec<&Field> = model.fields.iter().filter(|field| field.identity).collect();
    if fields.is_empty() {
        return if sound { TokenStream::new() } else { no_identity(&model.ident) };
    }
    let (ident, import) = (&model.ident, &model.import);
    let types: Vec<_> = fields.iter().map(|field| &field.inner).collect();
    let parts = fields.iter().map(|field| {
        let (name, inner) = (&field.name, &field.inner);
        quote!(<::tfplug::__derive::Of<#inner>>::key_part(identity, #name)?)
    });
    // One field: its own type. Several: a tuple in the order of declaration.
    let (key, value) = match types.as_slice() {
        [one] => (quote!(#one), quote!(#(#parts)*)),
        _ => (quote!((#(#types),*)), quote!((#(#parts),*))),
    };
    quote! {
        impl ::tfplug::Identified for #ident {
            type Key = #key;
            const IMPORT_ID: &'static str = #import;

            fn key(identity: &::tfplug::Value) -> ::tfplug::Result<Self::Key> {
                ::core::result::Result::Ok(#value)
            }
        }
    }
}

fn text(text: Option<&String>) -> TokenStream {
    if let Some(text) = text {
        quote!(::core::option::Option::Some(#text.into()))
    } else {
        quote!(::core::option::Option::None)
    }
}
