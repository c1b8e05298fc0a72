//! What the framework needs between the bytes, without a connection: values read, planned or applied, and
//! written, by one thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tfplug::Served;
use tfplug::context::{Call, Private};
use tfplug::diag::Diags;
use tfplug::engine::{self, ApplyRequest, PlanRequest};
use tfplug::erased::Managed;
use tfplug::value::Value;
use tfplug::wire::codec::msgpack;
use tokio_util::sync::CancellationToken;

use crate::nothing::{Bench, Nobody};
use crate::report::{Figure, Unit};
use crate::usage;

/// Rounds between two looks at the clock.
const ROUNDS: u32 = 100;

pub(crate) async fn run(time: Duration) -> Result<Vec<Figure>> {
    let served = Served::new::<Bench>("0.0.0");
    let resource = served.resources.get("bench_model_version").context("no resource to measure")?;
    let task = Task::new(&**resource).await?;
    let mut figures = Vec::new();
    for (what, step) in [("plan", Step::Plan), ("apply", Step::Apply)] {
        let rate = task.rate(step, time).await?;
        let measure = format!("{what} of a change, decoding and encoding, one core");
        figures.push(Figure::new("engine", measure, rate, Unit::PerSecond));
    }
    Ok(figures)
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Plan,
    Apply,
}

/// The change of a description.
struct Task<'r> {
    resource: &'r dyn Managed,
    prior: Vec<u8>,
    config: Vec<u8>,
    planned: Vec<u8>,
}

impl<'r> Task<'r> {
    async fn new(resource: &'r dyn Managed) -> Result<Self> {
        let ty = &resource.shape().ty;
        let (prior, config) = (object(true, "What it was."), object(false, "What it is."));
        let (prior, config) = (msgpack::encode(&prior, ty)?, msgpack::encode(&config, ty)?);
        let mut task = Task { resource, prior, config, planned: Vec::new() };
        task.planned = task.plan().await?;
        Ok(task)
    }

    /// Rounds per second of processor time.
    async fn rate(&self, step: Step, time: Duration) -> Result<f64> {
        let (started, before) = (Instant::now(), usage::processor_time(std::process::id()));
        let mut count = 0;
        while started.elapsed() < time {
            for _ in 0..ROUNDS {
                match step {
                    Step::Plan => self.plan().await?,
                    Step::Apply => self.apply().await?,
                };
            }
            count += ROUNDS;
        }
        let elapsed = started.elapsed();
        // Nothing else runs in this process, and a task may change threads.
        let busy = before
            .zip(usage::processor_time(std::process::id()))
            .map_or(elapsed, |(before, after)| after.saturating_sub(before));
        Ok(f64::from(count) / busy.as_secs_f64())
    }

    async fn plan(&self) -> Result<Vec<u8>> {
        let ty = &self.resource.shape().ty;
        let request = PlanRequest {
            prior: msgpack::decode(&self.prior, ty)?,
            config: msgpack::decode(&self.config, ty)?,
            private: Private::default(),
        };
        let plan = engine::plan(self.resource, &call(), request).await;
        accept(&plan.diags)?;
        Ok(msgpack::encode(&plan.planned, ty)?)
    }

    async fn apply(&self) -> Result<Vec<u8>> {
        let ty = &self.resource.shape().ty;
        let request = ApplyRequest {
            prior: msgpack::decode(&self.prior, ty)?,
            planned: msgpack::decode(&self.planned, ty)?,
            config: msgpack::decode(&self.config, ty)?,
        };
        let applied = engine::apply(self.resource, &call(), request).await;
        accept(&applied.diags)?;
        Ok(msgpack::encode(&applied.state, ty)?)
    }
}

fn call() -> Call {
    Call::new(Some(Arc::new(Nobody)), CancellationToken::new(), Private::default())
}

fn accept(diags: &Diags) -> Result<()> {
    if diags.has_errors() {
        bail!("the sample is refused: {diags:?}");
    }
    Ok(())
}

/// The resource as it is, or as the configuration wants it.
fn object(exists: bool, description: &str) -> Value {
    let computed = |value: Value| if exists { value } else { Value::Null };
    Value::object([
        ("model", "ranker".into()),
        ("version", "2025-01-15-v1".into()),
        (
            "artifact_sha256",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".into(),
        ),
        ("artifact_uri", "s3://models/ranker/2025-01-15-v1/".into()),
        ("description", description.into()),
        (
            "metadata",
            Value::object([("git_sha", "abc123".into()), ("trained_by", "nightly".into())]),
        ),
        ("verified", true.into()),
        ("archive_on_destroy", true.into()),
        ("status", computed("verified".into())),
        ("created_at", computed("2025-01-15T12:00:00Z".into())),
        ("created_by", computed("terraform".into())),
        ("row_version", computed(7.into())),
    ])
}
