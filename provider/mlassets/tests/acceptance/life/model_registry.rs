//! `mlassets_model_registry`.

use mlassets::backend::registry::Registry;
use serde_json::json;

use super::{Life, on_each_store};
use crate::meddle::{Place, Store, wait};
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_model_registry.this";
const REGISTRY: &str = "resource \"mlassets_model_registry\" \"this\" {}\n";

on_each_store!(lives, a_registry_of_a_newer_release_is_left_alone);

fn lives(store: Store, program: String) {
    let place = Place::new(store);
    let life = Life::new(program, ADDRESS, "");
    life.workspace.write("registry.tf", &place.provider());
    let location = place.registry().location().to_string();
    let created = json!({ "id": place.id(), "schema_version": Registry::LATEST_SCHEMA, "location": location });
    life.becomes("it is created", REGISTRY, "create", &created);
    assert!(wait(place.registry().migrate()).expect("it is there").is_empty());
    life.is_imported(place.id(), &format!("{{ id = {:?} }}", place.id()));
    let plan = ["plan", "-json", "-input=false", "-refresh-only"];
    life.workspace.run(&plan).ok().warns(&[]);
    life.meddled("it is removed", || place.vanish(), "create", &created);

    place.vanish();
    let gone = format!(
        "{location} holds no model registry, though there was one. An apply makes an empty one; before that, check that \
         `url` is right and that the volume of the file is mounted."
    );
    life.plan().ok().warns(&[Expected { at: "", summary: "The registry is gone", detail: &gone }]);
    life.workspace.apply().ok();

    life.workspace.configure("");
    let applied = life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).ok();
    applied.warns(&[Expected {
        at: "",
        summary: "The registry's data stays",
        detail: "A registry is never dropped. Terraform has forgotten it; tables and rows are where they were.",
    }]);
    assert!(wait(place.registry().migrate()).expect("it stays").is_empty());
    life.becomes("it is taken up again", REGISTRY, "create", &created);
    life.ends();
}

/// The guide reads the file with `sqlite3`, whose version is that of the machine.
#[test]
fn other_programs_can_read_the_file() {
    let workspace = crate::harness::Workspace::new(REGISTRY);
    workspace.apply().ok();
    let script = "import sqlite3, sys\nif sqlite3.sqlite_version_info >= (3, 37):\n  \
                  print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM model_registry').fetchone()[0])\n\
                  else:\n  print('too old for STRICT tables:', sqlite3.sqlite_version)";
    let mut python = std::process::Command::new("python3");
    python.args(["-c", script]).arg(workspace.path("registry.db"));
    let output = python.output().expect("Python runs the test's servers, so it is there");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && (said == "0\n" || said.starts_with("too old")),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn a_registry_of_a_newer_release_is_left_alone(store: Store, program: String) {
    let place = Place::new(store);
    wait(place.registry().migrate()).expect("a new place");
    place.sql("INSERT INTO schema_migrations (version, name, checksum) VALUES (999, 'later', 'x')");
    let life = Life::new(program, ADDRESS, "");
    life.workspace.write("registry.tf", &place.provider());
    life.workspace.configure(REGISTRY);
    let applied = life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails();
    applied.errs(&[Expected {
        at: "",
        summary: "Registry schema not usable",
        detail: "…has schema version 999, and this program knows only up to…; use a newer release of it.",
    }]);
}
