//! Broken syntax: nothing is read, and the error says what to do.

use expect_test::expect;

use crate::yaml::tests::{check, outcome};

#[test]
fn references_in_flow_style() {
    check(
        "a: { network: ${network} }",
        &expect![[r#"
        nothing
        error: `${` cannot stand inside `{ }` or `[ ]` without quotes
         --> a.yaml:1:15
          |
        1 | a: { network: ${network} }
          |               ^^^^^^^^^^ YAML reads `{` as the start of a map
          |
          = help: put the value into quotes, or give each key a line of its own
    "#]],
    );
    check(
        "a: [x, ${prefix}-b]",
        &expect![[r#"
        nothing
        error: `${` cannot stand inside `{ }` or `[ ]` without quotes
         --> a.yaml:1:8
          |
        1 | a: [x, ${prefix}-b]
          |        ^^^^^^^^^ YAML reads `{` as the start of a map
          |
          = help: put the value into quotes, or give each key a line of its own
    "#]],
    );
    check(
        "a: { name: x-${prefix}-y }",
        &expect![[r#"
        nothing
        error: `${` cannot stand inside `{ }` or `[ ]` without quotes
         --> a.yaml:1:14
          |
        1 | a: { name: x-${prefix}-y }
          |              ^^^^^^^^^ YAML reads `{` as the start of a map
          |
          = help: put the value into quotes, or give each key a line of its own
    "#]],
    );
    check(
        "a: { name: ${prefix",
        &expect![[r#"
        nothing
        error: `${` cannot stand inside `{ }` or `[ ]` without quotes
         --> a.yaml:1:12
          |
        1 | a: { name: ${prefix
          |            ^^^^^^^^ YAML reads `{` as the start of a map
          |
          = help: put the value into quotes, or give each key a line of its own
    "#]],
    );
}

#[test]
fn broken_syntax() {
    let texts = [
        "a:\n\tb: 1\n",
        "a: b: c\n",
        "a: b\n  c: d\n",
        "a: [1, 2\nb: 3\n",
        "a: @x\n",
        "a: ]\n",
        "a: \"x\n",
        "a: \"b\nc\"\n",
        "a: 'it's'\n",
        "a: \"\\d\"\n",
        "a: \"\\ud83d\\ude00\"\n",
        "a: - b\n",
        "a:\n  - x\n y: 2\n",
        "- a\nb: 1\n",
        "  a: 1\nb: 2\n",
        "a: {x: 1 y: 2}\n",
        "a: [1 [2]]\n",
        "a: [,x]\n",
        "a: 1\nb\nc: 2\n",
        "a: {\nx: 1}\n",
        "a: {{ x }}.md\n",
    ];
    let outcomes: Vec<String> = texts.iter().map(|text| outcome("a.yaml", text)).collect();
    expect![[r#"
        nothing
        error: a tab cannot indent
         --> a.yaml:2:1
          |
        2 |     b: 1
          | ^^^^
          |
          = help: indent with spaces

        nothing
        error: a second `:` makes no sense here
         --> a.yaml:1:5
          |
        1 | a: b: c
          |     ^
          |
          = help: put a text that has `: ` in it into quotes; else check how far the lines are indented

        nothing
        error: a second `:` makes no sense here
         --> a.yaml:2:4
          |
        2 |   c: d
          |    ^
          |
          = help: put a text that has `: ` in it into quotes; else check how far the lines are indented

        nothing
        error: a `:` makes no sense here
         --> a.yaml:2:2
          |
        2 | b: 3
          |  ^
          |
          = help: is a `]`, a `}` or a quote missing before it?

        nothing
        error: a text cannot begin with this character
         --> a.yaml:1:4
          |
        1 | a: @x
          |    ^
          |
          = help: put the text into quotes

        nothing
        error: this closes nothing
         --> a.yaml:1:4
          |
        1 | a: ]
          |    ^
          |
          = help: put the text into quotes, or take this away

        nothing
        error: this quote is never closed
         --> a.yaml:1:4
          |
        1 | a: "x
          |    ^
          |
          = help: write the same quote at the end

        nothing
        error: a line of this text begins too far left, or the quote is never closed
         --> a.yaml:1:4
          |
        1 | a: "b
          |    ^
          |
          = help: indent all lines of the text further than its key

        nothing
        error: nothing may follow the closing quote
         --> a.yaml:1:8
          |
        1 | a: 'it's'
          |        ^
          |
          = help: put all of the text into one pair of quotes; `''` is a quote inside '...', `\"` inside "..."

        nothing
        error: a `\` in this text begins no known escape
         --> a.yaml:1:4
          |
        1 | a: "\d"
          |    ^
          |
          = help: write `\\` for a backslash, or use '...', where it means itself

        nothing
        error: a `\u` in this text is not a character
         --> a.yaml:1:4
          |
        1 | a: "\ud83d\ude00"
          |    ^
          |
          = help: write the character itself, or `\U` and eight digits

        nothing
        error: a list cannot begin here
         --> a.yaml:1:4
          |
        1 | a: - b
          |    ^
          |
          = help: begin it on a line of its own, or write `[...]`

        nothing
        error: this line belongs to no map
         --> a.yaml:3:2
          |
        3 |  y: 2
          |  ^
          |
          = help: indent it as far as the keys that it belongs to

        nothing
        error: this line is no item of the list above it
         --> a.yaml:2:1
          |
        2 | b: 1
          | ^
          |
          = help: begin it with `- `, or indent it as far as the key that it belongs to

        nothing
        error: this line belongs to nothing above it
         --> a.yaml:2:1
          |
        2 | b: 2
          | ^
          |
          = help: indent all keys of a map equally far

        nothing
        error: a `,` or a `}` is missing before this
         --> a.yaml:1:11
          |
        1 | a: {x: 1 y: 2}
          |           ^
          |
          = help: close the map, or put a text with `{`, `}`, `[`, `]` or `,` in it into quotes

        nothing
        error: a `,` or a `]` is missing before this
         --> a.yaml:1:7
          |
        1 | a: [1 [2]]
          |       ^
          |
          = help: close the list, or put a text with `{`, `}`, `[`, `]` or `,` in it into quotes

        nothing
        error: a value is missing here
         --> a.yaml:1:5
          |
        1 | a: [,x]
          |     ^
          |
          = help: write one, or take the comma away

        nothing
        error: a `:` is missing after this key
         --> a.yaml:3:1
          |
        3 | c: 2
          | ^
          |
          = help: write `key: value`

        nothing
        error: this line begins too far left
         --> a.yaml:2:1
          |
        2 | x: 1}
          | ^
          |
          = help: indent it further than the key above

        nothing
        error: a key must be a string, found a map
         --> a.yaml:1:5
          |
        1 | a: {{ x }}.md
          |     ^^^^^
          |
          = help: if this is a text with `{{ }}`, put all of it into quotes
        error: this line belongs to no map
         --> a.yaml:1:11
          |
        1 | a: {{ x }}.md
          |           ^
          |
          = help: indent it as far as the keys that it belongs to
    "#]].assert_eq(&outcomes.join("\n"));
}
