//! What this process took over rather than made, so that it does not destroy it in the same apply.
//!
//! A create that meets an object just as it was planned takes it over. If the same apply also destroys that
//! object under another address, after a rename without `moved` or with `create_before_destroy`, what was
//! just taken over would be gone. Terraform runs both at once, so each identity has a lock as well. A
//! process knows of its own deeds only: it serves one apply of one provider configuration.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tfplug::{Call, Cx, Diagnostic, Resource};
use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

use crate::audit;
use crate::provider::Backends;

/// For each identity that was held, whether it was taken over.
#[derive(Debug, Default)]
pub(crate) struct Adopted(Mutex<BTreeMap<String, Arc<Lock<bool>>>>);

/// One identity, which nobody else in this process creates or destroys meanwhile.
#[derive(Debug)]
pub(crate) struct Hold {
    adopted: OwnedMutexGuard<bool>,
    what: String,
    call: Call,
}

/// Waits until no other call creates or destroys the `R` called `name`.
pub(crate) async fn hold<R: Resource>(cx: &Cx<R::Backend>, name: &str) -> Hold {
    let what = format!("{} {name:?}", R::TYPE_NAME.replace('_', " "));
    let lock = match cx.call().backends::<Backends>() {
        Some(backends) => backends.adopted().lock(&what),
        None => Arc::default(),
    };
    Hold { adopted: lock.lock_owned().await, what, call: cx.call().clone() }
}

impl Adopted {
    fn lock(&self, what: &str) -> Arc<Lock<bool>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(held.entry(what.to_owned()).or_default())
    }
}

impl Hold {
    /// Remembers that it was there already.
    pub(crate) fn adopt(&mut self) {
        *self.adopted = true;
        audit::taken_over(&self.call);
    }

    /// Whether a destruction must leave it alone; says so to the user.
    pub(crate) fn spares<B>(&self, cx: &Cx<B>) -> bool {
        if *self.adopted {
            let detail = format!(
                "The {} stays: in this apply another resource, or the next generation of this one, has taken it over as \
                 it was. To rename a resource, use a `moved` block.",
                self.what
            );
            cx.call().warn(Diagnostic::warning("Not destroyed, since it was taken over", detail));
            audit::spared(cx.call());
        }
        *self.adopted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_identity_is_held_by_one_and_remembers() {
        let adopted = Adopted::default();
        let first = adopted.lock("pool \"a\"");
        let mut held = Arc::clone(&first).lock_owned().await;
        assert!(adopted.lock("pool \"a\"").try_lock().is_err(), "it is held");
        assert!(adopted.lock("pool \"b\"").try_lock().is_ok(), "another one is not");
        *held = true;
        drop(held);
        assert!(*adopted.lock("pool \"a\"").lock().await);
        assert!(!*adopted.lock("pool \"b\"").lock().await);
    }
}
