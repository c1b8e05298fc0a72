//! The provider itself: its configuration, the backends made from it, and the list of all kinds.

mod backends;
mod configuration;

pub use backends::Backends;
pub use configuration::{MlAssets, PrefectBlock, RegistryBlock, WormBlock};

use tfplug::{Host, Provider, Registry, Result};

use crate::functions::{ModelVersionParse, WormPath};
use crate::model_deployment::ModelDeployment;
use crate::model_registry::ModelRegistry;
use crate::model_version::ModelVersion;
use crate::work_pool::WorkPool;
use crate::work_queue::WorkQueue;
use crate::worm_bucket::WormBucket;
use crate::worm_record::WormRecord;

impl Provider for MlAssets {
    const ADDRESS: &'static str = "registry.terraform.io/mlassets/mlassets";
    type Backends = Backends;

    async fn configure(config: Self, host: Host) -> Result<Backends> {
        Backends::new(config, &host)
    }

    fn registry() -> Registry<Backends> {
        Registry::new()
            .asset::<ModelDeployment>()
            .asset::<ModelRegistry>()
            .asset::<ModelVersion>()
            .asset::<WorkPool>()
            .asset::<WorkQueue>()
            .asset::<WormBucket>()
            .asset::<WormRecord>()
            .function::<ModelVersionParse>()
            .function::<WormPath>()
    }
}

/// How this provider serves a kind of asset: as a resource, and as a data source to look it up.
trait Assets {
    fn asset<R: tfplug::Resource>(self) -> Self
    where
        Backends: tfplug::Provide<R::Backend>;
}

impl Assets for Registry<Backends> {
    fn asset<R: tfplug::Resource>(self) -> Self
    where
        Backends: tfplug::Provide<R::Backend>,
    {
        self.resource::<R>().lookup::<R>()
    }
}
