//! The command `mlgen`, apart from the library of that name: arguments, reading, writing, showing.
//!
//! A command goes from `args` (what was typed) over `job` (what is to be done) and `files` (what the project says)
//! through the library to `render`, which hands it to `emit` (what changes) and `report` (what is shown).

#![cfg_attr(
    test,
    allow(
        clippy::needless_pass_by_value,
        clippy::needless_raw_string_hashes,
        reason = "expectations are handed over, and look as expect-test writes them"
    )
)]

pub mod args;
pub mod emit;
pub mod explain;
pub mod files;
pub mod init;
pub mod job;
pub mod project;
pub mod render;
pub mod report;
pub mod schema;
