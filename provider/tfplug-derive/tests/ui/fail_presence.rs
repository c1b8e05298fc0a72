use tfplug::{Attr, Schema};

/// A pool.
#[derive(Schema)]
struct Pool {
    /// The server's, yet not unknown.
    #[tf(computed)]
    id: String,
    /// A default, yet not unknown.
    #[tf(default = 3)]
    size: Option<i64>,
    /// Whose?
    zone: Attr<String>,
    /// Both.
    #[tf(computed, default = 3)]
    both: Attr<i64>,
    /// Said by the type.
    #[tf(required)]
    name: String,
    /// Kept although nobody else sets it.
    #[tf(name = "kept_long", keep)]
    kept: Option<String>,
}

fn main() {}
