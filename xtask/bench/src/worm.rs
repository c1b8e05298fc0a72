//! The archive of records: appends one after the other, in a directory and on S3, and the check of a large bucket.
//!
//! The large bucket is written here, file by file, as anyone could who knows the format. That the check finds nothing
//! wrong with it says that it is one.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use mlassets::backend::aws::{Aws, Config, Keys};
use mlassets::backend::worm::{
    Archive, Content, LockMode, NewBucket, NewRecord, Options, canonical_json, chain_hash,
};
use serde_json::Value;
use url::Url;

use crate::report::{Figure, Unit};

/// The records of the large bucket.
const RECORDS: u64 = 100_000;

/// The bytes of each record.
const SIZE: usize = 1_024;

pub(crate) async fn run(s3: Option<&str>, time: Duration) -> Result<Vec<Figure>> {
    let folder = tempfile::Builder::new().prefix("bench-").tempdir()?;
    let archive = Archive::directory(folder.path(), Options::new("bench"))?;
    let figure = |place: &str, measure: &str, value, unit| {
        Figure::new(format!("archive {place}"), measure, value, unit)
    };
    let one_by_one = "appends of 1 KiB, one after the other";
    let rate = appends(&archive, "small", time).await?;
    let mut figures =
        vec![figure("in a directory", one_by_one, rate, Unit::PerSecond).goal("≥ 100 /s")];

    archive.create_bucket(bucket("large")).await?;
    archive.append(record("large", "000000.bin")).await?;
    grow(&folder.path().join("large"))?;
    let started = Instant::now();
    let report = archive.verify_bucket("large", None).await?;
    let checked = started.elapsed();
    ensure!(report.problems.is_empty(), "the large bucket is none: {:?}", report.problems.first());
    ensure!(report.records == RECORDS, "{} records were checked", report.records);
    let check =
        figure("in a directory", "check of 100,000 records", checked.as_secs_f64(), Unit::Seconds);
    figures.push(check.goal("≤ 20 s"));
    let started = Instant::now();
    archive.append(record("large", "one-more.bin")).await?;
    let first = started.elapsed().as_secs_f64() * 1e3;
    figures.push(figure("in a directory", "first append after that", first, Unit::Milliseconds));
    let rate = repeated(&archive, "large", time).await?;
    figures.push(figure("in a directory", "further appends", rate, Unit::PerSecond));

    if let Some(url) = s3 {
        let options = Options::new("bench");
        let archive = Archive::s3(Arc::new(client(url)?), LockMode::Governance, options)?;
        let rate = appends(&archive, "bench-appends", time).await?;
        figures.push(figure("on S3", one_by_one, rate, Unit::PerSecond));
    }
    Ok(figures)
}

/// How many records a second a new bucket takes.
async fn appends(archive: &Archive, name: &str, time: Duration) -> Result<f64> {
    archive.create_bucket(bucket(name)).await?;
    repeated(archive, name, time).await
}

async fn repeated(archive: &Archive, name: &str, time: Duration) -> Result<f64> {
    let (started, mut done) = (Instant::now(), 0_u32);
    while started.elapsed() < time {
        archive.append(record(name, &format!("appended-{done}.bin"))).await?;
        done += 1;
    }
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}

fn bucket(name: &str) -> NewBucket {
    NewBucket { name: name.to_owned(), retention_days: 1 }
}

fn record(bucket: &str, name: &str) -> NewRecord {
    NewRecord {
        bucket: bucket.to_owned(),
        record_type: "bench".to_owned(),
        name: name.to_owned(),
        event_time: "2025-01-15T04:00:00Z".parse().expect("it is a time"),
        content: Content::Bytes(vec![b'x'; SIZE]),
        expected_sha256: None,
    }
}

/// Adds records like the one that is there to a bucket, until it has [`RECORDS`].
fn grow(bucket: &Path) -> Result<()> {
    let chain = bucket.join(".chain");
    let first = fs::read_to_string(chain.join("000000000002.json"))?;
    let first: Value = serde_json::from_str(&first)?;
    let path = first["path"].as_str().context("an entry of a record has a path")?.to_owned();
    let mut last = first["hash"].as_str().context("an entry has a hash")?.to_owned();
    let mut entry = first;
    for number in 1..RECORDS {
        let path = path.replace("000000.bin", &format!("{number:06}.bin"));
        write(&bucket.join(&path), &[b'x'; SIZE])?;
        let sequence = number + 2;
        let facts = entry.as_object_mut().context("an entry is an object")?;
        facts.remove("hash");
        facts.insert("sequence".to_owned(), sequence.into());
        facts.insert("path".to_owned(), path.into());
        facts.insert("previous".to_owned(), last.as_str().into());
        last = chain_hash(&last, &entry);
        entry["hash"] = last.as_str().into();
        let text = canonical_json(&entry) + "\n";
        write(&chain.join(format!("{sequence:012}.json")), text.as_bytes())?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o444).open(path);
    Ok(file.with_context(|| path.display().to_string())?.write_all(bytes)?)
}

/// A client of the server at `url`, which holds the keys.
fn client(url: &str) -> Result<Aws> {
    let url = Url::parse(url)?;
    let host = url.host_str().context("a server has a host")?;
    let port = url.port_or_known_default().context("a server has a port")?;
    let keys = Keys {
        access_key: url.username().to_owned(),
        secret_key: url.password().unwrap_or_default().into(),
        token: None,
    };
    let endpoint = Some(format!("{}://{host}:{port}", url.scheme()));
    let config = Config { keys: Some(keys), endpoint, ..Config::default() };
    Aws::new(config).map_err(|problems| anyhow::anyhow!("{problems:?}"))
}
