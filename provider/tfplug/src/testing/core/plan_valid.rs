//! What core demands of a plan: "Provider produced invalid plan".

use crate::path::{Path, Step};
use crate::schema::{Attribute, Kind, Members, Nesting};
use crate::testing::problem::Finding;
use crate::value::Value;

/// What core would refuse in a plan, in its words.
pub(in crate::testing) fn plan_invalid(
    members: Members<'_>,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<Finding> {
    let mut judge = Judge { found: Vec::new() };
    judge.object(&Path::ROOT, members, prior, config, planned);
    judge.found
}

struct Judge {
    found: Vec<Finding>,
}

impl Judge {
    fn says(&mut self, at: &Path, text: impl Into<String>) {
        self.found.push(Finding { path: at.clone(), text: text.into() });
    }

    /// Whether both exist, which is worth a closer look; that only one does is wrong.
    fn both_exist(&mut self, at: &Path, config: &Value, planned: &Value) -> bool {
        if planned.is_null() && !config.is_null() {
            self.says(at, "planned for absence but config wants existence");
        } else if config.is_null() && !planned.is_null() {
            self.says(at, "planned for existence but config wants absence");
        }
        !planned.is_null() && !config.is_null()
    }

    fn object(
        &mut self,
        at: &Path,
        members: Members<'_>,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        if !self.both_exist(at, config, planned) {
            return;
        }
        self.attributes(at, members.attributes, prior, config, planned);
        for block in members.blocks {
            let at = at.then(Step::Attribute(block.name.to_string()));
            let (prior, config, planned) = (
                prior.member(&block.name),
                config.member(&block.name),
                planned.member(&block.name),
            );
            if identical(planned, config) {
                continue;
            }
            if config.is_unknown() {
                self.says(&at, "planned value for unknown dynamic block");
            } else if planned.is_unknown() {
                self.says(
                    &at,
                    "attribute representing nested block must not be unknown itself; set nested attribute values to unknown instead",
                );
            } else {
                self.block(
                    &at,
                    block.nesting.nesting(),
                    block.block.members(),
                    prior,
                    config,
                    planned,
                );
            }
        }
    }

    fn block(
        &mut self,
        at: &Path,
        nesting: Nesting,
        members: Members<'_>,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        match (nesting, config, planned) {
            (Nesting::Single, config, planned) => self.object(at, members, prior, config, planned),
            (_, _, Value::Null) => self.says(
                at,
                "attribute representing a list of nested blocks must be empty to indicate no blocks, not null",
            ),
            (Nesting::List, Value::List(wanted), Value::List(found)) => {
                if wanted.len() != found.len() {
                    let (found, wanted) = (found.len(), wanted.len());
                    return self.says(at, format!("block count in plan ({found}) disagrees with count in config ({wanted})"));
                }
                for (index, (config, planned)) in wanted.iter().zip(found).enumerate() {
                    let at = at.then(Step::Index(index));
                    self.object(&at, members, item(prior, index), config, planned);
                }
            }
            (Nesting::Map, Value::Map(wanted), Value::Map(found)) => {
                if !wanted.keys().eq(found.keys()) {
                    return self.says(at, "block keys in plan disagree with those in config");
                }
                for (key, config) in wanted {
                    let at = at.then(Step::Key(key.clone()));
                    self.object(&at, members, prior.member(key), config, &found[key]);
                }
            }
            (Nesting::Set, _, Value::Set(found)) => {
                if found.iter().any(Value::is_unknown) {
                    self.says(
                        &at.then(Step::Element),
                        "element representing nested block must not be unknown itself; set nested attribute values to unknown instead",
                    );
                }
            }
            _ => self.says(at, "nested blocks are held in another way than the schema says"),
        }
    }

    fn attributes(
        &mut self,
        at: &Path,
        attributes: &[Attribute],
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        for attribute in attributes {
            let name = &*attribute.name;
            let at = at.then(Step::Attribute(name.to_owned()));
            self.attribute(
                &at,
                attribute,
                prior.member(name),
                config.member(name),
                planned.member(name),
            );
        }
    }

    fn attribute(
        &mut self,
        at: &Path,
        attribute: &Attribute,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        if attribute.write_only {
            if !planned.is_null() {
                self.says(at, "returned a value for the write-only attribute during planning");
            }
            return;
        }
        if identical(planned, config)
            || (identical(planned, prior) && !prior.is_null() && !config.is_null())
        {
            return;
        }
        if config.is_null() {
            if !attribute.presence.is_computed() {
                self.says(at, "planned value for a non-computed attribute");
            }
            return;
        }
        match &attribute.kind {
            Kind::Nested(nested) => {
                self.nested(at, nested.nesting, &nested.attributes, prior, config, planned);
            }
            Kind::Type(_) if prior.is_null() => {
                self.says(at, "planned value does not match config value");
            }
            Kind::Type(_) => {
                self.says(at, "planned value does not match config value nor prior value");
            }
        }
    }

    fn nested(
        &mut self,
        at: &Path,
        nesting: Nesting,
        attributes: &[Attribute],
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        if !self.both_exist(at, config, planned) {
            return;
        }
        if planned.is_unknown() {
            return self.says(at, "planned unknown for configured value");
        }
        if config.is_unknown() {
            return self.says(at, "planned value for an unknown configured value");
        }
        let count = |found: usize, wanted: usize| {
            format!("count in plan ({found}) disagrees with count in config ({wanted})")
        };
        match (nesting, config, planned) {
            (Nesting::Single, config, planned) => {
                self.attributes(at, attributes, prior, config, planned);
            }
            (Nesting::List, Value::List(wanted), Value::List(found)) => {
                if wanted.len() != found.len() {
                    return self.says(at, count(found.len(), wanted.len()));
                }
                for (index, (config, planned)) in wanted.iter().zip(found).enumerate() {
                    let at = at.then(Step::Index(index));
                    self.element(&at, attributes, item(prior, index), config, planned);
                }
            }
            (Nesting::Map, Value::Map(wanted), Value::Map(found)) => {
                for key in found.keys().filter(|key| !wanted.contains_key(*key)) {
                    self.says(at, format!("map key {key:?} from plan is not present in config"));
                }
                for (key, config) in wanted {
                    match found.get(key) {
                        None => self.says(
                            at,
                            format!("map key {key:?} from config is not present in plan"),
                        ),
                        Some(planned) => {
                            let at = at.then(Step::Key(key.clone()));
                            self.element(&at, attributes, prior.member(key), config, planned);
                        }
                    }
                }
            }
            (Nesting::Set, Value::Set(wanted), Value::Set(found)) => {
                // Elements that are not wholly known may turn out equal to others.
                let least = |set: &crate::value::ValueSet| {
                    let known = set.iter().filter(|element| element.is_wholly_known()).count();
                    known.max(usize::from(!set.is_empty()))
                };
                if least(found) > wanted.len() || found.len() < least(wanted) {
                    self.says(at, count(found.len(), wanted.len()));
                }
            }
            _ => self.says(at, "nested objects are held in another way than the schema says"),
        }
    }

    fn element(
        &mut self,
        at: &Path,
        attributes: &[Attribute],
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        if identical(planned, config) || !self.both_exist(at, config, planned) {
            return;
        }
        if planned.is_unknown() {
            return self.says(at, "planned unknown for configured value");
        }
        self.attributes(at, attributes, prior, config, planned);
    }
}

/// Refinements do not count, and neither does it matter that two unknown values may come to differ.
fn identical(left: &Value, right: &Value) -> bool {
    left == right
}

fn item(list: &Value, index: usize) -> &Value {
    const NULL: &Value = &Value::Null;
    if let Value::List(items) = list { items.get(index).unwrap_or(NULL) } else { NULL }
}
