//! A provider with nothing but a state store: each state a file in one folder, each lock a file beside it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tfplug::state_store::locked;
use tfplug::{At, Cx, Error, Host, Provider, Registry, Result, Schema, StateStore};
use tokio::fs;

/// States as files in a folder.
#[derive(Schema, Debug)]
#[tf(name = "folder")]
pub(crate) struct Folder {
    /// The folder, which must exist.
    path: String,
}

impl StateStore for Folder {
    type Backend = ();

    async fn open(&self, _: &Cx<()>) -> Result<()> {
        let found = told(fs::metadata(&self.path).await).at(Self::PATH)?;
        let refused = || Error::user("No folder", "Something else has this path. Choose another.");
        found.is_dir().then_some(()).ok_or_else(refused).at(Self::PATH)
    }

    async fn read(&self, _: &Cx<()>, id: &str) -> Result<Option<Vec<u8>>> {
        unless_missing(fs::read(self.file(id, "tfstate")?).await)
    }

    async fn write(&self, _: &Cx<()>, id: &str, state: Vec<u8>) -> Result<()> {
        let aside = self.file(id, "new")?;
        told(fs::write(&aside, state).await)?;
        told(fs::rename(aside, self.file(id, "tfstate")?).await) // the old one or the new one, never half of it
    }

    async fn list(&self, _: &Cx<()>) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        let mut files = told(fs::read_dir(&self.path).await)?;
        while let Some(file) = told(files.next_entry().await)? {
            let name = file.file_name().into_string().unwrap_or_default();
            ids.extend(name.strip_suffix(".tfstate").map(str::to_owned));
        }
        ids.sort();
        Ok(ids)
    }

    async fn delete(&self, _: &Cx<()>, id: &str) -> Result<()> {
        unless_missing(fs::remove_file(self.file(id, "tfstate")?).await).map(|_| ())
    }

    async fn lock(&self, _: &Cx<()>, id: &str, operation: &str) -> Result<String> {
        let file = self.file(id, "lock")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let lock = format!("{}-{}", std::process::id(), now.as_nanos());
        let line = format!("{lock} {operation}");
        // Written aside and then linked, so that a lock is never there without its name.
        let aside = self.file(id, &lock)?;
        told(fs::write(&aside, &line).await)?;
        let linked = fs::hard_link(&aside, &file).await;
        told(fs::remove_file(&aside).await)?;
        match linked {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let there = unless_missing(fs::read_to_string(&file).await)?.unwrap_or_default();
                let (lock, holder) = there.split_once(' ').unwrap_or_default();
                Err(locked(id, holder, lock))
            }
            linked => told(linked).map(|()| lock),
        }
    }

    async fn unlock(&self, _: &Cx<()>, id: &str, lock: &str) -> Result<()> {
        let file = self.file(id, "lock")?;
        let there = unless_missing(fs::read_to_string(&file).await)?.unwrap_or_default();
        if there.split(' ').next() != Some(lock) {
            let detail =
                format!("The lock of {id:?} is another one, or is gone. Nothing was done.");
            return Err(Error::user("Not this lock", detail));
        }
        told(fs::remove_file(file).await)
    }
}

impl Folder {
    /// A file of the state called `id`, which must not lead out of the folder.
    fn file(&self, id: &str, kind: &str) -> Result<PathBuf> {
        let plain = |char: char| char.is_alphanumeric() || char == '-' || char == '_';
        if id.is_empty() || !id.chars().all(plain) {
            let detail = "Here the name of a workspace is made of letters, digits, `-` and `_`.";
            return Err(Error::user("No name of a state", detail));
        }
        Ok(PathBuf::from(&self.path).join(format!("{id}.{kind}")))
    }
}

fn unless_missing<T>(result: io::Result<T>) -> Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        result => told(result).map(Some),
    }
}

fn told<T>(result: io::Result<T>) -> Result<T> {
    result.map_err(|error| Error::remote("The file system refused", format!("{error}.")))
}

/// Keeps states in folders.
#[derive(Schema, Debug)]
#[tf(name = "states")]
pub(crate) struct States {}

impl Provider for States {
    const ADDRESS: &'static str = "registry.terraform.io/example/states";
    type Backends = Arc<()>;

    async fn configure(_: Self, _: Host) -> Result<Arc<()>> {
        Ok(Arc::default())
    }

    fn registry() -> Registry<Arc<()>> {
        Registry::new().state_store::<Folder>()
    }
}

fn main() -> ExitCode {
    tfplug::serve::<States>(env!("CARGO_PKG_VERSION"))
}
