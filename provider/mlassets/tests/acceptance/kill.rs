//! `kill -9` of the provider in the middle of an apply: the next apply converges, and the service holds
//! everything once.
//!
//! A first run writes down the fault points that it passes, across all processes of the provider; then the
//! same is done again for each of them, with the process killed there. Chosen are the points after the last
//! configuration, which is that of the process that applies, so that each is a moment in which the resource
//! is created or changed: before and after an exchange with Prefect, a statement of SQL, or a change of a
//! folder of the archive.

mod s3;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use mlassets::backend::artifacts::{Look, Store, VersionFilter, VersionKey};
use mlassets::backend::prefect::{Config, NewWorkPool, Prefect, WorkPool, WorkQueue, record_name};
use mlassets::backend::worm::{self, Archive, NewBucket};

use crate::harness::{Workspace, told, unique};
use crate::meddle::{deploy, paused_in, set_paused};
use crate::registries::{Ground, postgres, provider, sqlite, wait};

/// The fewest points at which each kind of asset is killed.
const FEWEST: usize = 20;

/// The most points of one story.
const MOST: usize = 14;

/// How many points of a story may lie behind the end of a run: a busy server is asked again, so that the run which
/// wrote the points down passed more of them than later ones.
const UNREACHED: usize = 4;

/// Tells a story once to its end, and then once for each point, killed there. Answers how many those are.
///
/// `set` writes the configuration of a number, always news, and makes what must be there before; `check` looks
/// into the service after the story of that number was told to its end.
#[track_caller]
pub(crate) fn kill_at_each_point(
    workspace: &Workspace,
    arguments: &[&str],
    set: impl Fn(usize),
    check: impl Fn(usize),
) -> usize {
    kill_at_points(workspace, MOST, arguments, set, check)
}

