//! Bytes on their way: in chunks, several files at a time, counted, and stopped when the caller asks for it.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::error::Error;
use crate::backend::files::Refusal as _;

/// Bytes of one file that are held in memory at a time.
const CHUNK: usize = 1024 * 1024;

const MIB: u64 = 1024 * 1024;

/// After so many bytes it is told how far the work is.
const TELL: u64 = 256 * MIB;

/// Counts the bytes of one operation, tells how far it is, and ends it early.
#[derive(Clone, Default)]
pub(super) struct Meter(Arc<Count>);

#[derive(Default)]
struct Count {
    total: AtomicU64,
    done: AtomicU64,
    stop: AtomicBool,
    tell: Option<Box<dyn Fn(String) + Send + Sync>>,
}

impl Meter {
    /// Tells others than the log as well.
    pub(super) fn telling(tell: impl Fn(String) + Send + Sync + 'static) -> Self {
        Meter(Arc::new(Count { tell: Some(Box::new(tell)), ..Count::default() }))
    }

    /// Says in a line what is known now.
    pub(super) fn say(&self, line: String) {
        tracing::info!("{line}");
        if let Some(tell) = &self.0.tell {
            tell(line);
        }
    }

    /// Expects so many bytes more.
    pub(super) fn expect(&self, bytes: u64) {
        self.0.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Ends the operation at its next chunk.
    pub(super) fn stop(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }

    /// Counts what has passed.
    pub(super) fn pass(&self, bytes: u64) -> Result<(), Error> {
        if self.0.stop.load(Ordering::Relaxed) {
            return Err(Error::Stopped);
        }
        let before = self.0.done.fetch_add(bytes, Ordering::Relaxed);
        let done = before + bytes;
        if before / TELL < done / TELL {
            let total = self.0.total.load(Ordering::Relaxed);
            self.say(format!("{} of {} MiB", done / MIB, total / MIB));
        }
        Ok(())
    }
}

/// What `work` gives for each item, up to `parallelism` at a time, in the order of the items.
pub(super) fn each<T: Sync, R: Send>(
    items: &[T],
    parallelism: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    thread::scope(|scope| {
        for _ in 0..parallelism.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while let index = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(item) = items.get(index)
                {
                    let result = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Reads to the end, chunk by chunk.
pub(super) fn read_chunks(
    from: &mut impl Read,
    path: &Path,
    action: &'static str,
    meter: &Meter,
    mut each: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                meter.pass(read as u64)?;
                each(&buffer[..read])?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io(action, path, error)),
        }
    }
}
