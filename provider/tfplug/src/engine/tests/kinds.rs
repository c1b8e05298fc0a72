//! Small kinds of resources, each for one family of features.

use std::collections::BTreeMap;

use super::world::{World, lives_in_world};
use crate::{Attr, Draft, Error, Json, Past, Schema, Secret, Set, Value};

/// A pool of workers.
#[derive(Clone, Debug, PartialEq, Schema)]
#[tf(name = "pool", version = 2)]
pub(super) struct Pool {
    /// Given by the server.
    #[tf(computed, keep)]
    pub(super) id: Attr<String>,
    /// Changes with every update.
    #[tf(computed)]
    pub(super) revision: Attr<i64>,
    /// Set once something happened, by nobody at first.
    #[tf(computed, keep = even_null)]
    pub(super) last_run: Attr<String>,
    /// What it is called.
    #[tf(identity, check = len(1..=20))]
    pub(super) name: String,
    /// What runs in it.
    #[tf(name = "type", replace, default = "process", check = one_of(&["process", "docker"]))]
    pub(super) kind: Attr<String>,
    /// How many at once.
    #[tf(check = at_least(1), replace = when(|was: &i64, now: &i64| now < was))]
    pub(super) limit: Option<i64>,
    /// Whether it rests.
    #[tf(default = false)]
    pub(super) paused: Attr<bool>,
    /// Said by the user or the server.
    #[tf(optional, computed)]
    pub(super) region: Attr<String>,
    /// The job.
    pub(super) template: Option<Json>,
    /// Never stored.
    #[tf(write_only, check = len(8..=100))]
    pub(super) key: Option<Secret>,
    /// Shown to nobody.
    pub(super) token: Option<Secret>,
    /// Not used any more.
    #[tf(deprecated = "Use `template`.")]
    pub(super) job: Option<String>,
}

lives_in_world!(
    Pool,
    name,
    |pool, world| {
        if let Some(key) = &pool.key {
            world.saw(format!("key of {} characters", key.expose().len()));
        }
        if pool.id.is_unknown() {
            pool.id = Attr::Known(format!("id-{}", world.number()));
        }
        pool.revision = Attr::Known(world.number());
        if pool.last_run.is_unknown() {
            pool.last_run = Attr::Null;
        }
        if pool.region.is_unknown() {
            pool.region = Attr::Known("eu".to_owned());
        }
    };
    fn plan(draft: &mut Draft<'_, Self>) {
        if let Some((was, now)) = draft.change(Self::NAME)
            && was.len() > now.len()
        {
            draft.warn(Self::NAME, "Shorter name", "It will be harder to find.");
        }
        if draft.get(Self::JOB) == Attr::Known("forbidden".to_owned()) {
            draft.deny(Self::JOB, "Forbidden job", "Choose another one.");
        }
        if draft.get(Self::JOB) == Attr::Known("careless".to_owned()) {
            draft.set(Self::LIMIT, 99_i64);
        }
    }

    fn validate(config: &mut Draft<'_, Self>) {
        if config.get(Self::NAME) == config.get(Self::JOB) {
            config.deny(Self::JOB, "Job named like its pool", "Choose another name.");
        }
    }

    async fn plan_delete(_: &crate::Cx<World>, state: &Self) -> crate::Result<()> {
        if state.job.as_deref() == Some("eternal") {
            return Err(Error::user("Not empty", "It still has runs."));
        }
        Ok(())
    }

    fn past() -> Past<Self> {
        Past::new()
            .version(|old: SecondPool| {
                Ok(Pool { kind: old.kind.into(), paused: old.paused.into(), ..Pool::named(old.name) })
            })
            .version(|old: FirstPool| {
                let rests = match old.state.as_str() {
                    "resting" => true,
                    "working" => false,
                    _ => return Err(Error::user("Unreadable state", "A pool works or rests.")),
                };
                Ok(Pool { paused: rests.into(), ..Pool::named(old.name) })
            })
            .moved("acme/lab", |from: Tank| {
                Ok(Pool { limit: Some(from.litres), ..Pool::named(from.label) })
            })
    }
);

/// A pool before version 2.
#[derive(Debug, Schema)]
#[tf(version = 1)]
struct SecondPool {
    /// What it is called.
    name: String,
    /// What runs in it.
    kind: Option<String>,
    /// Whether it rests.
    paused: Option<bool>,
}

/// A pool in the beginning.
#[derive(Debug, Schema)]
struct FirstPool {
    /// What it is called.
    name: String,
    /// What it does.
    state: String,
}

/// What another provider calls a pool.
#[derive(Debug, Schema)]
#[tf(name = "lab_tank", version = 3)]
struct Tank {
    /// What it is called.
    label: String,
    /// How many at once.
    litres: i64,
}

impl Pool {
    fn named(name: String) -> Self {
        Pool {
            id: Attr::Null,
            revision: Attr::Null,
            last_run: Attr::Null,
            name,
            kind: Attr::Null,
            limit: None,
            paused: Attr::Null,
            region: Attr::Null,
            template: None,
            key: None,
            token: None,
            job: None,
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Schema)]
pub(super) struct Rule {
    /// The port.
    #[tf(check = between(1..=65535))]
    pub(super) port: i64,
    /// The protocol.
    #[tf(default = "tcp")]
    pub(super) protocol: Attr<String>,
    /// Set by the server, once.
    #[tf(computed)]
    pub(super) id: Attr<String>,
    /// Set by the user or the server.
    #[tf(optional, computed)]
    pub(super) label: Attr<String>,
}

impl Rule {
    fn fill(&mut self, world: &World) {
        if self.id.is_unknown() {
            self.id = Attr::Known(format!("rule-{}", world.number()));
        }
        if self.label.is_unknown() {
            self.label = Attr::Known(format!("port {}", self.port));
        }
    }
}

/// An element of a set, which keeps what the server gave it.
#[derive(Clone, Debug, PartialEq, Schema)]
pub(super) struct Member {
    /// The port.
    pub(super) port: i64,
    /// The protocol.
    #[tf(default = "tcp")]
    pub(super) protocol: Attr<String>,
    /// Set by the server, once.
    #[tf(computed, keep)]
    pub(super) id: Attr<String>,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Schema)]
