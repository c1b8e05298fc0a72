//! What a run refuses to do, in words that say what to do instead. One problem is enough for nothing to be written.

use mlgen::diag::Diagnostic;

use super::owner::Owner;

/// A path at which nothing can be written, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From the project's folder.
    pub path: String,
    /// Whose document it is; none where several are meant.
    pub owner: Owner,
    /// Why.
    pub kind: ProblemKind,
}

/// Why nothing can be written somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// A file of somebody else is there.
    Foreign,
    /// mlgen wrote the file, and somebody changed it since.
    Modified {
        /// What is there now.
        before: Vec<u8>,
        /// What is rendered; none if the file would be removed.
        after: Option<String>,
    },
    /// The file belongs to an environment or target that is not rendered in this run.
    Claimed {
        /// Whose it is.
        by: Owner,
    },
    /// Several documents have this path.
    Duplicate {
        /// Whose they are.
        owners: Vec<Owner>,
    },
    /// Another path is the same where case does not count.
    CaseClash {
        /// The other one.
        other: String,
    },
    /// One of two documents is a file where the other needs a folder.
    Nested {
        /// The other one.
        other: String,
    },
    /// No document may have this path.
    NotAPath {
        /// The end of a sentence that begins with the path.
        why: &'static str,
    },
    /// A file is where a folder is needed.
    Blocked {
        /// The file.
        by: String,
    },
    /// A folder on the way is a symbolic link that leaves the project.
    LinkOut {
        /// The link.
        link: String,
    },
    /// Another document has the same place, by way of a symbolic link.
    SamePlace {
        /// The other one.
        other: String,
    },
    /// A folder, link or device has the name.
    NotAFile {
        /// Which of them, with its article.
        what: &'static str,
    },
}

impl Problem {
    /// The kind in one word, as the JSON report has it.
    pub fn word(&self) -> &'static str {
        match self.kind {
            ProblemKind::Foreign => "foreign",
            ProblemKind::Modified { .. } => "modified",
            ProblemKind::Claimed { .. } => "claimed",
            ProblemKind::Duplicate { .. } => "duplicate",
            ProblemKind::CaseClash { .. } => "case_clash",
            ProblemKind::Nested { .. } => "nested",
            ProblemKind::NotAPath { .. } => "not_a_path",
            ProblemKind::Blocked { .. } => "blocked",
            ProblemKind::LinkOut { .. } => "link_out",
            ProblemKind::SamePlace { .. } => "same_place",
            ProblemKind::NotAFile { .. } => "not_a_file",
        }
    }

    /// Whether a file was changed by hand, which `--force` would drop.
    pub fn is_modified(&self) -> bool {
        matches!(self.kind, ProblemKind::Modified { .. })
    }

    /// What is wrong, in one sentence without a full stop.
    pub fn message(&self) -> String {
        let path = &self.path;
        match &self.kind {
            ProblemKind::Foreign => format!("`{path}` exists, and mlgen did not write it"),
            ProblemKind::Modified { after: Some(_), .. } => {
                format!("`{path}` was changed by hand since mlgen wrote it")
            }
            ProblemKind::Modified { after: None, .. } => {
                format!("`{path}` is no longer rendered, but was changed by hand")
            }
            ProblemKind::Claimed { by } => {
                format!("`{path}` belongs to {by}, which this run does not render")
            }
            ProblemKind::Duplicate { owners } => {
                let owners: Vec<_> = owners.iter().map(ToString::to_string).collect();
                format!("{} documents have the path `{path}`: {}", owners.len(), owners.join(", "))
            }
            ProblemKind::CaseClash { other } => format!(
                "`{path}` and `{other}` differ only in case: on macOS and Windows they are one file"
            ),
            ProblemKind::Nested { other } => {
                let (file, inside) =
                    if path.len() < other.len() { (path, other) } else { (other, path) };
                format!("`{file}` would be a file and, for `{inside}`, a folder")
            }
            ProblemKind::NotAPath { why } => {
                format!("no document can be `{}`: it {why}", path.escape_debug())
            }
            ProblemKind::Blocked { by } => {
                format!("`{path}` needs a folder where the file `{by}` is")
            }
            ProblemKind::LinkOut { link } => {
                format!("`{path}` would be outside: `{link}` is a symbolic link out of the project")
            }
            ProblemKind::SamePlace { other } => {
                format!("`{path}` and `{other}` are one file, because of a symbolic link")
            }
            ProblemKind::NotAFile { what } => {
                format!("`{path}` is {what}, and mlgen replaces only ordinary files")
            }
        }
    }

    /// What to do.
    pub fn help(&self) -> &'static str {
        match &self.kind {
            ProblemKind::Foreign => {
                "move or delete it, then render again; if mlgen wrote it, commit `.mlgen/manifest.json` with the files"
            }
            ProblemKind::Modified { after: Some(_), .. } => {
                "say in the spec what the change says; `--force` drops the change"
            }
            ProblemKind::Modified { after: None, .. } => {
                "keep it under another name; `--force` deletes it"
            }
            ProblemKind::Claimed { .. } => {
                "render all with `--all`, or give the documents different paths in mlgen.yaml"
            }
            ProblemKind::Duplicate { .. } => {
                "give them different paths in mlgen.yaml, for instance with the name of the environment"
            }
            ProblemKind::CaseClash { .. } => {
                "rename one of them; if one is an old name, delete that file first"
            }
            ProblemKind::Nested { .. }
            | ProblemKind::NotAPath { .. }
            | ProblemKind::SamePlace { .. } => "give the document another path in mlgen.yaml",
            ProblemKind::Blocked { .. } | ProblemKind::NotAFile { .. } => {
                "move or delete it, then render again"
            }
            ProblemKind::LinkOut { .. } => {
                "make it a folder, or give the document another path in mlgen.yaml"
            }
        }
    }

    /// As the rest of mlgen's errors look.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::global(self.message()).help(self.help())
    }
}
