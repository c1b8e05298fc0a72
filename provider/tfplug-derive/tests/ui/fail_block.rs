use tfplug::{Attr, Schema};

/// A rule.
#[derive(Schema)]
struct Rule {
    /// The port.
    port: i64,
}

/// A pool.
#[derive(Schema)]
struct Pool {
    /// Computed.
    #[tf(block, computed)]
    computed: Attr<Vec<Rule>>,
    /// Replaced.
    #[tf(block, replace)]
    replaced: Vec<Rule>,
    /// Never null.
    #[tf(block)]
    null: Option<Vec<Rule>>,
    /// With a rule.
    #[tf(block, check = len(1..=3))]
    checked: Vec<Rule>,
    /// Counted, yet one.
    #[tf(block, max = 3)]
    one: Rule,
    /// Counted, yet no block.
    #[tf(min = 3)]
    list: Vec<Rule>,
}

/// Only replaced.
#[derive(Schema)]
#[tf(immutable)]
struct Immutable {
    /// Rules.
    #[tf(block)]
    rule: Vec<Rule>,
}

fn main() {}
