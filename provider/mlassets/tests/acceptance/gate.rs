//! Release gates: what stops a plan, and what is known of it afterwards.

use std::time::Duration;

use mlassets::backend::worm::content_hash;

use crate::harness::{Workspace, told};
use crate::messages::Expected;
use crate::server::Server;

const PLAN: [&str; 3] = ["plan", "-json", "-input=false"];

fn gate(checks: &str) -> String {
    format!(
        "data \"mlassets_release_gate\" \"this\" {{\n{checks}}}\noutput \"all\" {{\n  value = \
         data.mlassets_release_gate.this\n}}\n"
    )
}

fn provider(block: &str) -> String {
    format!("provider \"mlassets\" {{\n  gate {{\n{block}  }}\n}}\n")
}

/// All that has not passed is named at once, each at its place.
#[test]
fn names_each_check_that_has_not_passed() {
    let workspace = Workspace::new(&gate(
        "  max_age_seconds = 3600\n  reports = {\n    \
         tests = { path = \"reports/tests.xml\", format = \"junit\" }\n    \
         lint  = { path = \"reports/lint\", format = \"exit\" }\n    \
         types = { path = \"reports/types\", format = \"exit\" }\n    \
         scan  = { path = \"reports/scan.json\", format = \"json\", pointer = \"/critical\", at_most = 0 }\n    \
         load  = { path = \"reports/load.json\", format = \"json\", pointer = \"/p99\", at_most = 250 }\n  }\n",
    ));
    workspace.write(
        "reports/tests.xml",
        "<testsuite><testcase classname=\"ranker\" name=\"ties\"><failure/></testcase></testsuite>",
    );
    workspace.write("reports/lint", "0\n");
    workspace.write("reports/scan.json", "{ \"critical\": 2 }");
    workspace.write("reports/load.json", "p99: 100");
    let old = std::time::SystemTime::now() - Duration::from_hours(2);
    let lint = std::fs::File::options().write(true).open(workspace.path("reports/lint"));
    lint.and_then(|file| file.set_modified(old)).expect("a file of ours");
    let at = |at, summary, detail| Expected { at, summary, detail };
    workspace.run(&PLAN).fails().errs(&[
        at(
            "tests = ",
            "The check `tests` has not passed",
            "1 of 1 tests failed, the first one is ranker ties.",
        ),
        at(
            "lint  = ",
            "The check `lint` is too old",
            "The report reports/lint is of …, and may be 1 h old.",
        ),
        at("types = ", "The check `types` is missing", "The report reports/types does not exist."),
        at(
            "scan  = ",
            "The check `scan` has not passed",
            "The value at \"/critical\" should be at most 0 and is 2.",
        ),
        at(
            "load  = ",
            "The check `load` cannot be made",
            "The report is no JSON document (line 1, column 1).",
        ),
    ]);
}

#[test]
fn passes_and_tells_what_it_has_seen() {
    let health = Server::start(|request| {
        let asked = request.head.starts_with("GET /health?x=1 ");
        if asked && request.head.to_lowercase().contains("authorization: bearer hunter2") {
            (200, String::new(), "{ \"status\": \"ok\" }".to_owned())
        } else {
            (403, String::new(), String::new())
        }
    });
    let url = format!("http://127.0.0.1:{}/health", health.port);
    let postgres = told("MLASSETS_TEST_POSTGRES_URL");
    let resources = format!(
        "{}{}",
        provider(&format!(
            "    databases = {{\n      core = \"{postgres}\"\n      file = \"checks.db\"\n    }}\n    tokens = {{ ops = \
             \"hunter2\" }}\n"
        )),
        gate(&format!(
            "  reports = {{\n    lint = {{ path = \"lint\", format = \"exit\" }}\n  }}\n  queries = {{\n    backup = {{ database \
             = \"core\", sql = \"select 40 + 2 as answer;\", equals = \"42\" }}\n    open = {{ database = \"file\", sql = \
             \"select count(*) from incident\", at_most = 0 }}\n  }}\n  endpoints = {{\n    prefect = {{ url = \"{url}?x=1\", \
             token = \"ops\", pointer = \"/status\", equals = \"ok\" }}\n  }}\n"
        ))
    );
    let workspace = Workspace::new(&resources);
    workspace.write("lint", "0\n");
    let file =
        rusqlite::Connection::open(workspace.path("checks.db")).expect("the workspace has room");
    file.execute_batch("CREATE TABLE incident (n)").expect("a fresh file");
    workspace.apply().ok();
    workspace.plan_is_empty();
    let found = workspace.run(&["output", "-json", "all"]).ok();
    let found: serde_json::Value = serde_json::from_str(&found.stdout).expect("outputs are JSON");
    let results = serde_json::json!({ "backup": "42", "lint": "0", "open": "0", "prefect": "ok" });
    assert_eq!(found["results"], results);
    let evidence = found["evidence"].as_str().expect("a text");
    assert_eq!(found["evidence_sha256"], content_hash(evidence.as_bytes()));
    let evidence: serde_json::Value = serde_json::from_str(evidence).expect("evidence is JSON");
    assert_eq!(
        evidence["checks"]["lint"],
        serde_json::json!({ "source": "lint", "found": "0", "sha256": content_hash(b"0\n") })
    );
    assert_eq!(evidence["checks"]["prefect"], serde_json::json!({ "source": url, "found": "ok" }));
    let state =
        std::fs::read_to_string(workspace.path("terraform.tfstate")).expect("a state was written");
    assert!(!state.contains("hunter2"), "a token is in the state");

    file.execute_batch("INSERT INTO incident VALUES (1)").expect("a file of ours");
    workspace.run(&PLAN).fails().errs(&[Expected {
        at: "open = ",
        summary: "The check `open` has not passed",
        detail: "The answer should be at most 0 and is 1.",
    }]);
}

