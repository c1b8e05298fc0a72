//! The elements of a set, in one canonical order.

use super::Value;

/// The elements of a set: sorted, without equal ones.
///
/// Elements that are not wholly known are kept even when they look equal, since they may turn out to
/// be different.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueSet(Vec<Value>);

impl ValueSet {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `value` is one of the elements.
    pub fn contains(&self, value: &Value) -> bool {
        self.0.binary_search(value).is_ok()
    }

    /// The elements in canonical order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }
}

impl FromIterator<Value> for ValueSet {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        ValueSet(elements)
    }
}

impl IntoIterator for ValueSet {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a ValueSet {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_known_elements_become_one_and_order_does_not_count() {
        let left = Value::set(["b".into(), "a".into(), "b".into()]);
        assert_eq!(left, Value::set(["a".into(), "b".into()]));
    }

    #[test]
    fn unknown_elements_stay_apart() {
        let Value::Set(set) = Value::set([Value::UNKNOWN, Value::UNKNOWN, "a".into()]) else {
            unreachable!()
        };
        assert_eq!(set.len(), 3);
    }
}
