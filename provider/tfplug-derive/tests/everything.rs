//! Every word of the derive, without a warning. A module and not a case for trybuild, which would build all
//! dependencies once more to run it.
#![deny(warnings, missing_docs, unused, rust_2018_idioms, unused_qualifications)]

use std::collections::BTreeMap;

use tfplug::{Attr, Json, Schema, Secret, Sensitive, Set, Value};

/// Rules are called like this, too.
#[derive(Debug, Schema)]
pub(crate) struct Rule {
    /// The port.
    #[tf(check = [between(1..=65535), custom("be even", |port: &i64| port % 2 == 0)])]
    pub port: i64,
    /// Its length is no rule.
    #[tf(default = "tcp", example = "\"udp\"")]
    pub len: Attr<String>,
}

/// What is shared.
#[derive(Debug, Schema)]
pub(crate) struct Common {
    /// Labels.
    pub labels: Option<BTreeMap<String, String>>,
}

/// Everything.
#[derive(Schema)]
#[tf(name = "everything", version = 3, deprecated = "Use less.", import = "{zone}/{name}")]
#[tf(exactly_one = [text, number], at_most_one = [number, r#type])]
pub(crate) struct Everything {
    /// Given by the server.
    #[tf(computed, keep)]
    pub id: Attr<String>,
    /// Given by the server, perhaps.
    #[tf(computed, keep = even_null)]
    pub note: Attr<Json>,
    /// A zone.
    #[tf(identity)]
    pub zone: i64,
    /// A name.
    #[tf(identity, check = len(1..=9))]
    pub name: String,
    /// A keyword.
    pub r#type: Option<bool>,
    /// Another name.
    #[tf(name = "words", replace = when(|was: &String, now: &String| was > now), deprecated = "Old.")]
    pub text: Option<String>,
    /// A number.
    #[tf(replace, check = at_least(1))]
    pub number: Option<i64>,
    /// Said by either.
    #[tf(optional, computed)]
    pub region: Attr<String>,
    /// Never stored.
    #[tf(write_only, required)]
    pub key: Option<Secret>,
    /// Hidden.
    pub hidden: Option<Sensitive<Vec<i64>>>,
    /// Anything.
    pub anything: Option<Value>,
    /// How it is managed.
    #[tf(setting)]
    pub force: Option<bool>,
    /// Rules.
    pub rules: Option<BTreeMap<String, Rule>>,
    /// More rules.
    #[tf(block, min = 1, max = 3)]
    pub rule: Vec<Rule>,
    /// Still more rules.
    #[tf(block)]
    pub other: Set<Rule>,
    /// One rule.
    #[tf(block)]
    pub one: Option<Rule>,
    #[tf(flatten)]
    pub common: Common,
}

/// A private struct of which nothing is used but its schema.
#[derive(Debug, Schema)]
struct Private {
    /// From the environment.
    #[tf(optional, env = ["A", "B"])]
    url: Attr<String>,
}

#[test]
fn everything_is_declared_as_it_is_written() {
    assert!(tfplug::schema::lint(&Everything::block()).is_empty());
    let private = Private::decode(Value::object([("url", "x".into())])).unwrap();
    assert_eq!(private.url, Attr::Known("x".to_owned()));
    assert_eq!(Everything::COMMON.then(Common::LABELS).path().to_string(), "labels");
    assert_eq!(Everything::RULE.index(1).then(Rule::PORT).path().to_string(), "rule[1].port");
}
