//! What must hold for every kind of resource, checked on values made by chance.
//!
//! ```text
//! laws::resource::<WorkPool>()?;
//! ```
//!
//! A law that is broken says which attribute breaks it and, where chance had a part, for which seed.

use std::fmt::Debug;

use super::core::{misfits, write_only_values};
use super::generate::{Chance, of_type, state};
use super::problem::{Finding, Problem, Step};
use crate::action::Action;
use crate::erased::Shape;
use crate::identity::Identity;
use crate::path::{Path, Step as PathStep};
use crate::resource::{Identified, Schema};
use crate::schema::{Attribute, Block, Kind, Members, Nesting, Presence, lint};
use crate::value::{Type, Value};

/// How many values each law is tried on.
const CASES: u64 = 64;

/// All laws of a resource.
pub fn resource<R: Identified>() -> Result<(), Problem> {
    schema(&R::block())?;
    codec::<R>()?;
    let shape = Shape::new(R::VERSION, R::block()).identified(R::IMPORT_ID);
    import_id(&shape)?;
    key::<R>()
}

/// All laws of a data source, an ephemeral resource, a provider's configuration or a nested object.
pub fn object<T: Schema>() -> Result<(), Problem> {
    schema(&T::block())?;
    codec::<T>()
}

/// All laws of an action.
pub fn action<A: Action>() -> Result<(), Problem> {
    object::<A>()?;
    let block = A::block();
    let mut found = Vec::new();
    computed(block.members(), &Path::ROOT, &mut found);
    Problem::unless_empty(Step::Expectation, "an action has no result", found)
}

/// The declaration has no [lint], and every default passes its own checks.
pub fn schema(block: &Block) -> Result<(), Problem> {
    let mut found: Vec<Finding> =
        lint(block).into_iter().map(|text| Finding { path: Path::ROOT, text }).collect();
    defaults(block.members(), &Path::ROOT, &mut found);
    Problem::unless_empty(Step::Expectation, "the schema must be sound", found)
}

/// `decode` reads every value that the schema accepts, and `encode` writes it back as one that fits and
/// means the same.
pub fn codec<T: Schema>() -> Result<(), Problem> {
    let block = T::block();
    let ty = block.members().ty();
    for seed in 0..CASES {
        let summary =
            format!("`{}` must read and write what its schema accepts (seed {seed})", T::TYPE_NAME);
        let wrong = |found| Problem::rule(Step::Expectation, summary.clone(), found);
        let value = state(block.members(), &mut Chance::new(seed))
            .map_err(|text| wrong(vec![Finding { path: Path::ROOT, text }]))?;
        let decoded = T::decode(value.clone()).map_err(|error| {
            let found = error.into_iter().map(|said| Finding {
                text: format!("decode refused it: {}: {}", said.summary, said.detail),
                path: said.path,
            });
            wrong(found.collect())
        })?;
        let encoded = decoded.encode();
        let mut found = misfits(&ty, &encoded);
        same(block.members(), &value, &encoded, &Path::ROOT, &mut found);
        Problem::unless_empty(Step::Expectation, &summary, found)?;
    }
    Ok(())
}

/// A secret is not printed: no sensitive text of a value appears in its `Debug`.
pub fn secrets<T: Schema + Debug>() -> Result<(), Problem> {
    let block = T::block();
    for seed in 0..CASES {
        let Ok(mut value) = state(block.members(), &mut Chance::new(seed)) else { continue };
        let mut planted = Vec::new();
        plant(block.members(), &mut value, &Path::ROOT, &mut planted);
        let Ok(decoded) = T::decode(value) else { continue };
        let shown = format!("{decoded:?}");
        let found =
            planted.into_iter().filter(|(_, secret)| shown.contains(secret)).map(|(path, _)| {
                Finding { path, text: "the secret stands in the `Debug` text".to_owned() }
            });
        let summary = format!("`{}` must not print its secrets", T::TYPE_NAME);
        Problem::unless_empty(Step::Expectation, &summary, found.collect())?;
    }
    Ok(())
}

