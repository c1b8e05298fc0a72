//! Files of a new project: written once, and from then on the user's.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use mlgen::doc::Document;

/// Writes files that are not there yet, all or none of them.
///
/// # Errors
///
/// One for each path that is taken, or what the file system said.
pub fn create(root: &Path, documents: &[Document]) -> Result<(), Vec<String>> {
    let taken = documents.iter().filter(|document| {
        let path = root.join(&document.path);
        fs::read_to_string(&path).map_or(path.exists(), |text| text != document.text)
    });
    let taken: Vec<String> =
        taken.map(|document| format!("{} is there already", document.path)).collect();
    if !taken.is_empty() {
        return Err(taken);
    }
    let mut made = Vec::new();
    for document in documents {
        let path = root.join(&document.path);
        match write(&path, &document.text) {
            Ok(true) => made.push(path),
            Ok(false) => {}
            Err(error) => {
                for path in made {
                    drop(fs::remove_file(path));
                }
                return Err(vec![format!("cannot write {}: {error}", document.path)]);
            }
        }
    }
    Ok(())
}

/// Whether the file is new.
fn write(path: &Path, text: &str) -> io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match File::create_new(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        // It has the same text, or it would have been refused.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(path: &str, text: &str) -> Document {
        Document { path: path.into(), text: text.into(), executable: false }
    }

    #[test]
    fn what_is_there_stays_and_nothing_else_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("a"), "mine").unwrap();
        fs::write(root.join("b"), "same").unwrap();
        let documents = [document("a", "new"), document("b", "same"), document("c/d", "new")];
        assert_eq!(create(root, &documents), Err(vec!["a is there already".to_owned()]));
        assert!(!root.join("c").exists());
        assert_eq!(fs::read_to_string(root.join("a")).unwrap(), "mine");
        assert_eq!(create(root, &documents[1..]), Ok(()));
        assert_eq!(fs::read_to_string(root.join("c/d")).unwrap(), "new");
        assert_eq!(create(root, &documents[1..]), Ok(()), "a second time there is nothing to do");
    }
}
