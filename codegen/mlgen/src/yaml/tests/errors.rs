//! What is read in spite of an error: keys, tags, documents, aliases, limits.

use expect_test::expect;

use crate::yaml::tests::{check, outcome};

#[test]
fn keys() {
    check(
        "a: 1\nb: { c: 1, c: 2 }\na: 3\n",
        &expect![[r#"
        a map at 1:1 "a: 1\nb: { c: 1, c: 2 }"
          a "a": 1 at 1:4 "1"
          b "b": a map at 2:4 "{ c: 1, c: 2 }"
            c "c": 1 at 2:9 "1"
        error: `c` stands twice in one map
         --> a.yaml:2:12
          |
        2 | b: { c: 1, c: 2 }
          |            ^ again
          |
          = help: keep one of the two
        note: it stands here already
         --> a.yaml:2:6
          |
        2 | b: { c: 1, c: 2 }
          |      -
        error: `a` stands twice in one map
         --> a.yaml:3:1
          |
        3 | a: 3
          | ^ again
          |
          = help: keep one of the two
        note: it stands here already
         --> a.yaml:1:1
          |
        1 | a: 1
          | -
    "#]],
    );
    check(
        "80: web\ntrue: x\n? [a]\n: y\non: z\n\"443\": tls\n",
        &expect![[r#"
        a map at 1:1 "80: web\ntrue: x\n? [a]\n: y\non: z\n\"443\": tls"
          on "on": "z" at 5:5 "z"
          443 "\"443\"": "tls" at 6:8 "tls"
        error: a key must be a string, found a number
         --> a.yaml:1:1
          |
        1 | 80: web
          | ^^
          |
          = help: put it into quotes: `"80"`
        error: a key must be a string, found a boolean
         --> a.yaml:2:1
          |
        2 | true: x
          | ^^^^
          |
          = help: put it into quotes: `"true"`
        error: a key must be a string, found a list
         --> a.yaml:3:3
          |
        3 | ? [a]
          |   ^^^
          |
          = help: write a name before the `:`
    "#]],
    );
    check(
        "a: {{ x }}\n",
        &expect![[r#"
        a map at 1:1 "a: {{ x }}"
          a "a": a map at 1:4 "{{ x }}"
        error: a key must be a string, found a map
         --> a.yaml:1:5
          |
        1 | a: {{ x }}
          |     ^^^^^
          |
          = help: if this is a text with `{{ }}`, put all of it into quotes
    "#]],
    );
    check(
        ": x\n",
        &expect![[r#"
        a map at 1:1 ""
        error: a key must be a string, found null
         --> a.yaml:1:1
          |
        1 | : x
          | ^
          |
          = help: write a name before the `:`
    "#]],
    );
    check(
        "base: &b { x: 1 }\na:\n  <<: *b\n  y: 2\n",
        &expect![[r#"
        a map at 1:1 "base: &b { x: 1 }\na:\n  <<: *b\n  y: 2"
          base "base": a map at 1:10 "{ x: 1 }"
            x "x": 1 at 1:15 "1"
          a "a": a map at 3:3 "<<: *b\n  y: 2"
            y "y": 2 at 4:6 "2"
        error: merge keys (`<<`) are not read
         --> a.yaml:3:3
          |
        3 |   <<: *b
          |   ^^
          |
          = help: write the keys out, or alias the whole value: `key: *name`
    "#]],
    );
}

#[test]
fn tags() {
    check(
        "a: !append [x]\nb: !!str 1\nc: !mine\n  d: 1\ne: !unset\n",
        &expect![[r#"
        a map at 1:1 "a: !append [x]\nb: !!str 1\nc: !mine\n  d: 1\ne: !unset"
          a "a": a list at 1:12 "[x]"
            - "x" at 1:13 "x"
          b "b": 1 at 2:10 "1"
          c "c": a map at 4:3 "d: 1"
            d "d": 1 at 4:6 "1"
          e "e": null at 5:10 ""
        error: the tag `!append` has no meaning here
         --> a.yaml:1:4
          |
        1 | a: !append [x]
          |    ^^^^^^^
          |
          = help: write `{ $append: [...] }`
        error: the tag `!!str` has no meaning here
         --> a.yaml:2:4
          |
        2 | b: !!str 1
          |    ^^^^^
          |
          = help: put the text into quotes
        error: the tag `!mine` has no meaning here
         --> a.yaml:3:4
          |
        3 | c: !mine
          |    ^^^^^
          |
          = help: leave it out; operators are maps such as `{ $append: [...] }`
        error: the tag `!unset` has no meaning here
         --> a.yaml:5:4
          |
        5 | e: !unset
          |    ^^^^^^
          |
          = help: write `{ $unset: true }`
    "#]],
    );
}

#[test]
fn documents() {
    check(
        "a: 1\n---\nb: 2\n",
        &expect![[r#"
        a map at 1:1 "a: 1"
          a "a": 1 at 1:4 "1"
        error: a file holds one document
         --> a.yaml:2:1
          |
        2 | ---
          | ^^^ a second one begins here
          |
          = help: put it into a file of its own: the files of a folder are read together
    "#]],
    );
}

#[test]
fn aliases_that_go_too_far() {
    check(
        "a: &x [*x]\n",
        &expect![[r#"
        a map at 1:1 "a: &x [*x]"
          a "a": a list at 1:7 "[*x]"
            - null at 1:8 "*x"
        error: this alias stands inside its own anchor
         --> a.yaml:1:8
          |
        1 | a: &x [*x]
          |        ^^
    "#]],
    );
    check(
        "a: *.example.com\n",
        &expect![[r#"
        nothing
        error: no anchor has this name
         --> a.yaml:1:4
          |
        1 | a: *.example.com
          |    ^
          |
          = help: put a text that begins with `*` into quotes
    "#]],
    );
}

#[test]
fn limits() {
    let deep = "[".repeat(101);
    let many = format!("a: &a [{}]\nb: &b [{}]\nc: [*b, *b]\n", "1,".repeat(99), "*a,".repeat(99));
    let outcomes = [&deep, &many].map(|text| {
        let all = outcome("a.yaml", text);
        let from = all.find("error").expect("both are too much");
        all[from..].lines().next().expect("a title").to_owned()
    });
    expect![[r#"
        error: values are nested deeper than 100 levels
        error: the aliases of this file add up to more than 10000 values"#]]
    .assert_eq(&outcomes.join("\n"));
}
