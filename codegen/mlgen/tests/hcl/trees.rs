//! Any tree that can be printed.

use std::sync::LazyLock;

use mlgen::doc::hcl::{
    Access, Attribute, BinaryOp, Block, Body, Expr, ForList, ForObject, Item, Key, Part, Step,
    Traversal, UnaryOp, is_identifier, print_expr,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, SBoxedStrategy};

/// A file with blocks in blocks.
pub(crate) fn body() -> BoxedStrategy<Body> {
    let single = single();
    let leaf = vec(single.clone(), 0..5).prop_map(distinct);
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let block = (identifier(), vec(label(), 0..3), inner)
            .prop_map(|(kind, labels, body)| Item::Block(Block { kind, labels, body }));
        vec(prop_oneof![2 => single.clone(), 1 => block], 0..6).prop_map(distinct)
    })
    .boxed()
}

/// An expression that may stand anywhere.
pub(crate) fn expr() -> BoxedStrategy<Expr> {
    leaf()
        .prop_recursive(4, 24, 4, |inner| prop_oneof![collection(inner.clone()), computed(inner)])
        .boxed()
}

/// Text with everything in it that some part of the language takes for a sign.
///
/// Made once: a recursive strategy is built anew for each tree.
pub(crate) fn text() -> SBoxedStrategy<String> {
    static TEXT: LazyLock<SBoxedStrategy<String>> = LazyLock::new(any_text);
    TEXT.clone()
}

fn identifier() -> SBoxedStrategy<String> {
    static IDENTIFIER: LazyLock<SBoxedStrategy<String>> = LazyLock::new(any_identifier);
    IDENTIFIER.clone()
}

fn any_text() -> SBoxedStrategy<String> {
    let signs = select(vec![
        "${",
        "%{",
        "$",
        "%",
        "{",
        "}",
        "$${",
        "~}",
        "\"",
        "\\",
        "\\n",
        "\n",
        "\t",
        "\r",
        "\u{0}",
        "\u{7f}",
        "#",
        "//",
        "/*",
        " = ",
        "EOT",
        "<<EOT",
        "  ",
        "\u{301}",
        "e\u{301}",
        "\u{200d}",
        "👩\u{200d}🚀",
        "\u{3000}",
        "\u{feff}",
        "\u{2028}",
        "日本",
        "🇯🇵",
        "ß",
        "👍🏽",
    ]);
    let words =
        select(vec!["a", "b-c", "x_1", " ", ".", ":", ",", "word of some length", "0", "="]);
    // The formatter counts a replacement character as what it replaces.
    let other =
        any::<char>().prop_filter("a character", |c| *c != '\u{fffd}').prop_map(String::from);
    let word = prop_oneof![3 => words.prop_map(str::to_owned), 1 => other, 3 => signs.prop_map(str::to_owned)];
    vec(word, 0..5).prop_map(|words| words.concat()).sboxed()
}

fn any_identifier() -> SBoxedStrategy<String> {
    let name =
        (select(vec!["a", "b", "name", "_", "Z", "é", "日本", "long_name_of_something"]), 0..40_u8);
    let tail = |n: u8| if n < 30 { n.to_string() } else { "-x_y9".repeat(usize::from(n - 29)) };
    name.prop_map(move |(name, n)| name.to_owned() + &tail(n)).sboxed()
}

/// The formatter loses labels with signs of templates in them, and composes characters.
fn label() -> BoxedStrategy<String> {
    let words = vec![
        "a", " ", "\"", "\\", "\n", "\0", "\u{7f}", "\u{a0}", "ß", "日本", "\u{200d}", "\u{3000}",
        "👍🏽",
    ];
    let text = vec(select(words), 0..6).prop_map(|words| words.concat());
    prop_oneof![3 => identifier(), 1 => text].boxed()
}

fn single() -> BoxedStrategy<Item> {
    let comment = proptest::option::weighted(0.2, text());
    let attribute = (identifier(), value(), comment)
        .prop_map(|(name, value, comment)| Item::Attribute(Attribute { name, value, comment }));
    prop_oneof![6 => attribute, 1 => text().prop_map(Item::Comment), 1 => Just(Item::Blank)].boxed()
}

/// The value of an attribute: where text of others may stand, over several lines, too.
fn value() -> BoxedStrategy<Expr> {
    // The end of an interpolation is no token in raw text: a mark that joins it has another width for the formatter.
    let marks = ["}\u{301}", "}\u{200c}", "}\u{200d}"];
    let joins = move |expr: &Expr| matches!(expr, Expr::Raw(text) if marks.iter().any(|mark| text.contains(mark)));
    let raw = move || {
        let raw = expr().prop_map(|expr| Expr::Raw(print_expr(&expr)));
        raw.prop_filter("a mark behind an interpolation", move |raw| !joins(raw))
    };
    // What follows a heredoc must begin on a new line, which a list does not know of raw text.
    let closed = || {
        raw().prop_filter("a heredoc", |raw| matches!(raw, Expr::Raw(text) if !text.contains("<<")))
    };
    prop_oneof![
        8 => expr(),
        1 => raw(),
        1 => vec(closed(), 1..3).prop_map(Expr::List),
        1 => btree_map(identifier(), raw(), 1..3).prop_map(Expr::object),
        1 => (identifier(), vec(closed(), 1..3)).prop_map(|(name, args)| Expr::call(name, args)),
    ]
    .boxed()
}

