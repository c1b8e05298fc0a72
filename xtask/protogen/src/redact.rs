//! Keeps values and private data out of `Debug`.
//!
//! Messages that hold `bytes` carry configuration, state or private data, all
//! of which may be secret. They get a `Debug` that shows their name alone. Only
//! `bytes type`, the encoded type in a schema, is harmless.

use std::fmt::Write as _;

use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};

/// A message that must not show its content.
pub(crate) struct Secret {
    /// Full name with a leading dot, as prost wants it.
    pub(crate) path: String,
    /// Path of the Rust type within its module.
    rust: String,
    /// Name without package.
    name: String,
}

/// Messages of `proto` that hold bytes of unknown content.
pub(crate) fn secret_messages(descriptors: &FileDescriptorSet, proto: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for file in descriptors.file.iter().filter(|file| file.name() == proto) {
        for message in &file.message_type {
            collect(message, &format!(".{}", file.package()), &mut Vec::new(), &mut found);
        }
    }
    found
}

fn collect(
    message: &DescriptorProto,
    package: &str,
    parents: &mut Vec<String>,
    found: &mut Vec<Secret>,
) {
    let holds_secret =
        message.field.iter().any(|field| field.r#type() == Type::Bytes && field.name() != "type");
    if holds_secret {
        let mut names = parents.clone();
        names.push(message.name().to_owned());
        let mut rust: Vec<_> = parents.iter().map(|parent| snake(parent)).collect();
        rust.push(message.name().to_owned());
        let name = names.join(".");
        found.push(Secret { path: format!("{package}.{name}"), rust: rust.join("::"), name });
    }
    parents.push(message.name().to_owned());
    for nested in &message.nested_type {
        collect(nested, package, parents, found);
    }
    parents.pop();
}

/// The `Debug` implementations of `secret`.
pub(crate) fn debug_impls(secret: &[Secret]) -> String {
    let mut text = String::new();
    for Secret { rust, name, .. } in secret {
        write!(
            text,
            "/// Shows no content, it may be secret.\n\
             impl ::core::fmt::Debug for {rust} {{\n\
             fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{\n\
             f.write_str(\"{name} {{ .. }}\")\n}}\n}}\n"
        )
        .expect("a string takes everything");
    }
    text
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
