use tfplug::{Draft, Schema};

/// A pool.
#[derive(Schema)]
struct Pool {
    /// Its name.
    name: String,
}

/// A bucket.
#[derive(Schema)]
struct Bucket {
    /// Its name.
    name: String,
}

fn plan(draft: &mut Draft<'_, Pool>) {
    let _: tfplug::Attr<String> = draft.get(Bucket::NAME);
}

fn main() {}
