//! The smallest whole provider: notes, each a text file in one folder.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tfplug::{
    Applied, At, Change, Cx, Error, Host, Provide, Provider, Registry, Resource, Result, Schema,
};
use tokio::fs;

/// A note, which is a text file.
#[derive(Schema, Debug)]
#[tf(name = "note")]
struct Note {
    /// Name of the file.
    #[tf(identity, check = len(1..=64))]
    name: String,
    /// What it says.
    text: String,
}

impl Resource for Note {
    type Backend = PathBuf;

    async fn create(folder: &Cx<PathBuf>, plan: Self) -> Applied<Self> {
        fs::write(folder.join(&plan.name), &plan.text).await.map_err(failed).at(Self::NAME)?;
        Ok(plan)
    }

    async fn read(folder: &Cx<PathBuf>, name: String, _: Option<Self>) -> Result<Option<Self>> {
        match fs::read_to_string(folder.join(&name)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None), // gone: a plan makes it anew
            found => Ok(Some(Note { name, text: found.map_err(failed)? })),
        }
    }

    async fn update(folder: &Cx<PathBuf>, change: Change<Self>) -> Applied<Self> {
        Self::create(folder, change.after).await
    }

    async fn delete(folder: &Cx<PathBuf>, state: Self) -> Result<()> {
        fs::remove_file(folder.join(&state.name)).await.map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn failed(error: std::io::Error) -> Error {
    Error::remote("The file system refused", format!("{error}."))
}

/// Keeps notes in a folder.
#[derive(Schema, Debug)]
#[tf(name = "notes")]
struct Notes {
    /// The folder, which must exist.
    #[tf(env = "NOTES_FOLDER")]
    folder: Option<String>,
}

/// What resources find their backend in.
struct Backends(Arc<PathBuf>);

impl Provide<PathBuf> for Backends {
    fn provide(&self) -> Result<Arc<PathBuf>> {
        Ok(Arc::clone(&self.0))
    }
}

impl Provider for Notes {
    const ADDRESS: &'static str = "registry.terraform.io/example/notes";
    type Backends = Backends;

    async fn configure(config: Self, _: Host) -> Result<Backends> {
        let folder = config.folder.unwrap_or_else(|| ".".to_owned());
        Ok(Backends(Arc::new(folder.into())))
    }

    fn registry() -> Registry<Backends> {
        Registry::new().resource::<Note>().lookup::<Note>()
    }
}

fn main() -> ExitCode {
    tfplug::serve::<Notes>(env!("CARGO_PKG_VERSION"))
}
