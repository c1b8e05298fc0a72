//! Tests of the framework from outside, in one binary: one link, not one per file.

mod codec;
