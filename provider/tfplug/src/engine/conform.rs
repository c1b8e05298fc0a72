//! The rules by which Terraform judges an answer, applied before it does.
//!
//! Values stand in no message: Terraform does not tell a provider which of them are sensitive.

use crate::engine::correlate::correlates;
use crate::path::{Path, Step};
use crate::schema::{Attribute, Kind, Members, Nesting};
use crate::value::{Refinement, Value};

/// The rule of elements that were told apart in the configuration and are not in the plan.
pub(crate) const EQUAL_ELEMENTS: &str =
    "the elements of a set must differ, with defaults and earlier values filled in";

/// A rule that an answer breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The part of the answer.
    pub path: Path,
    /// The rule, in words that follow "breaks a rule: ".
    pub rule: &'static str,
}

/// Judges a plan of an object with these members against configuration and prior state.
pub fn planned_violations(
    members: Members<'_>,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<Violation> {
    let mut judge = Judge::default();
    judge.planned_object(members, prior, config, planned);
    judge.found
}

/// Judges the result of an apply against what was planned.
pub fn applied_violations(
    members: Members<'_>,
    planned: &Value,
    applied: &Value,
) -> Vec<Violation> {
    let mut judge = Judge::default();
    judge.applied_object(members, planned, applied);
    judge.found
}

#[derive(Default)]
struct Judge {
    at: Path,
    found: Vec<Violation>,
}

impl Judge {
    fn breaks(&mut self, rule: &'static str) {
        self.found.push(Violation { path: self.at.clone(), rule });
    }

    fn inside(&mut self, step: Step, judge: impl FnOnce(&mut Self)) {
        self.at.enter(step);
        judge(self);
        self.at.leave();
    }

    fn planned_object(
        &mut self,
        members: Members<'_>,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        match (config, planned) {
            (Value::Null, Value::Null) => return,
            (Value::Null, _) => {
                return self.breaks("what the configuration does not have must be planned absent");
            }
            (_, Value::Null) => {
                return self.breaks("what the configuration has must not be planned absent");
            }
            (Value::Map(_), Value::Map(_)) => {}
            _ => return,
        }
        for attribute in members.attributes {
            let name = &*attribute.name;
            let (config, planned) = (config.member(name), planned.member(name));
            // The rule for most attributes, before a path is made for it.
            if planned == config && !attribute.write_only {
                continue;
            }
            self.inside(Step::Attribute(name.to_owned()), |judge| {
                judge.planned_attribute(attribute, prior.member(name), config, planned);
            });
        }
        for block in members.blocks {
            let name = &*block.name;
            let (prior, config, planned) =
                (prior.member(name), config.member(name), planned.member(name));
            self.inside(Step::Attribute(name.to_owned()), |judge| {
                if config.is_unknown() {
                    if !planned.is_unknown() {
                        judge.breaks("a block that is not known yet must stay unknown");
                    }
                } else if planned.is_unknown() {
                    judge.breaks(
                        "a nested block must not be unknown itself, only its attributes may",
                    );
                } else {
                    judge.planned_elements(
                        block.nesting.nesting(),
                        block.block.members(),
                        prior,
                        config,
                        planned,
                    );
                }
            });
        }
    }

    fn planned_attribute(
        &mut self,
        attribute: &Attribute,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        if attribute.write_only {
            if !planned.is_null() {
                self.breaks("a write-only attribute must be null in a plan");
            }
            return;
        }
        if planned == config || (planned == prior && !prior.is_null() && !config.is_null()) {
            return;
        }
        if config.is_null() {
            if !attribute.presence.is_computed() {
                self.breaks(
                    "an attribute that is not computed and not configured must be planned null",
                );
            }
            return;
        }
        match &attribute.kind {
            Kind::Nested(nested) if !config.is_unknown() => {
                if planned.is_unknown() {
                    self.breaks("a configured attribute must not be planned unknown");
                } else {
                    self.planned_elements(nested.nesting, nested.members(), prior, config, planned);
                }
            }
            _ => self.breaks(
                "a configured attribute must be planned with the configured or the prior value",
            ),
        }
    }

    fn planned_elements(
        &mut self,
        nesting: Nesting,
        members: Members<'_>,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        const COUNT: &str = "there must be as many nested objects as the configuration has";
        match (nesting, config, planned) {
            (Nesting::Single, config, planned) => {
                self.planned_object(members, prior, config, planned);
            }
            (Nesting::List, Value::List(config), Value::List(planned)) => {
                if config.len() != planned.len() {
                    return self.breaks(COUNT);
                }
                for (index, (config, planned)) in config.iter().zip(planned).enumerate() {
                    let before =
                        Path::ROOT.then(Step::Index(index)).find(prior).unwrap_or(&Value::Null);
                    self.inside(Step::Index(index), |judge| {
                        judge.planned_object(members, before, config, planned);
                    });
                }
            }
            (Nesting::Map, Value::Map(config), Value::Map(planned)) => {
                if !config.keys().eq(planned.keys()) {
                    return self
                        .breaks("there must be a nested object for each key of the configuration");
                }
                for ((key, config), planned) in config.iter().zip(planned.values()) {
                    let before = prior.member(key);
                    self.inside(Step::Key(key.clone()), |judge| {
                        judge.planned_object(members, before, config, planned);
                    });
                }
            }
            (Nesting::Set, Value::Set(config), Value::Set(planned)) => {
                if planned.len() > config.len() {
                    self.breaks(COUNT);
                } else if planned.len() < config.len() && all_known(planned) {
                    self.breaks(EQUAL_ELEMENTS);
                }
            }
            (_, Value::Null, Value::Null) => {}
            _ => self.breaks(COUNT),
        }
    }

    fn applied_object(&mut self, members: Members<'_>, planned: &Value, applied: &Value) {
        match (planned, applied) {
            (Value::Map(_), Value::Map(_)) => {}
            (Value::Unknown(_), applied) if !applied.is_unknown() => return,
            (Value::Null, Value::Null) => return,
            (Value::Null, _) => return self.breaks("what was planned absent must not be there"),
            (_, Value::Null) => return self.breaks("what was planned must be there"),
            _ => return self.breaks("the result must be known"),
        }
        for attribute in members.attributes {
            let (planned, applied) =
                (planned.member(&attribute.name), applied.member(&attribute.name));
            // The rule for most attributes, before a path is made for it.
            let is_plain = matches!(attribute.kind, Kind::Type(_)) && !attribute.write_only;
            if is_plain && planned == applied && applied.is_wholly_known() {
                continue;
            }
            self.inside(Step::Attribute(attribute.name.to_string()), |judge| {
                judge.applied_attribute(attribute, planned, applied);
            });
        }
        for block in members.blocks {
            let (planned, applied) = (planned.member(&block.name), applied.member(&block.name));
            self.inside(Step::Attribute(block.name.to_string()), |judge| {
                if !planned.is_unknown() {
                    judge.applied_elements(
                        block.nesting.nesting(),
                        block.block.members(),
                        planned,
                        applied,
                    );
                } else if !applied.is_wholly_known() {
                    judge.breaks("the result must be known");
                }
            });
        }
    }

    fn applied_attribute(&mut self, attribute: &Attribute, planned: &Value, applied: &Value) {
        if attribute.write_only {
            if !applied.is_null() {
                self.breaks("a write-only attribute must be null in a state");
            }
            return;
        }
        match (&attribute.kind, planned) {
            (Kind::Nested(nested), planned) if !planned.is_unknown() => {
                self.applied_elements(nested.nesting, nested.members(), planned, applied);
            }
            _ => self.applied_value(planned, applied),
        }
    }

    fn applied_elements(
        &mut self,
        nesting: Nesting,
        members: Members<'_>,
        planned: &Value,
        applied: &Value,
    ) {
        match (nesting, planned, applied) {
            (Nesting::Single, planned, applied) => self.applied_object(members, planned, applied),
            (Nesting::List, Value::List(planned), Value::List(applied))
                if planned.len() == applied.len() =>
            {
                for (index, (planned, applied)) in planned.iter().zip(applied).enumerate() {
                    self.inside(Step::Index(index), |judge| {
                        judge.applied_object(members, planned, applied);
                    });
                }
            }
            (Nesting::Map, Value::Map(planned), Value::Map(applied))
                if planned.keys().eq(applied.keys()) =>
            {
                for ((key, planned), applied) in planned.iter().zip(applied.values()) {
                    self.inside(Step::Key(key.clone()), |judge| {
                        judge.applied_object(members, planned, applied);
                    });
                }
            }
            _ => self.applied_value(planned, applied),
        }
    }

    fn applied_value(&mut self, planned: &Value, applied: &Value) {
        if !applied.is_wholly_known() {
            return self.breaks("the result must be known");
        }
        if !may_become(planned, applied) {
            self.breaks("the result must be the planned value");
        }
    }
}

