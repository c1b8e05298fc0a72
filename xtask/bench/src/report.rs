//! The figures, as a table for people or as JSON for programs.

use std::fmt::Write as _;

use serde_json::json;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    Microseconds,
    Mebibytes,
    PerSecond,
    Percent,
    Seconds,
    Count,
}

/// One thing that was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    benchmark: String,
    measure: String,
    value: f64,
    unit: Unit,
    goal: Option<&'static str>,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Unit::Milliseconds => "ms",
            Unit::Microseconds => "µs",
            Unit::Mebibytes => "MiB",
            Unit::PerSecond => "/s",
            Unit::Percent => "%",
            Unit::Seconds => "s",
            Unit::Count => "",
        }
    }
}

impl Figure {
    pub(crate) fn new(
        benchmark: impl Into<String>,
        measure: impl Into<String>,
        value: f64,
        unit: Unit,
    ) -> Self {
        Figure { benchmark: benchmark.into(), measure: measure.into(), value, unit, goal: None }
    }

    /// The same with what is wanted of it.
    pub(crate) fn goal(self, goal: &'static str) -> Self {
        Figure { goal: Some(goal), ..self }
    }

    /// Three significant digits, thousands set apart.
    fn shown(&self) -> String {
        let digits = match self.value.abs() {
            0.0..10.0 => 2,
            10.0..100.0 => 1,
            _ => 0,
        };
        let text = format!("{:.digits$}", self.value);
        let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 && digit.is_ascii_digit() {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped + rest
    }
}

/// All figures, a heading for each benchmark.
pub(crate) fn table(figures: &[Figure]) -> String {
    let width = |text: fn(&Figure) -> String| {
        figures.iter().map(|figure| text(figure).chars().count()).max().unwrap_or_default()
    };
    let (measure, value) = (width(|figure| figure.measure.clone()), width(Figure::shown));
    let mut text = String::new();
    let mut last = "";
    for figure in figures {
        if figure.benchmark != last {
            let _ = writeln!(text, "\n{}", figure.benchmark);
            last = &figure.benchmark;
        }
        let goal = figure.goal.map(|goal| format!("   goal {goal}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "  {:<measure$}  {:>value$} {}{goal}",
            figure.measure,
            figure.shown(),
            figure.unit.name(),
        );
    }
    text
}

/// All figures, one object each.
pub(crate) fn json(figures: &[Figure]) -> String {
    let figures: Vec<_> = figures
        .iter()
        .map(|figure| {
            json!({
                "benchmark": figure.benchmark,
                "measure": figure.measure,
                "value": figure.value,
                "unit": figure.unit.name(),
                "goal": figure.goal,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(figures))
}

#[cfg(test)]
mod tests {
    use super::{Figure, Unit, json, table};

    fn figures() -> [Figure; 3] {
        [
            Figure::new("start", "median", 3.217_59, Unit::Milliseconds).goal("≤ 10 ms"),
            Figure::new("start", "memory", 12.34, Unit::Mebibytes),
            Figure::new("plan", "calls", 1_234_567.8, Unit::PerSecond),
        ]
    }

    #[test]
    fn a_table_reads_well() {
        let expected = "
start
  median       3.22 ms   goal ≤ 10 ms
  memory       12.3 MiB

plan
  calls   1,234,568 /s
";
        assert_eq!(table(&figures()), expected);
    }

    #[test]
    fn json_keeps_every_digit() {
        let json: serde_json::Value = serde_json::from_str(&json(&figures())).unwrap();
        assert_eq!(json[0]["value"].to_string(), "3.21759");
        assert_eq!(json[0]["goal"], "≤ 10 ms");
        assert_eq!(json[2]["unit"], "/s");
    }
}
