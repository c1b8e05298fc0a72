//! `mlassets_deployment_pause`.

use mlassets::backend::prefect::record_name;
use serde_json::{Value as Json, json};

use super::{Life, with_each_program};
use crate::harness::{Workspace, told, unique};
use crate::meddle::{deploy, paused_in, prefect, set_paused, undeploy, wait};
use crate::messages::Expected;
use crate::server::Server;

const ADDRESS: &str = "mlassets_deployment_pause.this";

/// A pool that can go although deployments point at it.
fn background(pool: &str) -> String {
    format!(
        "resource \"mlassets_work_pool\" \"pool\" {{\n  name = {pool:?}\n  force_destroy = true\n}}\n"
    )
}

fn pause(more: &str) -> String {
    format!("resource \"mlassets_deployment_pause\" \"this\" {{\n{more}\n}}\n")
}

fn of_pool(more: &str) -> String {
    pause(&format!("  work_pool_name = mlassets_work_pool.pool.name\n{more}"))
}

fn of_ids(ids: &[&str]) -> String {
    pause(&format!("  deployment_ids = {ids:?}"))
}

/// How many variables record the pause with this ID.
fn recorded(id: &str) -> usize {
    let found = wait(prefect().variables_beginning(&record_name(id)));
    found.expect("the server answers").len()
}

#[test]
fn lives() {
    with_each_program(|program| {
        let (pool, flow) = (unique("paused"), unique("flow"));
        let life = Life::new(program, ADDRESS, &background(&pool));
        let [a, b, c] = ["a", "b", "c"].map(|name| deploy(&flow, name, Some(&pool)));
        set_paused(&c, true);
        let id = format!("pool/{pool}");
        let record = record_name(&id);

        let words = "  reason = \"Release 学習\"\n  ticket = \"OPS-1\"";
        let created = json!({
            "id": id, "reason": "Release 学習", "ticket": "OPS-1", "record": record,
            "paused_deployments": { &a: "a", &b: "b" }, "previously_paused": { &c: "c" },
            "running_deployments": {},
        });
        life.becomes("it pauses what runs", &of_pool(words), "create", &created);
        assert_eq!(paused_in(&pool), ["a", "b", "c"]);
        let since = life.text("paused_at");

        let mut late = String::new();
        let state = json!({ "previously_paused": { &c: "c" }, "running_deployments": {}, "paused_at": since });
        life.meddled(
            "another one comes",
            || late = deploy(&flow, "d", Some(&pool)),
            "update",
            &state,
        );
        life.is(
            "it is paused, too",
            &json!({ "paused_deployments": { &a: "a", &b: "b", &late: "d" } }),
        );
        life.meddled("somebody resumes one", || set_paused(&a, false), "update", &state);
        life.meddled(
            "somebody resumes what was paused before",
            || set_paused(&c, false),
            "update",
            &json!({}),
        );
        let all = json!({ "paused_deployments": { &a: "a", &b: "b", &c: "c", &late: "d" }, "previously_paused": {} });
        life.is("which is then its own", &all);
        assert_eq!(paused_in(&pool), ["a", "b", "c", "d"]);

        life.undisturbed("one is deleted", || undeploy(&b));
        let rest = json!({ &a: "a", &c: "c", &late: "d" });
        let other = json!({
            "reason": "Incident", "ticket": null, "paused_deployments": rest, "paused_at": since,
        });
        life.becomes("its reason changes", &of_pool("  reason = \"Incident\""), "update", &other);
        for variable in [record.clone(), format!("{record}-1")] {
            life.meddled(
                "its record is lost",
                || assert!(wait(prefect().delete_variable(&variable)).expect("it answers")),
                "update",
                &json!({ "record": record, "paused_deployments": rest, "paused_at": since }),
            );
        }
        life.is_imported(&id, &format!("{{ id = {id:?} }}"));
        life.is("the record tells all", &other);
        life.cannot_import(
            &pause("  work_pool_name = \"none\"").replace("\"this\"", "\"this_missing\""),
            "pool/none",
            "There is nothing with the import ID \"pool/none\", which has the form `{id}`.",
        );

        let last = deploy(&flow, "e", Some(&pool));
        set_paused(&last, true);
        life.workspace.configure("");
        life.workspace.apply().ok();
        assert_eq!(paused_in(&pool), ["e"], "what it paused runs, and nothing else");
        assert_eq!(recorded(&id), 0);
        life.ends();
    });
}

