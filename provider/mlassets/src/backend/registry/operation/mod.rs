//! What can be done to a registry: one type per operation, each run in one transaction.
//!
//! The SQL here is common to both databases. The laws are the database's; an operation looks first
//! so that it can say who was there before, under a lock so that what it saw is still true.

pub(super) mod deploy;
pub(super) mod migrate;
pub(super) mod read;
pub(super) mod register;
pub(super) mod version;

use std::future::Future;

use super::Result;
use super::session::{Access, Session};
use crate::backend::fault;

/// Something to do in one transaction, which may be run again when the database gave it up.
pub(super) trait Operation: Send + Sync + 'static {
    type Output: Send + 'static;

    /// What is done, for messages: what stands after `while`.
    const STEP: &'static str;
    const ACCESS: Access;
    /// The names of the moments around the transaction; none for an operation that only reads.
    const POINTS: Option<Points>;

    fn run(&self, session: &mut Session) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The names of the moments at which a process may die; see [`fault`].
pub(super) struct Points {
    pub(super) before_begin: &'static str,
    pub(super) after_begin: &'static str,
    pub(super) before_commit: &'static str,
    pub(super) after_commit: &'static str,
}

macro_rules! points {
    ($operation:literal) => {
        Some(crate::backend::registry::operation::Points {
            before_begin: concat!($operation, ".before_begin"),
            after_begin: concat!($operation, ".after_begin"),
            before_commit: concat!($operation, ".before_commit"),
            after_commit: concat!($operation, ".after_commit"),
        })
    };
}
pub(super) use points;

/// Runs the operation between BEGIN and COMMIT, or undoes what it did.
pub(super) async fn transaction<O: Operation>(
    session: &mut Session,
    operation: &O,
) -> Result<O::Output> {
    let pass = |name: fn(&Points) -> &'static str| {
        if let Some(points) = &O::POINTS {
            fault::point(name(points));
        }
    };
    pass(|points| points.before_begin);
    let result = attempt(session, operation, &pass).await;
    match result {
        Ok(_) => pass(|points| points.after_commit),
        Err(_) => session.rollback().await,
    }
    result
}

async fn attempt<O: Operation>(
    session: &mut Session,
    operation: &O,
    pass: &(impl Fn(fn(&Points) -> &'static str) + Sync),
) -> Result<O::Output> {
    session.begin(O::ACCESS).await?;
    pass(|points| points.after_begin);
    let output = operation.run(session).await?;
    pass(|points| points.before_commit);
    session.commit(O::ACCESS).await?;
    Ok(output)
}
