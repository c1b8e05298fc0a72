//! Twenty applies that deploy another version of one model each: one wins, the others learn which.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

use mlassets::backend::registry::{AuditFilter, DeploymentFilter};

use crate::harness::{Run, Workspace};
use crate::registries::{Ground, wait};

const RACERS: usize = 20;
const MODEL: &str = "ranker";

fn version(number: usize) -> String {
    format!("2025-01-15-v{number}")
}

/// A workspace that deploys the version of this number.
fn workspace(ground: &Ground, number: usize) -> Workspace {
    Workspace::new(&deploying(ground, number)).env("MLASSETS_ACTOR", format!("racer-{number}"))
}

fn deploying(ground: &Ground, number: usize) -> String {
    format!(
        "{}\nresource \"mlassets_model_deployment\" \"this\" {{\n  model       = \"{MODEL}\"\n  \
         environment = \"production\"\n  version     = \"{}\"\n}}\n",
        ground.provider(),
        version(number)
    )
}

/// Runs the command in all workspaces at once.
fn race(workspaces: &[Workspace], arguments: &[&str]) -> Vec<Run> {
    let start = Barrier::new(workspaces.len());
    thread::scope(|scope| {
        let runs: Vec<_> = workspaces
            .iter()
            .map(|workspace| {
                scope.spawn(|| {
                    start.wait();
                    workspace.run(arguments)
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().expect("a racer does not panic")).collect()
    })
}

/// The number of the one who won; all others must have been told its version, and nothing else.
fn winner(runs: Vec<Run>, before: &str) -> usize {
    let won: Vec<usize> =
        (1..).zip(&runs).filter(|(_, run)| run.code == Some(0)).map(|(number, _)| number).collect();
    let &[winner] = won.as_slice() else {
        let texts: Vec<_> = runs.iter().map(ToString::to_string).collect();
        panic!("{won:?} won: {}", texts.join("\n"));
    };
    for (number, run) in (1..).zip(runs).filter(|(number, _)| *number != winner) {
        let run = run.fails().says("Error: Deployment ");
        let run = run.says(&format!(
            "Model `{MODEL}` in `production`: version `{}` is deployed",
            version(winner)
        ));
        let run = run.says(&format!("by racer-{winner} at ")).says(before);
        let errors = run.text().matches("Error: ").count();
        let known = run.text().matches("Error: Deployment").count();
        assert_eq!(errors, known, "racer {number} met another error, too: {run}");
    }
    winner
}

/// What the audit says of deployments, by transaction.
fn audit(ground: &Ground) -> Vec<Vec<String>> {
    let filter = AuditFilter { model: Some(MODEL.to_owned()), ..AuditFilter::default() };
    let entries = wait(ground.registry().audit(&filter)).expect("the audit can be read");
    let mut transactions: BTreeMap<i64, (i64, Vec<String>)> = BTreeMap::new();
    for entry in entries.into_iter().filter(|entry| entry.op != "register" && entry.op != "verify")
    {
        let txn = entry.txn.expect("the provider's own entries name their transaction");
        let text = format!("{} {} by {}", entry.op, entry.version, entry.actor);
        transactions.entry(txn).or_insert_with(|| (entry.seq, Vec::new())).1.push(text);
    }
    let mut transactions: Vec<_> = transactions.into_values().collect();
    transactions.sort_unstable();
    transactions
        .into_iter()
        .map(|(_, mut texts)| {
            texts.sort_unstable();
            texts
        })
        .collect()
}

/// What is deployed, by the backend and by raw SQL alike.
fn check_deployed(ground: &Ground, expected: &[String]) {
    let deployed = wait(ground.registry().list_deployments(&DeploymentFilter::default()));
    let deployed: Vec<_> = deployed
        .expect("deployments can be listed")
        .into_iter()
        .map(|row| format!("{} {} {}", row.version, row.status, row.row_version))
        .collect();
    assert_eq!(deployed, expected);
    let rows = ground.sql(
        "SELECT model_version, status, row_version FROM model_deployment ORDER BY row_version",
    );
    assert_eq!(rows, expected);
    let statuses = ground.sql("SELECT count(*) FROM model_registry WHERE status = 'deployed'");
    assert_eq!(statuses, ["1"]);
}

fn nothing_was_deployed(ground: &Ground) {
    (1..=RACERS).for_each(|number| ground.register(MODEL, &version(number)));
    let workspaces: Vec<_> = (1..=RACERS).map(|number| workspace(ground, number)).collect();

    let runs = race(&workspaces, &["apply", "-auto-approve", "-input=false", "-no-color"]);
    let winner = winner(runs, "but this change expected nothing to be deployed");

    let version = version(winner);
    check_deployed(ground, &[format!("{version} deployed 1")]);
    let actor = format!("racer-{winner}");
    let done = [format!("deploy {version} by {actor}"), format!("status {version} by {actor}")];
    assert_eq!(audit(ground), [done]);
    workspaces[winner - 1].plan_is_empty();
}

fn all_know_the_same_deployment(ground: &Ground) {
    (0..=RACERS).for_each(|number| ground.register(MODEL, &version(number)));
    let first = workspace(ground, 0);
    first.apply().ok();
    let workspaces: Vec<_> = (1..=RACERS).map(|number| workspace(ground, number)).collect();
    let address = "mlassets_model_deployment.this";
    for (number, workspace) in (1..).zip(&workspaces) {
        workspace.configure(&deploying(ground, 0));
        workspace.run(&["import", "-no-color", address, &format!("{MODEL}@production")]).ok();
        workspace.configure(&deploying(ground, number));
        workspace.run(&["plan", "-input=false", "-no-color", "-out=plan"]).ok().says("1 to change");
    }

    // The plans are made before, so that all of them begin from the same row.
    let runs = race(&workspaces, &["apply", "-input=false", "-no-color", "plan"]);
    let winner = winner(runs, "but this change expected deployment row version 1");

    let (old, new, actor) = (version(0), version(winner), format!("racer-{winner}"));
    check_deployed(ground, &[format!("{old} superseded 2"), format!("{new} deployed 3")]);
    let before = vec![format!("deploy {old} by racer-0"), format!("status {old} by racer-0")];
    let after = vec![
        format!("deploy {new} by {actor}"),
        format!("status {old} by {actor}"),
        format!("status {new} by {actor}"),
        format!("supersede {old} by {actor}"),
    ];
    assert_eq!(audit(ground), [before, after]);
    workspaces[winner - 1].plan_is_empty();

    // Who lost learns by the next plan what it would replace now, and may do so.
    let loser = if winner == 1 { 2 } else { 1 };
    workspaces[loser - 1].apply().ok().says("1 changed");
    let last = version(loser);
    let status = if loser < winner { "rolled_back" } else { "superseded" };
    check_deployed(
        ground,
        &[format!("{old} superseded 2"), format!("{new} {status} 4"), format!("{last} deployed 5")],
    );
}

#[test]
fn creations_race_on_sqlite() {
    nothing_was_deployed(&Ground::sqlite());
}

#[test]
fn creations_race_on_postgres() {
    nothing_was_deployed(&Ground::postgres());
}

#[test]
fn changes_race_on_sqlite() {
    all_know_the_same_deployment(&Ground::sqlite());
}

#[test]
fn changes_race_on_postgres() {
    all_know_the_same_deployment(&Ground::postgres());
}
