//! How things look.

use expect_test::{Expect, expect};
use mlgen::doc::yaml::{Map, Yaml, print};

#[track_caller]
fn check(tree: impl Into<Yaml>, expected: &Expect) {
    expected.assert_eq(&print(&tree.into()));
}

#[test]
fn services_stand_apart_and_their_parts_together() {
    let health = Map::new()
        .with("test", Yaml::Line(vec!["CMD-SHELL".into(), "pg_isready -U postgres".into()]))
        .with("interval", "5s")
        .with("retries", 10);
    let database = Map::new()
        .with("image", "postgres:17")
        .with("ports", vec!["5432:5432"])
        .with("volumes", vec!["data:/var/lib/postgresql/data"])
        .with("healthcheck", health);
    let mut api = Map::new()
        .with("build", "./backend")
        .with("depends_on", vec![Map::new().with("a", 1).with("b", "no")]);
    api.comment("build", "Built here.\nNot pulled.");
    let services = Map::new().with("api", api).with("postgres", database).spaced();
    let compose = Map::new()
        .with("name", "rainbow-seeker")
        .with("services", services)
        .with("volumes", Map::new().with("data", Map::new()).with("on", Vec::<i64>::new()));
    check(
        compose,
        &expect![[r#"
        name: rainbow-seeker

        services:
          api:
            # Built here.
            # Not pulled.
            build: ./backend
            depends_on:
              - a: 1
                b: "no"

          postgres:
            image: postgres:17
            ports:
              - "5432:5432"
            volumes:
              - data:/var/lib/postgresql/data
            healthcheck:
              test: [CMD-SHELL, pg_isready -U postgres]
              interval: 5s
              retries: 10

        volumes:
          data: {}
          "on": []
    "#]],
    );
}

#[test]
fn texts_over_several_lines_are_blocks() {
    check(
        Map::new()
            .with("script", "set -e\n\nexec \"$@\"\n")
            .with("open", "a\nb")
            .with("steps", vec![Map::new().with("run", "a: 1\n  b: 2\n")])
            .with("blank_end", "a\n\n"),
        &expect![[r#"
            script: |
              set -e

              exec "$@"

            open: |-
              a
              b

            steps:
              - run: |
                  a: 1
                    b: 2

            blank_end: "a\n\n"
        "#]],
    );
}

#[test]
fn texts_that_look_like_something_else_are_quoted() {
    let texts = [
        "no",
        "Y",
        "0755",
        "22:22",
        "1_000",
        "2001-12-14",
        ".5",
        "~",
        "",
        " a",
        "a ",
        "a: b",
        "a #b",
        "5s",
        "v1.2",
    ];
    check(
        Yaml::Line(texts.into_iter().map(Yaml::from).collect()),
        &expect![[r#"
        ["no", "Y", "0755", "22:22", "1_000", "2001-12-14", ".5", "~", "", " a", "a ", "a: b", "a #b", 5s, v1.2]
    "#]],
    );
}
