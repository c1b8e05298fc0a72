//! From nothing to a provider that serves: time to the handshake line, memory after the schema.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::host::Host;
use crate::identity::Identity;
use crate::plugin::Plugin;
use crate::report::{Figure, Unit};
use crate::usage;

/// How often the provider is started.
const RUNS: usize = 20;

pub(crate) async fn run(name: &str, program: &Path, identity: &Identity) -> Result<Vec<Figure>> {
    let (mut times, mut busy) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let plugin = Plugin::start(program, identity)?;
        busy.extend(usage::exact_processor_time(plugin.id()));
        times.push(plugin.start);
    }
    let benchmark = format!("start of {name}");
    let figure = |measure: &str, value, unit| Figure::new(&*benchmark, measure, value, unit);
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    times.sort_unstable();
    let mut figures = vec![
        figure(
            "to the handshake line, median of 20",
            milliseconds(median(&times)),
            Unit::Milliseconds,
        )
        .goal("≤ 10 ms"),
        figure("to the handshake line, least", milliseconds(times[0]), Unit::Milliseconds),
    ];
    if busy.len() == RUNS {
        busy.sort_unstable();
        let value = milliseconds(median(&busy));
        figures.push(figure("processor time for it, median", value, Unit::Milliseconds));
    }
    let plugin = Plugin::start(program, identity)?;
    let _host = Host::connect(&plugin).await?;
    if let Some((now, most)) = usage::memory(plugin.id()) {
        let mebibytes = |kib: u32| f64::from(kib) / 1024.0;
        figures.push(
            figure("resident after GetProviderSchema", mebibytes(now), Unit::Mebibytes)
                .goal("≤ 15 MiB"),
        );
        figures.push(figure("resident at most until then", mebibytes(most), Unit::Mebibytes));
    }
    Ok(figures)
}

fn median(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() / 2]
}