/// The same at so many points, evenly.
#[track_caller]
fn kill_at_points(
    workspace: &Workspace,
    most: usize,
    arguments: &[&str],
    set: impl Fn(usize),
    check: impl Fn(usize),
) -> usize {
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
    let apply: Vec<_> = apply.iter().chain(arguments).collect();
    let log = workspace.path("points");
    let log_text = log.display().to_string();
    // The story before may have left one.
    let _ = fs::remove_file(&log);
    set(0);
    workspace.run_with(&apply, &[("MLASSETS_FAULT_LOG", &log_text)]).ok();
    check(0);
    let passed = fs::read_to_string(&log).expect("points were passed");
    let passed: Vec<_> = passed.lines().collect();
    let chosen = choose(&passed, most);
    let mut unreached = 0;
    for (round, &nth) in (1..).zip(&chosen) {
        let point = format!("{} at line {nth} of {passed:?}", passed[nth - 1]);
        fs::remove_file(&log).expect("the run before has written it");
        set(round);
        let fault = format!(":{nth}");
        let variables = [("MLASSETS_FAULT_LOG", &*log_text), ("MLASSETS_FAULT", &*fault)];
        let killed = workspace.run_with(&apply, &variables);
        if killed.code == Some(0) {
            let reached = fs::read_to_string(&log).expect("points were passed").lines().count();
            assert!(reached < nth, "{point} does not kill: {killed}");
            unreached += 1;
            check(round);
            continue;
        }
        killed.died();
        let next = workspace.run(&apply);
        assert_eq!(next.code, Some(0), "after {point}: {next}");
        let plan = workspace.run(&["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
        assert_eq!(plan.code, Some(0), "after {point}: {plan}");
        check(round);
    }
    assert!(unreached <= UNREACHED, "{unreached} of {} points were not reached", chosen.len());
    chosen.len()
}

/// Lines, counted from 1: those of the process that applies, or as many of them as are wanted, evenly.
fn choose(passed: &[&str], most: usize) -> Vec<usize> {
    let last = passed.iter().rposition(|name| *name == "provider.configured");
    let first = last.expect("the provider was configured") + 1;
    let all: Vec<usize> = (first..=passed.len()).collect();
    if all.len() <= most {
        return all;
    }
    (0..most).map(|index| all[index * (all.len() - 1) / (most - 1)]).collect()
}

/// Forgets the state, as if the workspace were new.
fn forget(workspace: &Workspace) {
    for name in ["terraform.tfstate", "terraform.tfstate.backup"] {
        // There is none in the beginning.
        let _ = fs::remove_file(workspace.path(name));
    }
}

fn prefect() -> Prefect {
    Prefect::new(&Config::new(told("MLASSETS_TEST_PREFECT_API_URL")))
        .expect("the test's server has an address")
}

/// All pools whose name begins so.
fn pools(prefix: &str) -> Vec<WorkPool> {
    let all =
        wait(prefect().list_work_pools(&mlassets::backend::prefect::WorkPoolFilter::default()));
    let mut pools = all.expect("pools can be listed");
    pools.retain(|pool| pool.name.starts_with(prefix));
    pools
}

fn queues(pool: &str) -> Vec<WorkQueue> {
    wait(prefect().list_work_queues(pool)).expect("queues can be listed")
}

fn numbered(prefix: &str, round: usize) -> Vec<String> {
    let mut names: Vec<_> = (0..=round).map(|number| format!("{prefix}-{number}")).collect();
    names.sort_unstable();
    names
}

#[test]
fn work_pool() {
    let prefix = unique("kill");
    let workspace = Workspace::new("");
    let write = |number: usize, round: usize| {
        workspace.configure(&format!(
            "resource \"mlassets_work_pool\" \"this\" {{\n  name = \"{prefix}-{number}\"\n  \
             description = \"round {round}\"\n  concurrency_limit = {round}\n  paused = {}\n}}\n",
            round % 2 == 1
        ));
    };
    let check = |names: &[String], round: usize| {
        let pools = pools(&prefix);
        assert_eq!(
            pools.iter().map(|pool| &pool.name).collect::<Vec<_>>(),
            names.iter().collect::<Vec<_>>()
        );
        let state = workspace.state("mlassets_work_pool.this");
        let pool =
            pools.iter().find(|pool| pool.id == state["id"]).expect("the state names a pool");
        assert_eq!(pool.description.as_deref(), Some(&*format!("round {round}")));
        assert_eq!(pool.concurrency_limit, i64::try_from(round).ok());
        assert_eq!(pool.is_paused, round % 2 == 1);
        assert!(pool.base_job_template["job_configuration"].is_object(), "the default template");
        assert_eq!(queues(&pool.name).len(), 1, "the default queue alone");
    };

    let set = |round| {
        forget(&workspace);
        write(round, round);
    };
    let created =
        kill_at_each_point(&workspace, &[], set, |round| check(&numbered(&prefix, round), round));

    let all: Vec<_> = pools(&prefix).into_iter().map(|pool| pool.name).collect();
    let last = all.len() - 1;
    let changed = kill_at_each_point(
        &workspace,
        &[],
        |round| write(last, round + 100),
        |round| check(&all, round + 100),
    );

    assert!(created + changed >= FEWEST, "{created} and {changed}");
    for pool in &all {
        wait(prefect().delete_work_pool(pool)).expect("a pool can be deleted");
    }
}

#[test]
fn work_queue() {
    let pool = unique("kill");
    let new = NewWorkPool {
        name: pool.clone(),
        pool_type: "process".to_owned(),
        ..NewWorkPool::default()
    };
    wait(prefect().create_work_pool(&new)).expect("a pool can be created");
    let workspace = Workspace::new("");
    let write = |name: &str, round: usize| {
        workspace.configure(&format!(
            "resource \"mlassets_work_queue\" \"this\" {{\n  work_pool_name = \"{pool}\"\n  \
             name = \"{name}\"\n  description = \"round {round}\"\n  concurrency_limit = {round}\n}}\n"
        ));
    };
    let check = |names: &[String], name: &str, round: usize| {
        let queues = queues(&pool);
        let mut found: Vec<_> = queues.iter().map(|queue| queue.name.clone()).collect();
        found.sort_unstable();
        assert_eq!(found, names);
        let queue = queues.iter().find(|queue| queue.name == name).expect("it was just listed");
        assert_eq!(workspace.state("mlassets_work_queue.this")["id"], queue.id);
        assert_eq!(queue.description.as_deref(), Some(&*format!("round {round}")));
        assert_eq!(queue.concurrency_limit, i64::try_from(round).ok());
    };
    let with_default = |round| {
        let mut names = numbered("queue", round);
        names.insert(0, "default".to_owned());
        names
    };

    let set = |round| {
        forget(&workspace);
        write(&format!("queue-{round}"), round);
    };
    let created = kill_at_each_point(&workspace, &[], set, |round| {
        check(&with_default(round), &format!("queue-{round}"), round);
    });

    let all = with_default(queues(&pool).len() - 2);
    write("queue-0", 0);
    forget(&workspace);
    workspace
        .run(&["import", "-no-color", "mlassets_work_queue.this", &format!("{pool}/queue-0")])
        .ok();
    let changed = kill_at_each_point(
        &workspace,
        &[],
        |round| write("queue-0", round + 100),
        |round| check(&all, "queue-0", round + 100),
    );

    // The queue that comes with a pool is not created but taken over.
    let set = |round| {
        forget(&workspace);
        write("default", round);
    };
    let taken = kill_at_each_point(&workspace, &[], set, |round| check(&all, "default", round));

    assert!(
        created + changed >= FEWEST - 2 && created + changed + taken >= FEWEST,
        "{created}, {changed}, {taken}"
    );
    wait(prefect().delete_work_pool(&pool)).expect("a pool can be deleted");
}

/// A pool with three deployments, of which `c` is paused, and the configuration that pauses it.
fn paused_pool(workspace: &Workspace, pool: &str) {
    let new = NewWorkPool {
        name: pool.to_owned(),
        pool_type: "process".to_owned(),
        ..NewWorkPool::default()
    };
    wait(prefect().create_work_pool(&new)).expect("a pool can be created");
    let [_, _, c] = ["a", "b", "c"].map(|name| deploy(pool, name, Some(pool)));
    set_paused(&c, true);
    workspace.configure(&format!(
        "resource \"mlassets_deployment_pause\" \"this\" {{\n  work_pool_name = \"{pool}\"\n}}\n"
    ));
}

/// The names in a map of deployments.
fn names(deployments: &serde_json::Value) -> Vec<&str> {
    let names = deployments.as_object().expect("a map").values().filter_map(|name| name.as_str());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names
}

#[test]
fn deployment_pause() {
    let prefix = unique("kill");
    let workspace = Workspace::new("");
    let pool = |round: usize| format!("{prefix}-{round}");
    let set = |round| {
        forget(&workspace);
        paused_pool(&workspace, &pool(round));
    };
    // Also those that the killed process had paused are known as its own.
    let created = kill_at_each_point(&workspace, &[], set, |round| {
        let state = workspace.state("mlassets_deployment_pause.this");
        assert_eq!(names(&state["paused_deployments"]), ["a", "b"]);
        assert_eq!(names(&state["previously_paused"]), ["c"]);
        assert_eq!(paused_in(&pool(round)), ["a", "b", "c"]);
    });

    // It pauses what came, and ends.
    let pool = pool(created);
    let set = |round: usize| drop(deploy(&pool, &format!("n{round:02}"), Some(&pool)));
    let changed = kill_at_each_point(&workspace, &[], set, |round| {
        let state = workspace.state("mlassets_deployment_pause.this");
        assert_eq!(names(&state["paused_deployments"]).len(), round + 3);
        assert_eq!(paused_in(&pool).len(), round + 4);
    });
    assert!(created + changed >= FEWEST, "{created} and {changed}");
}

#[test]
fn the_end_of_a_deployment_pause() {
    let prefix = unique("kill");
    let workspace = Workspace::new("");
    let pool = |round: usize| format!("{prefix}-{round}");
    let set = |round| {
        forget(&workspace);
        paused_pool(&workspace, &pool(round));
        workspace.apply().ok();
        workspace.configure("");
    };
    let ended = kill_at_each_point(&workspace, &[], set, |round| {
        assert_eq!(paused_in(&pool(round)), ["c"]);
        let record = record_name(&format!("pool/{}", pool(round)));
        assert_eq!(wait(prefect().variables_beginning(&record)).expect("it answers"), []);
        assert_eq!(workspace.attributes("mlassets_deployment_pause.this"), None);
    });
    assert!(ended > 5, "{ended}");
}

#[test]
fn variable_and_concurrency_limit() {
    let prefix = unique("kill");
    let workspace = Workspace::new("");
    let write = |number: usize, round: usize| {
        workspace.configure(&format!(
            "resource \"mlassets_variable\" \"this\" {{\n  name = \"{prefix}-{number}\"\n  value = {{ round = {round} }}\n  \
             tags = [\"{prefix}\"]\n}}\n\
             resource \"mlassets_concurrency_limit\" \"this\" {{\n  name = \"{prefix}-{number}\"\n  limit = {round}\n  \
             depends_on = [mlassets_variable.this]\n}}\n"
        ));
    };
    let check = |count: usize, number: usize, round: usize| {
        let variables = wait(prefect().variables_beginning(&prefix)).expect("it answers");
        assert_eq!(variables.len(), count);
        let name = format!("{prefix}-{number}");
        let variable = wait(prefect().find_variable(&name)).expect("it answers");
        let variable = variable.expect("it is there");
        assert_eq!(
            (variable.value, variable.tags),
            (serde_json::json!({ "round": round }), vec![prefix.clone()])
        );
        assert_eq!(workspace.state("mlassets_variable.this")["id"], variable.id);
        let limit = wait(prefect().find_concurrency_limit(&name)).expect("it answers");
        let limit = limit.expect("it is there");
        assert_eq!(usize::try_from(limit.limit), Ok(round));
        assert_eq!(workspace.state("mlassets_concurrency_limit.this")["id"], limit.id);
    };
    let set = |round| {
        forget(&workspace);
        write(round, round);
    };
    let created = kill_at_each_point(&workspace, &[], set, |round| check(round + 1, round, round));
    let changed = kill_at_each_point(
        &workspace,
        &[],
        |round| write(created, round + 100),
        |round| check(created + 1, created, round + 100),
    );
    assert!(created + changed >= FEWEST, "{created} and {changed}");
}

#[test]
fn model_registry_on_sqlite() {
    let workspace = Workspace::new("");
    let file = |round: usize| workspace.path(format!("registry-{round}.db"));
    let tables = |round| sqlite(&file(round), "SELECT type, name FROM sqlite_schema ORDER BY 1, 2");
    let migrations =
        |round| sqlite(&file(round), "SELECT version, name, checksum FROM schema_migrations");
    migrate(
        &workspace,
        |round| (file(round).display().to_string(), "core".to_owned()),
        |round| {
            assert_eq!(tables(round), tables(0));
            assert_eq!(migrations(round), migrations(0));
        },
    );
}

#[test]
fn model_registry_on_postgres() {
    let workspace = Workspace::new("");
    let url = told("MLASSETS_TEST_POSTGRES_URL");
    let prefix = unique("kill").replace('-', "_");
    let schema = |round: usize| format!("{prefix}_{round}");
    let objects = |round| {
        let query = "SELECT relkind, relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace \
                     UNION ALL SELECT 'f', proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace \
                     ORDER BY 1, 2";
        postgres(&url, &schema(round), query)
    };
    let migrations = |round| {
        postgres(&url, &schema(round), "SELECT version, name, checksum FROM schema_migrations")
    };
    let rounds = migrate(
        &workspace,
        |round| (url.clone(), schema(round)),
        |round| {
            assert_eq!(objects(round), objects(0));
            assert_eq!(migrations(round), migrations(0));
        },
    );
    for round in 0..=rounds {
        postgres(&url, &schema(round), &format!("DROP SCHEMA IF EXISTS {} CASCADE", schema(round)));
    }
}

/// Kills creations and updates of a registry that is elsewhere each time. Answers how often.
#[track_caller]
fn migrate(
    workspace: &Workspace,
    place: impl Fn(usize) -> (String, String),
    check: impl Fn(usize),
) -> usize {
    let write = |round| {
        let (url, schema) = place(round);
        let resource = "resource \"mlassets_model_registry\" \"this\" {}\n";
        workspace.configure(&format!("{}{resource}", provider(&url, &schema)));
    };
    let set = |round| {
        forget(workspace);
        write(round);
    };
    let created = kill_at_each_point(workspace, &[], set, &check);

    // A state from before the last migration makes the plan bring the tables forward.
    let set = |round| {
        set(round % (created + 1));
        workspace
            .run(&[
                "import",
                "-no-color",
                "mlassets_model_registry.this",
                &place(round % (created + 1)).1,
            ])
            .ok();
        let state = workspace.path("terraform.tfstate");
        let text = fs::read_to_string(&state).expect("there is a state");
        assert!(text.contains("\"schema_version\": 1"), "{text}");
        fs::write(&state, text.replace("\"schema_version\": 1", "\"schema_version\": 0"))
            .expect("it can be written");
    };
    let again = |round| check(round % (created + 1));
    let updated = kill_at_each_point(workspace, &["-refresh=false"], set, again);

    assert!(created + updated >= FEWEST, "{created} and {updated}");
    created
}

fn versions_are_killed(ground: &Ground) {
    let workspace = Workspace::new("");
    let write = |version: &str, round: usize| {
        workspace.configure(&format!(
            "{}\nresource \"mlassets_model_version\" \"this\" {{\n  model = \"ranker\"\n  version = \"{version}\"\n  \
             artifact_sha256 = \"{}\"\n  artifact_uri = \"s3://models/{version}\"\n  description = \"round {round}\"\n  \
             metadata = {{ git_sha = \"{round}\" }}\n}}\n",
            ground.provider(),
            "a".repeat(64)
        ));
    };
    let check = |version: &str, round: usize, audit: &[&str]| {
        let row = ground.sql(&format!(
            "SELECT status, description, row_version FROM model_registry WHERE model_version = '{version}'"
        ));
        assert_eq!(row, [format!("verified round {round} {}", audit.len())]);
        let entries = ground.sql(&format!(
            "SELECT op FROM model_registry_audit WHERE model_version = '{version}' ORDER BY seq"
        ));
        assert_eq!(entries, audit);
        assert_eq!(workspace.state("mlassets_model_version.this")["row_version"], audit.len());
    };

    let set = |round| {
        forget(&workspace);
        write(&format!("v{round}"), round);
    };
    let created = kill_at_each_point(&workspace, &[], set, |round| {
        check(&format!("v{round}"), round, &["register", "verify"]);
    });

    let set = |round: usize| write(&format!("v{created}"), round + 100);
    let check = |round: usize| {
        let audit: Vec<_> = ["register", "verify"]
            .into_iter()
            .chain(std::iter::repeat_n("update", round + 1))
            .collect();
        check(&format!("v{created}"), round + 100, &audit);
    };
    let changed = kill_at_each_point(&workspace, &[], set, check);
    assert!(created + changed >= FEWEST, "{created} and {changed}");
}

#[test]
fn model_version_on_sqlite() {
    versions_are_killed(&Ground::sqlite());
}

#[test]
fn model_version_on_postgres() {
    versions_are_killed(&Ground::postgres());
}

fn deployments_are_killed(ground: &Ground) {
    (0..=MOST + 1).for_each(|number| ground.register("ranker", &format!("2025-01-15-v{number}")));
    let workspace = Workspace::new("");
    let write = |environment: &str, number: usize| {
        workspace.configure(&format!(
            "{}\nresource \"mlassets_model_deployment\" \"this\" {{\n  model = \"ranker\"\n  \
             environment = \"{environment}\"\n  version = \"2025-01-15-v{number}\"\n}}\n",
            ground.provider()
        ));
    };
    // The row version grows with each begin and each end.
    // What was deployed one after the other is there once each, and the audit tells it once each.
    let check = |environment: &str, number: usize| {
        let rows = ground.sql(&format!(
            "SELECT row_version, model_version, status FROM model_deployment WHERE environment = '{environment}' \
             ORDER BY row_version"
        ));
        let expected: Vec<_> = (0..=number)
            .map(|row| {
                let (version, status) = if row == number {
                    (2 * row + 1, "deployed")
                } else {
                    (2 * row + 2, "superseded")
                };
                format!("{version} 2025-01-15-v{row} {status}")
            })
            .collect();
        assert_eq!(rows, expected);
        let audit = ground.sql(&format!(
            "SELECT op, model_version FROM model_registry_audit WHERE environment = '{environment}' ORDER BY seq"
        ));
        let mut expected = vec!["deploy 2025-01-15-v0".to_owned()];
        for row in 1..=number {
            expected.push(format!("supersede 2025-01-15-v{}", row - 1));
            expected.push(format!("deploy 2025-01-15-v{row}"));
        }
        assert_eq!(audit, expected);
        assert_eq!(
            workspace.state("mlassets_model_deployment.this")["row_version"],
            2 * number + 1
        );
    };

    let set = |round| {
        forget(&workspace);
        write(&format!("place-{round}"), 0);
    };
    let created =
        kill_at_each_point(&workspace, &[], set, |round| check(&format!("place-{round}"), 0));

    let place = format!("place-{created}");
    let changed = kill_at_each_point(
        &workspace,
        &[],
        |round| write(&place, round + 1),
        |round| check(&place, round + 1),
    );
    assert!(created + changed >= FEWEST, "{created} and {changed}");
}

#[test]
fn model_deployment_on_sqlite() {
    deployments_are_killed(&Ground::sqlite());
}

#[test]
fn model_deployment_on_postgres() {
    deployments_are_killed(&Ground::postgres());
}

fn archive(workspace: &Workspace) -> Archive {
    Archive::directory(workspace.path("worm"), worm::Options::new("acceptance"))
        .expect("an absolute path")
}

/// The bucket is in order and its chain has so many entries.
#[track_caller]
fn check_bucket(workspace: &Workspace, bucket: &str, entries: usize) {
    let report = wait(archive(workspace).verify_bucket(bucket, None)).expect("the bucket is there");
    assert_eq!(report.problems, [], "{bucket}");
    assert_eq!(report.entries, entries as u64, "{bucket}");
}

#[test]
fn worm_bucket() {
    let workspace = Workspace::new("");
    let write = |bucket: &str, days: usize| {
        workspace.configure(&format!(
            "resource \"mlassets_worm_bucket\" \"this\" {{\n  name = \"{bucket}\"\n  retention_days = {days}\n}}\n"
        ));
    };
    let check = |bucket: &str, days: usize, entries: usize| {
        check_bucket(&workspace, bucket, entries);
        let state = workspace.state("mlassets_worm_bucket.this");
        assert_eq!(
            (&state["head_sequence"], &state["retention_days"]),
            (&entries.into(), &days.into())
        );
    };

    let set = |round| {
        forget(&workspace);
        write(&format!("bucket-{round}"), 10);
    };
    let created = kill_at_each_point(&workspace, &[], set, |round| {
        check(&format!("bucket-{round}"), 10, 1);
        let buckets = fs::read_dir(workspace.path("worm")).expect("the archive").count();
        assert_eq!(buckets, round + 1);
    });

    let bucket = format!("bucket-{created}");
    let changed = kill_at_each_point(
        &workspace,
        &[],
        |round| write(&bucket, round + 11),
        |round| check(&bucket, round + 11, round + 2),
    );
    assert!(created + changed >= FEWEST, "{created} and {changed}");
}

/// The files of the records in a bucket.
fn record_files(bucket: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(bucket).expect("a folder of the archive") {
        let entry = entry.expect("an entry of it");
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.path().is_dir() && !hidden {
            files.extend(record_files(&entry.path()));
        } else if !hidden {
            files.push(entry.path());
        }
    }
    files.sort_unstable();
    files
}

#[test]
fn worm_record() {
    let workspace = Workspace::new("");
    let new = NewBucket { name: "audit".to_owned(), retention_days: 10 };
    wait(archive(&workspace).create_bucket(new)).expect("a bucket can be created");
    let bucket = workspace.path("worm/audit");
    let write = |number: usize| {
        workspace.configure(&format!(
            "resource \"mlassets_worm_record\" \"this\" {{\n  bucket = \"audit\"\n  record_type = \"event\"\n  \
             name = \"{number:02}.json\"\n  content = jsonencode({{ number = {number} }})\n}}\n"
        ));
    };
    let check = |records: usize| {
        check_bucket(&workspace, "audit", records + 1);
        let files = record_files(&bucket);
        let names: Vec<_> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
        let expected: Vec<_> = (0..records).map(|number| format!("{number:02}.json")).collect();
        assert_eq!(names, expected);
        let state = workspace.state("mlassets_worm_record.this");
        let last = files.last().expect("there is one");
        assert!(last.ends_with(state["path"].as_str().expect("a path")), "{last:?}");
        let mode = fs::metadata(last).expect("it is there").permissions().mode() & 0o7777;
        assert_eq!(mode, 0o444);
    };

    // Without a time of the event, which is then chosen anew by the apply after the kill.
    let set = |round| {
        forget(&workspace);
        write(round);
    };
    let created = kill_at_each_point(&workspace, &[], set, |round| check(round + 1));

    let last = record_files(&bucket).pop().expect("there is one");
    let spoil =
        |_| fs::set_permissions(&last, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let changed = kill_at_each_point(&workspace, &[], spoil, |_| check(created + 1));
    assert!(created + changed >= FEWEST, "{created} and {changed}");
}

#[test]
fn worm_record_whose_file_is_missing() {
    let workspace = Workspace::new(
        "resource \"mlassets_worm_bucket\" \"this\" {\n  name = \"audit\"\n  retention_days = 10\n}\n\
         resource \"mlassets_worm_record\" \"this\" {\n  bucket = mlassets_worm_bucket.this.name\n  \
         record_type = \"event\"\n  name = \"a.json\"\n  content = \"{}\"\n}\n",
    );
    workspace.apply().ok();
    workspace.apply().ok();
    let [file] = record_files(&workspace.path("worm/audit")).try_into().expect("one record");
    let lose = |_| fs::remove_file(&file).expect("it is there");
    let changed = kill_at_each_point(&workspace, &[], lose, |_| {
        check_bucket(&workspace, "audit", 2);
        assert_eq!(fs::read_to_string(&file).expect("it is back"), "{}");
    });
    assert!(changed > 5);
}

#[test]
fn artifact_distribution() {
    let workspace = Workspace::new("");
    workspace.write("source/ai1.pkl", "first");
    workspace.write("source/theta.yaml", "theta");
    let write = |number: usize| {
        workspace.configure(&format!(
            "resource \"mlassets_artifact_distribution\" \"this\" {{\n  environment = \"prod\"\n  model = \"ranker\"\n  \
             version = \"v{number}\"\n  artifacts = {{\n    model_ai1 = \"source/ai1.pkl\"\n    \
             theta_params = \"source/theta.yaml\"\n  }}\n}}\n"
        ));
    };
    let store = Store::directory(workspace.path("store")).expect("an absolute path");
    let check = |number: usize| {
        let [environment, model] = ["prod", "ranker"].map(str::to_owned);
        let key = VersionKey { environment, model, version: format!("v{number}") };
        let found = wait(store.find(key, None, Look::Bytes, std::future::pending()));
        let found = found.expect("the store can be read").expect("the version is there");
        assert_eq!(found.problems, []);
        let versions = wait(store.list(VersionFilter::default())).expect("the store can be read");
        assert_eq!(versions.len(), number + 1);
    };

    let set = |round| {
        forget(&workspace);
        write(round);
    };
    let created = kill_at_each_point(&workspace, &[], set, |number| {
        check(number);
        // A repair that dies at its very end leaves this to the next writer.
        let aside = fs::read_dir(workspace.path("store/.stage")).expect("it was used").count();
        assert_eq!(aside, 0);
    });

    let folder = workspace.path(format!("store/prod/ranker/v{created}"));
    let spoil = |_| {
        for file in ["ai1.pkl", "SHA256SUMS"] {
            fs::remove_file(folder.join(file)).expect("it is there");
        }
    };
    let changed = kill_at_each_point(&workspace, &[], spoil, |_| check(created));
    assert!(created + changed >= FEWEST, "{created} and {changed}");
}
