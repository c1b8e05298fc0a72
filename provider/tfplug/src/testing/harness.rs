//! One resource from plan to plan, as Terraform's core leads it.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::config::{Config, state as stored_state};
use super::core::{
    misfits, object_incompatible, plan_invalid, proposed_new_state, unknowns, value_incompatible,
    write_only_values,
};
use super::problem::{Finding, Problem, Step};
use crate::context::{Call, Private};
use crate::deferral::Deferral;
use crate::diag::Diagnostic;
use crate::engine::{
    self, ApplyRequest, ApplyResponse, ImportRequest, PlanRequest, PlanResponse, ReadRequest,
    Validation,
};
use crate::erased::{Managed, Provide, ResourceHandler};
use crate::past::Source;
use crate::path::Path;
use crate::provider::Served;
use crate::resource::Resource;
use crate::schema::{Block, Kind, Members};
use crate::value::Value;

const INVALID_PLAN: &str = "Provider produced invalid plan";
const INVALID_OBJECT: &str = "Provider produced invalid object";
const INVALID_IDENTITY: &str = "Provider produced invalid identity";
const INCONSISTENT_PLAN: &str = "Provider produced inconsistent final plan";
const INCONSISTENT_RESULT: &str = "Provider produced inconsistent result after apply";
const INVALID_RESULT: &str = "Provider returned invalid result object after apply";

/// What a plan would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Bring it into being.
    Create,
    /// Change it in place.
    Update,
    /// End it and bring another one into being.
    Replace,
    /// End it.
    Delete,
}

/// What Terraform stores of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// The state.
    pub state: Value,
    /// What identifies it.
    pub identity: Option<Value>,
    /// The private data, as bytes.
    pub private: Vec<u8>,
    /// Whether its creation failed half-way, so that the next plan replaces it.
    pub tainted: bool,
}

/// A plan that core accepted.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What it would do.
    pub action: Action,
    /// What there is before; null for a creation.
    pub prior: Value,
    /// What core itself proposed.
    pub proposed: Value,
    /// What is planned; after a replacement, the new object.
    pub planned: Value,
    /// The parts that replace it, without those that do not change.
    pub replace: BTreeSet<Path>,
    /// What identifies it, as far as that is known.
    pub identity: Option<Value>,
    /// What the provider warned of.
    pub warnings: Vec<Diagnostic>,
    /// Why it is put off, if it is: nothing of it is then carried out.
    pub deferred: Option<Deferral>,
    private: Vec<u8>,
}

/// An apply that core accepted.
#[derive(Clone, Debug)]
pub struct Done {
    /// What was done.
    pub action: Action,
    /// The state that is stored now; null if there is nothing any more.
    pub state: Value,
    /// What the provider warned of.
    pub warnings: Vec<Diagnostic>,
    /// Why nothing was done, if it was put off.
    pub deferred: Option<Deferral>,
}

/// One resource, led as Terraform leads it. A step that core would refuse is an error.
pub struct Harness {
    kind: Arc<dyn Managed>,
    backends: Option<Arc<dyn Any + Send + Sync>>,
    cancel: CancellationToken,
    may_defer: bool,
    current: Option<Instance>,
}

impl Harness {
    /// The resource `R` with these backends, which does not exist yet.
    pub fn new<R, B>(backends: B) -> Self
    where
        R: Resource,
        B: Provide<R::Backend> + Send + Sync + 'static,
    {
        Harness::of(Arc::new(ResourceHandler::<R, B>::new()), Some(Arc::new(backends)))
    }

    /// A kind of resource with what `configure` made; without it the provider is not configured.
    pub fn of(kind: Arc<dyn Managed>, backends: Option<Arc<dyn Any + Send + Sync>>) -> Self {
        let cancel = CancellationToken::new();
        Harness { kind, backends, cancel, may_defer: false, current: None }
    }

