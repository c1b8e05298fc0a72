//! A plan or a configuration under way, whose values may still be unknown.
//!
//! Plan code asks by typed path and gets an [`Attr`], so it cannot forget that a value may be unknown;
//! the code that creates and updates gets plain structs, since there everything is known.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use crate::context::Private;
use crate::deferral::Deferral;
use crate::diag::{Blame, Diagnostic, Diags};
use crate::path::{Path, Place};
use crate::typed::{Attr, AttributeType, Slot};
use crate::value::Value;

/// A plan under way, without types. The engine fills it and reads it back.
#[derive(Clone, Debug, Default)]
pub struct RawDraft {
    /// What the configuration says; write-only values stand only here.
    pub config: Value,
    /// What is there now; null if the resource is to be created.
    pub prior: Value,
    /// What shall be there.
    pub planned: Value,
    /// The parts whose change replaces the resource.
    pub replace: BTreeSet<Path>,
    /// What to tell the user.
    pub diags: Diags,
    /// What the resource keeps for itself.
    pub private: Private,
    /// Why the plan is put off, if it is.
    pub deferred: Option<Deferral>,
}

/// A plan under way for the resource `R`.
pub struct Draft<'d, R> {
    raw: &'d mut RawDraft,
    of: PhantomData<fn() -> R>,
}

impl<'d, R> Draft<'d, R> {
    /// A typed view of `raw`, whose values are those of the resource `R`.
    pub fn new(raw: &'d mut RawDraft) -> Self {
        Draft { raw, of: PhantomData }
    }

    /// Whether the resource is to be created, rather than changed.
    pub fn is_create(&self) -> bool {
        self.raw.prior.is_null()
    }

    /// The planned value.
    pub fn get<T: AttributeType>(&self, place: impl Into<Place<R, T>>) -> Attr<T> {
        read(&self.raw.planned, &place.into())
    }

    /// What the configuration says, defaults left out. A write-only value is found only here.
    pub fn configured<T: AttributeType>(&self, place: impl Into<Place<R, T>>) -> Attr<T> {
        read(&self.raw.config, &place.into())
    }

    /// What is there now.
    pub fn prior<T: AttributeType>(&self, place: impl Into<Place<R, T>>) -> Option<T> {
        read(&self.raw.prior, &place.into()).known()
    }

    /// The prior and the planned value, if both are known and they differ.
    pub fn change<T: AttributeType>(&self, place: impl Into<Place<R, T>>) -> Option<(T, T)> {
        let place = place.into();
        if place.path().find(&self.raw.prior) == place.path().find(&self.raw.planned) {
            return None;
        }
        Some((read(&self.raw.prior, &place).known()?, read(&self.raw.planned, &place).known()?))
    }

    /// Whether anything is to be changed.
    pub fn is_changed(&self) -> bool {
        self.raw.prior != self.raw.planned
    }

    /// Plans `value` for a computed attribute. Terraform holds the provider to it.
    pub fn set<T: AttributeType>(
        &mut self,
        place: impl Into<Place<R, T>>,
        value: impl Into<Attr<T>>,
    ) {
        let value = value.into().into_value();
        if let Some(slot) = place.into().path().find_mut(&mut self.raw.planned) {
            *slot = value;
        }
    }

    /// Replaces the resource because of this attribute, if it changes.
    pub fn replace<T>(&mut self, place: impl Into<Place<R, T>>) {
        self.raw.replace.insert(Path::from(place.into()));
    }

    /// Puts the plan off, where Terraform allows that: what is planned is only a guess then. Give a reason that is gone
    /// by the time of the apply, as an unknown value is, since Terraform plans once more there.
    pub fn defer(&mut self, reason: Deferral) {
        self.raw.deferred = Some(reason);
    }

    /// Refuses the plan because of this attribute.
    pub fn deny<T>(
        &mut self,
        place: impl Into<Place<R, T>>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.raw.diags.push(Diagnostic::error(Blame::User, summary, detail).at(place.into()));
    }

    /// Warns about this attribute.
    pub fn warn<T>(
        &mut self,
        place: impl Into<Place<R, T>>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.raw.diags.push(Diagnostic::warning(summary, detail).at(place.into()));
    }

    /// What the resource keeps for itself.
    pub fn private(&mut self) -> &mut Private {
        &mut self.raw.private
    }
}

impl<R> fmt::Debug for Draft<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Draft").field(&self.raw.replace).finish()
    }
}

fn read<R, T: AttributeType>(value: &Value, place: &Place<R, T>) -> Attr<T> {
    // Something unknown further out leaves nothing to find further in.
    let steps = place.path().steps();
    for end in 0..=steps.len() {
        match steps[..end].iter().cloned().collect::<Path>().find(value) {
            Some(Value::Unknown(_)) => return Attr::Unknown,
            Some(found) if end == steps.len() => {
                return Attr::from_value(found.clone()).unwrap_or_default();
            }
            Some(_) => {}
            None => return Attr::Null,
        }
    }
    Attr::Null
}
