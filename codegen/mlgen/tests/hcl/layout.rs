//! How things look.

use expect_test::{Expect, expect};
use mlgen::doc::hcl::{Attribute, BinaryOp, Block, Body, Expr, Item, Part, print};

#[track_caller]
fn check(items: impl IntoIterator<Item = Item>, expected: &Expect) {
    expected.assert_eq(&print(&Body(items.into_iter().collect())));
}

#[track_caller]
fn check_value(value: impl Into<Expr>, expected: &Expect) {
    check([Attribute::new("value", value).into()], expected);
}

#[test]
fn what_takes_several_lines_stands_between_blank_lines() {
    let module = Block::new("module", ["api"])
        .attr("source", "../../modules/service")
        .blank()
        .attr("name", Expr::template([Expr::path("var.prefix").into(), Part::from("-api")]))
        .attr(
            "connect",
            Expr::object([
                ("cache", Expr::path("module.cache")),
                ("database", Expr::path("module.database")),
            ]),
        )
        .attr("buckets", Expr::object([("uploads", Expr::path("module.uploads"))]))
        .attr("port", 3000)
        .item(Attribute::new("cpu", 512).comment("half a processor"))
        .item(Attribute::new("memory", 1024).comment("MiB"))
        .comment("Who may write.")
        .block(Block::bare("lifecycle").attr("ignore_changes", Expr::list([Expr::path("tags")])))
        .block(Block::bare("timeouts"));
    check(
        [
            Item::Comment("Written by hand.".into()),
            Item::Blank,
            module.into(),
            Block::new("output", ["b"]).into(),
        ],
        &expect![[r#"
            # Written by hand.

            module "api" {
              source = "../../modules/service"

              name = "${var.prefix}-api"

              connect = {
                cache    = module.cache
                database = module.database
              }

              buckets = { uploads = module.uploads }
              port    = 3000
              cpu     = 512  # half a processor
              memory  = 1024 # MiB

              # Who may write.
              lifecycle {
                ignore_changes = [tags]
              }

              timeouts {}
            }

            output "b" {}
        "#]],
    );
}

#[test]
fn names_are_aligned_by_what_is_seen_as_one_character() {
    let names = ["a", "long_name", "日本", "🇯🇵", "two words", "for", "a\"b", "${x}"];
    check_value(
        Expr::object(names.map(|name| (name, Expr::Null))),
        &expect![[r#"
        value = {
          a           = null
          long_name   = null
          "日本"        = null
          "🇯🇵"         = null
          "two words" = null
          "for"       = null
          "a\"b"      = null
          "$${x}"     = null
        }
    "#]],
    );
}

#[test]
fn lists_and_calls_are_broken_where_they_are_too_wide() {
    let words = |count: usize| Expr::list(vec!["a word of some length"; count]);
    check_value(
        words(3),
        &expect![[r#"
        value = ["a word of some length", "a word of some length", "a word of some length"]
    "#]],
    );
    check_value(
        words(5),
        &expect![[r#"
        value = [
          "a word of some length",
          "a word of some length",
          "a word of some length",
          "a word of some length",
          "a word of some length",
        ]
    "#]],
    );
    check_value(
        Expr::call("concat", [Expr::path("var.a"), words(4)]),
        &expect![[r#"
        value = concat(var.a, [
          "a word of some length",
          "a word of some length",
          "a word of some length",
          "a word of some length",
        ])
    "#]],
    );
    check_value(
        Expr::call("merge", [Expr::object([("a", 1), ("b", 2)]), Expr::path("var.b")]),
        &expect![[r"
            value = merge(
              {
                a = 1
                b = 2
              },
              var.b,
            )
        "]],
    );
}

#[test]
fn a_choice_with_branches_of_several_lines_stands_in_parentheses() {
    let object = || Expr::object([("a", 1), ("b", 2)]);
    let condition = || Expr::binary(Expr::path("var.a"), BinaryOp::NotEq, Expr::Null);
    check_value(
        Expr::conditional(condition(), Expr::Null, object()),
        &expect![[r"
        value = var.a != null ? null : {
          a = 1
          b = 2
        }
    "]],
    );
    check_value(
        Expr::conditional(condition(), object(), Expr::Null),
        &expect![[r"
        value = (
          var.a != null
          ? {
            a = 1
            b = 2
          }
          : null
        )
    "]],
    );
}

#[test]
fn literals_mean_themselves() {
    let texts = ["${a} $${b} %{c}", "\"\\\n\t\r\u{7f}", "$", "50%", "\u{202e}"];
    check_value(
        Expr::list(texts),
        &expect![[r#"
        value = ["$${a} \u0024$${b} %%{c}", "\"\\\n\t\r\u007f", "$", "50%", "\u202e"]
    "#]],
    );
    check_value(
        Expr::template([Part::from("$"), Expr::path("a").into()]),
        &expect![[r#"
        value = "\u0024${a}"
    "#]],
    );
}

#[test]
fn heredocs_are_moved_in_where_nothing_is_lost() {
    let script = |text: &str| {
        Block::bare("b").attr("a", 1).attr("script", Expr::Heredoc(vec![text.into()])).into()
    };
    check(
        [script("set -e\n\n  exec\n")],
        &expect![[r"
        b {
          a = 1

          script = <<-EOT
            set -e

              exec
          EOT
        }
    "]],
    );
    check(
        [script("  moved in\n")],
        &expect![[r"
        b {
          a = 1

          script = <<EOT
          moved in
        EOT
        }
    "]],
    );
    check(
        [script("no end of line")],
        &expect![[r#"
        b {
          a      = 1
          script = "no end of line"
        }
    "#]],
    );
}

#[test]
fn text_of_others_is_moved_as_a_whole() {
    let raw = "object({\n      name = string\n      size = optional(object({\n        x = number\n      }))\n    })";
    check(
        [Block::new("variable", ["a"])
            .attr("type", Expr::Raw(raw.into()))
            .attr("default", Expr::Null)
            .into()],
        &expect![[r#"
            variable "a" {
              type = object({
                name = string
                size = optional(object({
                  x = number
                }))
              })

              default = null
            }
        "#]],
    );
}

#[test]
fn old_types_of_variables_are_brought_up_to_date() {
    let variable =
        |kind: &str| Block::new("variable", [kind]).attr("type", Expr::path(kind)).into();
    check(
        ["list", "set", "string"].map(variable),
        &expect![[r#"
        variable "list" {
          type = list(any)
        }

        variable "set" {
          type = set(any)
        }

        variable "string" {
          type = string
        }
    "#]],
    );
}