pub(super) struct Place {
    /// The zone; another one means another firewall.
    #[tf(replace)]
    pub(super) zone: String,
    /// The rack.
    #[tf(computed, keep)]
    pub(super) rack: Attr<String>,
}

/// Nested objects of every kind.
#[derive(Clone, Debug, PartialEq, Schema)]
#[tf(name = "firewall")]
pub(super) struct Firewall {
    /// What it is called.
    #[tf(identity)]
    pub(super) name: String,
    /// Rules in order.
    pub(super) list: Option<Vec<Rule>>,
    /// Rules without order.
    pub(super) set: Option<Set<Member>>,
    /// Rules by name.
    pub(super) map: Option<BTreeMap<String, Rule>>,
    /// One rule.
    pub(super) single: Option<Rule>,
    /// Rules that the server may choose.
    #[tf(optional, computed)]
    pub(super) chosen: Attr<Vec<Rule>>,
    /// Where it stands.
    pub(super) place: Option<Place>,
    /// Anything.
    pub(super) extra: Option<Value>,
}

lives_in_world!(Firewall, name, |this, world| {
    this.list.iter_mut().flatten().for_each(|rule| rule.fill(world));
    this.map.iter_mut().flat_map(BTreeMap::values_mut).for_each(|rule| rule.fill(world));
    this.single.iter_mut().for_each(|rule| rule.fill(world));
    for member in this.set.iter_mut().flat_map(|set| &mut set.0) {
        if member.id.is_unknown() {
            member.id = Attr::Known(format!("member-{}", world.number()));
        }
    }
    match &mut this.chosen {
        Attr::Known(rules) => rules.iter_mut().for_each(|rule| rule.fill(world)),
        chosen => *chosen = Attr::Known(Vec::new()),
    }
    if let Some(place) = &mut this.place
        && place.rack.is_unknown()
    {
        place.rack = Attr::Known("r1".to_owned());
    }
};);

/// A job with blocks.
#[derive(Clone, Debug, PartialEq, Schema)]
#[tf(name = "job")]
pub(super) struct Job {
    /// What it is called.
    #[tf(identity)]
    pub(super) name: String,
    /// Steps in order.
    #[tf(block, min = 1, max = 3)]
    pub(super) step: Vec<Rule>,
    /// Hooks without order.
    #[tf(block)]
    pub(super) hook: Set<Member>,
    /// How often it is tried.
    #[tf(block)]
    pub(super) retry: Option<Retry>,
}

/// How often something is tried.
#[derive(Clone, Debug, PartialEq, Schema)]
#[tf(deprecated = "Trying again is the worker's matter.")]
pub(super) struct Retry {
    /// So often.
    #[tf(default = 3)]
    pub(super) times: Attr<i64>,
    /// A password for it.
    #[tf(write_only)]
    pub(super) password: Option<Secret>,
}

lives_in_world!(Job, name, |this, world| {
    this.step.iter_mut().for_each(|rule| rule.fill(world));
    for member in &mut this.hook.0 {
        if member.id.is_unknown() {
            member.id = Attr::Known(format!("member-{}", world.number()));
        }
    }
    if let Some(password) = this.retry.as_ref().and_then(|retry| retry.password.as_ref()) {
        world.saw(format!("password of {} characters", password.expose().len()));
    }
};);

/// A thing that the server names.
#[derive(Clone, Debug, PartialEq, Schema)]
#[tf(name = "ticket", immutable)]
#[tf(exactly_one = [text, page], at_most_one = [page, author])]
pub(super) struct Ticket {
    /// Given by the server.
    #[tf(computed, identity)]
    pub(super) id: Attr<String>,
    /// What it says.
    pub(super) text: Option<String>,
    /// Where it says it.
    pub(super) page: Option<i64>,
    /// Who says it.
    pub(super) author: Option<String>,
    #[tf(flatten)]
    pub(super) common: Common,
}

/// What many kinds have in common.
#[derive(Clone, Debug, PartialEq, Schema)]
pub(super) struct Common {
    /// Labels.
    pub(super) labels: Option<BTreeMap<String, String>>,
    /// Who pays.
    #[tf(default = "nobody", check = len(1..=9))]
    pub(super) owner: Attr<String>,
}

impl crate::Resource for Ticket {
    type Backend = World;

    async fn create(cx: &crate::Cx<World>, mut plan: Self) -> crate::Applied<Self> {
        let id = format!("ticket-{}", cx.number());
        plan.id = Attr::Known(id.clone());
        cx.put(id, plan)
    }

    async fn read(
        cx: &crate::Cx<World>,
        key: String,
        _: Option<Self>,
    ) -> crate::Result<Option<Self>> {
        cx.get(&key)
    }

    async fn update(_: &crate::Cx<World>, _: crate::Change<Self>) -> crate::Applied<Self> {
        crate::immutable()
    }

    async fn delete(cx: &crate::Cx<World>, state: Self) -> crate::Result<()> {
        cx.drop(&state.id.known().unwrap_or_default())
    }
}
