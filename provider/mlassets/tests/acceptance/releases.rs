//! Releases and rollbacks as the guide tells them, and the first steps taken twice.

use std::fs;
use std::path::Path;

use crate::harness::{Workspace, told, unique};
use crate::meddle::wait;
use crate::messages::Expected;
use mlassets::backend::registry::{Location, Options, Registry, Status};

const V1: &str = "2025-01-15-v1";
const V2: &str = "2025-02-01-v1";
const V3: &str = "2025-03-01-v1";

/// A configuration of the guide, as it stands there.
fn guide(nth: usize) -> String {
    let page = repository().join("docs/guide/release-and-roll-back.md");
    let page = fs::read_to_string(page).expect("the guide is there");
    let block = page.split("```terraform\n").nth(nth + 1).expect("the guide has this block");
    block.split("```").next().expect("a split has a first part").to_owned()
}

fn repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the registry holds of the model `ranker`.
struct Ranker(Registry);

impl Ranker {
    fn of(workspace: &Workspace) -> Self {
        let file = workspace.path("registry.db").display().to_string();
        let location = Location::parse(&file).expect("a path is an address");
        Ranker(Registry::new(location, Options::new("test")).expect("the names are good"))
    }

    #[track_caller]
    fn status(&self, version: &str) -> Status {
        let found = wait(self.0.find_version("ranker", version)).expect("the registry is there");
        found.unwrap_or_else(|| panic!("{version} is not registered")).status
    }

    fn deployed(&self) -> Option<String> {
        let found = wait(self.0.find_deployment("ranker", "production"));
        found.expect("the registry is there").map(|deployment| deployment.version)
    }
}

#[test]
fn one_version_takes_the_place_of_another_and_back() {
    let workspace = Workspace::new(&guide(0));
    let release = |version: &str, digit: &str| {
        let sha256 = digit.repeat(64);
        let values = format!("release = {{ version = {version:?}, sha256 = {sha256:?} }}\n");
        workspace.write("terraform.tfvars", &values);
        let applied = workspace.apply();
        if applied.code == Some(0) {
            workspace.plan_is_empty();
        }
        applied
    };
    let ranker = Ranker::of(&workspace);
    release(V1, "a").ok().says("3 added, 0 changed, 0 destroyed.");
    release(V2, "b").ok().says("1 added, 1 changed, 1 destroyed.");
    assert_eq!(ranker.deployed().as_deref(), Some(V2));
    assert_eq!(ranker.status(V1), Status::Superseded);

    release(V1, "a").ok().says("1 added, 1 changed, 1 destroyed.");
    assert_eq!(ranker.deployed().as_deref(), Some(V1));
    assert_eq!(ranker.status(V2), Status::RolledBack);

    // Other bytes under a name that was used are no rollback.
    release(V2, "c").fails().says("Version is taken").says("with another artifact_sha256");
    assert_eq!(ranker.deployed().as_deref(), Some(V1));
    release(V3, "d").ok();
    assert_eq!(ranker.deployed().as_deref(), Some(V3));
}

#[test]
fn versions_side_by_side_come_and_go_while_the_deployment_moves() {
    let workspace = Workspace::new(&guide(1));
    let set = |versions: &[&str], deployed: &str| {
        let versions: Vec<_> = versions
            .iter()
            .map(|version| format!("  {version:?} = {:?}", "a".repeat(64)))
            .collect();
        let values =
            format!("versions = {{\n{}\n}}\ndeployed = {deployed:?}\n", versions.join("\n"));
        workspace.write("terraform.tfvars", &values);
    };
    let ranker = Ranker::of(&workspace);
    for (versions, deployed) in
        [(&[V1][..], V1), (&[V1, V2], V2), (&[V1, V2], V1), (&[V2, V3], V3), (&[V3], V3)]
    {
        set(versions, deployed);
        workspace.apply().ok();
        workspace.plan_is_empty();
        assert_eq!(ranker.deployed().as_deref(), Some(deployed));
    }
    assert_eq!((ranker.status(V1), ranker.status(V2)), (Status::Superseded, Status::RolledBack));

    set(&[V3, V2], V2);
    workspace.apply().ok();
    set(&[V2], V2);
    let detail = format!(
        "Version `{V3}` of model `ranker` stays in the registry, with its history; Terraform only forgets it. Declared \
         again as it is, it is taken over."
    );
    let stays = Expected { at: "version ", summary: "The version stays", detail: &detail };
    workspace.run(&["plan", "-json", "-input=false"]).ok().warns(&[stays]);
}

