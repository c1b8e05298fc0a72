//! Mistakes in a spec: mlgen says where, before anything is written. The same mistakes in the rendered files are
//! ones of Terraform's language too, so nothing here is a rule that mlgen made up.

use std::fs;
use std::path::Path;

use super::host;
use super::project::Project;
use super::tools;
use crate::{Trial, test};

const SPEC: &str = "configs/base/shop.yaml";
const STACK: &str = "deploy/production/aws";

/// A mistake, made in the spec and made in what is rendered.
struct Mistake {
    name: &'static str,
    /// What stands in the spec once, and what stands there instead.
    spec: [&'static str; 2],
    /// What mlgen says, from its beginning.
    mlgen: &'static str,
    /// What stands in a file of the stack once, and what stands there instead.
    file: &'static str,
    rendered: [&'static str; 2],
    /// The first command of Terraform that finds it.
    command: &'static [&'static str],
    /// Part of what Terraform says.
    terraform: &'static str,
}

const VALIDATE: &[&str] = &["validate", "-no-color"];
const PLAN: &[&str] = &["plan", "-no-color", "-var-file=production.tfvars"];

const MISTAKES: [Mistake; 6] = [
    Mistake {
        name: "mistyped_argument",
        spec: ["storage_gb: 100", "storage_bg: 100"],
        mlgen: "\
error: `database` has no input `storage_bg` for aws
  --> configs/base/shop.yaml:12:5
   |
12 |     storage_bg: 100
   |     ^^^^^^^^^^
   |
   = help: did you mean `storage_gb`?
",
        file: "database.tf",
        rendered: ["storage_gb     = 100", "storage_bg     = 100"],
        command: VALIDATE,
        terraform: "An argument named \"storage_bg\" is not expected here.",
    },
    Mistake {
        name: "wrong_type",
        spec: ["storage_gb: 100", "storage_gb: plenty"],
        mlgen: "\
error: `database.storage_gb` must be a number
  --> configs/base/shop.yaml:12:17
   |
12 |     storage_gb: plenty
   |                 ^^^^^^ a string
",
        file: "database.tf",
        rendered: ["storage_gb     = 100", "storage_gb     = \"plenty\""],
        command: VALIDATE,
        terraform: "The given value is not suitable for module.database.var.storage_gb",
    },
    Mistake {
        name: "missing_argument",
        spec: ["    network: ${network}\n", ""],
        mlgen: "\
error: `database` needs `network` for aws in production
 --> configs/base/shop.yaml:8:3
  |
8 |   database:
  |   ^^^^^^^^ `network` is a map
  |
  = help: Where the database lives: hand over a network component.
",
        file: "database.tf",
        rendered: ["  network        = module.network\n", ""],
        command: VALIDATE,
        terraform: "The argument \"network\" is required, but no definition was found.",
    },
    Mistake {
        name: "reference_to_no_component",
        spec: ["${database.host}", "${databse.host}"],
        mlgen: "\
error: there is no component `databse`
  --> configs/base/shop.yaml:16:18
   |
16 |   database_host: ${databse.host}
   |                  ^^^^^^^^^^^^^^^
   |
   = help: did you mean `database`?
",
        file: "database.tf",
        rendered: ["module.database.host", "module.databse.host"],
        command: VALIDATE,
        terraform: "No module call named \"databse\" is declared in the root module.",
    },
    Mistake {
        name: "reference_to_no_output",
        spec: ["${database.host}", "${database.hots}"],
        mlgen: "\
error: `database` has no output `hots`
  --> configs/base/shop.yaml:16:18
   |
16 |   database_host: ${database.hots}
   |                  ^^^^^^^^^^^^^^^^
   |
   = help: did you mean `host`?
",
        file: "database.tf",
        rendered: ["module.database.host", "module.database.hots"],
        command: VALIDATE,
        terraform: "This object does not have an attribute named \"hots\".",
    },
    Mistake {
        name: "value_that_the_module_refuses",
        spec: ["instance_class: db.r7g.large", "instance_class: r7g.large"],
        mlgen: "\
error: instance_class must be an RDS class such as db.r7g.large, unless engine is aurora-postgresql
  --> configs/base/shop.yaml:11:21
   |
11 |     instance_class: r7g.large
   |                     ^^^^^^^^^ `database.instance_class`
   |
note: the rule of the module
  --> ../../modules/aws/database/variables.tf:",
        file: "database.tf",
        rendered: ["\"db.r7g.large\"", "\"r7g.large\""],
        command: PLAN,
        terraform: "instance_class must be an RDS class such as db.r7g.large, unless engine is aurora-postgresql",
    },
];

pub(super) fn trials() -> Vec<Trial> {
    let each = MISTAKES
        .iter()
        .map(|mistake| test(format!("mistakes::{}", mistake.name), move || check(mistake)));
    each.collect()
}

fn check(mistake: &Mistake) {
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/shop");
    let place = |kind: &str| host::folder().join(format!("mistakes/{}-{kind}", mistake.name));

    let spec = place("spec");
    host::copy(&original, &spec);
    edit(&spec.join(SPEC), mistake.spec);
    let run = tools::mlgen(&spec, &["render", "--all"]);
    let whole = run.stderr.starts_with(mistake.mlgen)
        && run.stderr.ends_with("\n1 error, nothing was written\n");
    assert!(run.code == Some(2) && run.stdout.is_empty() && whole, "it says something else: {run}");
    assert!(!spec.join("deploy").exists(), "nothing is written");

    let project = Project::render("shop", &original, place("stack"));
    let stack = project.stack(STACK);
    stack.init();
    stack.validate();
    edit(&stack.folder().join(mistake.file), mistake.rendered);
    stack.run(mistake.command).fails().says(mistake.terraform);
}

/// Replaces what stands in a file once.
#[track_caller]
fn edit(file: &Path, [old, new]: [&str; 2]) {
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{old:?} stands in {} once", file.display());
    fs::write(file, text.replace(old, new)).unwrap();
}
