//! The provider `mlassets`: machine-learning assets that no cloud provider manages.
//!
//! `provider` has the configuration; each kind of asset is one file and one line of the list below; `backend` holds
//! typed clients that know nothing of Terraform.

pub mod provider;

/// `file::Kind: how it is served` for each asset. A line compiles the file and calls these methods of
/// [`tfplug::Registry`].
macro_rules! assets {
    ($($file:ident::$kind:ident: $($served:ident)and+),* $(,)?) => {
        $(pub mod $file;)*

        fn assets(
            registry: tfplug::Registry<provider::Backends>,
        ) -> tfplug::Registry<provider::Backends> {
            registry$($(.$served::<$file::$kind>())+)*
        }
    };
}

assets! {
    model_deployment::ModelDeployment: resource and lookup and list,
    model_registry::ModelRegistry: resource and lookup and list,
    model_version::ModelVersion: resource and lookup and list,
    work_pool::WorkPool: resource and lookup and list,
    work_queue::WorkQueue: resource and lookup and list,
    worm_bucket::WormBucket: resource and lookup and list,
    worm_record::WormRecord: resource and lookup and list,
}

pub mod functions;

mod adopted;
pub mod backend;
mod diagnose;
mod ranks;
mod types;
