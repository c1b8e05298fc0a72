//! How long to wait before a call is tried again, and when to stop.
//!
//! The waits double and are jittered, so that clients that met once do not meet again. What the server asks
//! for in `Retry-After` is a lower bound, within the total.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

/// The bounds of trying again.
#[derive(Clone, Copy, Debug)]
pub(in crate::backend) struct Policy {
    /// Most tries of one call that gets no answer.
    pub(in crate::backend) tries: u32,
    /// Most tries of one call to a server that says it is busy: it is there, so waiting helps.
    pub(in crate::backend) busy_tries: u32,
    /// The first wait before jitter.
    pub(in crate::backend) first: Duration,
    /// The longest wait before jitter.
    pub(in crate::backend) longest: Duration,
    /// Longest time from the first try to the start of the last.
    pub(in crate::backend) total: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: 8,
            busy_tries: 24,
            first: Duration::from_millis(100),
            longest: Duration::from_secs(5),
            total: Duration::from_mins(2),
        }
    }
}

/// One call's tries so far.
pub(in crate::backend) struct Tries {
    policy: Policy,
    began: Instant,
    pub(in crate::backend) made: u32,
}

impl Tries {
    pub(in crate::backend) fn new(policy: Policy) -> Self {
        Self { policy, began: Instant::now(), made: 0 }
    }

    /// The wait before the next try of a call without an answer, or nothing if there is to be none.
    pub(in crate::backend) fn wait(&self) -> Option<Duration> {
        self.wait_within(self.policy.tries, None)
    }

    /// The wait before a busy server is asked again, which may say how long it should be.
    pub(in crate::backend) fn wait_while_busy(
        &self,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        self.wait_within(self.policy.busy_tries, retry_after)
    }

    fn wait_within(&self, tries: u32, retry_after: Option<Duration>) -> Option<Duration> {
        if self.made >= tries {
            return None;
        }
        let doubled = self.policy.first.saturating_mul(1 << (self.made.saturating_sub(1)).min(20));
        let wait = jittered(doubled.min(self.policy.longest)).max(retry_after.unwrap_or_default());
        (self.began.elapsed() + wait <= self.policy.total).then_some(wait)
    }
}

/// Between half of `wait` and all of it.
fn jittered(wait: Duration) -> Duration {
    let random = u32::from_le_bytes(*Uuid::new_v4().as_bytes().first_chunk().expect("16 > 4"));
    wait / 2 + (wait / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}

/// Reads `Retry-After`: seconds, or a date, which counts from `now`.
pub(in crate::backend) fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    Some(Duration::try_from(http_date(header)?.duration_since(now)).unwrap_or_default())
}

/// Reads an HTTP date such as `Sun, 22 Nov 2026 00:21:18 GMT`.
pub(in crate::backend) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// How often a call was sent, for a message.
pub(in crate::backend) fn counted(tries: u32) -> String {
    if tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") }
}

/// What follows the number of tries in a message where a server asked for more patience than there is.
pub(in crate::backend) fn wait_text(wait: Option<Duration>) -> String {
    wait.map(|wait| format!(" and asks to wait {} s", wait.as_secs())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_header(header: &str, expected: Option<u64>) {
        let now = http_date("Sun, 22 Nov 2026 00:21:18 GMT").unwrap();
        assert_eq!(retry_after(header, now), expected.map(Duration::from_secs), "{header}");
    }

    #[test]
    fn retry_after_in_seconds_or_as_a_date() {
        check_header("0", Some(0));
        check_header(" 120 ", Some(120));
        check_header("Sun, 22 Nov 2026 00:22:18 GMT", Some(60));
        check_header("Sun, 22 Nov 2026 00:00:00 GMT", Some(0));
        check_header("soon", None);
        check_header("-1", None);
        check_header("", None);
    }

    #[track_caller]
    fn check_wait(made: u32, expected: Option<(u64, u64)>) {
        check_waits(made, expected, Tries::wait);
    }

    #[track_caller]
    fn check_busy(made: u32, retry_after: Option<u64>, expected: Option<(u64, u64)>) {
        let asked = retry_after.map(Duration::from_millis);
        check_waits(made, expected, |tries| tries.wait_while_busy(asked));
    }

    #[track_caller]
    fn check_waits(
        made: u32,
        expected: Option<(u64, u64)>,
        wait: impl Fn(&Tries) -> Option<Duration>,
    ) {
        let mut tries = Tries::new(Policy::default());
        tries.made = made;
        for _ in 0..100 {
            let wait = wait(&tries);
            let fits = match (wait, expected) {
                (Some(wait), Some((least, most))) => {
                    (Duration::from_millis(least)..=Duration::from_millis(most)).contains(&wait)
                }
                (wait, expected) => wait.is_none() && expected.is_none(),
            };
            assert!(fits, "after {made} tries: {wait:?}, expected {expected:?}");
        }
    }

    #[test]
    fn waits_double_up_to_a_bound_and_end() {
        check_wait(1, Some((50, 100)));
        check_wait(2, Some((100, 200)));
        check_wait(5, Some((800, 1600)));
        check_wait(7, Some((2500, 5000)));
        check_wait(8, None);
        check_busy(8, None, Some((2500, 5000)));
        check_busy(24, None, None);
        check_busy(1, Some(3000), Some((3000, 3000)));
        check_busy(1, Some(10), Some((50, 100)));
        check_busy(1, Some(121_000), None);
    }
}
