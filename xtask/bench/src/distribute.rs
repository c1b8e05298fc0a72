//! Publishing one large artifact in a directory, against what the machine's own tools need for its halves: `cp` with a sync
//! for the bytes, `sha256sum` for the checksum. Nobody can be faster than the slower of the two by doing both.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::future::pending;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use mlassets::backend::artifacts::{Look, NewVersion, Store, VersionKey};

use crate::report::{Figure, Unit};
use crate::usage;

/// Larger than any buffer: what is held in memory would show.
const MEBIBYTES: u32 = 5 * 1_024;

pub(crate) async fn run() -> Result<Vec<Figure>> {
    let folder = tempfile::Builder::new().prefix("bench-").tempdir()?;
    let (source, copy) = (folder.path().join("model.bin"), folder.path().join("copy.bin"));
    write(&source)?;
    // Once over all of it, so that each reads from where the others do.
    let hashed =
        timed(|| tool("sha256sum", &[&source]))?.min(timed(|| tool("sha256sum", &[&source]))?);
    let copied = timed(|| {
        tool("cp", &[&source, &copy])?;
        tool("sync", &[&copy])
    })?;
    fs::remove_file(&copy)?;

    let root = folder.path().join("store");
    fs::create_dir(&root)?;
    let store = Store::directory(&root)?;
    let name = "2025-01-15-v1";
    let key = || VersionKey {
        environment: "production".to_owned(),
        model: "ranker".to_owned(),
        version: name.to_owned(),
    };
    let sources = BTreeMap::from([("model".to_owned(), source.display().to_string())]);
    let memory = Watch::start();
    let started = Instant::now();
    store.publish(NewVersion { key: key(), sources, parallelism: 4 }, pending()).await?;
    let published = started.elapsed();
    let grown = memory.stop();
    let started = Instant::now();
    let found = store.find(key(), None, Look::Bytes, pending()).await?;
    let checked = started.elapsed();
    ensure!(found.is_some_and(|found| found.problems.is_empty()), "what was published is damaged");

    let rate = |time: Duration| f64::from(MEBIBYTES) / time.as_secs_f64();
    let figure =
        |measure: &str, value, unit| Figure::new("artifact of 5 GiB", measure, value, unit);
    let slower = hashed.max(copied);
    let share = slower.as_secs_f64() / published.as_secs_f64() * 100.0;
    Ok(vec![
        figure("published, MiB", rate(published), Unit::PerSecond),
        figure("  of the slower of `cp` and `sha256sum`", share, Unit::Percent).goal("≥ 80 %"),
        figure("  memory more than before", f64::from(grown) / 1024.0, Unit::Mebibytes),
        figure("checked, MiB", rate(checked), Unit::PerSecond),
        figure("`cp` and `sync`, MiB", rate(copied), Unit::PerSecond),
        figure("`sha256sum`, MiB", rate(hashed), Unit::PerSecond),
    ])
}

/// Looks at the memory of this process until it is told to stop.
struct Watch {
    done: Arc<AtomicBool>,
    most: JoinHandle<u32>,
    before: u32,
}

impl Watch {
    fn start() -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let before = resident();
        let is_done = Arc::clone(&done);
        let most = thread::spawn(move || {
            let mut most = before;
            while !is_done.load(Ordering::Relaxed) {
                most = most.max(resident());
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        Watch { done, most, before }
    }

    /// How much more there was at most than at the start, in KiB.
    fn stop(self) -> u32 {
        self.done.store(true, Ordering::Relaxed);
        self.most.join().unwrap_or(self.before) - self.before
    }
}

fn resident() -> u32 {
    usage::memory(std::process::id()).map_or(0, |(now, _)| now)
}

/// A file in which no block is like another.
fn write(path: &Path) -> Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..u64::from(MEBIBYTES) * (1 << 20) / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        file.write_all(&state.to_le_bytes())?;
    }
    Ok(file.into_inner()?.sync_all()?)
}

fn tool(name: &str, paths: &[&Path]) -> Result<()> {
    let output = Command::new(name).args(paths).output()?;
    if !output.status.success() {
        bail!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed())
}
