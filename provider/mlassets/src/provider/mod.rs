//! The provider itself: its configuration, the backends made from it, and all that it serves.

mod backends;
mod blocks;
mod clouds;
mod configuration;
mod mlflow;
mod problem;

pub use backends::Backends;
pub use configuration::{
    AwsBlock, AzureBlock, GateBlock, MlAssets, PrefectBlock, RedisBlock, RegistryBlock, WormBlock,
};

use tfplug::{Host, Provider, Registry, Result};

impl Provider for MlAssets {
    const ADDRESS: &'static str = "registry.terraform.io/mlassets/mlassets";
    type Backends = Backends;

    async fn configure(config: Self, host: Host) -> Result<Backends> {
        Backends::new(config, &host)
    }

    fn registry() -> Registry<Backends> {
        crate::functions::serve(crate::assets(Registry::new()))
    }
}