#[test]
fn named_deployments_are_paused_and_let_go_one_by_one() {
    let (pool, flow) = (unique("named"), unique("flow"));
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, &background(&pool));
    let [a, b, c] = ["a", "b", "c"].map(|name| deploy(&flow, name, Some(&pool)));
    let d = deploy(&flow, "d", None);
    set_paused(&c, true);
    let two = json!({ "paused_deployments": { &a: "a", &d: "d" }, "previously_paused": {} });
    life.becomes("two are paused", &of_ids(&[&a.to_uppercase(), &d]), "create", &two);
    assert_eq!(paused_in(&pool), ["a", "c"]);
    let id = life.text("id");
    assert!(id.starts_with("deployments/"), "{id}");

    let others = json!({ "id": id, "paused_deployments": { &b: "b", &d: "d" }, "previously_paused": { &c: "c" } });
    life.becomes("it is about others", &of_ids(&[&b, &c, &d]), "update", &others);
    assert_eq!(paused_in(&pool), ["b", "c"]);
    life.meddled("somebody resumes one", || set_paused(&d, false), "update", &others);
    life.undisturbed("somebody pauses and resumes another one", || {
        set_paused(&a, true);
        set_paused(&a, false);
    });
    life.becomes(
        "the one before is let be",
        &of_ids(&[&b, &d]),
        "update",
        &json!({ "previously_paused": {} }),
    );
    assert_eq!(paused_in(&pool), ["b", "c"]);
    life.is_imported(&id, &format!("{{ id = {id:?} }}"));

    life.becomes(
        "it is about the pool",
        &of_pool(""),
        "replace",
        &json!({ "id": format!("pool/{pool}") }),
    );
    assert_eq!(paused_in(&pool), ["a", "b", "c"]);
    assert_eq!(recorded(&id), 0);
    life.workspace.configure("");
    life.workspace.apply().ok();
    assert_eq!(paused_in(&pool), ["c"]);
    life.ends();
}

/// More than fit into one variable, and more than the server gives at once.
#[test]
fn many_are_paused_and_resumed() {
    const MANY: usize = 230;
    let (pool, flow) = (unique("many"), unique("flow"));
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, &background(&pool));
    for number in 0..MANY {
        deploy(&flow, &format!("n{number:03}"), Some(&pool));
    }
    let before = "n007";
    let found = wait(prefect().find_deployment(&flow, before)).expect("the server answers");
    set_paused(&found.expect("it was just made").id, true);
    life.becomes("all are paused", &of_pool(""), "create", &json!({}));
    assert_eq!(paused_in(&pool).len(), MANY);
    let paused = life.workspace.state(ADDRESS)["paused_deployments"].clone();
    assert_eq!(paused.as_object().map(serde_json::Map::len), Some(MANY - 1));
    life.workspace.configure("");
    life.workspace.apply().ok();
    assert_eq!(paused_in(&pool), [before]);
    assert_eq!(recorded(&format!("pool/{pool}")), 0);
    life.ends();
}

/// One deployment may not be paused, as it can be in Prefect Cloud.
#[test]
fn what_was_paused_before_an_error_is_kept() {
    let (pool, flow) = (unique("partly"), unique("flow"));
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, &background(&pool));
    let [a, b, c] = ["a", "b", "c"].map(|name| deploy(&flow, name, Some(&pool)));
    let refused = format!("/deployments/{b}/");
    let proxy = Server::start(move |request| {
        if request.head.starts_with("POST") && request.head.contains(&refused) {
            return (403, String::new(), r#"{"detail":"Forbidden"}"#.to_owned());
        }
        forward(&request.head, &request.body)
    });
    let Life { workspace, .. } = life;
    let life =
        Life { workspace: workspace.env("PREFECT_API_URL", proxy.api_url()), address: ADDRESS };

    let refusal = |action: &str| {
        format!(
            "POST /deployments/{b}/{action}_deployment on the Prefect server …: the credentials do not allow this (403); ask \
             for the permission, or use other credentials."
        )
    };
    let (not_paused, not_resumed) = (refusal("pause"), refusal("resume"));
    let not_all = |detail| Expected { at: "", summary: "Not all deployments were reached", detail };
    let denied = |detail| Expected { at: "", summary: "Prefect denied access", detail };
    let apply = ["apply", "-auto-approve", "-json", "-input=false"];
    life.workspace.configure(&of_pool(""));
    life.workspace.run(&apply).fails().errs(&[
        not_all("2 of 3 deployments were paused. Apply again to go on with the others."),
        denied(&not_paused),
    ]);
    let partly =
        json!({ "paused_deployments": { &a: "a", &c: "c" }, "running_deployments": { &b: "b" } });
    life.is("it is kept", &partly);
    // Somebody pauses it who may: that is not this pause's to take back.
    set_paused(&b, true);
    life.workspace.configure("");
    life.workspace.apply().ok();
    assert_eq!(paused_in(&pool), ["b"]);

    // An update that fails half-way goes on from there, and so does an end.
    life.workspace.configure(&of_pool(""));
    life.workspace.apply().ok();
    set_paused(&b, false);
    let d = deploy(&flow, "d", Some(&pool));
    life.workspace.run(&apply).fails().errs(&[
        not_all("1 of 2 deployments were paused. Apply again to go on with the others."),
        denied(&not_paused),
    ]);
    let partly = json!({ "paused_deployments": { &a: "a", &c: "c", &d: "d" }, "running_deployments": { &b: "b" } });
    life.is("it is kept", &partly);
    let life = Life {
        workspace: life.workspace.env("PREFECT_API_URL", told("MLASSETS_TEST_PREFECT_API_URL")),
        address: ADDRESS,
    };
    life.workspace.apply().ok().says("1 changed");
    life.workspace.plan_is_empty();
    assert_eq!(paused_in(&pool), ["a", "b", "c", "d"]);
    let life = Life {
        workspace: life.workspace.env("PREFECT_API_URL", proxy.api_url()),
        address: ADDRESS,
    };
    life.workspace.configure("");
    life.workspace.run(&apply).fails().errs(&[
        not_all("3 of 4 deployments were resumed. Apply again to go on with the others."),
        denied(&not_resumed),
    ]);
    assert_eq!(paused_in(&pool), ["b"]);
    set_paused(&a, true);
    let life = Life {
        workspace: life.workspace.env("PREFECT_API_URL", told("MLASSETS_TEST_PREFECT_API_URL")),
        address: ADDRESS,
    };
    life.workspace.apply().ok();
    assert_eq!(paused_in(&pool), ["a"], "what was resumed once is let be");
    life.ends();
}

