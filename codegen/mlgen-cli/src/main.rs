//! `mlgen`: renders one spec per system into the stacks of every environment.

fn main() {}