fn all_known(set: &crate::value::ValueSet) -> bool {
    set.iter().all(Value::is_wholly_known)
}

/// Whether a value that was planned like this may turn out like that.
fn may_become(planned: &Value, applied: &Value) -> bool {
    match (planned, applied) {
        (Value::Unknown(unknown), applied) => {
            unknown.refinement().is_none_or(|refinement| keeps_promise(refinement, applied))
        }
        (Value::List(planned), Value::List(applied)) => {
            planned.len() == applied.len()
                && planned
                    .iter()
                    .zip(applied)
                    .all(|(planned, applied)| may_become(planned, applied))
        }
        (Value::Map(planned), Value::Map(applied)) => {
            planned.keys().eq(applied.keys())
                && planned
                    .values()
                    .zip(applied.values())
                    .all(|(planned, applied)| may_become(planned, applied))
        }
        (Value::Set(planned), Value::Set(applied)) => {
            applied.len() <= planned.len() && correlates(planned, applied, may_become)
        }
        (Value::Dynamic(planned), Value::Dynamic(applied)) => {
            planned.0 == applied.0 && may_become(&planned.1, &applied.1)
        }
        (planned, applied) => planned == applied,
    }
}

fn keeps_promise(refinement: &Refinement, value: &Value) -> bool {
    let Refinement { not_null, prefix, lower, upper, min_len, max_len } = refinement;
    let len = match value {
        Value::Null => return !not_null,
        Value::List(items) => Some(items.len()),
        Value::Set(items) => Some(items.len()),
        Value::Map(items) => Some(items.len()),
        _ => None,
    };
    let len = len.and_then(|len| u64::try_from(len).ok());
    let number = if let Value::Number(number) = value { Some(number) } else { None };
    prefix
        .as_ref()
        .is_none_or(|prefix| value.as_str().is_none_or(|text| text.starts_with(prefix.as_str())))
        && number.is_none_or(|number| {
            lower
                .as_ref()
                .is_none_or(|end| *number > end.number || (end.inclusive && *number == end.number))
                && upper.as_ref().is_none_or(|end| {
                    *number < end.number || (end.inclusive && *number == end.number)
                })
        })
        && len.is_none_or(|len| {
            min_len.is_none_or(|min| len >= min) && max_len.is_none_or(|max| len <= max)
        })
}
