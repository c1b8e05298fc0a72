//! The smallest whole provider: notes, each a text file in one folder.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tfplug::{
    Applied, At, Change, Cx, Error, Host, Keeping, Provider, Registry, Resource, Result, Schema,
};
use tokio::fs;

/// A note, which is a text file.
#[derive(Schema, Debug)]
#[tf(name = "note")]
pub(crate) struct Note {
    /// Name of the file.
    #[tf(identity, check = [len(1..=64), custom("be a plain file name", |name: &String| is_plain(name))])]
    name: String,
    /// What it says.
    text: String,
}

impl Resource for Note {
    type Backend = PathBuf;

    async fn create(folder: &Cx<PathBuf>, plan: Self) -> Applied<Self> {
        let file = file(folder, &plan.name)?;
        let made = fs::File::create_new(&file).await;
        if made.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
            let help = "Import it by its name to manage it, or choose another name.";
            return Err(Error::user("The folder has this file", help).at(Self::NAME).into());
        }
        told(made)?;
        let empty = Note { name: plan.name.clone(), text: String::new() };
        told(fs::write(file, &plan.text).await).keeping(empty)?; // the file is there all the same
        Ok(plan)
    }

    async fn read(folder: &Cx<PathBuf>, name: String, _: Option<Self>) -> Result<Option<Self>> {
        match fs::read_to_string(file(folder, &name)?).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None), // a plan makes it anew
            text => Ok(Some(Note { name, text: told(text)? })),
        }
    }

    async fn update(folder: &Cx<PathBuf>, Change { after, .. }: Change<Self>) -> Applied<Self> {
        told(fs::write(file(folder, &after.name)?, &after.text).await)?;
        Ok(after)
    }

    async fn delete(folder: &Cx<PathBuf>, state: Self) -> Result<()> {
        match fs::remove_file(file(folder, &state.name)?).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()), // somebody was faster
            gone => told(gone),
        }
    }
}

/// Where a note is. Checks see what is configured; this sees the names to be imported, too.
fn file(folder: &Path, name: &str) -> Result<PathBuf> {
    let refused = || Error::user("No name of a note", "Give the plain name of a file.");
    is_plain(name).then(|| folder.join(name)).ok_or_else(refused).at(Note::NAME)
}

fn is_plain(name: &str) -> bool {
    Path::new(name).file_name() == Some(name.as_ref()) // so neither `a/b` nor `..`
}

fn told<T>(result: io::Result<T>) -> Result<T> {
    result.map_err(|error| Error::remote("The file system refused", format!("{error}.")))
}

/// Keeps notes in a folder.
#[derive(Schema, Debug)]
#[tf(name = "notes")]
pub(crate) struct Notes {
    /// The folder, which must exist.
    #[tf(env = "NOTES_FOLDER")]
    folder: Option<String>,
}

impl Provider for Notes {
    const ADDRESS: &'static str = "registry.terraform.io/example/notes";
    type Backends = Arc<PathBuf>;

    async fn configure(config: Self, _: Host) -> Result<Arc<PathBuf>> {
        Ok(Arc::new(config.folder.unwrap_or_else(|| ".".to_owned()).into()))
    }

    fn registry() -> Registry<Arc<PathBuf>> {
        Registry::new().resource::<Note>().lookup::<Note>()
    }
}

fn main() -> ExitCode {
    tfplug::serve::<Notes>(env!("CARGO_PKG_VERSION"))
}
