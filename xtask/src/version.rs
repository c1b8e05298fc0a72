//! Versions of programs, and which of them fit.

use std::fmt;
use std::str::FromStr as _;

/// Major, minor and patch; what a program leaves out is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first version in what a program prints about itself, such as `Terraform v1.15.5` or
    /// `postgres (PostgreSQL) 15.18 (Debian)`. A suffix such as `-rc2` is not looked at.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
        let mut parts = word[..end].split('.').map(u32::from_str);
        let major = parts.next()?.ok()?;
        let minor = parts.next()?.ok()?;
        let patch = parts.next().and_then(Result::ok).unwrap_or(0);
        Some(Self(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The versions that fit: from the first on, below the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) from: Version,
    pub(crate) below: Version,
}

impl Wanted {
    pub(crate) fn fits(self, version: Version) -> bool {
        self.from <= version && version < self.below
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} or newer, below {}", self.from, self.below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        for (text, expected) in [
            ("Terraform v1.15.5\non linux_amd64", Some(Version(1, 15, 5))),
            ("OpenTofu v1.11.0-beta1", Some(Version(1, 11, 0))),
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some(Version(15, 18, 0))),
            ("uv 0.13.9 (x86_64-unknown-linux-gnu)", Some(Version(0, 13, 9))),
            ("3.9.1\n", Some(Version(3, 9, 1))),
            ("Python 3.13.0rc2", Some(Version(3, 13, 0))),
            ("command not found", None),
            ("", None),
        ] {
            assert_eq!(Version::find(text), expected, "{text}");
        }
    }

    #[test]
    fn a_range_holds_its_start_and_not_its_end() {
        let wanted = Wanted { from: Version(1, 14, 0), below: Version(2, 0, 0) };
        for (version, fits) in [
            (Version(1, 11, 4), false),
            (Version(1, 14, 0), true),
            (Version(1, 99, 9), true),
            (Version(2, 0, 0), false),
        ] {
            assert_eq!(wanted.fits(version), fits, "{version}");
        }
        assert_eq!(wanted.to_string(), "1.14.0 or newer, below 2.0.0");
    }
}
