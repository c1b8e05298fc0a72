//! The life of each kind of resource, from its creation to its end.
//!
//! A life is told step by step through [`Life`]: what is configured or done behind Terraform's back, what
//! Terraform plans then, and what the state says after the apply. After each step the plan must be empty.

mod concurrency_limit;
mod deployment_pause;
mod model_deployment;
mod model_registry;
mod model_version;
mod signal;
mod variable;
mod work_pool;
mod work_queue;
mod worm_bucket;
mod worm_record;
mod worm_s3;

use serde_json::Value as Json;

use crate::harness::{Run, Workspace, told};
use crate::messages::Expected;

/// Runs a test with Terraform, and with OpenTofu where it is there, too.
fn with_each_program(test: impl Fn(String)) {
    test(told("MLASSETS_TEST_TERRAFORM"));
    if let Ok(tofu) = std::env::var("MLASSETS_TEST_TOFU") {
        test(tofu);
    }
}

/// Makes a test of each of these functions for SQLite and one for PostgreSQL.
macro_rules! on_each_store {
    ($($test:ident),+ $(,)?) => {
        $(mod $test {
            use crate::life::with_each_program;
            use crate::meddle::Store;

            #[test]
            fn on_sqlite() {
                with_each_program(|program| super::$test(Store::Sqlite, program));
            }

            #[test]
            fn on_postgres() {
                with_each_program(|program| super::$test(Store::Postgres, program));
            }
        })+
    };
}

use on_each_store;

/// One resource on its way through life.
struct Life {
    workspace: Workspace,
    address: &'static str,
}

impl Life {
    /// The life of the resource at `address`, that begins in a world where `background` is applied already.
    #[track_caller]
    fn new(program: String, address: &'static str, background: &str) -> Self {
        let workspace = Workspace::with(program, "");
        workspace.write("background.tf", background);
        if !background.is_empty() {
            workspace.apply().ok();
        }
        Life { workspace, address }
    }

    /// What a plan with this configuration does; `plan` in the workspace holds it.
    #[track_caller]
    fn plan(&self) -> Run {
        self.workspace.run(&["plan", "-json", "-input=false", "-out=plan"])
    }

    /// Configures something else, which Terraform makes come true by `action`.
    #[track_caller]
    fn becomes(&self, title: &str, configuration: &str, action: &str, state: &Json) {
        self.workspace.configure(configuration);
        self.settles(title, action, state);
    }

    /// Somebody meddles, Terraform shows it, and repairs it by `action`.
    #[track_caller]
    fn meddled(&self, title: &str, meddle: impl FnOnce(), action: &str, state: &Json) {
        meddle();
        let drift = if action == "create" { "delete" } else { "update" };
        let seen = self.settles(title, action, state).changes("resource_drift");
        let expected = (self.address.to_owned(), drift.to_owned());
        assert!(seen.contains(&expected), "{title}: drift is not shown, only {seen:?}");
    }

    /// Something happens that is no concern of Terraform's.
    #[track_caller]
    fn undisturbed(&self, title: &str, happening: impl FnOnce()) {
        happening();
        let seen = self.plan().ok();
        assert_eq!(seen.changes("planned_change"), [], "{title}");
    }

    /// A configuration that says the same in other words.
    #[track_caller]
    fn stays(&self, title: &str, configuration: &str) {
        self.undisturbed(title, || self.workspace.configure(configuration));
    }

    /// A configuration that the plan refuses, and how the one before it is still in force.
    #[track_caller]
    fn refuses(&self, configuration: &str, errors: &[Expected<'_>]) {
        let before = std::fs::read_to_string(self.workspace.path("main.tf"));
        self.workspace.configure(configuration);
        self.plan().fails().errs(errors);
        self.workspace.configure(&before.expect("a configuration was there"));
    }

    /// Terraform forgets the resource and is told of it again, in each way that there is.
    #[track_caller]
    fn is_imported(&self, id: &str, identity: &str) {
        let address = self.address;
        self.workspace.run(&["state", "rm", address]).ok();
        self.workspace.run(&["import", "-no-color", "-input=false", address, id]).ok();
        self.workspace.plan_is_empty();

        self.workspace.run(&["state", "rm", address]).ok();
        self.imports(&format!("  id = {id:?}"));
        // OpenTofu knows no identities yet.
        if self.workspace.is_terraform() {
            self.workspace.run(&["state", "rm", address]).ok();
            self.imports(&format!("  identity = {identity}"));
        }
    }

    #[track_caller]
    fn imports(&self, by: &str) {
        self.workspace
            .write("import.tf", &format!("import {{\n  to = {}\n{by}\n}}\n", self.address));
        let applied = self.workspace.apply().ok();
        applied.says("1 imported, 0 added, 0 changed, 0 destroyed.");
        std::fs::remove_file(self.workspace.path("import.tf")).expect("the file was just written");
        self.workspace.plan_is_empty();
    }

    /// Terraform is told of something that does not exist.
    #[track_caller]
    fn cannot_import(&self, configuration: &str, id: &str, detail: &str) {
        let before = std::fs::read_to_string(self.workspace.path("main.tf"));
        let before = before.expect("a configuration was there");
        let to = format!("{}_missing", self.address);
        let import = format!("import {{\n  to = {to}\n  id = {id:?}\n}}\n");
        self.workspace.configure(&format!("{before}{import}{configuration}"));
        let summary = "Cannot import what does not exist";
        self.plan().fails().errs(&[Expected { at: "", summary, detail }]);
        self.workspace.configure(&before);
    }

    /// The resource is destroyed, and whatever was in the background with it.
    #[track_caller]
    fn ends(&self) {
        self.workspace.destroy().ok();
        assert_eq!(self.workspace.attributes(self.address), None, "it is still in the state");
    }

    #[track_caller]
    fn settles(&self, title: &str, action: &str, state: &Json) -> Run {
        let planned = self.plan().ok();
        let expected = [(self.address.to_owned(), action.to_owned())];
        assert_eq!(planned.changes("planned_change"), expected, "{title}");
        self.workspace.run(&["apply", "-input=false", "-no-color", "plan"]).ok();
        self.is(title, state);
        self.workspace.plan_is_empty();
        planned
    }

    /// Asserts that the state has at least these values.
    #[track_caller]
    fn is(&self, title: &str, expected: &Json) {
        let state = self.workspace.state(self.address);
        for (name, value) in expected.as_object().expect("expected values are an object") {
            assert_eq!(state[name], *value, "{title}: {name} in {state:#}");
        }
    }

    /// An attribute in the state that is a text.
    #[track_caller]
    fn text(&self, name: &str) -> String {
        let value = self.workspace.state(self.address)[name].clone();
        value.as_str().unwrap_or_else(|| panic!("{name} is no text but {value}")).to_owned()
    }
}
