//! What processes use, as the operating system counts it. Only Linux tells without unsafe code; elsewhere these
//! figures are left out.

use std::fs;
use std::time::Duration;

use rustix::param::clock_ticks_per_second;

/// Processor time of the process `id` so far, user and system, all threads; in steps of 10 ms.
pub(crate) fn processor_time(id: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let ticks = ticks(&text)?;
    let tick = Duration::from_secs(1) / u32::try_from(clock_ticks_per_second()).ok()?;
    Some(tick * ticks)
}

/// The same to the nanosecond, without threads that have ended.
pub(crate) fn exact_processor_time(id: u32) -> Option<Duration> {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).ok()?;
    let times = tasks.map(|task| on_processor(&task.ok()?.path().join("schedstat")));
    times.collect::<Option<Vec<_>>>().map(|times| times.into_iter().sum())
}

/// Processor time of the calling thread so far.
pub(crate) fn own_thread_time() -> Option<Duration> {
    on_processor("/proc/thread-self/schedstat".as_ref())
}

/// Memory that the process `id` has now and had at most, in KiB.
pub(crate) fn memory(id: u32) -> Option<(u32, u32)> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let field = |name: &str| {
        let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
        rest.trim().strip_suffix(" kB")?.parse().ok()
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// How many programs want to run, on average over the last minute.
pub(crate) fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// User and system time in a line of `/proc/<id>/stat`. The name of the program, in brackets, may hold anything.
fn ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok();
    Some(next()? + next()?)
}

fn on_processor(path: &std::path::Path) -> Option<Duration> {
    let text = fs::read_to_string(path).ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 12 30 0 0 20 0 3 0 100 1 1";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(ticks("7 (a) S 1"), None);
    }
}