/// An identity written as an import ID reads back as the same identity.
pub fn import_id(shape: &Shape) -> Result<(), Problem> {
    let summary = "an import ID must read back as the identity that was written";
    let Some(identity) = &shape.identity else {
        return Err(Problem::whole(Step::Expectation, summary, "nothing identifies the resource"));
    };
    for seed in 0..CASES {
        let value = plain_identity(identity, &mut Chance::new(seed));
        let id = identity.format(&value);
        let found = match identity.parse(&id) {
            Ok(read) if read == value => continue,
            Ok(_) => format!("{id:?} reads back as another identity"),
            Err(error) => format!("{id:?}: {error}"),
        };
        return Err(Problem::whole(Step::Expectation, summary, found));
    }
    Ok(())
}

/// The shape of a data source that looks a resource up: the identity is required, all else is computed.
pub fn lookup(shape: &Shape) -> Result<(), Problem> {
    let summary = "a lookup asks for the identity and for nothing else";
    let mut found = Vec::new();
    for attribute in &shape.block.attributes {
        let wanted = if attribute.identity { Presence::Required } else { Presence::Computed };
        if attribute.presence != wanted {
            found.push(Finding {
                path: Path::attribute(attribute.name.clone()),
                text: format!("it is {:?} and should be {wanted:?}", attribute.presence),
            });
        }
    }
    if shape.identity.is_none() {
        found.push(Finding { path: Path::ROOT, text: "nothing is asked for".to_owned() });
    }
    for group in &shape.block.groups {
        let text = format!("nobody can obey {group:?} where nothing can be set");
        found.push(Finding { path: Path::ROOT, text });
    }
    if !shape.block.blocks.is_empty() {
        let text = "a block would have to be configured".to_owned();
        found.push(Finding { path: Path::ROOT, text });
    }
    let empty = shape.block.members().empty();
    found.extend(write_only_values(shape.block.members(), &empty));
    Problem::unless_empty(Step::Expectation, summary, found)
}

/// The key is read from any identity.
fn key<R: Identified>() -> Result<(), Problem> {
    let summary = format!("the key of `{}` must be read from every state", R::TYPE_NAME);
    for seed in 0..CASES {
        let Ok(value) = state(R::block().members(), &mut Chance::new(seed)) else { continue };
        if let Err(error) = R::key(&value) {
            return Err(Problem::whole(Step::Expectation, &summary, error.to_string()));
        }
    }
    Ok(())
}

fn computed(members: Members<'_>, at: &Path, found: &mut Vec<Finding>) {
    for attribute in members.attributes {
        if attribute.presence.is_computed() && attribute.default.is_none() {
            let path = at.then(PathStep::Attribute(attribute.name.to_string()));
            let text = "it is computed, yet there is nobody who could see it".to_owned();
            found.push(Finding { path, text });
        }
    }
    for (name, _, inner) in members.nested() {
        computed(inner, &at.then(PathStep::Attribute(name.to_owned())), found);
    }
}

fn defaults(members: Members<'_>, at: &Path, found: &mut Vec<Finding>) {
    for attribute in members.attributes {
        let at = at.then(PathStep::Attribute(attribute.name.to_string()));
        if let Some(default) = &attribute.default {
            for misfit in misfits(&attribute.ty(), default) {
                let text = format!("the default does not fit its type: {}", misfit.text);
                found.push(Finding { path: at.clone(), text });
            }
            let tested = attribute.checks.iter().map(|check| check.test(&attribute.name, default));
            for error in tested.filter_map(Result::err) {
                let text = format!("the default breaks a rule of the attribute: {error}");
                found.push(Finding { path: at.clone(), text });
            }
        }
    }
    for (name, _, inner) in members.nested() {
        defaults(inner, &at.then(PathStep::Attribute(name.to_owned())), found);
    }
}

