//! `mlassets_model_deployment`.

use mlassets::backend::registry::{
    Deploy, DeploymentFilter, DeploymentStatus, Expected as Row, Retire,
};
use serde_json::json;

use super::{Life, on_each_store};
use crate::harness::Run;
use crate::meddle::{Place, Store, wait};
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_model_deployment.this";
const OLD: &str = "2025-01-14-v1";
const FIRST: &str = "2025-01-15-v1";
const SECOND: &str = "2025-01-16-v1";

fn deployment(version: &str, more: &str) -> String {
    format!(
        "resource \"mlassets_model_deployment\" \"this\" {{\n  model = \"ranker\"\n  environment = \"dev\"\n  \
         version = {version:?}\n  depends_on = [mlassets_model_version.of]\n{more}\n}}\n"
    )
}

fn begin(place: &Place, program: String) -> Life {
    let background = format!(
        r#"{}
resource "mlassets_model_registry" "this" {{}}

resource "mlassets_model_version" "of" {{
  for_each           = toset([{OLD:?}, {FIRST:?}, {SECOND:?}])
  model              = "ranker"
  version            = each.key
  artifact_uri       = "s3://models/ranker/${{each.key}}/"
  artifact_sha256    = sha256(each.key)
  depends_on         = [mlassets_model_registry.this]
}}
"#,
        place.provider()
    );
    Life::new(program, ADDRESS, &background)
}

fn deploy(place: &Place, version: &str) {
    let theirs = Deploy {
        model: "ranker".to_owned(),
        environment: "dev".to_owned(),
        version: version.to_owned(),
        expected: Row::Any,
        allow_rollback: true,
    };
    wait(place.registry().deploy(&theirs)).expect("the version can be deployed");
}

fn deployed(place: &Place) -> Option<String> {
    let found = wait(place.registry().find_deployment("ranker", "dev"));
    found.expect("the registry is there").map(|deployment| deployment.version)
}

fn apply(life: &Life, configuration: &str) -> Run {
    life.workspace.configure(configuration);
    life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"])
}

on_each_store!(lives, has_a_version_that_can_be_deployed, tells_of_conflicts);

fn lives(store: Store, program: String) {
    let place = Place::new(store);
    let life = begin(&place, program);
    let first = json!({
        "version": FIRST, "previous_version": null, "deployed_by": "acceptance", "row_version": 1,
        "allow_rollback": true,
    });
    life.becomes("it is created", &deployment(FIRST, ""), "create", &first);
    let second = json!({ "version": SECOND, "previous_version": FIRST });
    life.becomes("it gets another version", &deployment(SECOND, ""), "update", &second);
    life.meddled(
        "somebody else deploys",
        || deploy(&place, OLD),
        "update",
        &json!({ "version": SECOND, "previous_version": OLD, "deployed_by": "acceptance" }),
    );
    life.meddled(
        "somebody else retires it",
        || {
            let theirs = Retire {
                model: "ranker".to_owned(),
                environment: "dev".to_owned(),
                expected: Row::Any,
            };
            wait(place.registry().retire(&theirs)).expect("it is deployed");
        },
        "create",
        &json!({ "version": SECOND, "previous_version": null }),
    );
    life.is_imported("ranker@dev", "{ model = \"ranker\", environment = \"dev\" }");
    let rolled_back = json!({ "version": FIRST, "previous_version": SECOND });
    life.becomes("it is rolled back", &deployment(FIRST, ""), "update", &rolled_back);

    let forward_only = "  allow_rollback = false";
    life.becomes(
        "no more of that",
        &deployment(FIRST, forward_only),
        "update",
        &json!({ "allow_rollback": false, "version": FIRST }),
    );
    let detail = format!(
        "Version `{OLD}` of model `ranker` is older than `{FIRST}`, which is deployed in `dev`; allow the rollback \
         explicitly if it is meant."
    );
    let refused = Expected { at: "version", summary: "Rollback refused", detail: &detail };
    apply(&life, &deployment(OLD, forward_only)).fails().errs(&[refused]);
    assert_eq!(deployed(&place).as_deref(), Some(FIRST));

    let elsewhere = deployment(FIRST, "").replace("\"dev\"", "\"prod\"");
    life.becomes("it moves", &elsewhere, "replace", &json!({ "environment": "prod" }));
    assert_eq!(deployed(&place), None);
    life.cannot_import(
        "resource \"mlassets_model_deployment\" \"this_missing\" {\n  model = \"m\"\n  environment = \"e\"\n  \
         version = \"v\"\n}\n",
        "m@e",
        "There is nothing with the import ID \"m@e\", which has the form `{model}@{environment}`.",
    );
    life.ends();
    let all =
        wait(place.registry().list_deployments(&DeploymentFilter::default())).expect("it is there");
    assert!(all.iter().all(|one| one.status != DeploymentStatus::Deployed), "{all:?}");
    assert!(all.iter().any(|one| one.status == DeploymentStatus::Retired), "{all:?}");
}