    /// The resource with this full type name of a provider, if there is one.
    pub fn served(
        provider: &Served,
        type_name: &str,
        backends: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Option<Self> {
        Some(Harness::of(Arc::clone(provider.resources.get(type_name)?), backends))
    }

    /// Takes a deferral for an answer, as Terraform does with `-allow-deferral`.
    #[must_use]
    pub fn deferring(self) -> Self {
        Harness { may_defer: true, ..self }
    }

    /// What is stored now.
    pub fn current(&self) -> Option<&Instance> {
        self.current.as_ref()
    }

    /// The stored state; null if there is none.
    pub fn state(&self) -> &Value {
        const NULL: &Value = &Value::Null;
        self.current.as_ref().map_or(NULL, |current| &current.state)
    }

    /// Stores this instead, as if earlier runs had left it.
    pub fn set_current(&mut self, current: Option<Instance>) {
        self.current = current;
    }

    /// What stops the calls of this harness, as an interrupt by the user does.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Validates a configuration; the warnings of the provider.
    pub fn validate(&self, config: impl Into<Config>) -> Result<Vec<Diagnostic>, Problem> {
        let config = self.complete(config.into())?;
        self.validate_value(&config)
    }

    /// Validates and plans. Nothing is done and nothing is stored.
    pub async fn plan(&self, config: impl Into<Config>) -> Result<Planned, Problem> {
        let config = self.complete(config.into())?;
        self.validate_value(&config)?;
        self.plan_value(Step::Plan, &config, false).await
    }

    /// Plans and carries out. What the provider says exists is stored even when this fails.
    pub async fn apply(&mut self, config: impl Into<Config>) -> Result<Done, Problem> {
        let config = config.into();
        self.apply_resolved(config.clone(), config).await
    }

    /// Plans with one configuration and carries out with another one, in which what was unknown is
    /// known and write-only values may have changed.
    pub async fn apply_resolved(
        &mut self,
        planned_with: impl Into<Config>,
        applied_with: impl Into<Config>,
    ) -> Result<Done, Problem> {
        let config = self.complete(planned_with.into())?;
        let mut warnings = self.validate_value(&config)?;
        let approved = self.plan_value(Step::Plan, &config, false).await?;
        warnings.extend(approved.warnings.iter().cloned());
        if let Some(reason) = approved.deferred {
            return Ok(self.put_off(reason, warnings));
        }
        let config = self.complete(applied_with.into())?;
        let unknown = unknowns(&config);
        Problem::unless_empty(Step::Config, "the configuration must be known by now", unknown)?;
        self.validate_value(&config)?;

        let mut action = approved.action;
        match approved.action {
            Action::NoOp => {}
            Action::Replace => {
                let doomed = self.current.take().expect("only what is there is replaced");
                warnings.extend(self.carry_out_deletion(doomed, &approved.private).await?);
                self.carry_out(&approved, &config, &mut warnings).await?;
            }
            Action::Create | Action::Update => {
                action = self.carry_out(&approved, &config, &mut warnings).await?;
            }
            Action::Delete => unreachable!("a configuration was given"),
        }
        Ok(Done { action, state: self.state().clone(), warnings, deferred: None })
    }

    fn put_off(&self, reason: Deferral, warnings: Vec<Diagnostic>) -> Done {
        let state = self.state().clone();
        Done { action: Action::NoOp, state, warnings, deferred: Some(reason) }
    }

    /// Plans the destruction and carries it out.
    pub async fn destroy(&mut self) -> Result<Done, Problem> {
        let Some(current) = self.current.clone() else {
            return Ok(Done {
                action: Action::NoOp,
                state: Value::Null,
                warnings: Vec::new(),
                deferred: None,
            });
        };
        let planned = self.plan_value(Step::Plan, &Value::Null, false).await?;
        let mut warnings = planned.warnings;
        if let Some(reason) = planned.deferred {
            return Ok(self.put_off(reason, warnings));
        }
        self.current = None;
        warnings.extend(self.carry_out_deletion(current, &planned.private).await?);
        Ok(Done { action: Action::Delete, state: Value::Null, warnings, deferred: None })
    }

    /// Reads what is there now and stores it: null if it is gone.
    pub async fn refresh(&mut self) -> Result<Value, Problem> {
        let Some(before) = self.current.clone() else { return Ok(Value::Null) };
        let request =
            ReadRequest { state: before.state.clone(), identity: before.identity.clone() };
        let call = self.call(&before.private);
        let response = engine::read(&*self.kind, &call, request).await;
        Problem::unless_errors(Step::Refresh, response.diags)?;
        if response.deferred.is_some() {
            self.check_deferral(Step::Refresh, response.deferred)?;
            return Ok(before.state);
        }
        self.check_object(Step::Refresh, &response.state)?;
        if response.state.is_null() {
            self.current = None;
            return Ok(Value::Null);
        }
        self.check_identity(Step::Refresh, response.identity.as_ref(), true)?;
        check_same_identity(Step::Refresh, &before, response.identity.as_ref())?;
        self.current = Some(Instance {
            state: response.state.clone(),
            identity: response.identity,
            private: response.private.to_bytes(),
            tainted: before.tainted,
        });
        Ok(response.state)
    }

    /// Imports by the one text, then refreshes as core does.
    pub async fn import(&mut self, id: impl Into<String>) -> Result<Value, Problem> {
        self.import_by(ImportRequest::Id(id.into())).await
    }

    /// Imports by an identity object, then refreshes as core does.
    pub async fn import_identity(&mut self, identity: Value) -> Result<Value, Problem> {
        self.import_by(ImportRequest::Identity(identity)).await
    }

    /// Stores a state as an earlier version of the provider left it, upgraded.
    pub fn upgrade(&mut self, from: i64, stored: serde_json::Value) -> Result<Value, Problem> {
        let upgraded = engine::upgrade(&*self.kind, from, stored);
        let state = self.rewritten(Step::Upgrade, "Invalid resource state upgrade", upgraded)?;
        self.store(state.clone(), None);
        Ok(state)
    }

    /// Stores what was another kind of resource until a `moved` block.
    pub fn take_over(
        &mut self,
        source: &Source,
        stored: &serde_json::Value,
    ) -> Result<Value, Problem> {
        let moved = engine::moved(&*self.kind, "this", source, stored);
        let state = self.rewritten(Step::Move, "Provider returned invalid value", moved)?;
        let identity = self.kind.shape().identity.as_ref().map(|identity| identity.pick(&state));
        self.check_identity(Step::Move, identity.as_ref(), true)?;
        self.store(state.clone(), identity);
        Ok(state)
    }

    /// A stored state that the provider has written anew.
    fn rewritten(
        &self,
        step: Step,
        summary: &str,
        stored: crate::Result<serde_json::Value>,
    ) -> Result<Value, Problem> {
        let stored = stored.map_err(|error| {
            Problem::unless_errors(step, error.into()).expect_err("it has an error")
        })?;
        let state = stored_state(self.members(), stored)
            .map_err(|findings| Problem::rule(step, summary, findings))?;
        Problem::unless_empty(step, summary, write_only_values(self.members(), &state))?;
        Ok(state)
    }

    fn store(&mut self, state: Value, identity: Option<Value>) {
        self.current = Some(Instance { state, identity, private: Vec::new(), tainted: false });
    }

    /// The configuration that is generated for what is stored now, after an import.
    pub fn generate(&self) -> Result<Value, Problem> {
        let config = engine::generate(&*self.kind, self.state().clone());
        let summary = "the generated configuration does not fit the schema";
        Problem::unless_empty(Step::Import, summary, misfits(&self.kind.shape().ty, &config))?;
        Ok(config)
    }

    /// The configuration is reached in one apply: after it, and after a refresh, nothing is left to do.
    pub async fn assert_converges(&mut self, config: impl Into<Config>) -> Result<Done, Problem> {
        let config = config.into();
        let done = self.apply(config.clone()).await?;
        self.assert_empty_plan(&config, "after the apply").await?;
        self.refresh().await?;
        self.assert_empty_plan(&config, "after the refresh").await?;
        Ok(done)
    }

    async fn assert_empty_plan(&self, config: &Config, when: &str) -> Result<(), Problem> {
        let planned = self.plan(config).await?;
        if planned.action == Action::NoOp {
            return Ok(());
        }
        let mut findings = value_incompatible(&planned.planned, &planned.prior);
        findings.extend(unknowns(&planned.planned));
        findings.extend(
            planned.replace.into_iter().map(|path| Finding {
                path,
                text: "it would be replaced because of this".to_owned(),
            }),
        );
        let summary = format!("the plan {when} should be empty, yet it would {:?}", planned.action);
        Err(Problem::rule(Step::Expectation, summary, findings))
    }

    async fn import_by(&mut self, request: ImportRequest) -> Result<Value, Problem> {
        let response =
            engine::import(&*self.kind, &self.call(&[]), request).await.map_err(|error| {
                Problem::unless_errors(Step::Import, error.into()).expect_err("it has an error")
            })?;
        if response.deferred.is_some() {
            self.check_deferral(Step::Import, response.deferred)?;
            return Ok(response.state);
        }
        if response.state.is_null() {
            let text = "an import must not give null";
            return Err(Problem::whole(Step::Import, "Import returned null resource", text));
        }
        self.check_object(Step::Import, &response.state)?;
        self.check_identity(Step::Import, Some(&response.identity), true)?;
        self.current = Some(Instance {
            state: response.state,
            identity: Some(response.identity),
            private: response.private.to_bytes(),
            tainted: false,
        });
        let state = self.refresh().await?;
        if state.is_null() {
            let summary = "Cannot import non-existent remote object";
            return Err(Problem::whole(Step::Import, summary, "`read` found nothing"));
        }
        Ok(state)
    }

    /// One plan as core asks for it, twice if it replaces. `private` is given within an apply.
    async fn plan_value(
        &self,
        step: Step,
        config: &Value,
        after_deletion: bool,
    ) -> Result<Planned, Problem> {
        let current = self.current.as_ref().filter(|_| !after_deletion);
        // What is tainted is planned as if it were not there, unless it is to be destroyed.
        let doomed = current.is_some_and(|current| current.tainted) && !config.is_null();
        let (prior, private) = match current {
            Some(current) if !doomed => (current.state.clone(), current.private.clone()),
            _ => (Value::Null, Vec::new()),
        };
        let first = self.ask_for_plan(step, &prior, config, &private).await?;
        let proposed = proposed_new_state(self.members(), &prior, config);
        let replace = self.effective(&first.replace, &prior, &first.planned);

        let mut planned = Planned {
            action: Action::NoOp,
            proposed,
            replace,
            identity: first.identity,
            private: first.private.to_bytes(),
            planned: first.planned,
            warnings: first.diags.into_iter().collect(),
            deferred: first.deferred,
            prior,
        };
        planned.action = if config.is_null() {
            Action::Delete
        } else if planned.prior.is_null() {
            if doomed { Action::Replace } else { Action::Create }
        } else if !planned.replace.is_empty() {
            let second = self.ask_for_plan(step, &Value::Null, config, &planned.private).await?;
            planned.planned = second.planned;
            planned.identity = second.identity;
            planned.private = second.private.to_bytes();
            Action::Replace
        } else if planned.planned == planned.prior {
            Action::NoOp
        } else {
            Action::Update
        };
        let settled = matches!(planned.action, Action::NoOp | Action::Update);
        if planned.action != Action::Delete {
            self.check_identity(step, planned.identity.as_ref(), settled)?;
        }
        if let (true, Some(current)) = (settled, current) {
            check_same_identity(step, current, planned.identity.as_ref())?;
        }
        Ok(planned)
    }

    /// Asks, asks again to see that the answer does not change, and judges the answer.
    async fn ask_for_plan(
        &self,
        step: Step,
        prior: &Value,
        config: &Value,
        private: &[u8],
    ) -> Result<PlanResponse, Problem> {
        let ask = || async {
            let request = PlanRequest {
                prior: prior.clone(),
                config: config.clone(),
                private: Private::from_bytes(private),
            };
            let call = self.call(private);
            // Terraform says so in every apply, whether it wants to hear of it or not.
            let call = call.deferring(self.may_defer || step == Step::FinalPlan);
            engine::plan(&*self.kind, &call, request).await
        };
        let (first, second) = (ask().await, ask().await);
        Problem::unless_errors(step, first.diags.clone())?;
        self.check_deferral(step, first.deferred)?;
        if (&first.planned, &first.replace, &first.private)
            != (&second.planned, &second.replace, &second.private)
        {
            let mut found = value_incompatible(&first.planned, &second.planned);
            found.push(Finding {
                path: Path::ROOT,
                text: "the same question had two answers".to_owned(),
            });
            return Err(Problem::rule(step, INCONSISTENT_PLAN, found));
        }
        let found = misfits(&self.kind.shape().ty, &first.planned);
        Problem::unless_empty(step, INVALID_PLAN, found)?;
        let found = plan_invalid(self.members(), prior, config, &first.planned);
        Problem::unless_empty(step, INVALID_PLAN, found)?;
        let lost = first
            .replace
            .iter()
            .filter(|path| path.find(prior).is_none() && path.find(&first.planned).is_none())
            .map(|path| Finding {
                path: path.clone(),
                text: "has indicated \"requires replacement\" for a non-existent attribute path"
                    .to_owned(),
            });
        Problem::unless_empty(step, INVALID_PLAN, lost.collect())?;
        Ok(first)
    }

    /// The paths that really replace: those whose values differ, and write-only ones always.
    fn effective(
        &self,
        replace: &BTreeSet<Path>,
        prior: &Value,
        planned: &Value,
    ) -> BTreeSet<Path> {
        if prior.is_null() || planned.is_null() {
            return BTreeSet::new();
        }
        replace
            .iter()
            .filter(|path| {
                let (before, after) = (path.find(prior), path.find(planned));
                let value = |found: Option<&Value>| found.cloned().unwrap_or_default();
                value(before) != value(after)
                    || after.is_some_and(|after| !after.is_wholly_known())
                    || is_write_only(self.members(), path.steps())
            })
            .cloned()
            .collect()
    }

    /// Plans again with everything known, compares with what was approved, and does it.
    async fn carry_out(
        &mut self,
        approved: &Planned,
        config: &Value,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Action, Problem> {
        let creates = matches!(approved.action, Action::Create | Action::Replace);
        let last = self.plan_value(Step::FinalPlan, config, creates).await?;
        let still = match (approved.action, last.action) {
            (Action::Create | Action::Replace, Action::Create)
            | (Action::Update, Action::Update) => true,
            (Action::Update, Action::NoOp) => return Ok(Action::NoOp),
            _ => false,
        };
        if !still {
            let text = format!("was {:?}, now {:?}", approved.action, last.action);
            return Err(Problem::whole(Step::FinalPlan, INCONSISTENT_PLAN, text));
        }
        let found = object_incompatible(self.members(), &approved.planned, &last.planned);
        Problem::unless_empty(Step::FinalPlan, INCONSISTENT_PLAN, found)?;

        let prior = if creates { Value::Null } else { last.prior.clone() };
        let before = self.current.clone().filter(|_| !creates);
        let call = self.call(&last.private);
        let request = ApplyRequest { prior, planned: last.planned.clone(), config: config.clone() };
        let ApplyResponse { state, identity, private, diags } =
            engine::apply(&*self.kind, &call, request).await;

        let failed = diags.has_errors();
        // Whatever the judgement: what exists is stored, and half a creation is tainted.
        if !state.is_null() {
            self.current = Some(Instance {
                state: state.clone().nulled_unknowns(),
                identity: identity.clone(),
                private: private.to_bytes(),
                tainted: failed && creates,
            });
        }
        self.check_object(Step::Apply, &state)?;
        warnings.extend(Problem::unless_errors(Step::Apply, diags)?);
        let found = object_incompatible(self.members(), &last.planned, &state);
        Problem::unless_empty(Step::Apply, INCONSISTENT_RESULT, found)?;
        self.check_identity(Step::Apply, identity.as_ref(), true)?;
        if let Some(before) = before {
            check_same_identity(Step::Apply, &before, identity.as_ref())?;
        }
        Ok(last.action)
    }

    async fn carry_out_deletion(
        &mut self,
        doomed: Instance,
        private: &[u8],
    ) -> Result<Vec<Diagnostic>, Problem> {
        let call = self.call(private);
        let request = ApplyRequest { prior: doomed.state.clone(), ..ApplyRequest::default() };
        let response = engine::apply(&*self.kind, &call, request).await;
        if response.diags.has_errors() {
            self.current = Some(doomed);
            if response.state.is_null() {
                // Core keeps the prior state beside an error.
            } else if let Some(current) = &mut self.current {
                current.state = response.state;
            }
            return Problem::unless_errors(Step::Apply, response.diags);
        }
        if !response.state.is_null() {
            self.current = Some(doomed);
            let text = "returned a non-null object after a deletion";
            return Err(Problem::whole(Step::Apply, INVALID_RESULT, text));
        }
        Ok(response.diags.into_iter().collect())
    }

    fn validate_value(&self, config: &Value) -> Result<Vec<Diagnostic>, Problem> {
        let shape = self.kind.shape();
        let validation = Validation {
            block: &shape.block,
            config: config.clone(),
            write_only_allowed: true,
            author: &|draft| self.kind.validate(draft),
        };
        Problem::unless_errors(Step::Validate, engine::validate(validation))
    }

    fn complete(&self, config: Config) -> Result<Value, Problem> {
        config.sent_to(self.kind.shape())
    }

    fn check_deferral(&self, step: Step, deferred: Option<Deferral>) -> Result<(), Problem> {
        let allowed = self.may_defer && step != Step::FinalPlan;
        let (Some(reason), false) = (deferred, allowed) else { return Ok(()) };
        let summary = "Provider deferred changes when Terraform did not allow deferrals";
        Err(Problem::whole(step, summary, format!("{reason:?}")))
    }

    /// A state must fit its type, be known, and hold no write-only value.
    fn check_object(&self, step: Step, state: &Value) -> Result<(), Problem> {
        Problem::unless_empty(step, INVALID_OBJECT, misfits(&self.kind.shape().ty, state))?;
        Problem::unless_empty(step, INVALID_OBJECT, write_only_values(self.members(), state))?;
        let summary = if step == Step::Apply { INVALID_RESULT } else { INVALID_OBJECT };
        Problem::unless_empty(step, summary, unknowns(state))
    }

    fn check_identity(
        &self,
        step: Step,
        identity: Option<&Value>,
        settled: bool,
    ) -> Result<(), Problem> {
        let (Some(kind), Some(identity)) = (&self.kind.shape().identity, identity) else {
            return match &self.kind.shape().identity {
                Some(_) if settled => {
                    Err(Problem::whole(step, "Missing Resource Identity", "no identity was given"))
                }
                _ => Ok(()),
            };
        };
        let summary = "Provider produced an identity that doesn't match the schema";
        Problem::unless_empty(step, summary, misfits(kind.ty(), identity))?;
        if !settled {
            return Ok(());
        }
        Problem::unless_empty(step, INVALID_IDENTITY, unknowns(identity))
    }

    fn members(&self) -> Members<'_> {
        self.block().members()
    }

    fn block(&self) -> &Block {
        &self.kind.shape().block
    }

    fn call(&self, private: &[u8]) -> Call {
        Call::new(self.backends.clone(), self.cancel.clone(), Private::from_bytes(private))
            .deferring(self.may_defer)
    }
}

impl std::fmt::Debug for Harness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Harness").field("current", &self.current).finish_non_exhaustive()
    }
}

/// Whether a path leads to a write-only attribute.
fn is_write_only(members: Members<'_>, steps: &[crate::path::Step]) -> bool {
    let [crate::path::Step::Attribute(name), rest @ ..] = steps else { return false };
    let inside = rest
        .iter()
        .position(|step| matches!(step, crate::path::Step::Attribute(_)))
        .map_or(&rest[rest.len()..], |position| &rest[position..]);
    members.attributes.iter().any(|attribute| {
        attribute.name == *name
            && (attribute.write_only && inside.is_empty()
                || matches!(&attribute.kind, Kind::Nested(nested) if is_write_only(nested.members(), inside)))
    }) || members
        .blocks
        .iter()
        .any(|block| block.name == *name && is_write_only(block.block.members(), inside))
}

/// Core does not check this, and then loses sight of what it manages.
fn check_same_identity(
    step: Step,
    before: &Instance,
    identity: Option<&Value>,
) -> Result<(), Problem> {
    match (&before.identity, identity) {
        (Some(before), Some(now)) if before != now => {
            Err(Problem::rule(step, "Unexpected Identity Change", value_incompatible(before, now)))
        }
        _ => Ok(()),
    }
}