/// Sends a request on to the real server.
fn forward(head: &str, body: &str) -> (u16, String, String) {
    let mut words = head.split_whitespace();
    let method = words.next().expect("a request has a method");
    let path = words.next().expect("a request has a path");
    let path = path.strip_prefix("/api").expect("the provider asks the API");
    let url = format!("{}{path}", told("MLASSETS_TEST_PREFECT_API_URL"));
    let method = method.parse().expect("a method of HTTP");
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    wait(async {
        let request = reqwest::Client::new().request(method, url);
        let request = request.header("content-type", "application/json").body(body.to_owned());
        let answer = request.send().await.expect("the server answers");
        let status = answer.status().as_u16();
        (status, String::new(), answer.text().await.expect("the server answers to the end"))
    })
}

#[test]
fn errors_name_the_way_out() {
    let (pool, flow) = (unique("taken"), unique("flow"));
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, &background(&pool));
    deploy(&flow, "a", Some(&pool));
    life.workspace.configure("");
    let refused = |at, summary, detail| Expected { at, summary, detail };
    life.refuses(
        &pause("  deployment_ids = [\"nightly\"]"),
        &[refused(
            "deployment_ids = ",
            "Invalid value",
            "`deployment_ids` must have elements that each be a UUID…",
        )],
    );
    life.refuses(
        &pause("  deployment_ids = []"),
        &[
            refused(
                "deployment_ids = ",
                "Invalid value",
                "`deployment_ids` must have 1 to 1000 elements, found 0.",
            ),
            refused(
                "",
                "Missing attribute",
                "One of `work_pool_name`, `deployment_ids` must be set.",
            ),
        ],
    );

    let apply = ["apply", "-auto-approve", "-json", "-input=false"];
    let none = uuid::Uuid::new_v4().to_string();
    let unknown = format!("There is none with the ID {none}.");
    for (configuration, error) in [
        (
            pause("  work_pool_name = \"no-such-pool\""),
            refused(
                "work_pool_name = ",
                "No such work pool",
                "There is no work pool \"no-such-pool\". Create it first, and refer to it by \
                 `mlassets_work_pool.NAME.name`.",
            ),
        ),
        (of_ids(&[&none]), refused("deployment_ids = ", "No such deployment", &unknown)),
    ] {
        life.workspace.configure(&configuration);
        life.workspace.run(&apply).fails().errs(&[error]);
    }

    life.becomes("somebody pauses", &of_pool("  reason = \"theirs\""), "create", &json!({}));
    let second =
        Workspace::new(&pause(&format!("  work_pool_name = {pool:?}\n  ticket = \"OPS-2\"")));
    let detail = format!(
        "They have been held back since … with reason \"theirs\" and no ticket. To manage that pause, import it: \
         `terraform import ADDRESS \"pool/{pool}\"`."
    );
    let exists = refused("work_pool_name = ", "Deployments are paused already", &detail);
    second.run(&apply).fails().errs(&[exists]);
    assert_eq!(second.attributes(ADDRESS), None::<Json>);
    life.ends();
}
