//! Many calls at once over several connections, and what they cost.
//!
//! Requests are encoded once and answers not decoded, so that little of the machine goes to this side: it
//! shares the processors with the provider.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use prost::bytes::{Buf as _, BufMut as _, Bytes};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::host::Prepared;
use crate::plugin::Plugin;
use crate::usage;

/// Calls before the measured ones, so that all connections are up and all caches warm.
const WARM_UP: Duration = Duration::from_millis(500);

const WARMING: u8 = 0;
const MEASURING: u8 = 1;
const OVER: u8 = 2;

/// How hard to press.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pressure {
    pub(crate) connections: usize,
    /// Calls under way at once on each connection.
    pub(crate) depth: usize,
    /// For how long to measure.
    pub(crate) time: Duration,
}

/// What the calls came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// Calls per second.
    pub(crate) rate: f64,
    /// From a call to its answer.
    pub(crate) median: Duration,
    /// Ninety-nine of a hundred calls were quicker.
    pub(crate) p99: Duration,
    /// Processor time of the provider for each call.
    pub(crate) provider: Option<Duration>,
    /// The same of this side.
    pub(crate) host: Option<Duration>,
}

/// Makes one call over and over.
pub(crate) async fn run(plugin: &Plugin, call: &Prepared, pressure: Pressure) -> Result<Outcome> {
    let phase = Arc::new(AtomicU8::new(WARMING));
    let mut callers = JoinSet::new();
    for _ in 0..pressure.connections {
        let channel = plugin.connector.channel().await?;
        for _ in 0..pressure.depth {
            callers.spawn(call_until_over(channel.clone(), call.clone(), Arc::clone(&phase)));
        }
    }
    sleep(WARM_UP).await;
    let before = times(plugin);
    let started = Instant::now();
    phase.store(MEASURING, Ordering::Relaxed);
    sleep(pressure.time).await;
    phase.store(OVER, Ordering::Relaxed);
    let elapsed = started.elapsed();
    let after = times(plugin);

    let mut latencies = Vec::new();
    while let Some(caller) = callers.join_next().await {
        latencies.extend(caller.context("a caller panicked")??);
    }
    latencies.sort_unstable();
    let count = u32::try_from(latencies.len()).context("too many calls to count")?;
    if count == 0 {
        bail!("no call was answered in {elapsed:?}");
    }
    let per_call = |time: fn(&Times) -> Option<Duration>| {
        Some(time(&after)?.checked_sub(time(&before)?)? / count)
    };
    Ok(Outcome {
        rate: f64::from(count) / elapsed.as_secs_f64(),
        median: latencies[latencies.len() / 2],
        p99: latencies[latencies.len() * 99 / 100],
        provider: per_call(|times| times.provider),
        host: per_call(|times| times.host),
    })
}

struct Times {
    provider: Option<Duration>,
    host: Option<Duration>,
}

fn times(plugin: &Plugin) -> Times {
    Times {
        provider: usage::processor_time(plugin.id()),
        host: usage::processor_time(std::process::id()),
    }
}

async fn call_until_over(
    channel: Channel,
    call: Prepared,
    phase: Arc<AtomicU8>,
) -> Result<Vec<Duration>> {
    let mut client = Grpc::new(channel);
    let path = PathAndQuery::from_static(call.path);
    let mut latencies = Vec::new();
    loop {
        let started = Instant::now();
        client.ready().await.context("the connection is gone")?;
        let request = Request::new(call.request.clone());
        let answer = client.unary(request, path.clone(), Plain).await?.into_inner();
        match phase.load(Ordering::Relaxed) {
            MEASURING => latencies.push(started.elapsed()),
            OVER => return Ok(latencies),
            _ => {}
        }
        // Providers in Go write the members of an object in any order, so only the length is the same.
        if answer.len() != call.answer.len() {
            bail!("the provider answered the same call in another way");
        }
    }
}

/// Messages as the bytes that they are.
#[derive(Clone, Copy, Debug)]
struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Plain
    }

    fn decoder(&mut self) -> Self {
        Plain
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(item);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
