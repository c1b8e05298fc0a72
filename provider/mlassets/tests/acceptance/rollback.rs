//! A rollback under a real Terraform: the signal is raised, the pool is paused, the version changes, and both are taken
//! back; on PostgreSQL, Prefect and Redis, stopped at each step.

use mlassets::backend::prefect::NewWorkPool;
use mlassets::backend::registry::VersionFilter;

use crate::audit::{audited, events};
use crate::harness::{Workspace, unique};
use crate::meddle::{deploy, paused_in, prefect, redis, set_paused};
use crate::registries::{Ground, wait};

const OLD: &str = "2025-01-14-v1";
const NEW: &str = "2025-01-15-v1";
const ADDRESS: &str = "mlassets_model_deployment.this";

/// A pool with three deployments, of which somebody has paused one, and a registry with two versions.
struct Stage {
    ground: Ground,
    pool: String,
    signal: String,
    workspace: Workspace,
}

impl Stage {
    /// The newer version is deployed after the older one.
    fn new() -> Self {
        let ground = Ground::postgres();
        for version in [OLD, NEW] {
            ground.register("ranker", version);
        }
        let (pool, signal) = (unique("rollback"), unique("halt"));
        let new = NewWorkPool {
            name: pool.clone(),
            pool_type: "process".to_owned(),
            ..NewWorkPool::default()
        };
        wait(prefect().create_work_pool(&new)).expect("a pool can be created");
        for name in ["a", "b"] {
            deploy(&pool, name, Some(&pool));
        }
        set_paused(&deploy(&pool, "theirs", Some(&pool)), true);
        let stage = Stage { ground, pool, signal, workspace: audited("") };
        for version in [OLD, NEW] {
            stage.wants(version);
            stage.workspace.apply().ok();
        }
        assert_eq!(stage.version(), "", "a release raises no signal");
        stage
    }

    fn wants(&self, version: &str) {
        self.wants_with(version, "");
    }

    /// This version, with `more` said of both steps.
    fn wants_with(&self, version: &str, more: &str) {
        let Stage { pool, signal, .. } = self;
        self.workspace.configure(&format!(
            "{}\nresource \"mlassets_model_deployment\" \"this\" {{\n  model = \"ranker\"\n  environment = \"prod\"\n  \
             version = {version:?}\n  signal = {{\n    name = {signal:?}\n{more}\n  }}\n  pause = {{\n    work_pool = {pool:?}\n\
             {more}\n  }}\n}}\n",
            self.ground.provider()
        ));
    }

    fn applies(&self, version: &str) {
        self.wants(version);
        self.workspace.apply().ok();
        self.workspace.plan_is_empty();
    }

    fn field(&self, name: &str) -> String {
        let key = format!("{{mlassets:ops}}:{}", self.signal);
        redis::<Option<String>>(&["HGET", &key, name]).unwrap_or_default()
    }

    fn version(&self) -> String {
        self.field("version")
    }

    /// Whether the signal is raised, which deployments are paused, which version is deployed.
    fn now(&self) -> (bool, Vec<String>, String) {
        let mut paused = paused_in(&self.pool);
        paused.sort_unstable();
        let found = wait(self.ground.registry().find_deployment("ranker", "prod"));
        let deployed = found.expect("the registry is there").map(|found| found.version);
        (self.field("active") == "1", paused, deployed.unwrap_or_default())
    }

    #[track_caller]
    fn is(&self, raised: bool, paused: &[&str], deployed: &str) {
        let paused = paused.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(self.now(), (raised, paused, deployed.to_owned()));
    }

    /// The status of each version.
    fn statuses(&self) -> Vec<String> {
        let versions = wait(self.ground.registry().list_versions(&VersionFilter::default()));
        let versions = versions.expect("the registry is there");
        versions.iter().map(|row| format!("{} {}", row.version, row.status)).collect()
    }

    /// What was done, by time.
    fn story(&self) -> Vec<String> {
        let mut events = events(&self.workspace);
        events.sort_by_key(|event| event["at"].as_str().map(str::to_owned));
        let operation = |event: serde_json::Value| event["operation"].as_str().map(str::to_owned);
        let told: Vec<_> = events.into_iter().filter_map(operation).collect();
        told.into_iter()
            .filter(|operation| operation != "register" && operation != "verify")
            .collect()
    }
}

