//! Paths of documents: inside the project, the same on every system, and never a file that is written from a tree.

use crate::target;

/// What is wrong with a path, and what to do.
pub(super) fn refuse(path: &str) -> Option<(String, &'static str)> {
    let say = |what: &str, help| Some((format!("`{path}` {what}"), help));
    let parts: Vec<&str> = path.split('/').collect();
    let inside = "write a path from the folder of mlgen.yaml, such as docs/runbook.md";
    if path.is_empty() {
        return Some(("the path is empty".to_owned(), inside));
    }
    if path.starts_with('/') || path.chars().nth(1) == Some(':') {
        return say("is not inside the project", inside);
    }
    if parts.contains(&"..") {
        return say("leads out of a folder", inside);
    }
    if path.contains(['\\', '\n', '\r', '\t', '\0']) {
        return say("holds a character that no path here may hold", "put `/` between folders");
    }
    if parts.iter().any(|part| part.is_empty() || *part == "." || part.trim() != *part) {
        return say("has a part that is no name", inside);
    }
    if parts[0] == ".git" {
        return say("belongs to Git", inside);
    }
    if [".tf", ".tfvars", ".tfbackend"].iter().any(|end| path.ends_with(end)) {
        return say(
            "is a file of Terraform, which no template may write",
            "describe it as components: stacks are written from a tree",
        );
    }
    if path == crate::PROJECT_FILE || ["configs", "templates"].contains(&parts[0]) {
        return say("is where a project is written down", "render into another folder");
    }
    debug_assert_eq!(target::relative("", path), format!("./{path}"));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let message = refuse(path).map(|(message, _)| message);
        assert_eq!(message.as_deref(), expected);
    }

    #[test]
    fn paths() {
        check("README.md", None);
        check(".github/workflows/deploy.yml", None);
        check("docs/a b.md", None);
        check("", Some("the path is empty"));
        check("/etc/passwd", Some("`/etc/passwd` is not inside the project"));
        check("C:/x", Some("`C:/x` is not inside the project"));
        check("docs/../../x", Some("`docs/../../x` leads out of a folder"));
        check("docs//x", Some("`docs//x` has a part that is no name"));
        check("./x", Some("`./x` has a part that is no name"));
        check("docs/", Some("`docs/` has a part that is no name"));
        check("a\\b", Some("`a\\b` holds a character that no path here may hold"));
        check(".git/hooks/x", Some("`.git/hooks/x` belongs to Git"));
        check("x.tf", Some("`x.tf` is a file of Terraform, which no template may write"));
        check("mlgen.yaml", Some("`mlgen.yaml` is where a project is written down"));
        check(
            "configs/base/x.yaml",
            Some("`configs/base/x.yaml` is where a project is written down"),
        );
    }
}
