use tfplug::Schema;

/// Not a struct.
#[derive(Schema)]
enum Choice {
    One,
}

/// No names.
#[derive(Schema)]
struct Tuple(String);

/// Of anything.
#[derive(Schema)]
struct Any<T> {
    /// Anything.
    any: T,
}

/// Twice.
#[derive(Schema)]
#[tf(exactly_one = [name, nobody])]
struct Twice {
    /// Once.
    name: String,
    /// Again.
    #[tf(name = "name")]
    again: String,
}

fn main() {}
