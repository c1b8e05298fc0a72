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
    concurrency_limit::ConcurrencyLimit: resource and lookup and list,
    deployment::Deployment: data_source,
    deployment_pause::DeploymentPause: resource and lookup and list,
    deployments::Deployments: data_source,
    halt::Halt: action,
    model_deployment::ModelDeployment: resource and lookup and list,
    model_registry::ModelRegistry: resource and lookup and list,
    model_version::ModelVersion: resource and lookup and list,
    notify::Notify: action,
    pause_deployments::PauseDeployments: action,
    registry_credentials::RegistryCredentials: ephemeral,
    registry_lock::RegistryLock: ephemeral,
    release_gate::ReleaseGate: data_source,
    resume::Resume: action,
    resume_deployments::ResumeDeployments: action,
    signal::Signal: resource and lookup and list,
    variable::Variable: resource and lookup and list,
    work_pool::WorkPool: resource and lookup and list,
    work_pools::WorkPools: data_source,
    work_queue::WorkQueue: resource and lookup and list,
    worm_append::WormAppend: action,
    worm_bucket::WormBucket: resource and lookup and list,
    worm_record::WormRecord: resource and lookup and list,
    worm_replication::WormReplication: resource and lookup and list,
    worm_verify::WormVerify: action,
}

pub mod functions;

mod adopted;
mod anything;
pub mod backend;
mod deployment_facts;
mod diagnose;
mod pausing;
mod ranks;
mod records;
mod signalling;
mod types;
