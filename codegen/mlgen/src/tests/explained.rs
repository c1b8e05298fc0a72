//! Where values come from and where they go, as `mlgen explain` says it.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::app;

#[track_caller]
fn check(text: &str, asked: &[&str], expected: &Expect) {
    let app = app(text, &[]);
    assert!(!app.has_errors(), "{}", super::told(&app));
    let mut shown = String::new();
    for path in asked {
        writeln!(shown, "== {path}").unwrap();
        match app.explain("staging", &path.parse().unwrap()) {
            Ok(found) => {
                for one in found {
                    let set = |set: &crate::explain::Setting| {
                        format!("{}:{} {}", set.file, set.line, set.layer)
                    };
                    let over: Vec<String> = one.over.iter().map(|over| set(&over.set)).collect();
                    let goes =
                        one.goes_to.map(|to| format!(" -> {}:{} {}", to.file, to.line, to.name));
                    let goes = goes.unwrap_or_default();
                    writeln!(
                        shown,
                        "{} {} = {} from {} over {over:?}{goes}",
                        one.target,
                        one.path,
                        one.value,
                        set(&one.set)
                    )
                    .unwrap();
                }
            }
            Err(error) => writeln!(shown, "{}; {:?}", error.message, error.help).unwrap(),
        }
    }
    expected.assert_eq(&shown);
}

const PROJECT: &str = r#"//- mlgen.yaml
system: toys
environments:
  staging: { class: staging, targets: [aws, compose, helm] }
targets: { aws: { region: r, state: { bucket: b } }, compose: {}, helm: {} }
//- modules/helm/target.yaml
writer: helm
folder: deploy/helm
//- modules/helm/program/Chart.yaml
apiVersion: v2
name: program
version: 0.1.0
//- modules/helm/program/values.yaml
name: ""
limits: { cpu: 1, memory: 2 }
//- modules/helm/program/values.schema.json
{
  "type": "object",
  "properties": {
    "name": { "type": "string" },
    "limits": {
      "type": "object", "additionalProperties": false,
      "properties": { "cpu": { "type": "integer" }, "memory": { "type": "integer" } }
    }
  }
}
//- configs/base/x.yaml
components:
  network: { targets: [aws] }
  database:
    targets: [aws]
    network: ${network}
    tags: { tier: "2", owner: me }
    aws: { size: 50 }
  api:
    kind: service
    targets: [aws, compose]
    environment: { A: a, B: b }
  worker-1: { kind: program, targets: [helm], limits: { cpu: 3 } }
//- configs/envs/staging/x.yaml
components:
  database: { tags: { tier: "3" } }
"#;

#[test]
fn maps_entry_by_entry() {
    check(
        PROJECT,
        &["database.tags", "api.environment", "worker-1.limits", "network"],
        &expect![[r#"
            == database.tags
            aws database.tags.team = "data" from modules/aws/database/variables.tf:32 default over [] -> deploy/staging/aws/database.tf:23 team
            aws database.tags.tier = "3" from configs/envs/staging/x.yaml:2 environment staging over ["configs/base/x.yaml:6 base", "modules/aws/database/variables.tf:32 default"] -> deploy/staging/aws/staging.tfvars:9 database_tags_tier
            aws database.tags.owner = "me" from configs/base/x.yaml:6 base over [] -> deploy/staging/aws/database.tf:22 owner
            == api.environment
            aws api.environment = {"A":"a","B":"b"} from configs/base/x.yaml:11 base over [] -> deploy/staging/aws/api.tf:8 environment
            compose api.environment = {"A":"a","B":"b"} from configs/base/x.yaml:11 base over []
            == worker-1.limits
            helm worker-1.limits.cpu = 3 from configs/base/x.yaml:12 base over ["modules/helm/program/values.yaml:2 default"] -> deploy/helm/toys/values.staging.yaml:9 cpu
            helm worker-1.limits.memory = 2 from modules/helm/program/values.yaml:2 default over [] -> deploy/helm/toys/values.staging.yaml:10 memory
            == network
            aws network = {"name":"${prefix}-network"} from configs/base/x.yaml:2 convention over []
        "#]],
    );
}

#[test]
fn one_target_and_what_is_not_there() {
    check(
        PROJECT,
        &[
            "database.aws.size",
            "api.aws.environment.A",
            "database.zones.0",
            "database.sice",
            "nothing.x",
        ],
        &expect![[r#"
            == database.aws.size
            aws database.size = 50 from configs/base/x.yaml:7 base over ["modules/aws/database/variables.tf:8 default"] -> deploy/staging/aws/database.tf:18 size
            == api.aws.environment.A
            aws api.environment.A = "a" from configs/base/x.yaml:11 base over [] -> deploy/staging/aws/api.tf:9 A
            == database.zones.0
            nothing sets `database.zones.0` in staging; None
            == database.sice
            nothing sets `database.sice` in staging; Some("did you mean `database.size`?")
            == nothing.x
            staging has no component `nothing`; None
        "#]],
    );
}
