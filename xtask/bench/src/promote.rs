//! How many deployments of models a registry takes: one caller, and several with a model each.
//!
//! Each deployment is a whole one, as an apply makes it: what is deployed is looked at and replaced, with its history.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use mlassets::backend::registry::{Deploy, Expected, Location, NewVersion, Options, Registry};
use tokio::task::JoinSet;

use crate::report::{Figure, Unit};

/// Callers at once beside a single one; Terraform makes ten calls at once.
const CALLERS: [usize; 2] = [1, 10];

const VERSIONS: [&str; 2] = ["2025-01-15-v1", "2025-01-16-v1"];

pub(crate) async fn run(addresses: &[String], time: Duration) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("registry.db").display().to_string();
    let mut figures = Vec::new();
    for address in std::iter::once(&file).chain(addresses) {
        let location = Location::parse(address)?;
        let place = location.to_string();
        let kind = place.split(' ').next().unwrap_or_default().to_owned();
        let is_mlflow = location.is_mlflow();
        let registry = Arc::new(Registry::new(location, Options::new("bench"))?);
        if !is_mlflow {
            registry.migrate().await?;
        }
        for callers in CALLERS {
            let rate = measure(&registry, callers, time).await.context(kind.clone())?;
            let of =
                if callers == 1 { "1 caller".to_owned() } else { format!("{callers} callers") };
            figures.push(Figure::new(
                format!("promote, {kind}"),
                format!("deployments of models, {of}"),
                rate,
                Unit::PerSecond,
            ));
        }
    }
    Ok(figures)
}

/// Deployments per second of all callers together.
async fn measure(registry: &Arc<Registry>, callers: usize, time: Duration) -> Result<f64> {
    let models: Vec<_> = (0..callers).map(|number| format!("bench-{callers}-{number}")).collect();
    for model in &models {
        for version in VERSIONS {
            prepare(registry, model, version).await?;
        }
    }
    let began = Instant::now();
    let mut running = JoinSet::new();
    for model in models {
        running.spawn(promote(Arc::clone(registry), model, began + time));
    }
    let mut count = 0;
    while let Some(done) = running.join_next().await {
        count += done??;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

async fn prepare(registry: &Registry, model: &str, version: &str) -> Result<()> {
    let new = NewVersion {
        model: model.to_owned(),
        version: version.to_owned(),
        artifact_uri: format!("s3://models/{model}/{version}/"),
        artifact_sha256: "0".repeat(64),
        ..NewVersion::default()
    };
    registry.register(&new).await?;
    registry.mark_verified(model, version).await?;
    Ok(())
}

/// Deploys one version and the other in turn, and counts.
async fn promote(registry: Arc<Registry>, model: String, until: Instant) -> Result<u32> {
    let mut count = 0;
    for version in VERSIONS.iter().cycle() {
        if Instant::now() >= until {
            break;
        }
        let deploy = Deploy {
            model: model.clone(),
            environment: "production".to_owned(),
            version: (*version).to_owned(),
            expected: Expected::Any,
            allow_rollback: true,
        };
        registry.deploy(&deploy).await?;
        count += 1;
    }
    Ok(count)
}
