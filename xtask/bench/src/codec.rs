//! How fast values are read and written, without a provider: one object of fifteen attributes, one thread.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Result;
use tfplug::value::{Type, Value};
use tfplug::wire::codec::msgpack;

use crate::report::{Figure, Unit};
use crate::usage;

/// Rounds between two looks at the clock.
const ROUNDS: u32 = 1_000;

pub(crate) fn run(time: Duration) -> Result<Vec<Figure>> {
    let (ty, value) = object();
    let bytes = msgpack::encode(&value, &ty)?;
    let started = Instant::now();
    let before = usage::own_thread_time();
    let mut count = 0;
    while started.elapsed() < time {
        for _ in 0..ROUNDS {
            let read = msgpack::decode(black_box(&bytes), &ty)?;
            black_box(msgpack::encode(&read, &ty)?);
        }
        count += ROUNDS;
    }
    let elapsed = started.elapsed();
    let busy = before
        .zip(usage::own_thread_time())
        .and_then(|(before, after)| after.checked_sub(before))
        .unwrap_or(elapsed);
    let rate = f64::from(count) / busy.as_secs_f64();
    Ok(vec![Figure::new(
        "codec",
        "decode and encode, 15 attributes, one core",
        rate,
        Unit::PerSecond,
    )])
}

fn object() -> (Type, Value) {
    let members = [
        ("name", Type::String, Value::from("training")),
        ("type", Type::String, "process".into()),
        ("description", Type::String, "Runs the nightly training.".into()),
        ("uri", Type::String, "s3://models/ranker/2025-01-15-v1/".into()),
        ("sha256", Type::String, "0123456789abcdef0123456789abcdef0123456789abcdef".into()),
        ("created_at", Type::String, "2025-01-15T12:00:00Z".into()),
        ("created_by", Type::String, "terraform".into()),
        ("concurrency", Type::Number, 4.into()),
        ("row_version", Type::Number, 1_234_567.into()),
        ("paused", Type::Bool, false.into()),
        ("verified", Type::Bool, true.into()),
        ("status", Type::String, Value::UNKNOWN),
        ("parent", Type::String, Value::Null),
        ("tags", Type::String.list(), ["a", "b", "c"].map(Value::from).into_iter().collect()),
        (
            "metadata",
            Type::String.map(),
            Value::object([("git_sha", "abc123".into()), ("trained_by", "nightly".into())]),
        ),
    ];
    let (types, values): (Vec<_>, Vec<_>) =
        members.into_iter().map(|(name, ty, value)| ((name, ty), (name, value))).unzip();
    (Type::object(types), Value::object(values))
}
