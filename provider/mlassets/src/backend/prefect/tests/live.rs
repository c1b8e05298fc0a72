//! The client against a real Prefect server, which `MLASSETS_TEST_PREFECT_API_URL` names. If that server asks for
//! `user:password`, `MLASSETS_TEST_PREFECT_AUTH` has it. The server should run on SQLite, for the sake of its 503s.
//!
//! The tests share the server, so each has names of its own.

use std::env;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::backend::prefect::http::Request;
use crate::backend::prefect::{
    Auth, Change, Config, Conflict, Denied, DeploymentFilter, Error, Missing, NewWorkPool,
    NewWorkQueue, Prefect, StorageConfiguration, WorkPoolFilter, WorkPoolPatch, WorkQueuePatch,
    json_eq, name, pool_type, template, variable,
};

pub(super) fn config() -> Config {
    let url = env::var("MLASSETS_TEST_PREFECT_API_URL").expect(
        "MLASSETS_TEST_PREFECT_API_URL must name the API of a running Prefect 3 server, like http://127.0.0.1:4200/api",
    );
    let mut config = Config::new(url);
    if let Ok(auth) = env::var("MLASSETS_TEST_PREFECT_AUTH") {
        config.auth = Auth::Basic(auth.into());
    }
    config
}

pub(super) fn prefect() -> Prefect {
    Prefect::new(&config()).expect("the URL and credentials of the test server are well formed")
}

fn unique(text: &str) -> String {
    format!("{text} {}", Uuid::new_v4())
}

fn pool(name: &str) -> NewWorkPool {
    NewWorkPool { name: name.to_owned(), pool_type: "process".to_owned(), ..NewWorkPool::default() }
}

fn queue(name: &str) -> NewWorkQueue {
    NewWorkQueue { name: name.to_owned(), ..NewWorkQueue::default() }
}

#[track_caller]
fn is_taken<T>(result: Result<T, Error>) -> bool {
    match result {
        Err(Error::Conflict { conflict, .. }) => conflict == Conflict::NameTaken,
        Err(error) => panic!("{error}"),
        Ok(_) => false,
    }
}

#[tokio::test]
async fn a_pool_from_birth_to_death() {
    let prefect = prefect();
    let name = unique("life");
    let template = json!({
        "job_configuration": { "command": "{{ command }}", "env": { "学習": ["{{ command }}", 1, 1.5] } },
        "variables": { "type": "object", "properties": { "command": { "type": "string", "default": "日本語" } } },
    });
    let new = NewWorkPool {
        description: Some("first".to_owned()),
        base_job_template: Some(template.clone()),
        concurrency_limit: Some(3),
        storage_configuration: Some(StorageConfiguration {
            bundle_upload_step: Some(json!({ "step": { "bucket": "b" } })),
            ..StorageConfiguration::default()
        }),
        ..pool(&name)
    };
    assert_eq!(prefect.find_work_pool(&name).await.unwrap(), None);
    let created = prefect.create_work_pool(&new).await.unwrap();
    assert!(json_eq(&created.base_job_template, &template));
    assert!(created.storage_configuration.means(new.storage_configuration.as_ref().unwrap()));
    assert_eq!(prefect.find_work_pool(&name).await.unwrap().unwrap().id, created.id);
    // With other values, since the same ones could be those of a call whose answer was lost.
    let other = NewWorkPool { description: Some("other".to_owned()), ..new.clone() };
    assert!(is_taken(prefect.create_work_pool(&other).await));

    let patch = WorkPoolPatch {
        description: Change::Clear,
        base_job_template: Change::Clear,
        is_paused: Some(true),
        concurrency_limit: Change::Clear,
        storage_configuration: Some(StorageConfiguration::default()),
    };
    prefect.update_work_pool(&name, &patch).await.unwrap();
    prefect.update_work_pool(&name, &WorkPoolPatch::default()).await.unwrap();
    let changed = prefect.find_work_pool(&name).await.unwrap().unwrap();
    assert_eq!((changed.description, changed.concurrency_limit), (None, None));
    assert_eq!((changed.is_paused, changed.base_job_template), (true, json!({})));
    assert!(changed.storage_configuration.means(&StorageConfiguration::default()));

    assert!(prefect.delete_work_pool(&name).await.unwrap());
    assert!(!prefect.delete_work_pool(&name).await.unwrap());
    let error = prefect.update_work_pool(&name, &WorkPoolPatch::default()).await.unwrap_err();
    assert!(error.is_object_missing(), "{error}");
}

