use tfplug::{Applied, Change, Cx, Resource, Result, Schema};

/// A pool.
#[derive(Schema)]
#[tf(name = "pool")]
struct Pool {
    /// Its name.
    name: String,
}

impl Resource for Pool {
    type Backend = ();

    async fn create(_: &Cx<()>, plan: Self) -> Applied<Self> {
        Ok(plan)
    }

    async fn read(_: &Cx<()>, _: Self::Key, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior)
    }

    async fn update(_: &Cx<()>, change: Change<Self>) -> Applied<Self> {
        Ok(change.after)
    }

    async fn delete(_: &Cx<()>, _: Self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
