use tfplug::{Attr, Schema, Secret};

#[derive(Schema)]
#[tf(version = "two")]
struct Pool {
    id: Attr<String>,
    /// Its name.
    #[tf(identiy)]
    name: String,
    /// Its key.
    #[tf(write_only)]
    key: Secret,
    /// Its limit.
    #[tf(keep = sometimes)]
    limit: Option<i64>,
    /// Its zone.
    #[tf(replace = maybe)]
    zone: String,
}

fn main() {}