fn has_a_version_that_can_be_deployed(store: Store, program: String) {
    let place = Place::new(store);
    let life = begin(&place, program);
    let detail =
        format!("Model `ranker` has no version `2025-01-15-v2`; the nearest are `{FIRST}`, …");
    apply(&life, &deployment("2025-01-15-v2", "")).fails().errs(&[Expected {
        at: "version",
        summary: "Unknown version",
        detail: &detail,
    }]);
    wait(place.registry().archive("ranker", OLD)).expect("it is there");
    let detail = format!(
        "Version `{OLD}` of model `ranker` was archived at … by somebody-else and is out of use for good; register a new \
         version."
    );
    // The version itself comes first: to Terraform it is gone, and cannot come back.
    apply(&life, &deployment(OLD, "")).fails().errs(&[Expected {
        at: "version",
        summary: "Version is archived",
        detail: &detail,
    }]);
    life.workspace.destroy().ok();
}

fn tells_of_conflicts(store: Store, program: String) {
    let place = Place::new(store);
    let life = begin(&place, program);
    deploy(&place, FIRST);
    let taken = format!(
        "Model `ranker` in `dev`: version `{FIRST}` is deployed (row version 1), by somebody-else at …, but this change \
         expected nothing to be deployed; nothing was changed. To manage the deployment that is there, import it: \
         `terraform import ADDRESS \"ranker@dev\"`."
    );
    let exists = Expected { at: "version", summary: "Deployment exists", detail: &taken };
    apply(&life, &deployment(SECOND, "")).fails().errs(&[exists]);
    life.workspace.configure(&deployment(FIRST, ""));
    life.imports("  id = \"ranker@dev\"");

    // Somebody else is faster than the plan.
    life.workspace.configure(&deployment(SECOND, ""));
    life.plan().ok();
    deploy(&place, OLD);
    let stale = format!(
        "Model `ranker` in `dev`: version `{OLD}` is deployed (row version 3), by somebody-else at …, but this change \
         expected deployment row version …; nothing was changed, refresh and plan again."
    );
    life.workspace.run(&["apply", "-json", "plan"]).fails().errs(&[Expected {
        at: "version",
        summary: "Deployment conflict",
        detail: &stale,
    }]);
    assert_eq!(deployed(&place).as_deref(), Some(OLD));
    let repaired = json!({ "version": SECOND, "previous_version": OLD });
    life.meddled("it is planned again", || (), "update", &repaired);

    // And faster than a destruction that does not look.
    deploy(&place, OLD);
    let stale = stale.replace("row version 3", "row version …");
    life.workspace
        .run(&["destroy", "-auto-approve", "-json", "-refresh=false", "-target", ADDRESS])
        .fails()
        .errs(&[Expected { at: "", summary: "Deployment conflict", detail: &stale }]);
    assert_eq!(deployed(&place).as_deref(), Some(OLD));
    life.ends();
}
