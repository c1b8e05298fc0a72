use tfplug::Schema;

/// Shared.
#[derive(Schema)]
struct Common {
    /// Who pays.
    owner: String,
}

/// A pool.
#[derive(Schema)]
struct Pool {
    #[tf(flatten, replace)]
    common: Common,
    #[tf(flatten)]
    perhaps: Option<Common>,
    #[tf(flatten)]
    text: String,
}

fn main() {}
