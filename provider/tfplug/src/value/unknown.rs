//! What is known of a value that is not known.

use std::cmp::Ordering;

use super::Number;

/// An unknown value, perhaps with [refinements](Refinement).
///
/// All unknown values are equal to each other: a refinement says something about the value to come, it
/// does not make it another value.
#[derive(Clone, Debug, Default)]
pub struct Unknown(Option<Box<Refinement>>);

impl Unknown {
    /// Nothing at all is known.
    pub const PLAIN: Unknown = Unknown(None);

    /// An unknown value of which `refinement` is promised. Terraform holds a provider to it.
    pub fn refined(refinement: Refinement) -> Self {
        if refinement == Refinement::default() {
            Unknown::PLAIN
        } else {
            Unknown(Some(Box::new(refinement)))
        }
    }

    /// What is promised of the value, if anything.
    pub fn refinement(&self) -> Option<&Refinement> {
        self.0.as_deref()
    }
}

impl PartialEq for Unknown {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Unknown {}

impl PartialOrd for Unknown {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Unknown {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

/// A promise about a value that is still unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refinement {
    /// The value will not be null.
    pub not_null: bool,
    /// A string will begin with this.
    pub prefix: Option<String>,
    /// A number will not be below this.
    pub lower: Option<Bound>,
    /// A number will not be above this.
    pub upper: Option<Bound>,
    /// A collection will have at least so many elements.
    pub min_len: Option<u64>,
    /// A collection will have at most so many elements.
    pub max_len: Option<u64>,
}

/// One end of a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The end itself.
    pub number: Number,
    /// Whether the end belongs to the range.
    pub inclusive: bool,
}
