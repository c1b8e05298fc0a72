//! Templates by name: those of the project come before those of the program.

use std::collections::BTreeMap;

/// Folder of a project's own templates.
pub const FOLDER: &str = "templates/";

/// The templates that come with the program, by name.
const BUILT_IN: [(&str, &str); 5] = [
    ("github/deploy-ecs.yml", include_str!("../../templates/github/deploy-ecs.yml")),
    ("github/test-node.yml", include_str!("../../templates/github/test-node.yml")),
    ("github/test-python.yml", include_str!("../../templates/github/test-python.yml")),
    ("readme.md", include_str!("../../templates/readme.md")),
    ("runbooks/ecs-service.md", include_str!("../../templates/runbooks/ecs-service.md")),
];

/// A template before it is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text<'a> {
    /// The path that messages show.
    pub(super) path: String,
    pub(super) text: &'a str,
}

/// The template of this name. `files` are the project's, by path from the folder of `mlgen.yaml`.
pub(super) fn find<'a>(name: &str, files: &'a BTreeMap<String, String>) -> Option<Text<'a>> {
    let own = [format!("{FOLDER}{name}"), format!("{FOLDER}{name}.hbs")];
    for path in own {
        if let Some(text) = files.get(&path) {
            return Some(Text { path, text });
        }
    }
    let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
    Some(Text { path: format!("{FOLDER}{name} (built in)"), text })
}

/// Names of the project's templates, then of those of the program.
pub(super) fn names(files: &BTreeMap<String, String>) -> (Vec<&str>, Vec<&'static str>) {
    let own = files.keys().filter_map(|path| path.strip_prefix(FOLDER));
    let own = own.map(|name| name.strip_suffix(".hbs").unwrap_or(name)).collect();
    (own, BUILT_IN.iter().map(|(name, _)| *name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<(&str, &str)>) {
        let files = ["templates/a.md", "templates/b.md.hbs", "templates/readme.md"];
        let files: BTreeMap<_, _> =
            files.into_iter().map(|path| (path.to_owned(), "own".to_owned())).collect();
        let found = find(name, &files);
        let found = found.as_ref().map(|text| (text.path.as_str(), text.text));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_projects_own_come_first() {
        check("a.md", Some(("templates/a.md", "own")));
        check("b.md", Some(("templates/b.md.hbs", "own")));
        check("readme.md", Some(("templates/readme.md", "own")));
        let path = "templates/github/test-node.yml (built in)";
        check("github/test-node.yml", Some((path, BUILT_IN[1].1)));
        check("c.md", None);
    }
}
