use tfplug::{Attr, Schema};

/// A pool.
#[derive(Schema)]
struct Pool {
    /// Its size.
    #[tf(default = "three")]
    size: Attr<i64>,
}

fn main() {}
