//! A folder as texts, in an order that depends on names only.
//!
//! Hidden files and folders are not read, `.terraform` among them. The folder itself may be a symbolic link; links
//! below it are errors, because a folder that is read twice, or is somewhere else on another machine, is a surprise.

use std::fs;
use std::io;
use std::path::Path;

use super::unreadable::Unreadable;

/// All files below `folder` that `keep` wants, sorted by path. Paths begin with `folder` as it is given, which may
/// lead out of `root`; `keep` sees them too.
pub fn read_tree(
    root: &Path,
    folder: &str,
    keep: impl Fn(&Path) -> bool,
) -> Result<Vec<(String, String)>, Unreadable> {
    let folder = folder.trim_end_matches('/');
    let mut tree = Tree { root, keep, texts: Vec::new(), errors: Vec::new() };
    tree.folder(folder);
    if tree.errors.is_empty() {
        tree.texts.sort();
        Ok(tree.texts)
    } else {
        tree.errors.sort_by_key(ToString::to_string);
        Err(Unreadable::all(tree.errors))
    }
}

/// A file as text; `path` is from `root`.
pub(super) fn read_file(root: &Path, path: &str) -> Result<String, Unreadable> {
    let bytes = fs::read(root.join(path)).map_err(|error| cannot(path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = String::from_utf8_lossy(valid).matches('\n').count() + 1;
        Unreadable::one(path, format!("is not UTF-8 text (line {line}): save it as UTF-8"))
    })
}

struct Tree<'a, Keep> {
    root: &'a Path,
    keep: Keep,
    texts: Vec<(String, String)>,
    errors: Vec<Unreadable>,
}

impl<Keep: Fn(&Path) -> bool> Tree<'_, Keep> {
    fn folder(&mut self, folder: &str) {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) => return self.errors.push(cannot(folder, &error)),
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.entry(folder, &entry),
                Err(error) => self.errors.push(cannot(folder, &error)),
            }
        }
    }

    fn entry(&mut self, folder: &str, entry: &fs::DirEntry) {
        let name = entry.file_name();
        let shown = format!("{folder}/{}", name.display());
        let Some(name) = name.to_str() else {
            let why = "has a name that is not UTF-8: rename it";
            return self.errors.push(Unreadable::one(shown, why));
        };
        if name.starts_with('.') {
            return;
        }
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => return self.errors.push(cannot(&shown, &error)),
        };
        if kind.is_dir() {
            return self.folder(&shown);
        }
        // What a link leads to may be a folder, of which nobody can say whether it would be kept.
        let wanted = (self.keep)(Path::new(&shown));
        if kind.is_symlink() && (wanted || self.root.join(&shown).is_dir()) {
            let why = "is a symbolic link, which is not followed: put a file or folder there, or name the folder in mlgen.yaml";
            self.errors.push(Unreadable::one(shown, why));
        } else if kind.is_file() && wanted {
            match read_file(self.root, &shown) {
                Ok(text) => self.texts.push((shown, text)),
                Err(error) => self.errors.push(error),
            }
        }
    }
}

fn cannot(path: &str, error: &io::Error) -> Unreadable {
    if error.kind() == io::ErrorKind::NotFound {
        return Unreadable::one(path, "is not there");
    }
    Unreadable::one(path, format!("cannot be read: {error}"))
}
