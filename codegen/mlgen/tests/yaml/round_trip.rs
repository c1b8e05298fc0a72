//! Every reader finds the tree that was printed.

use mlgen::doc::yaml::{Map, Yaml, print};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use proptest::strategy::BoxedStrategy;
use proptest::test_runner::TestCaseError;

use super::read::{V1_1, V1_2};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn every_version_reads_what_is_printed(tree in trees()) {
        check(&tree).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn every_version_reads_a_text_as_a_text(text in text()) {
        check(&Map::new().with(&text, text.as_str()).into()).map_err(TestCaseError::fail)?;
        check(&Yaml::Line(vec![text.as_str().into(), text.as_str().into()])).map_err(TestCaseError::fail)?;
        check(&vec![text].into()).map_err(TestCaseError::fail)?;
    }
}

fn check(tree: &Yaml) -> Result<(), String> {
    let text = print(tree);
    for (name, version) in [("1.1", &V1_1), ("1.2", &V1_2)] {
        let read = version.read(&text).map_err(|error| format!("{name}: {error}\n{text}"))?;
        let written = normal(tree);
        if read != written {
            return Err(format!("{name}\n{text}\nread:    {read:?}\nwritten: {written:?}"));
        }
    }
    Ok(())
}

/// The tree without its looks: one kind of list, no comments, numbers as they are written.
fn normal(tree: &Yaml) -> Yaml {
    match tree {
        Yaml::List(items) | Yaml::Line(items) => Yaml::List(items.iter().map(normal).collect()),
        Yaml::Map(map) => Yaml::Map(map.iter().map(|(key, value)| (key, normal(value))).collect()),
        Yaml::Number(number) => {
            let printed = print(&Yaml::Number(number.clone()));
            assert_eq!(number.as_f64(), printed.trim().parse().ok(), "the same number");
            Yaml::Number(printed.trim().parse().expect("a printed number is one"))
        }
        scalar => scalar.clone(),
    }
}

fn trees() -> BoxedStrategy<Yaml> {
    let number = prop_oneof![
        any::<i64>().prop_map(serde_json::Number::from),
        any::<f64>().prop_filter_map("finite", serde_json::Number::from_f64),
    ];
    let leaf = prop_oneof![
        1 => Just(Yaml::Null),
        1 => any::<bool>().prop_map(Yaml::Bool),
        1 => number.prop_map(Yaml::Number),
        5 => text().prop_map(Yaml::String),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let entry = (text(), inner.clone(), proptest::option::weighted(0.2, text()));
        let map = (vec(entry, 0..5), any::<bool>()).prop_map(|(entries, spaced)| {
            let mut map = if spaced { Map::new().spaced() } else { Map::new() };
            for (key, value, comment) in entries {
                map.insert(&key, value);
                if let Some(comment) = comment {
                    map.comment(&key, comment);
                }
            }
            Yaml::Map(map)
        });
        prop_oneof![
            2 => map,
            1 => vec(inner.clone(), 0..5).prop_map(Yaml::List),
            1 => vec(inner, 0..5).prop_map(Yaml::Line),
        ]
    })
    .boxed()
}

/// Texts that look like something else, alone and in company.
fn text() -> BoxedStrategy<String> {
    let words = select(vec![
        "y",
        "N",
        "yes",
        "No",
        "ON",
        "off",
        "true",
        "False",
        "null",
        "NULL",
        "~",
        "",
        "0",
        "1",
        "-1",
        "+1",
        "0755",
        "0o17",
        "0x1f",
        "0b11",
        "1_000",
        "22:22",
        "190:20:30.15",
        ".5",
        "5.",
        "1e3",
        "6.8523015e+5",
        ".inf",
        "-.INF",
        ".NaN",
        "2001-12-14",
        "2001-12-14t21:59:43.10-05:00",
        "<<",
        "=",
        "-",
        "?",
        ":",
        ",",
        "[",
        "]",
        "{",
        "}",
        "#",
        "&a",
        "*a",
        "!",
        "!!str",
        "|",
        ">",
        "'",
        "\"",
        "%",
        "@",
        "`",
        "---",
        "...",
        " ",
        "  ",
        "\t",
        "\n",
        "\n\n",
        "\r",
        "\\",
        ": ",
        " #",
        "- ",
        "? ",
        "5s",
        "10m",
        "12e03",
        "1d",
        "3k",
        "a",
        "word",
        "two words",
        "./a:/b",
        "${X:?set it}",
        "CMD-SHELL",
        "日本",
        "é",
        "👍🏽",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffe}",
    ]);
    let other = any::<char>().prop_map(String::from);
    let word = prop_oneof![9 => words.prop_map(str::to_owned), 1 => other];
    prop_oneof![2 => word.clone(), 3 => vec(word, 0..5).prop_map(|words| words.concat())].boxed()
}