/// Adds what differs between two objects beyond the way in which it is written.
fn same(members: Members<'_>, left: &Value, right: &Value, at: &Path, found: &mut Vec<Finding>) {
    for attribute in members.attributes {
        let at = at.then(PathStep::Attribute(attribute.name.to_string()));
        let (left, right) = (left.member(&attribute.name), right.member(&attribute.name));
        if !means_the_same(attribute, left, right, &at, found) {
            found.push(Finding {
                path: at,
                text: "it was written back as another value".to_owned(),
            });
        }
    }
    for block in members.blocks {
        let at = at.then(PathStep::Attribute(block.name.to_string()));
        let (left, right) = (left.member(&block.name), right.member(&block.name));
        if !elements(block.nesting.nesting(), block.block.members(), left, right, &at, found) {
            found
                .push(Finding { path: at, text: "it was written back as other blocks".to_owned() });
        }
    }
}

fn means_the_same(
    attribute: &Attribute,
    left: &Value,
    right: &Value,
    at: &Path,
    found: &mut Vec<Finding>,
) -> bool {
    if left == right {
        return true;
    }
    if left.is_null() || right.is_null() {
        return false;
    }
    if attribute.same.is_some_and(|same| same(left, right)) {
        return true;
    }
    match &attribute.kind {
        Kind::Nested(nested) => elements(nested.nesting, nested.members(), left, right, at, found),
        Kind::Type(_) => false,
    }
}

/// Whether these are as many objects on both sides; how they differ is added.
fn elements(
    nesting: Nesting,
    members: Members<'_>,
    left: &Value,
    right: &Value,
    at: &Path,
    found: &mut Vec<Finding>,
) -> bool {
    match (nesting, left, right) {
        (Nesting::Single, Value::Map(_), Value::Map(_)) => same(members, left, right, at, found),
        (_, Value::List(left), Value::List(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                same(members, left, right, &at.then(PathStep::Index(index)), found);
            }
        }
        (_, Value::Map(left), Value::Map(right)) if left.keys().eq(right.keys()) => {
            for ((key, left), right) in left.iter().zip(right.values()) {
                same(members, left, right, &at.then(PathStep::Key(key.clone())), found);
            }
        }
        (_, Value::Set(left), Value::Set(right)) => {
            let means = |left: &Value, right: &Value| {
                let mut differs = Vec::new();
                same(members, left, right, at, &mut differs);
                differs.is_empty()
            };
            return left.iter().all(|left| right.iter().any(|right| means(left, right)))
                && right.iter().all(|right| left.iter().any(|left| means(left, right)));
        }
        (_, left, right) => return left == right,
    }
    true
}

/// Puts a text that is found again into every sensitive text.
fn plant(members: Members<'_>, value: &mut Value, at: &Path, planted: &mut Vec<(Path, String)>) {
    for attribute in members.attributes {
        let at = at.then(PathStep::Attribute(attribute.name.to_string()));
        let slot = Path::attribute(attribute.name.clone());
        let Some(slot) = slot.find_mut(value) else { continue };
        match &attribute.kind {
            Kind::Type(Type::String) if attribute.sensitive => {
                let secret = format!("hunter{}", planted.len() + 2000);
                let text = Value::from(secret.as_str());
                if attribute.checks.iter().all(|check| check.test(&attribute.name, &text).is_ok()) {
                    *slot = text;
                    planted.push((at, secret));
                }
            }
            Kind::Nested(nested) if nested.nesting == Nesting::Single => {
                plant(nested.members(), slot, &at, planted);
            }
            _ => {}
        }
    }
}

/// Texts without what the template needs to tell them apart; numbers that are whole.
fn plain_identity(identity: &Identity, chance: &mut Chance) -> Value {
    let template = identity.template();
    let members: Vec<(String, Value)> = identity
        .members()
        .iter()
        .map(|member| {
            let value = match of_type(&member.ty, chance, 0) {
                Value::String(text) => {
                    let plain: String =
                        text.chars().filter(|char| !template.contains(*char)).collect();
                    Value::from(if plain.is_empty() { "7".to_owned() } else { plain })
                }
                other => other,
            };
            (member.name.to_string(), value)
        })
        .collect();
    Value::object(members)
}
