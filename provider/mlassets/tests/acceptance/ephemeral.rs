//! What exists only while Terraform runs: a lock that keeps runs apart, and users of the database.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use mlassets::backend::registry::{Error, Held, Registry};

use crate::harness::{Workspace, told, unique};
use crate::registries::{Ground, postgres, provider};
use crate::secrets::Cage;

fn lock(wait_seconds: u32) -> String {
    format!(
        "ephemeral \"mlassets_registry_lock\" \"publish\" {{\n  wait_seconds = {wait_seconds}\n}}\n"
    )
}

/// Something that depends on the lock, and is done once there is a file `go`.
const SLOW: &str = "resource \"terraform_data\" \"slow\" {\n  depends_on = [ephemeral.mlassets_registry_lock.publish]\n  \
    provisioner \"local-exec\" {\n    command = \"touch begun; while [ ! -e go ]; do sleep 0.1; done\"\n  }\n}\n";

/// Somebody else, who holds what was given until it is given back.
struct Others {
    runtime: tokio::runtime::Runtime,
    registry: Registry,
}

impl Others {
    fn of(ground: &Ground) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime can be started");
        Others { runtime, registry: ground.registry() }
    }

    fn hold(&self, name: &str) -> Result<Held, Error> {
        self.runtime.block_on(self.registry.hold(name, Duration::ZERO))
    }

    fn release(&self, held: &Held) {
        self.runtime.block_on(self.registry.release(&held.id)).expect("it was held all the time");
    }
}

/// Waits until a file is there, which a running program makes.
fn appears(path: &Path, running: &mut Child) {
    while !path.exists() {
        let ended = running.try_wait().expect("it is a child of ours");
        assert!(ended.is_none(), "it ended without {}: {ended:?}", path.display());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn a_lock_is_held_until_all_that_needs_it_is_done(ground: &Ground) {
    let resources = format!("{}{}{SLOW}", ground.provider(), lock(0));
    let workspace = Workspace::new(&resources);
    let others = Others::of(ground);

    // Somebody else publishes: this run does not.
    let held = others.hold("publish").expect("nobody has it");
    let failed = workspace.apply().fails().says("Registry is locked");
    failed.says("is held by acceptance since").says("wait until they are done, or longer");
    others.release(&held);

    // This run publishes: nobody else does.
    let mut command = workspace.command(&["apply", "-auto-approve", "-input=false", "-no-color"]);
    let mut running = command.stdout(Stdio::null()).spawn().expect("Terraform starts");
    appears(&workspace.path("begun"), &mut running);
    let refused = others.hold("publish").expect_err("it is held").to_string();
    assert!(refused.contains("the lock `publish` of"), "{refused}");
    assert!(refused.contains("is held by acceptance since"), "{refused}");
    let other = others.hold("train").expect("another lock is another matter");
    others.release(&other);
    workspace.write("go", "");
    assert!(running.wait().expect("Terraform ends").success());
    let held = others.hold("publish").expect("it was given back");
    others.release(&held);
    workspace.plan_is_empty();
    let state = std::fs::read_to_string(workspace.path("terraform.tfstate")).expect("a state");
    assert!(!state.contains("registry_lock\",") && !state.contains("acquired_at"), "{state}");
}

#[test]
fn a_lock_beside_a_file_keeps_runs_apart() {
    a_lock_is_held_until_all_that_needs_it_is_done(&Ground::sqlite());
}

#[test]
fn a_lock_in_a_server_keeps_runs_apart() {
    a_lock_is_held_until_all_that_needs_it_is_done(&Ground::postgres());
}

#[test]
fn credentials_last_for_the_run_and_are_nowhere_after_it() {
    let url = told("MLASSETS_TEST_POSTGRES_URL");
    let schema = unique("lent").replace('-', "_");
    let resources = format!(
        "{}ephemeral \"mlassets_registry_credentials\" \"reader\" {{\n  lifetime_seconds = 600\n}}\n\
         provider \"mlassets\" {{\n  alias = \"reader\"\n  registry {{\n    \
         url = ephemeral.mlassets_registry_credentials.reader.url\n    schema = \"{schema}\"\n  }}\n}}\n\
         data \"mlassets_model_registry\" \"this\" {{\n  provider = mlassets.reader\n  id = \"{schema}\"\n}}\n\
         output \"version\" {{\n  value = data.mlassets_model_registry.this.schema_version\n}}\n",
        provider(&url, &schema)
    );
    let registry = Workspace::new(&format!(
        "{}resource \"mlassets_model_registry\" \"this\" {{}}\n",
        provider(&url, &schema)
    ));
    registry.apply().ok();

    let cage = Cage::new(&resources).wary_of("mlassets_password_");
    cage.run(&["plan", "-input=false", "-no-color", "-out=saved.plan"]).ok();
    cage.run(&["apply", "-input=false", "-no-color", "saved.plan"]).ok().says("version = 1");
    cage.run(&["apply", "-auto-approve", "-input=false", "-no-color"]).ok();
    cage.run(&["show", "-json"]).ok();
    cage.search();

    let left = format!(
        "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') LIKE '%.{schema}'"
    );
    assert_eq!(postgres(&url, &schema, &left), Vec::<String>::new());
    postgres(&url, &schema, &format!("DROP SCHEMA {schema} CASCADE"));
}

#[test]
fn a_file_has_no_credentials() {
    let ground = Ground::sqlite();
    let workspace = Workspace::new(&format!(
        "{}ephemeral \"mlassets_registry_credentials\" \"this\" {{}}\n\
         provider \"mlassets\" {{\n  alias = \"reader\"\n  registry {{\n    \
         url = ephemeral.mlassets_registry_credentials.this.url\n  }}\n}}\n\
         data \"mlassets_model_registry\" \"this\" {{\n  provider = mlassets.reader\n  id = \"core\"\n}}\n",
        ground.provider()
    ));
    workspace
        .apply()
        .fails()
        .says("No credentials for a file")
        .says("has no users, so there are no credentials for it");
}
