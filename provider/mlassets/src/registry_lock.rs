//! `mlassets_registry_lock`: held while Terraform runs, so that two runs do not publish together.

use std::time::{Duration, SystemTime};

use tfplug::{Attr, Cx, EphemeralResource, Failure, Opened, Result, Schema};

use crate::backend::registry::{Held, Registry, name};
use crate::types::Moment;

/// A lock on the model registry that is held while Terraform runs, so that two runs do not publish together.
///
/// It is taken when the run comes to it, and given back when everything that depends on it is done: name it in
/// the `depends_on` of what must not happen twice at once. A plan takes it as well, for its own time: between
/// a plan and its apply it is free. Whoever finds it taken waits, and fails after `wait_seconds` with the name
/// of the holder.
///
/// It keeps apart those who ask for it, and nobody else. What may never happen, such as two deployed versions
/// of a model in one environment, the registry refuses with or without it.
///
/// - In PostgreSQL it is an advisory lock of a session of its own. A pooler in between must keep sessions
///   apart: with `PgBouncer` in transaction mode the lock is lost, which the run reports.
/// - Beside a SQLite file it is a lock of the operating system on `<file>.<name>.lock`, which stays there. It
///   keeps apart runs on one machine; on a network file system it is as good as that system's locks, and so is
///   SQLite itself.
///
/// Either way the lock ends with the process that holds it, so a run that was killed leaves none behind. If it is
/// lost in the middle of a run, the run fails at its end and says so.
#[derive(Schema, Clone, Debug)]
#[tf(name = "registry_lock")]
pub struct RegistryLock {
    /// What is locked: locks with other names do not wait for this one.
    #[tf(
        default = "publish",
        check = explained("be a lock's name", |name: &String| name::lock(name)),
        example = "\"publish\""
    )]
    pub name: Attr<String>,
    /// How long to wait for someone else who has it, in seconds.
    #[tf(default = 60, check = between(0..=86_400), example = "600")]
    pub wait_seconds: Attr<i64>,
    /// Since when it is held.
    #[tf(computed)]
    pub acquired_at: Attr<Moment>,
}

/// How often to look whether it is still held.
const LOOK: Duration = Duration::from_secs(20);

impl EphemeralResource for RegistryLock {
    type Backend = Registry;
    type Handle = String;

    async fn open(cx: &Cx<Registry>, config: Self) -> Result<Opened<Self>, Failure<String>> {
        let name = config.name.clone().known().unwrap_or_default();
        let wait = config.wait_seconds.known().and_then(|wait| u64::try_from(wait).ok());
        let wait = Duration::from_secs(wait.unwrap_or_default());
        let taken = Box::pin(async { Ok(cx.hold(&name, wait).await?) });
        let Held { id, since } = cx.call().unless_cancelled(taken).await?;
        let lock = RegistryLock { acquired_at: Attr::Known(since.into()), ..config };
        Ok(Opened::new(lock, id).renew_at(SystemTime::now() + LOOK))
    }

    async fn renew(cx: &Cx<Registry>, id: &String) -> Result<Option<SystemTime>> {
        cx.check_hold(id).await?;
        Ok(Some(SystemTime::now() + LOOK))
    }

    async fn close(cx: &Cx<Registry>, id: String) -> Result<()> {
        Ok(cx.release(&id).await?)
    }
}
