//! Versions of models: taken apart, put in order, counted on.

use std::cmp::Ordering;

use jiff::civil::Date;
use tfplug::{At, Error, Function, Result, Schema};

use crate::backend::registry::version::DatedVersion;

const FORM: &str = "The version is not of the form YYYY-MM-DD-vN, such as 2025-01-15-v1.";

/// Takes a model version of the form `YYYY-MM-DD-vN` apart.
#[derive(Schema, Debug)]
#[tf(name = "model_version_parse")]
pub struct ModelVersionParse {
    /// The version, such as `2025-01-15-v1`.
    #[tf(example = "\"2025-01-15-v1\"")]
    pub version: String,
}

/// The parts of a model version.
#[derive(Schema, Debug)]
pub struct ParsedVersion {
    /// The day, as `YYYY-MM-DD`.
    pub date: String,
    /// The number of the version on that day.
    pub number: u64,
}

impl Function for ModelVersionParse {
    type Output = ParsedVersion;

    fn call(self) -> Result<ParsedVersion> {
        let parsed = dated(&self.version).at(Self::VERSION)?;
        Ok(ParsedVersion { date: parsed.date.to_string(), number: parsed.number })
    }
}

/// Orders two model versions by meaning: -1 if the first is older, 0 if they are the same, 1 if it is newer. By text,
/// `v10` would come before `v9`.
#[derive(Schema, Debug)]
#[tf(name = "compare_versions")]
pub struct CompareVersions {
    /// A version of the form `YYYY-MM-DD-vN`.
    #[tf(example = "\"2025-01-15-v10\"")]
    pub left: String,
    /// Another one.
    #[tf(example = "\"2025-01-15-v9\"")]
    pub right: String,
}

impl Function for CompareVersions {
    type Output = i64;

    fn call(self) -> Result<i64> {
        let (left, right) = (dated(&self.left).at(Self::LEFT), dated(&self.right).at(Self::RIGHT));
        Ok(match left?.cmp(&right?) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })
    }
}

/// The next free version of a day: `YYYY-MM-DD-vN` with the number after the highest of that day, or 1.
///
/// Versions of other days and of other forms do not count, so a whole list can be given.
#[derive(Schema, Debug)]
#[tf(name = "next_model_version")]
pub struct NextModelVersion {
    /// The versions that there are.
    #[tf(example = "[\"2025-01-14-v3\", \"2025-01-15-v1\"]")]
    pub versions: Vec<String>,
    /// The day, as `YYYY-MM-DD`.
    #[tf(example = "\"2025-01-15\"")]
    pub date: String,
}

impl Function for NextModelVersion {
    type Output = String;

    fn call(self) -> Result<String> {
        let date = day(&self.date).at(Self::DATE)?;
        let there = self.versions.iter().filter_map(|version| version.parse().ok());
        let highest = there
            .filter(|version: &DatedVersion| version.date == date)
            .map(|version| version.number)
            .max()
            .unwrap_or(0);
        let full =
            || Error::user("No next version", "That day has the highest version that there is.");
        let number = highest.checked_add(1).ok_or_else(full).at(Self::VERSIONS)?;
        Ok(DatedVersion { date, number }.to_string())
    }
}

fn dated(version: &str) -> Result<DatedVersion> {
    version.parse().map_err(|_| Error::user("Invalid version", FORM))
}

/// A day as it stands in a version, and in no other form.
fn day(text: &str) -> Result<Date> {
    let version: Result<DatedVersion, _> = format!("{text}-v1").parse();
    let wanted = "Expected a day of the form YYYY-MM-DD, such as 2025-01-15.";
    version.map(|version| version.date).map_err(|_| Error::user("Invalid day", wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn compares(left: &str, right: &str, expected: Result<i64, &str>) {
        let found = CompareVersions { left: left.to_owned(), right: right.to_owned() }.call();
        assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(str::to_owned));
    }

    #[track_caller]
    fn follows(versions: &[&str], date: &str, expected: Result<&str, &str>) {
        let versions = versions.iter().copied().map(str::to_owned).collect();
        let found = NextModelVersion { versions, date: date.to_owned() }.call();
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(found.map_err(|error| error.to_string()), expected);
    }

    #[test]
    fn order_is_by_meaning() {
        compares("2025-01-15-v9", "2025-01-15-v10", Ok(-1));
        compares("2025-01-15-v1", "2025-01-15-v1", Ok(0));
        compares("2025-01-16-v1", "2025-01-15-v10", Ok(1));
        compares("latest", "2025-01-15-v1", Err(&format!("left: Invalid version: {FORM}")));
        compares("2025-01-15-v1", "2025-02-30-v1", Err(&format!("right: Invalid version: {FORM}")));
    }

    #[test]
    fn the_next_version_is_the_next_of_its_day() {
        follows(&[], "2025-01-15", Ok("2025-01-15-v1"));
        follows(&["2025-01-14-v7", "latest", "2025-01-15-v01"], "2025-01-15", Ok("2025-01-15-v1"));
        follows(
            &["2025-01-15-v9", "2025-01-15-v10", "2025-01-15-v2"],
            "2025-01-15",
            Ok("2025-01-15-v11"),
        );
        let wanted =
            "date: Invalid day: Expected a day of the form YYYY-MM-DD, such as 2025-01-15.";
        for date in
            ["", "2025-1-15", "2025-02-29", "2025-01-15-v2", "2025-01-15-v2-v1", "2025-01-15 "]
        {
            follows(&[], date, Err(wanted));
        }
        let full = format!("2025-01-15-v{}", u64::MAX);
        let error = "versions: No next version: That day has the highest version that there is.";
        follows(&[&full], "2025-01-15", Err(error));
    }
}
