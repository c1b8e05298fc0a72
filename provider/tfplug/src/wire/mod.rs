//! What goes over the wire, and how it becomes values. Visible for fuzzing and benchmarks only.

pub mod codec;