#[tokio::test]
async fn parallel_changes_all_succeed() {
    const POOLS: usize = 10;
    const ROUNDS: i64 = 6;
    // Two clients, as two provider blocks for one server.
    let clients = [prefect(), prefect()];
    let names: Vec<String> = (0..POOLS).map(|n| unique(&format!("parallel {n}"))).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for (index, name) in names.iter().cloned().enumerate() {
        let prefect = clients[index % 2].clone();
        tasks.spawn(async move {
            prefect.create_work_pool(&pool(&name)).await.unwrap();
            prefect.create_work_queue(&name, &queue("q")).await.unwrap();
            for round in 1..=ROUNDS {
                let patch = WorkPoolPatch {
                    concurrency_limit: Change::Set(round),
                    ..WorkPoolPatch::default()
                };
                prefect.update_work_pool(&name, &patch).await.unwrap();
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let filter = WorkPoolFilter { names, types: vec!["process".to_owned()] };
    let pools = clients[0].list_work_pools(&filter).await.unwrap();
    assert_eq!(pools.len(), POOLS);
    assert!(pools.iter().all(|pool| pool.concurrency_limit == Some(ROUNDS)));
}

#[tokio::test]
async fn racing_creations_have_one_winner() {
    let prefect = prefect();
    let name = unique("race");
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..10 {
        let prefect = prefect.clone();
        // Each with values of its own, by which it knows its own after a lost answer.
        let new = NewWorkPool { description: Some(number.to_string()), ..pool(&name) };
        tasks.spawn(async move { is_taken(prefect.create_work_pool(&new).await) });
    }
    let taken = tasks.join_all().await;
    assert_eq!(taken.iter().filter(|taken| !**taken).count(), 1);
}

#[tokio::test]
async fn any_allowed_name_works() {
    let prefect = prefect();
    for text in ["a b?#é", "学習 キュー", "back\\slash", "+;=:@!$'()*,[]", " blank ", "\"quoted\""]
    {
        let (name, of_queue) = (unique(text), unique(&format!("q{text}")));
        prefect.create_work_pool(&pool(&name)).await.unwrap();
        prefect.create_work_queue(&name, &queue(&of_queue)).await.unwrap();
        let found = prefect.find_work_queue(&name, &of_queue).await.unwrap().unwrap();
        assert_eq!((found.name, found.work_pool_name), (of_queue.clone(), Some(name.clone())));
        assert!(prefect.delete_work_queue(&name, &of_queue).await.unwrap());
        assert!(prefect.delete_work_pool(&name).await.unwrap(), "{name}");
    }
}

/// Sends `body` unchecked, and says whether the server takes it as a new pool.
async fn server_takes(prefect: &Prefect, body: &Value) -> bool {
    match prefect.0.read::<Value>(&Request::query("/work_pools/", body)).await {
        Ok(_) => true,
        Err(
            Error::Invalid { .. }
            | Error::Unexpected { status: 500, .. }
            | Error::Unauthorized { denied: Denied::ReservedName, .. },
        ) => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn the_rules_of_names_are_the_servers() {
    let prefect = prefect();
    for prefix in
        ["x", "prefect", "PREFECT", " prefect", "a/b", "a%b", "a&b", "a<b", "a>b", "a\\b", "é"]
    {
        let name = unique(prefix);
        let takes = server_takes(&prefect, &json!({ "name": name })).await;
        assert_eq!(name::check_pool(&name).is_ok(), takes, "{name:?}");
    }
    for name in ["", " ", " '\" "] {
        assert!(!server_takes(&prefect, &json!({ "name": name })).await, "{name:?}");
    }
}

#[tokio::test]
async fn the_rules_of_templates_are_the_servers() {
    let prefect = prefect();
    for text in [
        r"{}",
        r"null",
        r#"{"foo":1}"#,
        r#"{"job_configuration":{"c":1}}"#,
        r#"{"job_configuration":{},"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"c":1},"variables":{}}"#,
        r#"{"job_configuration":{"c":1},"variables":{"properties":{}}}"#,
        r#"{"job_configuration":{"c":1},"variables":{"properties":null}}"#,
        r#"{"job_configuration":{"c":1},"variables":{"properties":["x"]}}"#,
        r#"{"job_configuration":{"c":1},"variables":{"properties":{"x":1}}}"#,
        r#"{"job_configuration":["a"],"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"c":"{{ x }}"},"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"c":"{{ y }}"},"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"c":"{{{y}}}"},"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"c":["{{ $E }}"]},"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"c":{"{{ k }}":1}},"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"{{ k }}":1},"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"c":"{{ é }}"},"variables":{"properties":{"x":{}}}}"#,
        r#"{"job_configuration":{"c":"{{\n y }} {{}} {{ y | z }}"},"variables":{"properties":{"x":{}}}}"#,
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        let problems = template::check(&value);
        let body = json!({ "name": unique("template"), "base_job_template": value });
        assert_eq!(
            problems.is_empty(),
            server_takes(&prefect, &body).await,
            "{text}: {problems:?}"
        );
    }
}

#[tokio::test]
async fn refused_values_name_their_field() {
    let prefect = prefect();
    let new = NewWorkPool {
        concurrency_limit: Some(-1),
        base_job_template: Some(json!({ "secret": "hunter2" })),
        ..pool(&unique("refused"))
    };
    let error = prefect.create_work_pool(&new).await.unwrap_err();
    let text = error.to_string();
    let Error::Invalid { fields, .. } = error else { panic!("{text}") };
    let pointers: Vec<&[String]> = fields.iter().map(|field| field.pointer.as_slice()).collect();
    assert_eq!(pointers, [["base_job_template"], ["concurrency_limit"]]);
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn queues_shift_rename_and_end() {
    let prefect = prefect();
    let of = unique("queues");
    prefect.create_work_pool(&pool(&of)).await.unwrap();
    let with_priority = |name: &str| NewWorkQueue { priority: Some(3), ..queue(name) };
    prefect.create_work_queue(&of, &with_priority("q1")).await.unwrap();
    prefect.create_work_queue(&of, &with_priority("q2")).await.unwrap();
    let order = async || {
        let queues = prefect.list_work_queues(&of).await.unwrap();
        queues.into_iter().map(|queue| (queue.name, queue.priority.unwrap())).collect::<Vec<_>>()
    };
    let is = |order: &[(&str, i64)]| {
        order.iter().map(|(name, priority)| ((*name).to_owned(), *priority)).collect::<Vec<_>>()
    };
    assert_eq!(order().await, is(&[("default", 1), ("q2", 3), ("q1", 4)]));

    let first = WorkQueuePatch { priority: Some(1), ..WorkQueuePatch::default() };
    for _ in 0..2 {
        // Twice, as after a lost answer.
        prefect.update_work_queue(&of, "q1", &first).await.unwrap();
        assert_eq!(order().await, is(&[("q1", 1), ("default", 2), ("q2", 3)]));
    }

    // With other values, since the same ones could be those of a call whose answer was lost.
    let other = NewWorkQueue { description: Some("other".to_owned()), ..queue("q1") };
    assert!(is_taken(prefect.create_work_queue(&of, &other).await));
    let rename =
        |name: &str| WorkQueuePatch { name: Some(name.to_owned()), ..WorkQueuePatch::default() };
    assert!(is_taken(prefect.update_work_queue(&of, "q1", &rename("q2")).await));
    let before = prefect.find_work_queue(&of, "q1").await.unwrap().unwrap();
    prefect.update_work_queue(&of, "q1", &rename("q 3")).await.unwrap();
    assert_eq!(prefect.find_work_queue(&of, "q1").await.unwrap(), None);
    assert_eq!(prefect.find_work_queue(&of, "q 3").await.unwrap().unwrap().id, before.id);

    let patch = WorkQueuePatch {
        description: Some("d".to_owned()),
        is_paused: Some(true),
        concurrency_limit: Change::Set(2),
        ..WorkQueuePatch::default()
    };
    prefect.update_work_queue(&of, "q 3", &patch).await.unwrap();
    let clear = WorkQueuePatch {
        description: Some(String::new()),
        concurrency_limit: Change::Clear,
        ..WorkQueuePatch::default()
    };
    prefect.update_work_queue(&of, "q 3", &clear).await.unwrap();
    let found = prefect.find_work_queue(&of, "q 3").await.unwrap().unwrap();
    assert_eq!(found.description.as_deref(), Some(""));
    assert_eq!((found.concurrency_limit, found.is_paused), (None, true));

    prefect.update_work_queue(&of, "default", &rename("main")).await.unwrap();
    let refused = prefect.delete_work_queue(&of, "main").await;
    assert!(matches!(refused, Err(Error::DefaultQueue { .. })), "{refused:?}");
    assert!(prefect.delete_work_queue(&of, "q 3").await.unwrap());
    assert!(!prefect.delete_work_queue(&of, "q 3").await.unwrap());
    assert!(prefect.delete_work_pool(&of).await.unwrap());
    assert_eq!(prefect.find_work_queue(&of, "q2").await.unwrap(), None);
    let orphan = prefect.create_work_queue(&of, &queue("q")).await.unwrap_err();
    assert!(orphan.is_object_missing(), "{orphan}");
}

#[tokio::test]
async fn deployments_are_found_by_their_pool() {
    let prefect = prefect();
    let (one, other) = (unique("deployed"), unique("other"));
    for name in [&one, &other] {
        prefect.create_work_pool(&pool(name)).await.unwrap();
    }
    let make = async |path: &str, body: Value| -> Value {
        prefect.0.read(&Request::query(path, &body)).await.unwrap()
    };
    let flow = make("/flows/", json!({ "name": unique("flow") })).await["id"].clone();
    for (name, of) in [("b", &one), ("a", &one), ("c", &other)] {
        make("/deployments/", json!({ "name": name, "flow_id": flow, "work_pool_name": of })).await;
    }
    let found = prefect.deployments_of_pool(&one).await.unwrap();
    let names: Vec<&str> = found.iter().map(|deployment| deployment.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(found.iter().all(|deployment| deployment.flow_id == flow));
    assert_eq!(prefect.deployments_of_pool(&unique("none")).await.unwrap(), []);
}

#[tokio::test]
async fn deployments_are_selected_paused_and_resumed() {
    let prefect = prefect();
    let make = async |path: &str, body: Value| -> Value {
        prefect.0.read(&Request::query(path, &body)).await.unwrap()
    };
    let (of, flow) = (unique("paused"), unique("flow 学習"));
    prefect.create_work_pool(&pool(&of)).await.unwrap();
    let flow_id = make("/flows/", json!({ "name": flow })).await["id"].clone();
    for (name, tags) in [("a", json!(["x", "y"])), ("b", json!(["x"])), ("c d", json!([]))] {
        let body = json!({ "name": name, "flow_id": flow_id, "work_pool_name": of, "tags": tags });
        make("/deployments/", body).await;
    }
    let names = async |filter: DeploymentFilter| -> Vec<String> {
        let filter = DeploymentFilter { flow: Some(flow.clone()), ..filter };
        let found = prefect.list_deployments(&filter).await.unwrap();
        found.into_iter().map(|deployment| deployment.name).collect()
    };
    let all = DeploymentFilter::default;
    let tagged = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect();
    assert_eq!(names(all()).await, ["a", "b", "c d"]);
    assert_eq!(names(DeploymentFilter { tags: tagged(&["x"]), ..all() }).await, ["a", "b"]);
    assert_eq!(names(DeploymentFilter { tags: tagged(&["x", "y"]), ..all() }).await, ["a"]);
    let called = |name: &str| DeploymentFilter { name: Some(name.to_owned()), ..all() };
    assert_eq!(names(called("c d")).await, ["c d"]);
    let elsewhere = DeploymentFilter { work_pool: Some(unique("none")), ..all() };
    assert!(names(elsewhere).await.is_empty());

    let found = prefect.find_deployment(&flow, "c d").await.unwrap().unwrap();
    assert_eq!(found.work_pool_name, Some(of));
    assert_eq!(prefect.find_deployment(&flow, "d").await.unwrap(), None);
    assert_eq!(prefect.find_deployment(&unique("none"), "a").await.unwrap(), None);
    let flows = prefect.flow_names([found.flow_id.as_str()]).await.unwrap();
    assert_eq!(flows.values().collect::<Vec<_>>(), [&flow]);

    for (paused, expected) in [(true, vec!["c d"]), (false, vec![])] {
        for _ in 0..2 {
            // Twice, as after a lost answer.
            assert!(prefect.set_paused(&found.id, paused).await.unwrap());
            assert_eq!(names(DeploymentFilter { paused: Some(true), ..all() }).await, expected);
        }
    }
    let by_id = DeploymentFilter { ids: vec![found.id.clone()], ..all() };
    assert_eq!(names(by_id).await, ["c d"]);
    assert!(!prefect.set_paused(&Uuid::new_v4().to_string(), true).await.unwrap());
}

#[tokio::test]
async fn the_rules_of_variables_are_the_servers() {
    let prefect = prefect();
    let takes = async |body: Value| match prefect
        .0
        .read::<Value>(&Request::query("/variables/", &body))
        .await
    {
        Ok(_) => true,
        Err(Error::Invalid { .. }) => false,
        Err(error) => panic!("{error}"),
    };
    let id = Uuid::new_v4();
    for start in ["a-_1", "A", "a b", "é", "a.b", "a/b"] {
        let name = format!("{start}{id}");
        let body = json!({ "name": name, "value": 1 });
        assert_eq!(name::check_variable(&name).is_ok(), takes(body).await, "{name:?}");
    }
    for length in [255, 256] {
        let name = format!("{id}{}", "x".repeat(length - 36));
        let body = json!({ "name": name, "value": 1 });
        assert_eq!(name::check_variable(&name).is_ok(), takes(body).await, "{length}");
    }
    for value in [
        json!("x".repeat(4998)),
        json!("x".repeat(4999)),
        json!("é".repeat(2499)),
        json!("é".repeat(2500)),
        json!(["😀".repeat(1247), "\"\\\u{1}"]),
        json!(["😀".repeat(1247), "\"\\\u{1}\n"]),
        json!({ "a": "\u{7f}".repeat(4972), "b": [1.5, null, true] }),
        json!({ "a": "\u{7f}".repeat(4973), "b": [1.5, null, true] }),
        json!(null),
    ] {
        let body = json!({ "name": format!("v-{}", Uuid::new_v4().simple()), "value": value });
        assert_eq!(variable::check_value(&value).is_ok(), takes(body).await, "{value}");
    }
}

#[tokio::test]
async fn what_looks_like_an_id_is_no_name_of_a_limit() {
    let prefect = prefect();
    for text in ["{}", "{{{}}}", "urn:uuid:{}", "x{}"] {
        let name = text.replace("{}", &Uuid::new_v4().to_string());
        let new = json!({ "name": name, "limit": 1 });
        let _: Value =
            prefect.0.read(&Request::query("/v2/concurrency_limits/", &new)).await.unwrap();
        let found = prefect.find_concurrency_limit(&name).await.unwrap();
        assert_eq!(name::is_id(&name), found.is_none(), "{name:?}");
    }
}

#[tokio::test]
async fn long_lists_come_whole() {
    let prefect = prefect();
    let kind = format!("listed-{}", Uuid::new_v4());
    for _ in 0..203 {
        let new = NewWorkPool { pool_type: kind.clone(), ..pool(&unique("listed")) };
        prefect.create_work_pool(&new).await.unwrap();
    }
    let filter = WorkPoolFilter { types: vec![kind], ..WorkPoolFilter::default() };
    assert_eq!(prefect.list_work_pools(&filter).await.unwrap().len(), 203);
}

#[tokio::test]
async fn the_server_tells_its_version_and_worker_types() {
    let prefect = prefect();
    let version = prefect.server_version().await.unwrap().unwrap();
    assert!(version.starts_with("3."), "{version}");
    for worker in prefect.worker_types().await.unwrap() {
        assert!(pool_type::known(&worker.pool_type).is_some(), "{}", worker.pool_type);
        assert_eq!(template::check(&worker.default_base_job_template), [], "{}", worker.pool_type);
    }
}

#[tokio::test]
async fn a_wrong_url_is_no_missing_pool() {
    let mut config = config();
    config.api_url = config.api_url.replace("/api", "/elsewhere/api");
    let error = Prefect::new(&config).unwrap().find_work_pool("p").await.unwrap_err();
    assert!(matches!(error, Error::NotFound { missing: Missing::Endpoint, .. }), "{error}");
}
