//! Versions of the form `YYYY-MM-DD-vN`, such as `2025-01-15-v1`. Pure.
//!
//! The registry takes other forms too; these it can order by meaning: by date, then by number, so
//! that `v10` is newer than `v9`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use thiserror::Error;

/// A day and the number of the release on that day; ordered by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatedVersion {
    /// The day, of the years 0000 to 9999.
    pub date: Date,
    /// From 1.
    pub number: u64,
}

/// Why a text is no dated version.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DatedVersionError {
    /// Not of the form at all.
    #[error("`{0}` is not of the form YYYY-MM-DD-vN, such as 2025-01-15-v1")]
    Form(String),
    /// A day that no calendar has.
    #[error("`{0}` is of the form YYYY-MM-DD-vN, but there is no such day")]
    Day(String),
    /// A number that is 0, has leading zeros, or is too large.
    #[error(
        "`{0}` must end in a whole number from 1 without leading zeros, as in v1, v2, v10; \
         the largest is v{max}",
        max = u64::MAX
    )]
    Number(String),
}

impl FromStr for DatedVersion {
    type Err = DatedVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || DatedVersionError::Form(text.into());
        let (date, number) = text.split_at_checked(10).ok_or_else(form)?;
        let number = number.strip_prefix("-v").ok_or_else(form)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let bytes = date.as_bytes();
        if bytes[4] != b'-' || bytes[7] != b'-' || !digits(&date.replace('-', "")) {
            return Err(form());
        }
        let field = |range| date.get::<std::ops::Range<usize>>(range).unwrap_or("");
        let (year, month, day) = (field(0..4), field(5..7), field(8..10));
        if !(digits(year) && digits(month) && digits(day) && digits(number)) {
            return Err(form());
        }
        let date = match (year.parse(), month.parse(), day.parse()) {
            (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
            _ => None,
        }
        .ok_or_else(|| DatedVersionError::Day(text.into()))?;
        match number.parse() {
            Ok(parsed) if !number.starts_with('0') => Ok(Self { date, number: parsed }),
            _ => Err(DatedVersionError::Number(text.into())),
        }
    }
}

impl fmt::Display for DatedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-v{}", self.date, self.number)
    }
}

/// Orders two versions by meaning, or `None` if one of them is not dated.
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b): (DatedVersion, DatedVersion) = (a.parse().ok()?, b.parse().ok()?);
    Some(a.cmp(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(&str, u64), &str>) {
        let found = text.parse::<DatedVersion>();
        match (&found, expected) {
            (Ok(found), Ok((date, number))) => {
                assert_eq!((found.date.to_string().as_str(), found.number), (date, number));
                assert_eq!(found.to_string(), text, "what was parsed is printed as it was");
            }
            (Err(found), Err(message)) => assert_eq!(found.to_string(), message),
            _ => panic!("{text}: {found:?}"),
        }
    }

    #[track_caller]
    fn check_order(a: &str, b: &str, expected: Option<Ordering>) {
        assert_eq!(compare(a, b), expected);
        assert_eq!(compare(b, a), expected.map(Ordering::reverse));
    }

    #[test]
    fn dated() {
        check("2025-01-15-v1", Ok(("2025-01-15", 1)));
        check("2024-02-29-v10", Ok(("2024-02-29", 10)));
        check("0001-12-31-v18446744073709551615", Ok(("0001-12-31", u64::MAX)));
    }

    #[test]
    fn not_of_the_form() {
        for text in ["", "v1", "2025-01-15", "2025-1-15-v1", "2025-01-15-1", "2025-01-15-v"] {
            let message =
                format!("`{text}` is not of the form YYYY-MM-DD-vN, such as 2025-01-15-v1");
            check(text, Err(&message));
        }
        for text in
            ["2025-01-15-v+1", "+025-01-15-v1", "2025-01-15-v1 ", "日本-01-15-v1", "2025-0--15-v1"]
        {
            assert!(
                matches!(text.parse::<DatedVersion>(), Err(DatedVersionError::Form(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn no_such_day() {
        check(
            "2025-02-29-v1",
            Err("`2025-02-29-v1` is of the form YYYY-MM-DD-vN, but there is no such day"),
        );
        for text in ["2025-13-01-v1", "2025-00-01-v1", "2025-04-31-v1", "2025-01-00-v1"] {
            assert!(
                matches!(text.parse::<DatedVersion>(), Err(DatedVersionError::Day(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn no_such_number() {
        for text in ["2025-01-15-v0", "2025-01-15-v01", "2025-01-15-v18446744073709551616"] {
            let message = format!(
                "`{text}` must end in a whole number from 1 without leading zeros, as in v1, v2, v10; \
                 the largest is v18446744073709551615"
            );
            check(text, Err(&message));
        }
    }

    #[test]
    fn order() {
        check_order("2025-01-15-v9", "2025-01-15-v10", Some(Ordering::Less));
        check_order("2025-01-15-v10", "2025-01-16-v1", Some(Ordering::Less));
        check_order("2024-12-31-v2", "2025-01-01-v1", Some(Ordering::Less));
        check_order("2025-01-15-v1", "2025-01-15-v1", Some(Ordering::Equal));
        check_order("2025-01-15-v1", "1.2.3", None);
    }
}
