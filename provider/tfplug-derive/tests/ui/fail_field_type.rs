use std::collections::{BTreeSet, HashMap};

use tfplug::{Attr, Schema};

enum Size {
    Small,
}

/// A pool. Each field is wrong once, and is told once.
#[derive(Schema)]
#[tf(name = "pool")]
struct Pool {
    /// A type of the author's.
    #[tf(replace)]
    size: Size,
    /// A smaller number, with a rule.
    #[tf(identity, check = between(0..=9))]
    small: u8,
    /// With a default.
    #[tf(default = 3_u8)]
    byte: Attr<u8>,
    /// A map in no order.
    labels: Option<HashMap<String, String>>,
    /// A set of the standard library.
    zones: BTreeSet<String>,
    /// Elements that may be null.
    ports: Vec<Option<i64>>,
    /// Twice optional.
    #[tf(computed)]
    twice: Attr<Option<String>>,
    /// A nested object that is none.
    #[tf(block)]
    rule: Vec<Size>,
    #[tf(flatten)]
    common: Size,
}

fn main() {
    let _ = (Pool::SMALL, Size::Small);
}
