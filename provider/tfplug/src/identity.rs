//! What identifies a resource, as an object and as one text.

use crate::diag::{Error, Result};
use crate::schema::{Block, Text};
use crate::value::{Number, Type, Value};

/// The identity of a kind of resource.
#[derive(Clone, Debug)]
pub struct Identity {
    members: Vec<IdentityMember>,
    template: Text,
    ty: Type,
}

/// One attribute of an [`Identity`].
#[derive(Clone, Debug)]
pub struct IdentityMember {
    /// Its name, the same as in the resource.
    pub name: Text,
    /// Its type: text, a number or a truth value.
    pub ty: Type,
    /// What it means.
    pub description: Text,
}

impl Identity {
    /// The identity made of those attributes of `block` that are marked so; `None` if there are none.
    /// `template` is how it is written as one text: `{pool}/{name}`.
    pub fn of(block: &Block, template: impl Into<Text>) -> Option<Self> {
        let members: Vec<IdentityMember> = block
            .attributes
            .iter()
            .filter(|attribute| attribute.identity)
            .map(|attribute| IdentityMember {
                name: attribute.name.clone(),
                ty: attribute.ty(),
                description: attribute.description.clone(),
            })
            .collect();
        let ty =
            Type::object(members.iter().map(|member| (member.name.to_string(), member.ty.clone())));
        (!members.is_empty()).then(|| Identity { members, template: template.into(), ty })
    }

    /// Its attributes, in the order in which the resource declares them.
    pub fn members(&self) -> &[IdentityMember] {
        &self.members
    }

    /// How it is written as one text, with the names in braces.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// The type of an identity object.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The identity of the resource with this state or plan.
    pub fn pick(&self, state: &Value) -> Value {
        if state.is_null() {
            return Value::Null;
        }
        Value::object(
            self.members
                .iter()
                .map(|member| (member.name.to_string(), state.member(&member.name).clone())),
        )
    }

    /// Reads the one text. The last name takes all that is left, so it may hold the separator.
    pub fn parse(&self, id: &str) -> Result<Value> {
        let wrong = |reason: String| {
            Error::user(
                "Invalid import ID",
                format!("{reason} The import ID has the form `{}`.", self.template),
            )
        };
        let mut members = Vec::with_capacity(self.members.len());
        let mut rest = id;
        let mut template = &*self.template;
        while let Some((literal, after)) = template.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            rest = rest
                .strip_prefix(literal)
                .ok_or_else(|| wrong(format!("Expected `{literal}` before `{name}` in {id:?}.")))?;
            let separator = after.split('{').next().unwrap_or_default();
            let text = if separator.is_empty() {
                std::mem::take(&mut rest)
            } else {
                let end = rest.find(separator).ok_or_else(|| {
                    wrong(format!("Expected `{separator}` after `{name}` in {id:?}."))
                })?;
                let (text, left) = rest.split_at(end);
                rest = left;
                text
            };
            if text.is_empty() {
                return Err(wrong(format!("`{name}` is empty in {id:?}.")));
            }
            let ty =
                self.members.iter().find(|member| member.name == name).map(|member| &member.ty);
            members.push((
                name.to_owned(),
                scalar(text, ty).ok_or_else(|| {
                    wrong(format!(
                        "`{name}` is {text:?}, which is not a {}.",
                        ty.unwrap_or(&Type::String)
                    ))
                })?,
            ));
            template = after;
        }
        if rest != template {
            return Err(wrong(format!("Did not expect {rest:?} at the end of {id:?}.")));
        }
        Ok(Value::object(members))
    }

    /// Writes an identity object as one text.
    pub fn format(&self, identity: &Value) -> String {
        let mut out = String::new();
        let mut template = &*self.template;
        while let Some((literal, after)) = template.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(literal);
            match identity.member(name) {
                Value::String(text) => out.push_str(text),
                Value::Number(number) => out.push_str(&number.to_string()),
                Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
                other => out.push_str(other.describe()),
            }
            template = after;
        }
        out.push_str(template);
        out
    }
}

fn scalar(text: &str, ty: Option<&Type>) -> Option<Value> {
    match ty {
        Some(Type::Number) => text.parse::<Number>().ok().map(Value::Number),
        Some(Type::Bool) => text.parse::<bool>().ok().map(Value::Bool),
        _ => Some(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, Presence};

    fn identity(template: &'static str) -> Identity {
        let attribute = |name: &'static str, ty: Type| Attribute {
            identity: true,
            ..Attribute::new(name, ty, Presence::Required)
        };
        let block = Block {
            attributes: vec![attribute("pool", Type::String), attribute("shard", Type::Number)],
            ..Block::default()
        };
        Identity::of(&block, template).unwrap()
    }

    #[track_caller]
    fn check(template: &'static str, id: &str, expected: &str) {
        let identity = identity(template);
        let found = match identity.parse(id) {
            Ok(value) => {
                assert_eq!(identity.format(&value), id, "writes what it reads");
                format!("{:?} {:?}", value.member("pool").as_str().unwrap(), value.member("shard"))
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn an_id_is_taken_apart() {
        check("{pool}/{shard}", "gpu/3", "\"gpu\" Number(3)");
        check("{shard}@{pool}", "3@a/b@c", "\"a/b@c\" Number(3)");
        check(
            "{pool}/{shard}",
            "gpu",
            "Invalid import ID: Expected `/` after `pool` in \"gpu\". The import ID has the form `{pool}/{shard}`.",
        );
        check(
            "{pool}/{shard}",
            "/3",
            "Invalid import ID: `pool` is empty in \"/3\". The import ID has the form `{pool}/{shard}`.",
        );
        check(
            "{pool}/{shard}",
            "gpu/x",
            "Invalid import ID: `shard` is \"x\", which is not a number. The import ID has the form `{pool}/{shard}`.",
        );
    }
}
