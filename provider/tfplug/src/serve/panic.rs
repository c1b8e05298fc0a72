//! Panics: caught ones become errors of one call, all others a crash report.
//!
//! A host shows its user the text on stderr that follows a line beginning with
//! `panic: `, as the report of a crash. A panic in a handler is no crash, since
//! [`catch`] turns it into an answer; it is logged, and such a line must not
//! appear.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::pin::pin;
use std::thread;

use tracing::error;

thread_local! {
    /// How many polls of caught futures are on this thread's stack.
    static CATCHING: Cell<usize> = const { Cell::new(0) };
    /// What the hook saw of a panic that will be caught.
    static CAUGHT: RefCell<Option<Scene>> = const { RefCell::new(None) };
}

/// Makes panics visible to hosts. Call it once, before any handler runs.
pub(crate) fn install_hook() {
    set_hook(Box::new(|info| {
        let scene = Scene::of(info);
        if CATCHING.get() > 0 {
            CAUGHT.set(Some(scene));
            return;
        }
        let thread = thread::current();
        let report = report(&message(info.payload()), &scene, thread.name());
        // When nobody reads stderr any more there is nobody to tell.
        let _ = io::stderr().lock().write_all(report.as_bytes());
    }));
}

/// A handler panicked: a bug in the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PanicMessage {
    /// What it said.
    pub(crate) message: String,
    /// File and line, if the hook is installed.
    pub(crate) location: Option<String>,
}

impl fmt::Display for PanicMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.location {
            Some(location) => write!(f, " (at {location})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PanicMessage {}

/// Runs a handler and turns its panic into an error, logged with its place.
///
/// Tasks that the handler spawns are not covered: they panic on their own.
pub(crate) async fn catch<F: Future>(handler: F) -> Result<F::Output, PanicMessage> {
    let mut handler = pin!(handler);
    let outcome = poll_fn(|context| {
        let _guard = Guard::enter();
        // After a panic the future is never polled again, only dropped.
        match catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => std::task::Poll::Ready(Err(payload)),
        }
    })
    .await;
    outcome.map_err(|payload| {
        let message = message(payload.as_ref());
        let Some(Scene { location, backtrace }) = CAUGHT.take() else {
            error!(panic = message, "a handler panicked");
            return PanicMessage { message, location: None };
        };
        error!(panic = message, location, backtrace, "a handler panicked");
        PanicMessage { message, location: Some(location) }
    })
}

/// Marks this thread as catching while it lives.
struct Guard;

impl Guard {
    fn enter() -> Self {
        CATCHING.set(CATCHING.get() + 1);
        Self
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        CATCHING.set(CATCHING.get() - 1);
    }
}

/// Where a panic happened.
struct Scene {
    location: String,
    backtrace: String,
}

impl Scene {
    fn of(info: &PanicHookInfo<'_>) -> Self {
        let location =
            info.location().map_or_else(|| "unknown place".to_owned(), ToString::to_string);
        let backtrace = Backtrace::capture();
        let backtrace = match backtrace.status() {
            BacktraceStatus::Captured => backtrace.to_string(),
            _ => "set RUST_BACKTRACE=1 to see the backtrace".to_owned(),
        };
        Self { location, backtrace }
    }
}

/// The text for a panic that ends a task or the process.
fn report(message: &str, scene: &Scene, thread: Option<&str>) -> String {
    let Scene { location, backtrace } = scene;
    let thread = thread.unwrap_or("without name");
    format!("panic: {message}\n\nat {location}\nin thread {thread}\n{}\n", backtrace.trim_end())
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|&text| text.to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is no text".to_owned())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use tokio::task::yield_now;

    use super::{CATCHING, PanicMessage, Scene, catch, report};

    #[tokio::test]
    async fn a_panic_becomes_an_error() {
        let calm = catch(async {
            yield_now().await;
            7
        })
        .await;
        assert_eq!(calm, Ok(7));
        let number = 3;
        let texts = [
            catch(async {
                yield_now().await;
                panic!("late")
            })
            .await,
            catch(async { panic!("formatted {number}") }).await,
            catch(async { std::panic::panic_any(5) }).await,
        ];
        let texts = texts.map(|result: Result<(), PanicMessage>| result.unwrap_err().message);
        assert_eq!(texts, ["late", "formatted 3", "a value that is no text"]);
        assert_eq!(CATCHING.get(), 0, "the guard is gone after a panic too");
    }

    #[test]
    fn texts() {
        let scene = Scene {
            location: "src/pool.rs:7:9".to_owned(),
            backtrace: "set RUST_BACKTRACE=1 to see the backtrace".to_owned(),
        };
        expect![[r"
            panic: no pool

            at src/pool.rs:7:9
            in thread main
            set RUST_BACKTRACE=1 to see the backtrace
        "]]
        .assert_eq(&report("no pool", &scene, Some("main")));
        let mut caught = PanicMessage { message: "no pool".to_owned(), location: None };
        assert_eq!(caught.to_string(), "no pool");
        caught.location = Some("src/pool.rs:7:9".to_owned());
        assert_eq!(caught.to_string(), "no pool (at src/pool.rs:7:9)");
    }
}
