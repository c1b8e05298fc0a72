//! What is printed is read back as what it was.

use std::fmt::Debug;

use mlgen::doc::hcl::parse::{parse, parse_expr};
use mlgen::doc::hcl::{Body, Expr, print, print_expr};
use proptest::prelude::{ProptestConfig, proptest};
use proptest::test_runner::TestCaseError;

use super::{normal, trees};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_body_is_read_as_printed(body in trees::body()) {
        check(&body).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn an_expression_is_read_as_printed(expr in trees::expr()) {
        check_expr(&expr).map_err(TestCaseError::fail)?;
    }
}

/// What is wrong with the way in which a body is printed.
pub(crate) fn check(body: &Body) -> Result<(), String> {
    let text = print(body);
    if is_misread(&text) {
        return Ok(());
    }
    let read = parse(&text).map_err(|error| format!("{error}\n{text}"))?;
    equal(&normal::body(&read), &normal::body(body), &text)?;
    let again = print(&read);
    let reread = parse(&again).map_err(|error| format!("{error}\n{again}"))?;
    equal(&print(&reread), &again, "what is read from a text must print it again")
}

fn check_expr(expr: &Expr) -> Result<(), String> {
    let text = print_expr(expr);
    if is_misread(&text) {
        return Ok(());
    }
    let read = parse_expr(&text).map_err(|error| format!("{error}\n{text}"))?;
    equal(&normal::expr(&read), &normal::expr(expr), &text)
}

/// Whether a name ends a line and the next one begins with a key in parentheses. Terraform ends the entry there;
/// hcl-edit 0.10 reads a call.
fn is_misread(text: &str) -> bool {
    let lines = || text.lines().map(str::trim);
    lines().zip(lines().skip(1)).any(|(line, next)| {
        next.starts_with('(')
            && line.ends_with(|last: char| last.is_alphanumeric() || last == '_' || last == '-')
    })
}

fn equal<T: PartialEq + Debug>(left: &T, right: &T, about: &str) -> Result<(), String> {
    if left == right {
        Ok(())
    } else {
        Err(format!("{about}\nread:    {left:?}\nwritten: {right:?}"))
    }
}
