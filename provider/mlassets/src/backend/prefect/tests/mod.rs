//! The client against a server that says what a test wants, and against a real one.

mod fake;
#[cfg(feature = "acceptance")]
mod faults;
mod http;
#[cfg(feature = "acceptance")]
mod live;
#[cfg(feature = "acceptance")]
mod proxy;
