//! Plans and applies per second over real connections.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::host::{Host, Prepared};
use crate::identity::Identity;
use crate::load::{self, Outcome, Pressure};
use crate::plugin::Plugin;
use crate::report::{Figure, Unit};

/// Connections, and calls under way on each: one after the other, as many as Terraform makes by default, and as
/// much as fits.
const PRESSURES: [(usize, usize); 4] = [(1, 1), (1, 10), (1, 64), (8, 16)];

/// The one that the goal is about.
const MOST: (usize, usize) = (8, 16);

/// What is called, and for how long in each setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    /// `PlanResourceChange`.
    pub(crate) plan: bool,
    /// `ApplyResourceChange`, of a resource that has nothing behind it.
    pub(crate) apply: bool,
    pub(crate) time: Duration,
}

pub(crate) async fn run(
    name: &str,
    program: &Path,
    type_name: &str,
    scope: Scope,
    identity: &Identity,
) -> Result<Vec<Figure>> {
    let plugin = Plugin::start(program, identity)?;
    let mut host = Host::connect(&plugin).await?;
    host.configure().await?;
    let sample = host.sample(type_name)?;
    let create = host.plan_create(type_name, &sample).await?;
    let update = host.plan_update(type_name, &sample).await?;
    let mut calls = Vec::new();
    if scope.plan {
        calls.push(("plan of a change", update.clone()));
        calls.push(("plan of a creation", create.clone()));
    }
    if scope.apply {
        calls.push(("apply of a change", host.apply(&update).await?));
        calls.push(("apply of a creation", host.apply(&create).await?));
    }
    let mut figures = Vec::new();
    for (what, call) in &calls {
        let benchmark = format!("{name}: {what} of {type_name}");
        figures.extend(under_pressure(&benchmark, &plugin, call, scope.time).await?);
    }
    Ok(figures)
}

async fn under_pressure(
    benchmark: &str,
    plugin: &Plugin,
    call: &Prepared,
    time: Duration,
) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (connections, depth) in PRESSURES {
        let outcome = load::run(plugin, call, Pressure { connections, depth, time }).await?;
        let s = if connections == 1 { "" } else { "s" };
        let setting = format!("{connections} connection{s} × {depth} under way");
        let is_goal = (connections, depth) == MOST && benchmark.contains("plan");
        figures.extend(shown(benchmark, &setting, &outcome, is_goal));
    }
    Ok(figures)
}

fn shown(benchmark: &str, setting: &str, outcome: &Outcome, is_goal: bool) -> Vec<Figure> {
    let figure = |measure: &str, value, unit| {
        Figure::new(benchmark, format!("{setting}: {measure}"), value, unit)
    };
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    let mut rate = figure("calls", outcome.rate, Unit::PerSecond);
    if is_goal {
        rate = rate.goal("≥ 20,000 /s on 2 processors");
    }
    let mut figures = vec![
        rate,
        figure("latency, median", microseconds(outcome.median), Unit::Microseconds),
        figure("latency, 99 %", microseconds(outcome.p99), Unit::Microseconds),
    ];
    let times = [("provider", outcome.provider), ("host", outcome.host)];
    for (who, time) in times {
        if let Some(time) = time {
            let measure = format!("processor time of the {who} per call");
            figures.push(figure(&measure, microseconds(time), Unit::Microseconds));
        }
    }
    if let (Some(provider), Some(host)) = (outcome.provider, outcome.host) {
        // What other programs take away on a busy machine is not the provider's fault.
        let rate = 2.0 / (provider + host).as_secs_f64();
        figures.push(figure("calls that two idle processors could bear", rate, Unit::PerSecond));
    }
    figures
}
