//! A list of resources, asked for as Terraform's core does.

use std::sync::Arc;

use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::config::Config;
use super::core::{misfits, unknowns, write_only_values};
use super::problem::{Problem, Step};
use crate::context::{Call, Private};
use crate::diag::Diagnostic;
use crate::engine::{self, ListRequest, Validation};
use crate::erased::{ListHandler, Listable, Managed, Provide, ResourceHandler};
use crate::list::List;
use crate::value::Value;

/// How many core wants where the query does not say.
const LIMIT: usize = 100;

/// A query of one kind of resource.
pub struct Query {
    list: Arc<dyn Listable>,
    kind: Arc<dyn Managed>,
    call: Call,
    limit: usize,
    include_resource: bool,
}

/// What a query came to.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was found, in order.
    pub found: Vec<Listed>,
    /// What the provider warned of.
    pub warnings: Vec<Diagnostic>,
}

/// One that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The name for people.
    pub name: String,
    /// What identifies it.
    pub identity: Value,
    /// Its state; null where it was not asked for.
    pub state: Value,
}

impl Query {
    /// A query of what there is of `R`, with the limit that core has by itself.
    pub fn new<R, B>(backends: B) -> Self
    where
        R: List,
        B: Provide<R::Backend> + Send + Sync + 'static,
    {
        let call =
            Call::new(Some(Arc::new(backends)), CancellationToken::new(), Private::default());
        Query {
            list: Arc::new(ListHandler::<R, B>::new()),
            kind: Arc::new(ResourceHandler::<R, B>::new()),
            call,
            limit: LIMIT,
            include_resource: false,
        }
    }

    /// Asks for the states, too: `include_resource = true`.
    #[must_use]
    pub fn include_resource(self) -> Self {
        Query { include_resource: true, ..self }
    }

    /// Asks for at most so many.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Query { limit, ..self }
    }

    /// Validates the filter and lists.
    pub async fn run(&self, filter: impl Into<Config>) -> Result<Answer, Problem> {
        let shape = self.list.shape();
        let summary = "the filter does not fit the schema";
        let filter = filter
            .into()
            .complete(shape.block.members())
            .map_err(|findings| Problem::rule(Step::Config, summary, findings))?;
        Problem::unless_empty(Step::Config, summary, misfits(&shape.ty, &filter))?;
        let mut warnings = Problem::unless_errors(
            Step::Validate,
            engine::validate(Validation {
                block: &shape.block,
                config: filter.clone(),
                write_only_allowed: true,
                author: &|draft| self.list.validate(draft),
            }),
        )?;
        let unknown = unknowns(&filter);
        Problem::unless_empty(Step::Config, "the filter must be known", unknown)?;
        let mut events = Box::pin(engine::list(
            Arc::clone(&self.list),
            Arc::clone(&self.kind),
            self.call.clone(),
            ListRequest { filter, wants_state: self.include_resource, limit: self.limit },
        ));
        let mut found = Vec::new();
        while found.len() < self.limit
            && let Some(event) = events.next().await
        {
            let warned = !event.diags.is_empty();
            warnings.extend(Problem::unless_errors(Step::List, event.diags)?);
            let Some(identity) = event.identity else {
                if warned {
                    continue;
                }
                return Err(Problem::whole(Step::List, "missing identity data", event.name));
            };
            let state = event.state.unwrap_or_default();
            self.check(&identity, &state)?;
            found.push(Listed { name: event.name, identity, state });
        }
        Ok(Answer { found, warnings })
    }

    fn check(&self, identity: &Value, state: &Value) -> Result<(), Problem> {
        let shape = self.kind.shape();
        let ty = shape.identity.as_ref().map(crate::identity::Identity::ty);
        let summary = "Provider produced an identity that doesn't match the schema";
        let misfit = ty.map(|ty| misfits(ty, identity)).unwrap_or_default();
        Problem::unless_empty(Step::List, summary, misfit)?;
        let mut found = misfits(&shape.ty, state);
        found.extend(write_only_values(shape.block.members(), state));
        found.extend(unknowns(state));
        Problem::unless_empty(Step::List, "Provider produced invalid object", found)
    }
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query").field("limit", &self.limit).finish_non_exhaustive()
    }
}
