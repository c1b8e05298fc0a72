//! Where in a resource something is: untyped for messages and the wire, typed for authors.

use std::fmt;
use std::marker::PhantomData;

use crate::value::Value;

/// The way from the root of a resource to one of its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An attribute, a member of an object, or a nested block type.
    Attribute(String),
    /// A place in a list, counted from 0.
    Index(usize),
    /// A key of a map.
    Key(String),
    /// Some element of a set; Terraform cannot point at a certain one.
    Element,
}

impl Path {
    /// The resource itself.
    pub const ROOT: Path = Path(Vec::new());

    /// The attribute `name` of the resource.
    pub fn attribute(name: impl Into<String>) -> Self {
        Path(vec![Step::Attribute(name.into())])
    }

    /// This path and one step more.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    /// This path, seen from one step further out.
    #[must_use]
    pub fn under(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }

    /// The steps from the root on.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the resource itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one step further in, for a walk that comes back with [`Path::leave`].
    pub(crate) fn enter(&mut self, step: Step) {
        self.0.push(step);
    }

    pub(crate) fn leave(&mut self) {
        self.0.pop();
    }

    /// What stands there in `value`, if anything does. A set's element is not found.
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, step| match (step, value) {
            (Step::Attribute(name) | Step::Key(name), Value::Map(members)) => members.get(name),
            (Step::Index(index), Value::List(items)) => items.get(*index),
            _ => None,
        })
    }

    pub(crate) fn find_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        self.0.iter().try_fold(value, |value, step| match (step, value) {
            (Step::Attribute(name) | Step::Key(name), Value::Map(members)) => members.get_mut(name),
            (Step::Index(index), Value::List(items)) => items.get_mut(*index),
            _ => None,
        })
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Path(steps.into_iter().collect())
    }
}

/// The path as it is written in HCL: `schedule[0].labels["team"]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Element => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

/// The path of an attribute of the resource `R`, with the type that is found there.
///
/// `#[derive(Schema)]` makes one constant for each field: `WorkPool::NAME`. Because the resource is
/// part of the type, a path of one resource cannot be used in another.
pub struct Field<R, T> {
    name: &'static str,
    of: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Field<R, T> {
    /// The attribute `name`. The derive macro calls this; its type parameters are a promise.
    pub const fn new(name: &'static str) -> Self {
        Field { name, of: PhantomData }
    }

    /// The name of the attribute.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Inside this attribute, the attribute `inner`.
    pub fn then<U>(self, inner: Field<T, U>) -> Place<R, U> {
        Place::from(self).then(inner)
    }
}

impl<R, T> Field<R, Vec<T>> {
    /// The element `index` of this list, counted from 0.
    pub fn index(self, index: usize) -> Place<R, T> {
        Place::from(self).step(Step::Index(index))
    }
}

impl<R, T> Field<R, std::collections::BTreeMap<String, T>> {
    /// The element `key` of this map.
    pub fn key(self, key: impl Into<String>) -> Place<R, T> {
        Place::from(self).step(Step::Key(key.into()))
    }
}

impl<R, T> Clone for Field<R, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, T> Copy for Field<R, T> {}

impl<R, T> fmt::Debug for Field<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A typed path that may lead further in than one attribute.
pub struct Place<R, T> {
    path: Path,
    of: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Place<R, T> {
    /// The resource itself, as the place of a flattened struct.
    pub const ROOT: Self = Place { path: Path::ROOT, of: PhantomData };

    /// Inside this object, the attribute `inner`.
    pub fn then<U>(self, inner: Field<T, U>) -> Place<R, U> {
        self.step(Step::Attribute(inner.name.to_owned()))
    }

    /// The path without its types.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn step<U>(self, step: Step) -> Place<R, U> {
        Place { path: self.path.then(step), of: PhantomData }
    }
}

impl<R, T> Place<R, Vec<T>> {
    /// The element `index` of this list, counted from 0.
    pub fn index(self, index: usize) -> Place<R, T> {
        self.step(Step::Index(index))
    }
}

impl<R, T> From<Field<R, T>> for Place<R, T> {
    fn from(field: Field<R, T>) -> Self {
        Place { path: Path::attribute(field.name), of: PhantomData }
    }
}

impl<R, T> From<Field<R, T>> for Path {
    fn from(field: Field<R, T>) -> Self {
        Path::attribute(field.name)
    }
}

impl<R, T> From<Place<R, T>> for Path {
    fn from(place: Place<R, T>) -> Self {
        place.path
    }
}

impl<R, T> fmt::Debug for Place<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pool;
    struct Schedule;
    const SCHEDULES: Field<Pool, Vec<Schedule>> = Field::new("schedules");
    const CRON: Field<Schedule, String> = Field::new("cron");

    #[test]
    fn a_path_reads_as_in_hcl() {
        let path =
            Path::attribute("labels").then(Step::Key("team \"a\"".to_owned())).then(Step::Element);
        assert_eq!(path.to_string(), r#"labels["team \"a\""][*]"#);
        assert_eq!(SCHEDULES.index(2).then(CRON).path().to_string(), "schedules[2].cron");
        assert_eq!(Path::ROOT.to_string(), "");
    }

    #[test]
    fn a_path_finds_its_value() {
        let value = Value::object([(
            "schedules",
            Value::List(vec![Value::object([("cron", Value::from("0 4 * * *"))])]),
        )]);
        assert_eq!(SCHEDULES.index(0).then(CRON).path().find(&value), Some(&"0 4 * * *".into()));
        assert_eq!(SCHEDULES.index(1).path().find(&value), None);
    }
}
