//! What the engine answers, as messages of the protocol.

use std::collections::BTreeMap;

use prost::bytes::Bytes;

use super::codec::msgpack;
use super::generated::tfplugin6 as proto;
use crate::deferral::Deferral;
use crate::diag::{Diagnostic, Result, Severity};
use crate::erased::{Callable, Shape};
use crate::identity::Identity;
use crate::path::{Path, Step};
use crate::schema::{Attribute, Block, BlockNesting, Kind, NestedBlock, Nesting, Presence, Text};
use crate::value::{Type, Value};

/// A value of type `ty`.
pub(crate) fn value(value: &Value, ty: &Type) -> Result<Option<proto::DynamicValue>> {
    let msgpack = Bytes::from(msgpack::encode(value, ty)?);
    Ok(Some(proto::DynamicValue { msgpack, json: Bytes::new() }))
}

/// Why something is put off.
pub(crate) fn deferral(reason: Deferral) -> proto::Deferred {
    use proto::deferred::Reason;
    let reason = match reason {
        Deferral::Configuration => Reason::ResourceConfigUnknown,
        Deferral::ProviderConfiguration => Reason::ProviderConfigUnknown,
        Deferral::Prerequisite => Reason::AbsentPrereq,
    };
    proto::Deferred { reason: reason.into() }
}

/// An identity, if there is one.
pub(crate) fn identity(
    identity: Option<(&Identity, &Value)>,
) -> Result<Option<proto::ResourceIdentityData>> {
    identity
        .filter(|(_, found)| !found.is_null())
        .map(|(identity, found)| {
            Ok(proto::ResourceIdentityData { identity_data: value(found, identity.ty())? })
        })
        .transpose()
}

/// Messages to the user.
pub(crate) fn diagnostics(diags: impl IntoIterator<Item = Diagnostic>) -> Vec<proto::Diagnostic> {
    diags.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> proto::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => proto::diagnostic::Severity::Error,
        Severity::Warning => proto::diagnostic::Severity::Warning,
    };
    proto::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: (!diagnostic.path.is_root()).then(|| path(&diagnostic.path)),
    }
}

/// A path. It ends at a set, since the protocol cannot point at an element of one.
pub(crate) fn path(path: &Path) -> proto::AttributePath {
    use proto::attribute_path::step::Selector;
    let selectors = path.steps().iter().map_while(|step| match step {
        Step::Attribute(name) => Some(Selector::AttributeName(name.clone())),
        Step::Index(index) => {
            Some(Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)))
        }
        Step::Key(key) => Some(Selector::ElementKeyString(key.clone())),
        Step::Element => None,
    });
    let steps = selectors
        .map(|selector| proto::attribute_path::Step { selector: Some(selector) })
        .collect();
    proto::AttributePath { steps }
}

/// The schema of a resource, a data source or a provider.
pub(crate) fn schema(shape: &Shape) -> proto::Schema {
    proto::Schema { version: shape.version, block: Some(block(&shape.block)) }
}

/// The schema of an identity.
pub(crate) fn identity_schema(identity: &Identity) -> proto::ResourceIdentitySchema {
    let attributes = identity.members().iter().map(|member| {
        proto::resource_identity_schema::IdentityAttribute {
            name: member.name.to_string(),
            r#type: ty(&member.ty),
            required_for_import: true,
            optional_for_import: false,
            description: member.description.to_string(),
        }
    });
    proto::ResourceIdentitySchema { version: 0, identity_attributes: attributes.collect() }
}

/// The signature of a function.
pub(crate) fn function(function: &dyn Callable) -> proto::Function {
    let block = function.parameters();
    let mut parameters: Vec<_> = block.attributes.iter().map(parameter).collect();
    let variadic_parameter = if function.is_variadic() { parameters.pop() } else { None };
    let variadic_parameter = variadic_parameter.map(|parameter| {
        let element = match block.attributes.last().map(Attribute::ty) {
            Some(Type::List(element)) => ty(&element),
            _ => parameter.r#type,
        };
        proto::function::Parameter { r#type: element, ..parameter }
    });
    proto::Function {
        parameters,
        variadic_parameter,
        r#return: Some(proto::function::Return { r#type: ty(&function.returns()) }),
        summary: block.description.lines().next().unwrap_or_default().to_owned(),
        description: block.description.to_string(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecation_message: block.deprecated.as_ref().map(Text::to_string).unwrap_or_default(),
    }
}

fn parameter(attribute: &Attribute) -> proto::function::Parameter {
    proto::function::Parameter {
        name: attribute.name.to_string(),
        r#type: ty(&attribute.ty()),
        allow_null_value: attribute.presence != Presence::Required,
        allow_unknown_values: attribute.takes_unknown,
        description: attribute.description.to_string(),
        description_kind: proto::StringKind::Markdown.into(),
    }
}

fn block(block: &Block) -> proto::schema::Block {
    proto::schema::Block {
        version: 0,
        attributes: block.attributes.iter().map(attribute).collect(),
        block_types: block.blocks.iter().map(nested_block).collect(),
        description: block.description.to_string(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecated: block.deprecated.is_some(),
        deprecation_message: block.deprecated.as_ref().map(Text::to_string).unwrap_or_default(),
        computed: false,
    }
}

fn nested_block(nested: &NestedBlock) -> proto::schema::NestedBlock {
    use proto::schema::nested_block::NestingMode;
    let (nesting, min, max) = match nested.nesting {
        BlockNesting::Single { required } => {
            (NestingMode::Single, u32::from(required), u32::from(required))
        }
        BlockNesting::Group => (NestingMode::Group, 0, 0),
        BlockNesting::List { min, max } => (NestingMode::List, min, max),
        BlockNesting::Set { min, max } => (NestingMode::Set, min, max),
        BlockNesting::Map => (NestingMode::Map, 0, 0),
    };
    proto::schema::NestedBlock {
        type_name: nested.name.to_string(),
        block: Some(block(&nested.block)),
        nesting: nesting.into(),
        min_items: min.into(),
        max_items: max.into(),
    }
}

fn attribute(attribute: &Attribute) -> proto::schema::Attribute {
    let (plain, nested) = match &attribute.kind {
        Kind::Type(plain) => (ty(plain), None),
        Kind::Nested(nested) => (Bytes::new(), Some(object(nested.nesting, &nested.attributes))),
    };
    proto::schema::Attribute {
        name: attribute.name.to_string(),
        r#type: plain,
        nested_type: nested,
        description: attribute.description.to_string(),
        description_kind: proto::StringKind::Markdown.into(),
        required: attribute.presence == Presence::Required,
        optional: matches!(attribute.presence, Presence::Optional | Presence::OptionalComputed),
        computed: attribute.presence.is_computed(),
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecated.is_some(),
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecated.as_ref().map(Text::to_string).unwrap_or_default(),
    }
}

#[allow(deprecated, reason = "the protocol's own deprecated fields must be given a value")]
fn object(nesting: Nesting, attributes: &[Attribute]) -> proto::schema::Object {
    use proto::schema::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    proto::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        min_items: 0,
        max_items: 0,
    }
}

fn ty(ty: &Type) -> Bytes {
    ty.to_json().to_string().into()
}

/// What `each` makes of a table's entries, by the same names.
pub(crate) fn table<T, U>(
    entries: &BTreeMap<String, T>,
    each: impl Fn(&T) -> U,
) -> BTreeMap<String, U> {
    entries.iter().map(|(name, entry)| (name.clone(), each(entry))).collect()
}
