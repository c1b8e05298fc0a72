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
    artifact_distribution::ArtifactDistribution: resource and lookup,
    artifact_verification::ArtifactVerification: data_source,
    model_deployment::ModelDeployment: resource and lookup,
    model_registry::ModelRegistry: resource and lookup,
    model_version::ModelVersion: resource and lookup,
    release_gate::ReleaseGate: data_source,
    signal::Signal: resource and lookup,
    work_pool::WorkPool: resource and lookup,
    work_queue::WorkQueue: resource and lookup,
    worm_bucket::WormBucket: resource and lookup,
    worm_record::WormRecord: resource and lookup,
}

pub mod functions;

mod adopted;
pub mod backend;
mod diagnose;
mod ranks;
mod types;
