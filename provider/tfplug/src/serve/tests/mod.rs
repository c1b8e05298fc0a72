//! Whole processes, seen from the host: each test starts this test binary again
//! as a provider.

mod debug;
mod host;
mod plugin;
mod provider;
mod refused;
