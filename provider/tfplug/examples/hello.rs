//! A provider in sixty lines, with a resource that has no service behind it.

use std::process::ExitCode;
use std::sync::Arc;

use tfplug::{Applied, Attr, Change, Cx, Host, Provider, Registry, Resource, Result, Schema};

/// A greeting.
#[derive(Schema, Debug)]
#[tf(name = "greeting")]
struct Greeting {
    /// Who is greeted.
    #[tf(identity, check = len(1..=64))]
    name: String,
    /// How.
    #[tf(default = "Hello")]
    word: Attr<String>,
    /// The whole greeting.
    #[tf(computed)]
    text: Attr<String>,
}

impl Greeting {
    fn said(self) -> Self {
        let word = self.word.clone().known().unwrap_or_default();
        Greeting { text: Attr::Known(format!("{word}, {}!", self.name)), ..self }
    }
}

impl Resource for Greeting {
    type Backend = ();

    async fn create(_: &Cx<()>, plan: Self) -> Applied<Self> {
        Ok(plan.said())
    }

    async fn read(_: &Cx<()>, _: String, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior) // there is nothing to look at but the state
    }

    async fn update(_: &Cx<()>, change: Change<Self>) -> Applied<Self> {
        Ok(change.after.said())
    }

    async fn delete(_: &Cx<()>, _: Self) -> Result<()> {
        Ok(())
    }
}

/// Greets people.
#[derive(Schema, Debug)]
#[tf(name = "hello")]
struct Hello {}

impl Provider for Hello {
    const ADDRESS: &'static str = "registry.terraform.io/example/hello";
    type Backends = Arc<()>;

    async fn configure(_: Self, _: Host) -> Result<Arc<()>> {
        Ok(Arc::default())
    }

    fn registry() -> Registry<Arc<()>> {
        Registry::new().resource::<Greeting>()
    }
}

fn main() -> ExitCode {
    tfplug::serve::<Hello>(env!("CARGO_PKG_VERSION"))
}
