//! What `#[derive(Schema)]` accepts, and what it says of everything else.

mod everything;

#[test]
fn every_mistake_has_its_message() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail_*.rs");
}
