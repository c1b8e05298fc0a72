//! The text of one log record: a line of hclog JSON for a host, or a line for
//! a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;
use tracing::Level;

/// Hosts read lines of up to 64 KiB, longer ones come out in raw pieces.
const LONGEST_LINE: usize = 60 << 10;

/// Stands at the end of a text that was cut.
const CUT: &str = " … [cut]";

/// Who reads the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A host, which parses hclog records.
    Hclog,
    /// A person at a terminal.
    Human,
}

/// One log record.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) time: Timestamp,
    pub(crate) level: Level,
    pub(crate) module: String,
    pub(crate) message: String,
    pub(crate) fields: BTreeMap<String, Value>,
}

impl Record {
    /// The record as one line with its end.
    pub(crate) fn line(self, format: Format) -> String {
        match format {
            Format::Hclog => self.hclog(),
            Format::Human => self.human(),
        }
    }

    fn hclog(self) -> String {
        let mut entries = self.fields;
        // The host drops the structure of a line whose time has another form.
        let time = self.time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        for (key, value) in [
            ("@level", self.level.to_string().to_lowercase()),
            ("@message", self.message),
            ("@module", self.module),
            ("@timestamp", time),
        ] {
            entries.insert(key.to_owned(), Value::String(value));
        }
        loop {
            let line = serde_json::to_string(&entries)
                .expect("a map of strings to JSON values is always JSON");
            match (line.len() + 1).checked_sub(LONGEST_LINE) {
                None | Some(0) => return line + "\n",
                Some(excess) => cut_longest(&mut entries, excess),
            }
        }
    }

    fn human(self) -> String {
        let time = self.time.strftime("%H:%M:%S%.3f");
        let mut line = format!("{time} {:5} {}: {}", self.level, self.module, self.message);
        for (key, value) in &self.fields {
            write!(line, " {key}={value}").expect("a string takes everything");
        }
        line.push('\n');
        line
    }
}

/// Takes at least `excess` bytes off the longest text. Fields too many to fit
/// even with short texts go altogether, except those that hosts need.
fn cut_longest(entries: &mut BTreeMap<String, Value>, excess: usize) {
    let longest = entries.values_mut().max_by_key(|value| value.as_str().map_or(0, str::len));
    if let Some(Value::String(text)) = longest
        && text.len() > 4 * CUT.len()
    {
        let kept = text.len().saturating_sub(excess + CUT.len()).max(text.len() / 4);
        text.truncate(text.floor_char_boundary(kept));
        text.push_str(CUT);
    } else {
        entries.retain(|key, _| key.starts_with('@'));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::{Expect, expect};
    use serde_json::{Value, json};
    use tracing::Level;

    use super::{Format, LONGEST_LINE, Record};

    fn record(message: &str, fields: &[(&str, Value)]) -> Record {
        Record {
            time: "2026-02-03T04:05:06.789Z".parse().unwrap(),
            level: Level::WARN,
            module: "mlassets.pool".to_owned(),
            message: message.to_owned(),
            fields: fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
        }
    }

    fn check(format: Format, message: &str, fields: &[(&str, Value)], expected: &Expect) {
        expected.assert_eq(&record(message, fields).line(format));
    }

    #[test]
    fn for_hosts() {
        let fields = [("attempt", json!(2)), ("error", json!("a \"b\"\nc")), ("ok", json!(false))];
        check(
            Format::Hclog,
            "retry",
            &fields,
            &expect![[r#"
            {"@level":"warn","@message":"retry","@module":"mlassets.pool","@timestamp":"2026-02-03T04:05:06.789000Z","attempt":2,"error":"a \"b\"\nc","ok":false}
        "#]],
        );
    }

    #[test]
    fn for_people() {
        let fields = [("attempt", json!(2)), ("error", json!("a \"b\"\nc"))];
        check(
            Format::Human,
            "retry",
            &fields,
            &expect![[r#"
            04:05:06.789 WARN  mlassets.pool: retry attempt=2 error="a \"b\"\nc"
        "#]],
        );
    }

    #[test]
    fn whole_seconds_have_six_digits_too() {
        let mut record = record("x", &[]);
        record.time = "2026-02-03T04:05:06Z".parse().unwrap();
        let line = record.line(Format::Hclog);
        assert!(line.contains(r#""@timestamp":"2026-02-03T04:05:06.000000Z""#), "{line}");
    }

    #[track_caller]
    fn check_cut(message: &str, fields: &[(&str, Value)]) -> BTreeMap<String, Value> {
        let line = record(message, fields).line(Format::Hclog);
        assert!(line.len() <= LONGEST_LINE, "{} bytes", line.len());
        assert!(line.ends_with("}\n"));
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn long_lines_are_cut_and_stay_json() {
        let long = "é\u{1}\"".repeat(40_000);
        for entries in [check_cut(&long, &[]), check_cut(&long, &[("body", json!(long))])] {
            assert!(entries["@message"].as_str().unwrap().ends_with("[cut]"));
            assert_eq!(entries["@level"], json!("warn"));
        }
        let body = check_cut("short", &[("body", json!(long))]);
        assert_eq!(body["@message"], json!("short"));
        assert!(body["body"].as_str().unwrap().len() > LONGEST_LINE / 8, "cut too much");
        let names: Vec<_> = (0..9_000).map(|number| format!("field_{number}")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), json!(1))).collect();
        assert_eq!(check_cut("many", &many)["@message"], json!("many"));
    }
}
