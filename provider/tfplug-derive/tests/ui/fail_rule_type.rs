use tfplug::Schema;

/// A pool.
#[derive(Schema)]
struct Pool {
    /// Its size.
    #[tf(check = len(1..=3))]
    size: i64,
    /// Its name.
    #[tf(check = at_least(3))]
    name: String,
}

fn main() {}
