//! The environment that tests and the demo see: what the machine says about Terraform, Prefect and MLflow left out, what
//! xtask started put in.

use std::num::NonZero;
use std::process::Command;
use std::thread;

use anyhow::{Result, bail};

use crate::servers::{Azurite, Mlflow, Postgres, Prefect, Redis, SeaweedFs};
use crate::tools::{CHECKS, HELM, OPENTOFU, Store, TERRAFORM};

/// Variables that would make a run depend on the machine, by the start of their names.
const FOREIGN: [&str; 7] = ["TF_", "PREFECT_", "MLFLOW_", "MLASSETS_", "AWS_", "AZURE_", "ARM_"];

/// Where proptest looks for the seed of its cases.
const SEED: &str = "PROPTEST_RNG_SEED";

/// Where test programs look for how many tests to run at once.
const THREADS: &str = "RUST_TEST_THREADS";

/// Where tests look for the program that they run.
pub(crate) const TERRAFORM_PROGRAM: &str = "MLASSETS_TEST_TERRAFORM";

/// Where tests look for the program that lives are lived with as well.
const TOFU_PROGRAM: &str = "MLASSETS_TEST_TOFU";

/// Takes what the machine says about Terraform, Prefect, MLflow, clouds and mlassets out of the environment of `command`.
pub(crate) fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if FOREIGN.iter().any(|start| name.starts_with(start)) {
            command.env_remove(&*name);
        }
    }
    // Terraform asks its maker about newer versions otherwise.
    command.env("CHECKPOINT_DISABLE", "1");
}

/// Gives property tests the same cases in every run, unless the machine asks for others. A change is then judged by
/// what it changed.
pub(crate) fn fix_seed(command: &mut Command) {
    if std::env::var_os(SEED).is_none() {
        command.env(SEED, "1");
    }
}

/// Runs one test more at once than there are processors, unless the machine says how many: most of them wait for Terraform
/// and for servers. With many more the servers turn some away.
pub(crate) fn share_processors(command: &mut Command) {
    if std::env::var_os(THREADS).is_none() {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        command.env(THREADS, (processors + 1).to_string());
    }
}

/// Everything that acceptance tests need, alive as long as this value is.
#[derive(Debug)]
pub(crate) struct Acceptance {
    variables: Vec<(&'static str, String)>,
    // Dropped in this order, which ends the servers.
    _prefect: Prefect,
    _redis: Redis,
    _s3: SeaweedFs,
    _azure: Azurite,
    _mlflow: Mlflow,
    _postgres: Postgres,
}

impl Acceptance {
    /// Installs what is missing and starts the servers.
    pub(crate) fn prepare() -> Result<Self> {
        let store = Store::new();
        let terraform = store.need(&TERRAFORM)?;
        let tofu = store.get(&OPENTOFU)?;
        let helm = store.need(&HELM)?;
        let checks = store.need(&CHECKS)?;
        let postgres = Postgres::start(&store)?;
        let redis = Redis::start(&store)?;
        let s3 = SeaweedFs::start(&store)?;
        let azure = Azurite::start(&store)?;
        // These two take their time, and most of it each has a processor to itself.
        let (prefect, mlflow) = thread::scope(|scope| {
            let mlflow = scope.spawn(|| Mlflow::start(&Store::new(), &postgres));
            let prefect = Prefect::start(&store);
            (prefect, mlflow.join().unwrap_or_else(|_| bail!("bug in xtask: the thread panicked")))
        });
        let (prefect, mlflow) = (prefect?, mlflow?);

        let mut variables = vec![
            (TERRAFORM_PROGRAM, terraform.program.display().to_string()),
            ("MLASSETS_TEST_TERRAFORM_VERSION", terraform.version.to_string()),
            ("MLASSETS_TEST_HELM", helm.program.display().to_string()),
            ("MLASSETS_TEST_CHECKS", checks.program.display().to_string()),
            ("MLASSETS_TEST_PREFECT_API_URL", prefect.api_url()),
            ("MLASSETS_TEST_MLFLOW_URL", mlflow.url()),
            ("MLASSETS_TEST_POSTGRES_URL", postgres.url()),
            ("MLASSETS_TEST_REDIS_URL", redis.url()),
            ("MLASSETS_TEST_REDIS_SERVER", redis.program()),
            ("MLASSETS_TEST_S3_URL", s3.url()),
            ("MLASSETS_TEST_AZURE_URL", azure.url()),
        ];
        if let Some(tofu) = tofu {
            variables.push((TOFU_PROGRAM, tofu.program.display().to_string()));
        }
        Ok(Self {
            variables,
            _prefect: prefect,
            _redis: redis,
            _s3: s3,
            _azure: azure,
            _mlflow: mlflow,
            _postgres: postgres,
        })
    }

    /// OpenTofu's program, where the machine has it.
    pub(crate) fn tofu(&self) -> Option<&str> {
        let tofu = self.variables.iter().find(|(name, _)| *name == TOFU_PROGRAM);
        tofu.map(|(_, program)| &**program)
    }

    /// What tests find in their environment, name and value.
    pub(crate) fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_environment_names_no_foreign_variable() {
        let mut command = Command::new("env");
        clean(&mut command);
        let kept = command.get_envs().filter(|(_, value)| value.is_some());
        assert_eq!(kept.map(|(name, _)| name).collect::<Vec<_>>(), ["CHECKPOINT_DISABLE"]);
        let text = crate::process::capture(&mut command).unwrap();
        for start in FOREIGN {
            assert!(!text.lines().any(|line| line.starts_with(start)), "{start}* is still set");
        }
    }
}
