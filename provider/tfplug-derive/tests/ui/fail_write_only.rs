use tfplug::{Schema, Secret};

/// A pool.
#[derive(Schema)]
struct Pool {
    /// Null in every state.
    #[tf(write_only)]
    key: Secret,
    /// Always different.
    #[tf(write_only, replace)]
    other: Option<Secret>,
    /// Never there.
    #[tf(write_only, identity)]
    name: Option<String>,
}

fn main() {}
