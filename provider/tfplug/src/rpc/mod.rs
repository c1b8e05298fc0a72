//! The provider service: each call is read, given to the engine, and its answer written.
//!
//! One file per family of calls. What a handler returns as an error becomes diagnostics of the answer,
//! and so does a panic: a call fails, the provider does not.

mod action;
mod answer;
mod calls;
mod data;
mod ephemeral;
mod function;
mod list;
mod provider;
mod resource;
mod schema;
mod service;
mod state_store;
#[cfg(test)]
mod tests;
mod unserved;

pub(crate) use service::Service;
