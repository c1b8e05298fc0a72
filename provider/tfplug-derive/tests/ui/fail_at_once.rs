use tfplug::{Applied, Change, Cx, Resource, Result, Schema};

#[derive(Schema)]
#[tf(name = "pool")]
struct Pool {
    #[tf(identity)]
    name: String,
    size: u8,
    /// Its zone.
    #[tf(replaces)]
    zone: Option<char>,
}

impl Resource for Pool {
    type Backend = ();

    async fn create(_: &Cx<()>, plan: Self) -> Applied<Self> {
        Ok(plan)
    }

    async fn read(_: &Cx<()>, _: String, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior)
    }

    async fn update(_: &Cx<()>, change: Change<Self>) -> Applied<Self> {
        Ok(change.after)
    }

    async fn delete(_: &Cx<()>, _: Self) -> Result<()> {
        let _ = Self::NAME;
        Ok(())
    }
}

fn main() {}
