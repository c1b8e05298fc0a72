//! Values from the command line.

use expect_test::{Expect, expect};

use crate::merge::{Layer, LayerName, fixture, merge, setting};
use crate::source::Sources;

#[track_caller]
fn check(settings: &[&str], expected: &Expect) {
    let mut sources = Sources::default();
    let mut layers =
        fixture::layers(&mut sources, "//- base.yaml\ndatabase: { storage_gb: 20 }\nzones: [a]\n");
    let mut told = String::new();
    for text in settings {
        let file = sources.add("--set", *text);
        let (node, diags) = setting(&sources, file);
        layers.extend(node.map(|node| Layer { name: LayerName::Set, node }));
        told += &fixture::told(diags, &sources);
    }
    let (merged, diags) = merge(layers);
    expected
        .assert_eq(&(fixture::show(&merged, &sources) + &told + &fixture::told(diags, &sources)));
}

#[test]
fn one_leaf() {
    check(
        &["database.storage_gb=100", "database.storage_gb=200", "zones={ $append: [b] }"],
        &expect![[r#"
            database.storage_gb: 200  # --set:1
              over 100  # --set:1
              over 20  # base.yaml:1
            zones: ["a","b"]  # --set:1
              over ["a"]  # base.yaml:2
        "#]],
    );
    check(
        &["hosts.\"a=b.example\"=ä: ö", "database.engine=${x}=1", "database.name="],
        &expect![[r#"
            database.storage_gb: 20  # base.yaml:1
            database.engine: "${x}=1"  # --set:1
            database.name: null  # --set:1
            zones: ["a"]  # base.yaml:2
            hosts."a=b.example".ä: "ö"  # --set:1
        "#]],
    );
}

#[test]
fn what_cannot_be_set() {
    check(
        &["database", "database.=1", "=1", "zones[0]=b", "database.ports=[1", "database=x"],
        &expect![[r#"
            database: "x"  # --set:1
              over {"storage_gb":20}  # base.yaml:1
            zones: ["a"]  # base.yaml:2
            error: a setting needs a `=`
             --> --set:1:1
              |
            1 | database
              | ^^^^^^^^
              |
              = help: write `component.input=value`, such as `database.storage_gb=100`
            error: this is no path: expected a key at character 9
             --> --set:1:9
              |
            1 | database.=1
              |         ^
              |
              = help: write `component.input=value`, such as `database.storage_gb=100`
            error: this is no path: expected a key at character 1
             --> --set:1:1
              |
            1 | =1
              | ^
              |
              = help: write `component.input=value`, such as `database.storage_gb=100`
            error: an item of a list cannot be set by itself
             --> --set:1:1
              |
            1 | zones[0]=b
              | ^^^^^^^^
              |
              = help: set the whole list, or use `{ $append: [...] }`
            error: a `,` or a `]` is missing before this
             --> --set:1:18
              |
            1 | database.ports=[1
              |                  ^
              |
              = help: close the list, or put a text with `{`, `}`, `[`, `]` or `,` in it into quotes
            error: `database` is a map, a string cannot take its place
             --> --set:1:10
              |
            1 | database=x
              |          ^ a string
              |
              = help: to exchange the whole value write `{ $replace: ... }`
            note: a map, from base
             --> base.yaml:1:1
              |
            1 | database: { storage_gb: 20 }
              | --------
        "#]],
    );
}