#[test]
fn does_not_trust_what_leads_elsewhere() {
    let server = Server::start(|request| match request.head.split(' ').nth(1) {
        Some("/moved") => (302, "location: /fine\r\n".to_owned(), String::new()),
        Some("/fine") => (200, String::new(), "fine".to_owned()),
        _ => {
            std::thread::sleep(Duration::from_secs(30));
            (200, String::new(), String::new())
        }
    });
    let url = |path: &str| format!("http://127.0.0.1:{}/{path}", server.port);
    let workspace = Workspace::new(&gate(&format!(
        "  timeout_seconds = 1\n  endpoints = {{\n    moved = {{ url = \"{}\" }}\n    fine = {{ url = \"{}\", pointer = \"/a\", \
         equals = \"1\" }}\n    slow = {{ url = \"{}\" }}\n    token = {{ url = \"{}\", token = \"none\" }}\n  }}\n  queries = \
         {{\n    lost = {{ database = \"core\", sql = \"select 1\", equals = \"1\" }}\n  }}\n",
        url("moved"),
        url("fine"),
        url("slow"),
        url("fine"),
    )));
    let at = |at, summary, detail| Expected { at, summary, detail };
    workspace.run(&PLAN).fails().errs(&[
        at(
            "moved = ",
            "The check `moved` has not passed",
            "The status should be 200 and is 302, and redirects are not followed.",
        ),
        at("fine = ", "The check `fine` cannot be made", "The answer is no JSON document."),
        at("slow = ", "The check `slow` cannot be made", "There was no answer in time."),
        at(
            "token = ",
            "The check `token` is missing",
            "There is no token of that name in the provider's `gate` block, only none.",
        ),
        at(
            "lost = ",
            "The check `lost` is missing",
            "There is no database of that name in the provider's `gate` block, only none.",
        ),
    ]);
}

#[test]
fn must_check_something() {
    let workspace = Workspace::new(&gate(""));
    workspace.run(&PLAN).fails().errs(&[Expected {
        at: "",
        summary: "Nothing is checked",
        detail: "A gate without checks lets everything through. Declare `reports`, `queries` or `endpoints`.",
    }]);
    workspace.configure(&gate(
        "  reports = {\n    a = { path = \"a\", format = \"json\" }\n    b = { path = \"b\", format = \"exit\", equals = \"1\" \
         }\n  }\n  endpoints = {\n    c = { url = \"https://:hunter2@host\", equals = \"1\" }\n  }\n",
    ));
    let planned = workspace.run(&PLAN).fails();
    planned.errs(&[
        Expected {
            at: "a = ",
            summary: "Nothing is expected",
            detail: "A report in JSON needs `equals`, `at_least` or `at_most`.",
        },
        Expected {
            at: "b = ",
            summary: "Nothing can be expected",
            detail: "Only a report in JSON has values to look at; this one is read as `exit`.",
        },
        Expected {
            at: "c = ",
            summary: "Invalid value",
            detail: "…must hold no user and no password…",
        },
        Expected {
            at: "c = ",
            summary: "Half an expectation",
            detail: "`pointer` and one of `equals`, `at_least` and `at_most` belong together.",
        },
    ]);
}

#[test]
fn keeps_addresses_to_itself() {
    for address in ["mysql://root:hunter2@host/db", "mlflow+https://root:hunter2@host"] {
        keeps_to_itself(address);
    }
}

fn keeps_to_itself(address: &str) {
    let block = format!("    databases = {{\n      core = \"{address}\"\n    }}\n");
    let checks = "  queries = {\n    core = { database = \"core\", sql = \"select 1\", equals = \"1\" }\n  }\n";
    let workspace = Workspace::new(&format!("{}{}", provider(&block), gate(checks)));
    let refused = workspace.run(&PLAN).fails().errs(&[Expected {
        at: "",
        summary: "Database address not usable",
        detail: "The address of the database `core` has a scheme that is not known; use postgres://, postgresql:// or \
                 sqlite://.",
    }]);
    assert!(!refused.text().contains("hunter2"), "{refused}");
}
