//! The provider in sixty lines, from its first apply to its last.

use super::Workspace;

#[test]
fn sixty_lines_apply() {
    let greeting = |more: &str| {
        format!("resource \"hello_greeting\" \"it\" {{\n  name = \"World\"\n{more}}}\n")
    };
    let workspace = Workspace::new("hello", &greeting(""));
    workspace.apply();
    workspace.plan_is_empty();
    assert_eq!(workspace.stored()["attributes"]["text"], "Hello, World!");

    workspace.write("main.tf", &greeting("  word = \"Good night\"\n"));
    assert!(workspace.apply().contains("0 added, 1 changed, 0 destroyed."));
    workspace.plan_is_empty();
    assert_eq!(workspace.stored()["attributes"]["text"], "Good night, World!");

    workspace.write("main.tf", "");
    assert!(workspace.apply().contains("0 added, 0 changed, 1 destroyed."));
}
