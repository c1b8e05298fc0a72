//! Values for a schema that is not known beforehand: a resource as a configuration might have it.
//!
//! Only what a plan looks at is made with care. Texts are the same for every provider, so that two providers
//! with the same schema get the same bytes. Nested blocks are left out.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use tfplug::value::{Type, Value};
use tfplug::wire::generated::tfplugin6 as proto;

/// The objects of a plan and an apply.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The type of all of them.
    pub(crate) ty: Type,
    /// What the configuration says.
    pub(crate) config: Value,
    /// The same with one text changed.
    pub(crate) changed: Value,
    /// What is there.
    pub(crate) prior: Value,
    /// What Terraform proposes for a creation, and for the change.
    pub(crate) proposed_create: Value,
    pub(crate) proposed_update: Value,
}

impl Sample {
    /// Objects of this schema. The attribute `description` is the one that changes, or else the first optional
    /// text.
    pub(crate) fn new(schema: &proto::Schema) -> Result<Self> {
        let block = schema.block.as_ref().context("the schema has no block")?;
        let attributes = &block.attributes;
        let ty = block_type(block)?;
        let Type::Object(types) = &ty else { bail!("a block is an object") };
        let settable = |attribute: &proto::schema::Attribute| {
            !attribute.write_only && (attribute.required || attribute.optional)
        };
        let optional_text = |attribute: &&proto::schema::Attribute| {
            attribute.optional && settable(attribute) && types[&attribute.name] == Type::String
        };
        let changes = attributes
            .iter()
            .filter(optional_text)
            .min_by_key(|attribute| attribute.name != "description")
            .context("there is no optional text that could change")?;

        let mut config = BTreeMap::new();
        let (mut prior, mut create) = (BTreeMap::new(), BTreeMap::new());
        for attribute in attributes {
            let name = attribute.name.clone();
            let value = some(&types[&name], &name);
            let (set, there, proposed) = if settable(attribute) {
                (value.clone(), value.clone(), value)
            } else if attribute.computed {
                (Value::Null, value, Value::UNKNOWN)
            } else {
                (Value::Null, Value::Null, Value::Null)
            };
            config.insert(name.clone(), set);
            prior.insert(name.clone(), there);
            create.insert(name, proposed);
        }
        for block in &block.block_types {
            let none = no_blocks(&types[&block.type_name]);
            for object in [&mut config, &mut prior, &mut create] {
                object.insert(block.type_name.clone(), none.clone());
            }
        }
        let change = |object: &BTreeMap<String, Value>| {
            let mut object = object.clone();
            object.insert(changes.name.clone(), "What is to be known now is another thing.".into());
            Value::Map(object)
        };
        Ok(Sample {
            changed: change(&config),
            proposed_update: change(&prior),
            config: Value::Map(config),
            prior: Value::Map(prior),
            proposed_create: Value::Map(create),
            ty,
        })
    }
}

/// A configuration of this schema that says nothing.
pub(crate) fn empty(schema: &proto::Schema) -> Result<(Type, Value)> {
    let block = schema.block.as_ref().context("the schema has no block")?;
    let ty = block_type(block)?;
    let Type::Object(types) = &ty else { bail!("a block is an object") };
    let members = types.iter().map(|(name, ty)| {
        let is_block = block.block_types.iter().any(|block| block.type_name == *name);
        (name.clone(), if is_block { no_blocks(ty) } else { Value::Null })
    });
    let value = Value::Map(members.collect());
    Ok((ty, value))
}

fn block_type(block: &proto::schema::Block) -> Result<Type> {
    let attributes = block
        .attributes
        .iter()
        .map(|attribute| Ok((attribute.name.clone(), attribute_type(attribute)?)));
    let blocks = block.block_types.iter().map(|nested| {
        use proto::schema::nested_block::NestingMode;
        let inner = block_type(nested.block.as_ref().context("a nested block without a block")?)?;
        let ty = match nested.nesting() {
            NestingMode::List => inner.list(),
            NestingMode::Set => inner.set(),
            NestingMode::Map => inner.map(),
            _ => inner,
        };
        Ok((nested.type_name.clone(), ty))
    });
    attributes.chain(blocks).collect::<Result<BTreeMap<_, _>>>().map(Type::Object)
}

