//! The priorities of a pool's queues, brought about together.
//!
//! Priorities are unique in a pool, and Prefect makes room for a queue by moving those behind it. Terraform
//! writes one queue after the other, so a queue that was set before may be moved by the next one, and so may
//! a queue that nobody wants to change. What each queue had at first and what was asked for is kept as long
//! as the process lives, and put back after each write.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tfplug::Cx;
use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

use crate::backend::prefect::{Error, Prefect, WorkQueue, WorkQueuePatch};
use crate::provider::Backends;

/// The ranks of each pool that was touched.
#[derive(Debug, Default)]
pub(crate) struct Ranks(Mutex<BTreeMap<String, Arc<Lock<Pool>>>>);

#[derive(Debug, Default)]
struct Pool {
    /// What was asked for in this process, by queue.
    wanted: BTreeMap<String, i64>,
    /// What all others had when the pool was first met.
    found: BTreeMap<String, i64>,
}

/// The turn to write a priority into one pool.
#[derive(Debug)]
pub(crate) struct Turn {
    pool: OwnedMutexGuard<Pool>,
    name: String,
    queue: String,
    priority: i64,
}

/// Waits for the turn to give `queue` of `pool` a priority; nothing if it is to have none.
pub(crate) async fn turn(
    cx: &Cx<Prefect>,
    pool: &str,
    queue: &str,
    priority: Option<i64>,
) -> Result<Option<Turn>, Error> {
    let Some(priority) = priority else { return Ok(None) };
    let lock = match cx.call().backends::<Backends>() {
        Some(backends) => backends.ranks().lock(pool),
        None => Arc::default(),
    };
    let (name, queue) = (pool.to_owned(), queue.to_owned());
    let mut turn = Turn { pool: lock.lock_owned().await, name, queue, priority };
    // A pool that does not exist has nothing to be kept; the write will say so.
    match cx.list_work_queues(pool).await {
        Ok(queues) => turn.pool.meet(&queues),
        Err(error) if error.is_object_missing() => {}
        Err(error) => return Err(error),
    }
    Ok(Some(turn))
}

impl Ranks {
    fn lock(&self, pool: &str) -> Arc<Lock<Pool>> {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(pools.entry(pool.to_owned()).or_default())
    }
}

impl Turn {
    /// Puts every queue where it belongs, after the write. Without one, the queue may be somebody else's.
    pub(crate) async fn settle(mut self, cx: &Cx<Prefect>) -> Result<(), Error> {
        self.pool.want(&self.queue, self.priority);
        // One walk from the front is enough, as a queue is only moved back. Somebody else may interfere.
        let mut queues = cx.list_work_queues(&self.name).await?;
        for _ in 0..=queues.len() {
            let Some((queue, priority)) = self.pool.next(&queues) else { break };
            let patch = WorkQueuePatch { priority: Some(priority), ..WorkQueuePatch::default() };
            match cx.update_work_queue(&self.name, queue, &patch).await {
                Err(error) if !error.is_object_missing() => return Err(error),
                _ => queues = cx.list_work_queues(&self.name).await?,
            }
        }
        Ok(())
    }
}

impl Pool {
    fn meet(&mut self, queues: &[WorkQueue]) {
        for queue in queues {
            if let Some(priority) = queue.priority
                && !self.wanted.contains_key(&queue.name)
            {
                self.found.entry(queue.name.clone()).or_insert(priority);
            }
        }
    }

    /// Where two queues ask for the same priority, the later one gets it.
    fn want(&mut self, queue: &str, priority: i64) {
        self.wanted.retain(|_, taken| *taken != priority);
        self.found.remove(queue);
        self.wanted.insert(queue.to_owned(), priority);
    }

    /// The first queue that is not where it belongs.
    fn next(&self, queues: &[WorkQueue]) -> Option<(&str, i64)> {
        let mut places: BTreeMap<i64, &str> =
            self.wanted.iter().map(|(queue, priority)| (*priority, queue.as_str())).collect();
        for (queue, priority) in &self.found {
            places.entry(*priority).or_insert(queue);
        }
        places.into_iter().map(|(priority, queue)| (queue, priority)).find(|(name, priority)| {
            queues.iter().any(|queue| queue.name == *name && queue.priority != Some(*priority))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that makes room as Prefect does.
    struct Server(Vec<(String, i64)>);

    impl Server {
        fn queues(&self) -> Vec<WorkQueue> {
            let queue = |(name, priority): &(String, i64)| serde_json::json!({ "id": name, "name": name, "priority": priority });
            self.0.iter().map(|it| serde_json::from_value(queue(it)).unwrap()).collect()
        }

        fn set(&mut self, name: &str, priority: i64) {
            self.0.retain(|(other, _)| other != name);
            let place = self.0.iter().position(|(_, other)| *other >= priority);
            self.0.insert(place.unwrap_or(self.0.len()), (name.to_owned(), priority));
            let mut last = 0;
            for (_, priority) in &mut self.0 {
                *priority = (*priority).max(last + 1);
                last = *priority;
            }
        }
    }

    #[track_caller]
    fn check(before: &[(&str, i64)], writes: &[(&str, i64)], after: &[(&str, i64)]) {
        let own = |ranks: &[(&str, i64)]| -> Vec<(String, i64)> {
            ranks.iter().map(|(name, priority)| ((*name).to_owned(), *priority)).collect()
        };
        let (mut server, mut pool) = (Server(own(before)), Pool::default());
        for (name, priority) in writes {
            pool.meet(&server.queues());
            server.set(name, *priority);
            pool.want(name, *priority);
            for _ in 0..=server.0.len() {
                let queues = server.queues();
                let Some((name, priority)) = pool.next(&queues) else { break };
                server.set(name, priority);
            }
        }
        assert_eq!(server.0, own(after), "{before:?} {writes:?}");
    }

    #[test]
    fn each_queue_gets_its_priority_in_any_order() {
        let wanted = [("a", 1), ("b", 2), ("c", 3), ("default", 4)];
        let mut order = wanted;
        // All orders, by Heap's algorithm.
        let mut counters = [0; 4];
        let mut at = 0;
        check(&[("default", 1)], &order, &wanted);
        while at < order.len() {
            if counters[at] < at {
                order.swap(if at % 2 == 0 { 0 } else { counters[at] }, at);
                check(&[("default", 1)], &order, &wanted);
                counters[at] += 1;
                at = 0;
            } else {
                counters[at] = 0;
                at += 1;
            }
        }
    }

    #[test]
    fn neighbours_come_back() {
        // Two swap, and the third one stays.
        let before = [("a", 1), ("b", 2), ("c", 3)];
        let after = [("b", 1), ("a", 2), ("c", 3)];
        check(&before, &[("a", 2), ("b", 1)], &after);
        check(&before, &[("b", 1), ("a", 2)], &after);
        // Who asks for no priority gives way.
        check(&[("default", 1)], &[("a", 1)], &[("a", 1), ("default", 2)]);
        // Two that ask for the same are no matter of order.
        check(&[], &[("a", 1), ("b", 1)], &[("b", 1), ("a", 2)]);
    }
}