#[test]
fn archiving_is_announced() {
    let this = |version: &str, more: &str| {
        format!(
            "resource \"mlassets_model_registry\" \"this\" {{}}\nresource \"mlassets_model_version\" \"this\" {{\n  \
             model = \"ranker\"\n  version = {version:?}\n  artifact_uri = \"s3://m/\"\n  artifact_sha256 = sha256(\"a\")\n  \
             depends_on = [mlassets_model_registry.this]\n{more}}}\n"
        )
    };
    let archive = "  archive_on_destroy = true\n";
    let workspace = Workspace::new(&this(V1, archive));
    workspace.apply().ok();
    let detail = format!(
        "Version `{V1}` of model `ranker` is put out of use for good: it can be neither deployed nor registered again. \
         Apply `archive_on_destroy = false` first if Terraform shall only forget it."
    );
    let warning = |at| Expected { at, summary: "Archiving is final", detail: &detail };
    let destroy =
        ["plan", "-destroy", "-json", "-input=false", "-target=mlassets_model_version.this"];
    let planned = workspace.run(&destroy).ok();
    assert!(planned.text().contains("Archiving is final"), "{planned}");
    workspace.configure(&this(V2, archive));
    workspace.run(&["plan", "-json", "-input=false"]).ok().warns(&[warning("version = ")]);
    workspace.apply().ok();
    assert_eq!(Ranker::of(&workspace).status(V1), Status::Archived);
}

/// The half of a creation that was done is neither tainted nor in the way of the other half.
#[test]
fn half_a_creation_can_be_finished() {
    let this = format!(
        "resource \"mlassets_model_registry\" \"this\" {{}}\nresource \"mlassets_model_version\" \"this\" {{\n  \
         model = \"ranker\"\n  version = {V1:?}\n  artifact_uri = \"s3://m/\"\n  artifact_sha256 = sha256(\"a\")\n  \
         archive_on_destroy = true\n  depends_on = [mlassets_model_registry.this]\n}}\n"
    );
    let workspace = Workspace::new("resource \"mlassets_model_registry\" \"this\" {}\n");
    workspace.apply().ok();
    let sql = |sql: &str| {
        let file = rusqlite::Connection::open(workspace.path("registry.db"));
        file.expect("the file is there").execute_batch(sql).expect("the statement is good");
    };
    sql(
        "CREATE TRIGGER broken BEFORE UPDATE OF status ON model_registry BEGIN SELECT RAISE(ABORT, 'broken: disk'); END",
    );
    workspace.configure(&this);
    workspace.apply().fails().says("broken");
    assert_eq!(Ranker::of(&workspace).status(V1), Status::Registered);
    assert_eq!(workspace.attributes("mlassets_model_version.this"), None);
    sql("DROP TRIGGER broken");
    workspace.apply().ok().says("1 added, 0 changed, 0 destroyed.");
    assert_eq!(Ranker::of(&workspace).status(V1), Status::Verified);
    workspace.plan_is_empty();
}

/// The configuration of the first steps is released, rolled back, destroyed, and applied once more.
#[test]
fn the_first_steps_can_be_taken_again() {
    let file = repository().join("examples/first-steps/main.tf");
    let first = fs::read_to_string(file).expect("the example is there");
    // Other tests make pools, too.
    let pool = unique("training");
    let first = first.replace("\"training\"\n", &format!("{pool:?}\n"));
    assert!(first.contains(&pool), "the example has another pool");
    let workspace = Workspace::new(&first);
    // It names its own provider requirements.
    fs::remove_file(workspace.path("provider.tf")).expect("the harness writes it");
    fs::create_dir(workspace.path("evidence")).expect("a fresh folder has room");
    workspace.write(
        "terraform.tfvars",
        &format!(
            "prefect_api_url = {:?}\nregistry_file = {:?}\narchive_folder = {:?}\n",
            told("MLASSETS_TEST_PREFECT_API_URL"),
            workspace.path("registry.db").display().to_string(),
            workspace.path("evidence").display().to_string(),
        ),
    );
    let second = first.replace(V1, V2).replace("the bytes of the model", "better bytes");
    for configuration in [&first, &second, &first] {
        workspace.configure(configuration);
        workspace.apply().ok();
        workspace.plan_is_empty();
    }
    for _ in 0..2 {
        workspace.destroy().ok();
        workspace.apply().ok();
        workspace.plan_is_empty();
    }
    workspace.destroy().ok();
}
