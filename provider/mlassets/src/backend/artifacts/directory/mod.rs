//! The store on a directory: one folder per version, which appears whole.
//!
//! ```text
//! <root>/<environment>/<model>/<version>/<file>           an artifact, mode 0444
//! <root>/<environment>/<model>/<version>/SHA256SUMS       the sums, for `sha256sum -c`
//! <root>/<environment>/<model>/<version>/checksums.json   the manifest, written last
//! <root>/.stage/<uuid>/                                   a version on its way in or out
//! <root>/.stage/<uuid>.lock                               locked by whoever works on it
//! ```
//!
//! **Order of effects.** All files of a version are written and flushed in a folder aside, `checksums.json` after the
//! others; then the folder is renamed. `rename(2)` of a folder never replaces one that holds anything, so it decides
//! between writers. A removal renames the folder away before its files go. So no one ever sees half a version under
//! its name, and what a dead process leaves aside is removed by the next one that writes.

mod look;
mod publish;
mod stage;

use std::path::{Component, PathBuf};

use url::Url;

use super::error::Error;
use super::model::{VersionFilter, VersionKey};
use super::name::check_segment;
use crate::backend::{fault, files};
use stage::Stage;

/// An open folder of a store.
type Dir = files::Dir<Error>;

/// A store in a directory.
#[derive(Debug)]
pub(super) struct Directory {
    root: PathBuf,
}

impl Directory {
    pub(super) fn new(root: PathBuf) -> Result<Self, Error> {
        let plain = |part| matches!(part, Component::RootDir | Component::Normal(_));
        if root.is_absolute() && root.components().all(plain) {
            Ok(Self { root })
        } else {
            Err(Error::RelativeRoot)
        }
    }

    pub(super) fn remove(&self, key: &VersionKey) -> Result<(), Error> {
        key.check()?;
        let root = self.root()?;
        let Some(parent) = Self::parent(&root, key)? else { return Ok(()) };
        let Some(folder) = parent.folder(&key.version)? else { return Ok(()) };
        let manifest = look::manifest(&folder)?;
        let manifest = manifest.unwrap_or_default();
        let own = |name: &str| manifest.owns(name);
        for name in folder.names()? {
            if !name.to_str().is_some_and(own) {
                let name = name.to_string_lossy().into_owned();
                return Err(Error::Foreign { folder: folder.path(""), name });
            }
        }
        let stage = Stage::new(&root)?;
        fault::point("artifact_distribution.delete.before_move");
        stage.take(&parent, &key.version)?;
        fault::point("artifact_distribution.delete.after_move");
        stage.clear()
    }

    /// The versions that there are, damaged ones included.
    pub(super) fn list(&self, filter: &VersionFilter) -> Result<Vec<VersionKey>, Error> {
        let mut found = Vec::new();
        let root = self.root()?;
        for (environment, folder) in folders(&root, filter.environment.as_deref())? {
            for (model, folder) in folders(&folder, filter.model.as_deref())? {
                for (version, folder) in folders(&folder, None)? {
                    if !folder.names()?.is_empty() {
                        let (environment, model) = (environment.clone(), model.clone());
                        found.push(VersionKey { environment, model, version });
                    }
                }
            }
        }
        Ok(found)
    }

    /// The address of a version.
    pub(super) fn uri(&self, key: &VersionKey) -> String {
        let path = self.root.join(&key.environment).join(&key.model).join(&key.version);
        Url::from_file_path(path).expect("the root is absolute").into()
    }

    /// The version at an address, if it lies in this store.
    pub(super) fn locate(&self, uri: &str) -> Option<VersionKey> {
        let url = Url::parse(uri).ok().filter(|url| url.scheme() == "file")?;
        let path = url.to_file_path().ok()?;
        let parts = path.strip_prefix(&self.root).ok()?.components();
        let parts: Vec<_> = parts.filter_map(|part| part.as_os_str().to_str()).collect();
        VersionKey::from_parts(&parts)
    }

    fn root(&self) -> Result<Dir, Error> {
        Dir::open(&self.root)?.ok_or_else(|| Error::NoRoot { root: self.root.clone() })
    }

    /// The folder that holds the versions of a model, if there is one.
    fn parent(root: &Dir, key: &VersionKey) -> Result<Option<Dir>, Error> {
        match root.folder(&key.environment)? {
            Some(environment) => environment.folder(&key.model),
            None => Ok(None),
        }
    }
}

/// The folders in `dir` that can be part of a version's name, or the one with this name.
fn folders(dir: &Dir, only: Option<&str>) -> Result<Vec<(String, Dir)>, Error> {
    let names = match only {
        Some(name) => vec![name.to_owned()],
        None => dir.names()?.into_iter().filter_map(|name| name.into_string().ok()).collect(),
    };
    let mut found = Vec::new();
    for name in names.into_iter().filter(|name| check_segment(name).is_ok()) {
        match dir.folder(&name) {
            Ok(Some(folder)) => found.push((name, folder)),
            // A stray file or link is no version.
            Ok(None) | Err(Error::Irregular { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