#[test]
fn stops_what_runs_and_lets_it_go_on() {
    let stage = Stage::new();
    let before = stage.statuses();
    stage.wants(OLD);
    let plan = stage.workspace.run(&["plan", "-input=false", "-no-color"]).ok();
    plan.says(&format!(
        "`{OLD}` takes the place of the newer `{NEW}`. The signal `{}` is raised until the version is deployed. The deployments of \
         the work pool `{}` are paused until the version is deployed.",
        stage.signal, stage.pool
    ));
    stage.applies(OLD);
    stage.is(false, &["theirs"], OLD);
    assert_eq!(stage.version(), "2", "it was raised and lifted");
    assert_eq!(stage.statuses(), [format!("{OLD} deployed"), format!("{NEW} rolled_back")]);
    assert_eq!(stage.story()[2..], ["raise", "pause", "deploy", "resume", "lift"]);
    let events = events(&stage.workspace);
    let paused = events.iter().find(|event| event["operation"] == "pause").expect("it was told");
    assert_eq!(paused["after"]["deployments"].as_array().map(Vec::len), Some(2));

    stage.applies(NEW);
    assert_eq!(stage.statuses(), before, "a rollback of the rollback gives back what was");
    assert_eq!(stage.version(), "2", "that is no rollback");

    // What somebody else has raised stays, and so does what is to be kept.
    let key = format!("{{mlassets:ops}}:{}", stage.signal);
    redis::<()>(&["HSET", &key, "active", "1", "reason", "fire", "version", "7"]);
    stage.applies(OLD);
    stage.is(true, &["theirs"], OLD);
    assert_eq!([stage.field("reason"), stage.version()], ["fire", "7"]);

    // With each change, and to be looked at before it goes on.
    redis::<()>(&["HSET", &key, "active", "0", "version", "8"]);
    stage.wants_with(NEW, "    on = \"change\"\n    keep = true");
    stage.workspace.apply().ok();
    stage.workspace.plan_is_empty();
    stage.is(true, &["a", "b", "theirs"], NEW);
    stage.workspace.destroy().ok();
    stage.is(true, &["a", "b", "theirs"], "");
}

#[test]
fn goes_on_where_it_stopped() {
    let stage = Stage::new();
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
    let gone = |variable, url| stage.workspace.run_with(&apply, &[(variable, url)]).fails();

    // Nothing is changed without Redis.
    stage.wants(OLD);
    let said = gone("MLASSETS_REDIS_URL", "redis://127.0.0.1:1");
    let said = said.says("Redis did not do as asked");
    said.says("Whether an earlier change of ranker@prod was interrupted could not be found out.");
    stage.is(false, &["theirs"], NEW);

    // Without Prefect the signal is raised, and an apply of the old version lifts it.
    let said =
        gone("PREFECT_API_URL", "http://127.0.0.1:1/api").says("Prefect did not do as asked");
    said.says(&format!(
        "The change of ranker@prod from `{NEW}` to `{OLD}` is not finished: the signal `{}` is raised, what else was done \
         cannot be seen now. It stays so. Apply again to go on, or set `version` back to `{NEW}` and apply that to end it.",
        stage.signal
    ));
    stage.is(true, &["theirs"], NEW);
    stage.applies(NEW);
    stage.is(false, &["theirs"], NEW);

    // A version that nobody can deploy stops nothing.
    stage.wants("2025-01-13-v1");
    stage.workspace.apply().fails().says("Unknown version");
    stage.is(false, &["theirs"], NEW);

    let killed = |point| stage.workspace.run_with(&apply, &[("MLASSETS_FAULT", point)]).died();
    stage.wants(OLD);
    killed("model_deployment.deploy.before_commit");
    stage.is(true, &["a", "b", "theirs"], NEW);
    // The deployment of this name in another registry has nothing to do with it.
    let other = Stage::new();
    other.workspace.plan_is_empty();
    other.applies(OLD);
    other.is(false, &["theirs"], OLD);
    stage.is(true, &["a", "b", "theirs"], NEW);
    killed("model_deployment.deploy.after_commit");
    stage.is(true, &["a", "b", "theirs"], OLD);
    let plan = stage.workspace.run(&["plan", "-input=false", "-no-color"]).ok();
    plan.says("deployments of the work pool").says("1 to change");
    stage.applies(OLD);
    stage.is(false, &["theirs"], OLD);
    assert_eq!(stage.workspace.state(ADDRESS)["unfinished"], serde_json::Value::Null);
    let told = ["raise", "lift", "raise", "pause", "deploy", "resume", "lift"];
    assert_eq!(stage.story()[2..], told);
}
