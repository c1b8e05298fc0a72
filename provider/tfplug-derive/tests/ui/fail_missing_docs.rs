use tfplug::Schema;

#[derive(Schema)]
struct Pool {
    name: String,
    /// Its size.
    size: i64,
    zone: Option<String>,
}

fn main() {}
