//! A provider with a past: states of older versions are upgraded, and what should not be used any more is told.

use std::process::ExitCode;
use std::sync::Arc;

use tfplug::{
    Applied, Attr, Change, Cx, Error, Host, Past, Provider, Registry, Resource, Result, Schema,
    immutable,
};

/// A disk. Since version 2 its size is a number, since version 1 it has a label instead of a title.
#[derive(Schema, Debug)]
#[tf(name = "disk", version = 2)]
struct Disk {
    /// What it is called.
    #[tf(identity)]
    label: String,
    /// How large, in GiB.
    size: i64,
    /// The way it is written to.
    #[tf(deprecated = "Every disk is fast by now.")]
    speed: Option<String>,
    /// Who may use it.
    #[tf(block)]
    user: Vec<User>,
    /// Where it was put.
    #[tf(computed, keep)]
    place: Attr<Place>,
}

/// Who may use a disk.
#[derive(Schema, Debug)]
#[tf(deprecated = "Use the disk's policy.")]
struct User {
    /// Their name.
    name: String,
}

/// Where a disk is.
#[derive(Schema, Debug)]
struct Place {
    /// The room.
    room: String,
    /// The shelf in it.
    shelf: i64,
}

/// A disk in the state of version 1.
#[derive(Schema, Debug)]
#[tf(version = 1)]
struct TextualDisk {
    /// What it is called.
    label: String,
    /// How large: `10 GiB`.
    size: String,
}

/// A disk in the state of the first version.
#[derive(Schema, Debug)]
struct TitledDisk {
    /// What it is called.
    title: String,
    /// How large: `10 GiB`.
    size: String,
}

impl Disk {
    fn new(label: String, size: &str) -> Result<Self> {
        let gigabytes = size.strip_suffix(" GiB").and_then(|size| size.parse().ok());
        let wrong = || Error::user("Unreadable size", "The state should say `10 GiB`, or so.");
        let size = gigabytes.ok_or_else(wrong)?;
        Ok(Disk { label, size, speed: None, user: Vec::new(), place: Attr::Null })
    }

    fn placed(self) -> Self {
        let place = Attr::Known(Place { room: "cellar".to_owned(), shelf: self.size });
        Disk { place, ..self }
    }
}

impl Resource for Disk {
    type Backend = ();

    async fn create(_: &Cx<()>, plan: Self) -> Applied<Self> {
        Ok(plan.placed())
    }

    async fn read(_: &Cx<()>, _: String, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior.map(Self::placed))
    }

    async fn update(_: &Cx<()>, change: Change<Self>) -> Applied<Self> {
        Ok(change.after)
    }

    async fn delete(_: &Cx<()>, _: Self) -> Result<()> {
        Ok(())
    }

    fn past() -> Past<Self> {
        Past::new()
            .version(|old: TextualDisk| Disk::new(old.label, &old.size))
            .version(|old: TitledDisk| Disk::new(old.title, &old.size))
    }
}

/// A tape.
#[derive(Schema, Debug)]
#[tf(name = "tape", deprecated = "Use `aged_disk`.")]
struct Tape {
    /// What it is called.
    #[tf(identity)]
    label: String,
}

impl Resource for Tape {
    type Backend = ();

    async fn create(_: &Cx<()>, plan: Self) -> Applied<Self> {
        Ok(plan)
    }

    async fn read(_: &Cx<()>, _: String, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior)
    }

    async fn update(_: &Cx<()>, _: Change<Self>) -> Applied<Self> {
        immutable()
    }

    async fn delete(_: &Cx<()>, _: Self) -> Result<()> {
        Ok(())
    }
}

/// Keeps disks and tapes.
#[derive(Schema, Debug)]
#[tf(name = "aged")]
struct Aged {}

impl Provider for Aged {
    const ADDRESS: &'static str = "registry.terraform.io/example/aged";
    type Backends = Arc<()>;

    async fn configure(_: Self, _: Host) -> Result<Arc<()>> {
        Ok(Arc::default())
    }

    fn registry() -> Registry<Arc<()>> {
        Registry::new().resource::<Disk>().resource::<Tape>()
    }
}

fn main() -> ExitCode {
    tfplug::serve::<Aged>(env!("CARGO_PKG_VERSION"))
}