fn attribute_type(attribute: &proto::schema::Attribute) -> Result<Type> {
    use proto::schema::object::NestingMode;
    let Some(nested) = &attribute.nested_type else {
        let json = serde_json::from_slice(&attribute.r#type)?;
        return Ok(Type::from_json(&json)?);
    };
    let members = nested
        .attributes
        .iter()
        .map(|inner| Ok((inner.name.clone(), attribute_type(inner)?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    let object = Type::Object(members);
    Ok(match nested.nesting() {
        NestingMode::List => object.list(),
        NestingMode::Set => object.set(),
        NestingMode::Map => object.map(),
        _ => object,
    })
}

fn no_blocks(ty: &Type) -> Value {
    match ty {
        Type::List(_) => Value::List(Vec::new()),
        Type::Set(_) => Value::set([]),
        Type::Map(_) => Value::Map(BTreeMap::new()),
        _ => Value::Null,
    }
}

/// Some value of this type.
fn some(ty: &Type, name: &str) -> Value {
    match ty {
        Type::String => text(name).into(),
        Type::Number => 1.into(),
        Type::Bool => true.into(),
        Type::Dynamic => Value::Dynamic(Box::new((Type::String, text(name).into()))),
        Type::List(element) => Value::List(vec![some(element, name)]),
        Type::Set(element) => Value::set([some(element, name)]),
        Type::Map(element) => Value::object([
            ("git_sha", some(element, "git_sha")),
            ("trained_by", some(element, "trained_by")),
        ]),
        Type::Object(members) => {
            Value::object(members.iter().map(|(name, ty)| (name.as_str(), some(ty, name))))
        }
        Type::Tuple(items) => Value::List(items.iter().map(|item| some(item, name)).collect()),
    }
}

/// A text that an attribute of this name could have.
fn text(name: &str) -> &'static str {
    match name {
        "model" => "ranker",
        "version" => "2025-01-15-v1",
        "artifact_sha256" => "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "artifact_uri" => "s3://models/ranker/2025-01-15-v1/",
        "description" => "What is to be known about the version.",
        "status" => "verified",
        "created_at" => "2025-01-15T12:00:00Z",
        _ => "some text",
    }
}

#[cfg(test)]
mod tests {
    use tfplug::value::Value;
    use tfplug::wire::codec::msgpack;
    use tfplug::wire::generated::tfplugin6 as proto;

    use super::{Sample, empty};

    fn attribute(name: &str, ty: &str) -> proto::schema::Attribute {
        let (name, r#type) = (name.to_owned(), ty.to_owned().into());
        proto::schema::Attribute { name, r#type, optional: true, ..Default::default() }
    }

    fn schema() -> proto::Schema {
        let status = attribute("status", r#""string""#);
        let status = proto::schema::Attribute { optional: false, computed: true, ..status };
        let attributes = vec![
            attribute("aaa", r#""string""#),
            attribute("description", r#""string""#),
            attribute("items", r#"["list",["object",{"a":"bool","b":["set","number"]}]]"#),
            status,
        ];
        let nested = proto::schema::NestedBlock {
            type_name: "rule".to_owned(),
            block: Some(proto::schema::Block::default()),
            nesting: proto::schema::nested_block::NestingMode::List.into(),
            ..Default::default()
        };
        let block_types = vec![nested];
        let block = proto::schema::Block { attributes, block_types, ..Default::default() };
        proto::Schema { version: 0, block: Some(block) }
    }

    #[test]
    fn samples_fit_their_schema() {
        let sample = Sample::new(&schema()).unwrap();
        for value in [
            &sample.config,
            &sample.changed,
            &sample.prior,
            &sample.proposed_create,
            &sample.proposed_update,
        ] {
            msgpack::encode(value, &sample.ty).unwrap();
        }
        assert_eq!(sample.config.member("aaa"), sample.changed.member("aaa"));
        assert_ne!(sample.config.member("description"), sample.changed.member("description"));
        assert_eq!(sample.config.member("status"), &Value::Null);
        assert!(sample.prior.is_wholly_known());
        assert!(sample.proposed_create.member("status").is_unknown());
        assert_eq!(sample.config.member("rule"), &Value::List(Vec::new()));
    }

    #[test]
    fn an_empty_configuration_fits() {
        let (ty, value) = empty(&schema()).unwrap();
        msgpack::encode(&value, &ty).unwrap();
    }
}
