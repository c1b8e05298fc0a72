//! Proto.
fn main() {}
