use tfplug::Schema;

/// A pool.
#[derive(Schema)]
#[tf(import = "{zone}{name}/{nam}")]
struct Pool {
    /// Its zone.
    #[tf(identity)]
    zone: Option<String>,
    /// Its name.
    #[tf(identity)]
    name: String,
}

/// No identity.
#[derive(Schema)]
#[tf(import = "{name}")]
struct Nothing {
    /// Its name.
    name: String,
}

fn main() {}
