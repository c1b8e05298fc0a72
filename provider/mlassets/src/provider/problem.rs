//! What is wrong in a block of the provider's configuration, and whether it counts before the block is used.
//!
//! A value that somebody wrote into the block is an error at once. A value from the environment may be meant
//! for another program, so it is an error only for a resource that needs the block, and names the variable.

use tfplug::{Error, Path};

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Problem {
    summary: &'static str,
    detail: String,
    place: Path,
    /// Whether the value stands in the configuration.
    literal: bool,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The configuration.
    Block,
    /// This environment variable.
    Variable(&'static str),
    /// Nowhere: there is no value.
    Nowhere,
}

impl Origin {
    /// Where the value of an attribute comes from that falls back to `variables`.
    pub(super) fn of(value: Option<&str>, variables: &[&'static str]) -> Self {
        Self::among(value, variables, |variable| std::env::var(variable).ok())
    }

    fn among(
        value: Option<&str>,
        variables: &[&'static str],
        environment: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let Some(value) = value else { return Self::Nowhere };
        // The first variable that is set is the fallback. A value that is also written out is the same there.
        let set = variables.iter().find_map(|variable| {
            Some((*variable, environment(variable).filter(|text| !text.is_empty())?))
        });
        match set {
            Some((variable, text)) if text == value => Self::Variable(variable),
            _ => Self::Block,
        }
    }
}

impl Origin {
    /// This origin, or that of the attribute that asks for it where there is no value.
    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::Nowhere { other } else { self }
    }
}

impl Problem {
    /// About the value of an attribute. Terraform prints the line at `place`, so for a value that may hold a
    /// secret it is the root, which is the block.
    pub(super) fn new(
        summary: &'static str,
        detail: impl Into<String>,
        place: Path,
        origin: Origin,
    ) -> Self {
        let mut detail = detail.into();
        if let Origin::Variable(variable) = origin {
            detail = format!("{detail} It comes from the environment variable {variable}.");
        }
        let literal = origin == Origin::Block;
        Problem { summary, detail, place: if literal { place } else { Path::ROOT }, literal }
    }

    /// Whether it counts although nobody uses the block.
    pub(super) fn is_literal(&self) -> bool {
        self.literal
    }

    /// All of them as one error, at least one.
    pub(super) fn all(problems: Vec<Self>) -> Error {
        let errors = problems
            .into_iter()
            .map(|problem| Error::user(problem.summary, problem.detail).at(problem.place));
        errors.reduce(Error::and).expect("a block fails for a reason")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_from_the_first_variable_that_is_set_or_from_the_block() {
        let check = |value, expected| {
            let environment = |name: &str| match name {
                "EMPTY" => Some(String::new()),
                "SET" => Some("set".to_owned()),
                "LATER" => Some("later".to_owned()),
                _ => None,
            };
            let found = Origin::among(value, &["ABSENT", "EMPTY", "SET", "LATER"], environment);
            assert_eq!(found, expected, "{value:?}");
        };
        check(None, Origin::Nowhere);
        check(Some("set"), Origin::Variable("SET"));
        check(Some("later"), Origin::Block);
        check(Some("written"), Origin::Block);
    }

    #[test]
    fn only_what_is_written_counts_at_once() {
        let at = || Path::attribute("url");
        let written = Problem::new("S", "D.", at(), Origin::Block);
        let meant = Problem::new("S", "D.", at(), Origin::Variable("V"));
        assert!(written.is_literal() && !meant.is_literal());
        assert_eq!(
            Problem::all(vec![written, meant]).to_string(),
            "url: S: D.\nS: D. It comes from the environment variable V."
        );
    }
}
