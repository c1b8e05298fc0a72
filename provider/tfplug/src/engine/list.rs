//! `ListResource`: what there is of a kind of resource, one by one, until Terraform has enough.
//!
//! The stream owns the author's work. It goes on only while somebody takes what it finds, and ends where it
//! stands when the stream is dropped.

use std::future::ready;
use std::sync::Arc;

use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::context::Call;
use crate::diag::{Diagnostic, Diags, Error, Severity};
use crate::engine::settle::settle;
use crate::erased::{Listable, Managed};
use crate::list::{Finding, RawFound};
use crate::value::Value;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    /// The filter, wholly known.
    pub filter: Value,
    /// Whether the state of each is wanted.
    pub wants_state: bool,
    /// How many are wanted.
    pub limit: usize,
}

/// One that was found, or something to tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListEvent {
    /// What identifies it; none if there is only something to tell.
    pub identity: Option<Value>,
    /// The name for people.
    pub name: String,
    /// Its state, where that is wanted.
    pub state: Option<Value>,
    /// What to tell the user. Terraform stops at an error.
    pub diags: Diags,
}

/// Lists what there is. The stream ends after the last one that is wanted, and after an error.
pub fn list(
    list: Arc<dyn Listable>,
    resource: Arc<dyn Managed>,
    call: Call,
    request: ListRequest,
) -> impl Stream<Item = ListEvent> + Send + 'static {
    let ListRequest { filter, wants_state, limit } = request;
    // Room for one: the author's work is never further ahead than that.
    let (sender, receiver) = mpsc::channel(1);
    let found = RawFound::new(sender, wants_state);
    let work = {
        let call = call.clone();
        async move {
            let listed = list.list(call.clone(), filter, found.clone());
            if let Err(error) = call.unless_cancelled(listed).await {
                found.send(Finding::Failed(error)).await;
            }
        }
    };
    let nothing = stream::once(work).filter_map(|()| ready(None));
    let findings = stream::select(ReceiverStream::new(receiver), nothing);
    let events = {
        let call = call.clone();
        findings.map(move |finding| {
            let mut event = judge(&*resource, wants_state, finding);
            event.diags.extend(call.take_warnings());
            event
        })
    };
    // A warning may come after the last one.
    let rest = stream::once(async move { call.take_warnings() })
        .filter(|warnings| ready(!warnings.is_empty()))
        .map(|diags| ListEvent { diags, ..ListEvent::default() });
    let all = Box::pin(events.chain(rest));
    stream::unfold((all, limit), |(mut all, left)| async move {
        if left == 0 {
            return None;
        }
        let event = all.next().await?;
        let left = match &event.identity {
            _ if event.diags.has_errors() => 0,
            Some(_) => left - 1,
            None => left,
        };
        Some((event, (all, left)))
    })
}

/// Checks one as Terraform will.
fn judge(resource: &dyn Managed, wants_state: bool, finding: Finding) -> ListEvent {
    let shape = resource.shape();
    let told = |diags: Diags| ListEvent { diags, ..ListEvent::default() };
    let (name, state) = match finding {
        Finding::Resource { name, state } => (name, state),
        Finding::LeftOut { name, error } => return told(as_warnings(&name, error)),
        Finding::Failed(error) => return told(error.into()),
    };
    let broken = |rule: &str| {
        let detail = format!("`list` breaks a rule of Terraform: {rule}. It is about {name:?}.");
        told(Error::bug(detail).into())
    };
    let Some(identity) = &shape.identity else {
        return broken("only what has an identity can be listed");
    };
    let state = settle(shape.block.members(), &Value::Null, state);
    let identity = identity.pick(&state);
    let named = |(_, value): (&String, &Value)| !value.is_null() && value.is_wholly_known();
    if !identity.as_map().is_some_and(|members| members.iter().all(named)) {
        return broken("what identifies a resource must be known");
    }
    if wants_state && !state.is_wholly_known() {
        return broken("the state must be wholly known");
    }
    let state = wants_state.then_some(state);
    ListEvent { identity: Some(identity), name, state, diags: Diags::new() }
}

/// An error of one resource, which must not keep the others from being listed.
fn as_warnings(name: &str, error: Error) -> Diags {
    let mut diags = Diags::new();
    diags.extend(error.into_iter().map(|said| Diagnostic {
        severity: Severity::Warning,
        detail: format!("{name:?} is left out of the list. {}", said.detail),
        // The place is one in the resource, and not in the query.
        path: crate::path::Path::ROOT,
        ..said
    }));
    diags
}