fn leaf() -> BoxedStrategy<Expr> {
    let number = prop_oneof![
        any::<i64>().prop_map(serde_json::Number::from),
        (-9_i64..100).prop_map(serde_json::Number::from),
        any::<f64>().prop_filter_map("finite", serde_json::Number::from_f64),
    ];
    prop_oneof![
        1 => Just(Expr::Null),
        1 => any::<bool>().prop_map(Expr::Bool),
        2 => number.prop_map(Expr::Number),
        4 => text().prop_map(Expr::String),
        4 => vec(identifier(), 1..4).prop_map(|names| Expr::path(&names.join("."))),
    ]
    .boxed()
}

fn collection(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let name = prop_oneof![3 => identifier(), 1 => text(), 1 => Just("for".to_owned())];
    let named = btree_map(name, inner.clone(), 0..5).prop_map(Expr::object);
    let keyed = vec((inner.clone(), inner.clone()), 1..3).prop_map(|entries| {
        // Reading keeps one of two equal keys.
        let mut keys = std::collections::BTreeSet::new();
        let mut entries = entries;
        entries.retain(|(key, _)| keys.insert(print_expr(key)));
        Expr::Object(entries.into_iter().map(|(key, value)| (Key::Expr(key), value)).collect())
    });
    let arguments = (vec(identifier(), 1..4), vec(inner.clone(), 0..4), any::<bool>());
    let call = arguments.prop_map(|(names, args, expand)| {
        let name = if names.len() == 2 { names[0].clone() } else { names.join("::") };
        Expr::Call { name, args, expand }
    });
    let variables = || (proptest::option::of(identifier()), identifier());
    let for_list = (variables(), inner.clone(), inner.clone(), proptest::option::of(inner.clone()))
        .prop_map(|((key, value), collection, item, condition)| {
            Expr::ForList(Box::new(ForList { key, value, collection, item, condition }))
        });
    let parts = (inner.clone(), inner.clone(), inner.clone(), proptest::option::of(inner.clone()));
    let for_object = (variables(), parts, any::<bool>()).prop_map(
        |((key, value), (collection, name, item, condition), group)| {
            Expr::ForObject(Box::new(ForObject {
                key,
                value,
                collection,
                name,
                item,
                group,
                condition,
            }))
        },
    );
    prop_oneof![
        3 => vec(inner, 0..5).prop_map(Expr::List),
        3 => named,
        1 => keyed,
        3 => call,
        1 => for_list,
        1 => for_object,
    ]
    .boxed()
}

fn computed(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let operators = select(vec![
        BinaryOp::Or,
        BinaryOp::And,
        BinaryOp::Eq,
        BinaryOp::NotEq,
        BinaryOp::Less,
        BinaryOp::LessEq,
        BinaryOp::Greater,
        BinaryOp::GreaterEq,
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::Div,
        BinaryOp::Rem,
    ]);
    let step = prop_oneof![
        identifier().prop_map(Step::Attr),
        text().prop_filter("a name", |name| !is_identifier(name)).prop_map(Step::Attr),
        inner.clone().prop_map(|index| Step::Index(Box::new(index))),
        Just(Step::Splat),
    ];
    let steps = || vec(step.clone(), 1..4);
    let part = prop_oneof![text().prop_map(Part::Literal), inner.clone().prop_map(Part::Expr)];
    let line =
        (vec(part.clone(), 0..3), prop_oneof![Just("\n"), Just("\n\n"), Just("\n  "), Just("")])
            .prop_map(|(mut parts, end)| {
                parts.push(Part::from(end));
                parts
            });
    let heredoc = vec(line, 1..4).prop_map(|lines| Expr::Heredoc(lines.concat()));
    let choice = (inner.clone(), inner.clone(), inner.clone());
    prop_oneof![
        (identifier(), steps()).prop_map(|(root, steps)| Traversal { root, steps }.into()),
        (inner.clone(), steps())
            .prop_map(|(of, steps)| Expr::Access(Box::new(Access { of, steps }))),
        vec(part, 0..4).prop_map(Expr::Template),
        heredoc,
        (any::<bool>(), inner.clone())
            .prop_map(|(not, of)| Expr::unary(if not { UnaryOp::Not } else { UnaryOp::Neg }, of)),
        (inner.clone(), operators, inner.clone())
            .prop_map(|(left, op, right)| Expr::binary(left, op, right)),
        choice.prop_map(|(condition, yes, no)| Expr::conditional(condition, yes, no)),
        inner.prop_map(|inner| Expr::Paren(Box::new(inner))),
    ]
    .boxed()
}

/// Names of attributes in a body differ.
fn distinct(mut items: Vec<Item>) -> Body {
    let mut names = std::collections::BTreeSet::new();
    items.retain(|item| match item {
        Item::Attribute(attribute) => names.insert(attribute.name.clone()),
        _ => true,
    });
    Body(items)
}
