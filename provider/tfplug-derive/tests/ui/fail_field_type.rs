use tfplug::{Attr, Schema};

struct Plain;

/// A pool.
#[derive(Schema)]
struct Pool {
    /// Not an attribute.
    plain: Plain,
    /// Twice optional.
    #[tf(computed)]
    twice: Attr<Option<String>>,
}

fn main() {}
