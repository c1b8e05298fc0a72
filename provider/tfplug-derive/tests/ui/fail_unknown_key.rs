use tfplug::Schema;

/// A pool.
#[derive(Schema)]
#[tf(nam = "pool")]
struct Pool {
    /// Its name.
    #[tf(replaces)]
    name: String,
    /// Its size.
    #[tf(wibble)]
    size: i64,
    /// Its zone.
    #[tf(name = "a", name = "b")]
    zone: String,
}

fn main() {}
