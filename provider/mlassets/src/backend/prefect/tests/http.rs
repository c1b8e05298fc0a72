//! How the client meets refusals, broken connections and lost answers, each as a script and what came of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::fake::{Fake, Reply, no_csrf, quick, reply};
use crate::backend::prefect::{
    Auth, Config, Error, NewWorkPool, NewWorkQueue, Prefect, WorkPoolFilter, WorkPoolPatch,
    WorkQueuePatch,
};

const POOL: &str = r#"{"id":"1","name":"p","type":"process","is_paused":false,"created":"2026-11-22T00:00:00.5Z","default_queue_id":"q0"}"#;
const MISSING: &str = r#"{"detail":"Work pool \"p\" not found."}"#;
const TAKEN: &str = r#"{"detail":"A work pool with this name already exists."}"#;
const BUSY: &str = r#"{"exception_message":"Service Unavailable"}"#;
const CSRF_MISSING: &str = r#"{"detail":"Missing CSRF token."}"#;
const CSRF_STALE: &str = r#"{"detail":"Invalid CSRF token or client identifier."}"#;

/// A lookup that finds the pool at the server's time `second` after it was created.
fn found_at(date: &'static str) -> Reply {
    Reply::Answer(200, date, POOL.to_owned())
}

fn new_pool() -> NewWorkPool {
    NewWorkPool { name: "p".to_owned(), pool_type: "process".to_owned(), ..NewWorkPool::default() }
}

/// The operations under test.
#[derive(Clone, Copy, Debug)]
enum Do {
    Find,
    Create,
    Update,
    Delete,
    List,
    Rename,
    DeleteQueue,
    CreateQueue,
    Version,
}

async fn run(prefect: &Prefect, what: Do) -> String {
    let done = match what {
        Do::Find => {
            prefect.find_work_pool("p").await.map(|pool| format!("{:?}", pool.map(|p| p.id)))
        }
        Do::Create => prefect.create_work_pool(&new_pool()).await.map(|pool| pool.id),
        Do::Update => prefect
            .update_work_pool("p", &WorkPoolPatch::default())
            .await
            .map(|()| "done".to_owned()),
        Do::Delete => prefect.delete_work_pool("p").await.map(|existed| existed.to_string()),
        Do::List => prefect
            .list_work_pools(&WorkPoolFilter::default())
            .await
            .map(|pools| pools.len().to_string()),
        Do::Rename => {
            let patch = WorkQueuePatch { name: Some("r".to_owned()), ..WorkQueuePatch::default() };
            prefect.update_work_queue("p", "q", &patch).await.map(|()| "done".to_owned())
        }
        Do::DeleteQueue => {
            prefect.delete_work_queue("p", "q").await.map(|existed| existed.to_string())
        }
        Do::CreateQueue => {
            let new = NewWorkQueue { name: "q".to_owned(), ..NewWorkQueue::default() };
            prefect.create_work_queue("p", &new).await.map(|queue| queue.id)
        }
        Do::Version => prefect.server_version().await.map(|version| format!("{version:?}")),
    };
    done.unwrap_or_else(|error| format!("error: {error}"))
}

/// Plays `script` to `what` and compares the outcome (with `HOST` for the server's address) and the requests.
async fn check(what: Do, script: Vec<Reply>, outcome: &str, requests: &[&str]) {
    let label = format!("{what:?} {script:?}");
    let fake = Fake::start(script).await;
    let client = fake.client_with(|config| config.timeout = Duration::from_millis(1500));
    let came = run(&client, what).await.replace(&format!("127.0.0.1:{}", fake.port), "HOST");
    assert_eq!(came, outcome, "{label}");
    assert_eq!(fake.heard(), requests, "{label}");
}

const GET: &str = "GET /api/work_pools/p";
const TOKEN: &str = "GET /api/csrf-token";
const POST: &str = r#"POST /api/work_pools/ {"name":"p","type":"process"}"#;
const PATCH: &str = "PATCH /api/work_pools/p {}";
const DELETE: &str = "DELETE /api/work_pools/p";

#[tokio::test]
async fn reads_are_tried_again() {
    check(Do::Find, vec![reply(200, POOL)], r#"Some("1")"#, &[GET]).await;
    check(Do::Find, vec![reply(404, MISSING)], "None", &[GET]).await;
    check(Do::Find, vec![reply(503, BUSY), reply(200, POOL)], r#"Some("1")"#, &[GET; 2]).await;
    check(
        Do::Find,
        vec![reply(502, ""), reply(408, ""), reply(504, ""), reply(200, POOL)],
        r#"Some("1")"#,
        &[GET; 4],
    )
    .await;
    check(
        Do::Find,
        vec![Reply::Hangup, Reply::HalfBody(200), reply(200, POOL)],
        r#"Some("1")"#,
        &[GET; 3],
    )
    .await;
    check(
        Do::Find,
        vec![reply(503, BUSY); 4],
        "error: GET /work_pools/p on the Prefect server HOST: the server is overloaded or starting, it answered 503 to 4 tries; try again later, and keep the parallel writes at 1 if its database is SQLite",
        &[GET; 4],
    )
    .await;
    check(
        Do::Find,
        vec![Reply::HalfBody(200); 4],
        "error: GET /work_pools/p on the Prefect server HOST: the connection broke inside the answer (end of file before message length reached) in 4 tries; check the server and the proxies before it",
        &[GET; 4],
    )
    .await;
}

#[tokio::test]
async fn the_server_may_ask_for_time() {
    check(
        Do::Find,
        vec![Reply::Answer(429, "Retry-After: 0\r\n", String::new()), reply(200, POOL)],
        r#"Some("1")"#,
        &[GET; 2],
    )
    .await;
    check(
        Do::Find,
        vec![
            Reply::Answer(429, "Retry-After: Sun, 22 Nov 2015 00:00:00 GMT\r\n", String::new()),
            reply(200, POOL),
        ],
        r#"Some("1")"#,
        &[GET; 2],
    )
    .await;
    check(
        Do::Find,
        vec![Reply::Answer(429, "Retry-After: 3600\r\n", String::new())],
        "error: GET /work_pools/p on the Prefect server HOST: the server is overloaded or starting, it answered 429 to 1 try and asks to wait 3600 s; try again later",
        &[GET],
    )
    .await;
}

#[tokio::test]
async fn a_refused_write_is_tried_again() {
    check(
        Do::Create,
        vec![no_csrf(), reply(503, BUSY), reply(201, POOL)],
        "1",
        &[TOKEN, POST, POST],
    )
    .await;
    check(
        Do::Update,
        vec![no_csrf(), reply(503, BUSY), reply(204, "")],
        "done",
        &[TOKEN, PATCH, PATCH],
    )
    .await;
    check(
        Do::Update,
        vec![no_csrf(), Reply::Hangup, reply(204, "")],
        "done",
        &[TOKEN, PATCH, PATCH],
    )
    .await;
    check(Do::Delete, vec![no_csrf(), reply(204, "")], "true", &[TOKEN, DELETE]).await;
    check(Do::Delete, vec![no_csrf(), reply(404, MISSING)], "false", &[TOKEN, DELETE]).await;
    check(
        Do::Delete,
        vec![no_csrf(), Reply::Hangup, reply(404, MISSING)],
        "true",
        &[TOKEN, DELETE, DELETE],
    )
    .await;
    check(
        Do::Update,
        vec![no_csrf(), Reply::Hangup, reply(503, BUSY), reply(503, BUSY), reply(503, BUSY)],
        "error: PATCH /work_pools/p on the Prefect server HOST: the request was sent but its outcome is unknown (status 503); check on the server whether it took effect before you repeat it",
        &[TOKEN, PATCH, PATCH, PATCH, PATCH],
    )
    .await;
}

#[tokio::test]
async fn a_lost_creation_is_looked_up() {
    let taken = "error: POST /work_pools/ on the Prefect server HOST: the name is taken (409); import the existing object, or choose another name";
    let young = "Date: Sun, 22 Nov 2026 00:00:01 GMT\r\n";
    let old = "Date: Sun, 22 Nov 2026 00:10:00 GMT\r\n";
    let lost = "error: POST /work_pools/ on the Prefect server HOST: the request was sent but its outcome is unknown";

    check(Do::Create, vec![no_csrf(), Reply::Hangup, found_at(young)], "1", &[TOKEN, POST, GET])
        .await;
    check(
        Do::Create,
        vec![no_csrf(), Reply::HalfBody(201), found_at(young)],
        "1",
        &[TOKEN, POST, GET],
    )
    .await;
    check(Do::Create, vec![no_csrf(), reply(504, ""), found_at(young)], "1", &[TOKEN, POST, GET])
        .await;
    check(Do::Create, vec![no_csrf(), Reply::Silence, found_at(young)], "1", &[TOKEN, POST, GET])
        .await;
    check(
        Do::Create,
        vec![no_csrf(), reply(503, BUSY), reply(409, TAKEN), found_at(young)],
        "1",
        &[TOKEN, POST, POST, GET],
    )
    .await;
    check(
        Do::Create,
        vec![no_csrf(), Reply::Hangup, reply(404, MISSING), reply(201, POOL)],
        "1",
        &[TOKEN, POST, GET, POST],
    )
    .await;
    check(
        Do::Create,
        vec![no_csrf(), Reply::Hangup, reply(404, MISSING), reply(409, TAKEN), found_at(young)],
        "1",
        &[TOKEN, POST, GET, POST, GET],
    )
    .await;

    check(Do::Create, vec![no_csrf(), reply(409, TAKEN)], taken, &[TOKEN, POST]).await;
    check(Do::Create, vec![no_csrf(), Reply::Hangup, found_at(old)], taken, &[TOKEN, POST, GET])
        .await;
    let other = POOL.replace("process", "docker");
    check(
        Do::Create,
        vec![no_csrf(), Reply::Hangup, Reply::Answer(200, young, other)],
        taken,
        &[TOKEN, POST, GET],
    )
    .await;

    let tail = "check on the server whether it took effect before you repeat it";
    let hangup =
        "the connection broke before the answer, connection closed before message completed";
    check(
        Do::Create,
        vec![no_csrf(), Reply::Hangup, reply(200, POOL)],
        &format!("{lost} ({hangup}); {tail}"),
        &[TOKEN, POST, GET],
    )
    .await;
    check(
        Do::Create,
        vec![no_csrf(), reply(502, ""), reply(401, "")],
        &format!("{lost} (status 502); {tail}"),
        &[TOKEN, POST, GET],
    )
    .await;
}

#[tokio::test]
async fn csrf_tokens_are_found_and_renewed() {
    let token = |text: &str| reply(200, &json!({ "token": text, "client": "c" }).to_string());
    let list = |token: &str| {
        format!(
            r#"POST /api/work_pools/filter{token} {{"work_pools":{{}},"limit":200,"offset":0}}"#
        )
    };
    let page = || reply(200, "[]");

    check(Do::List, vec![no_csrf(), page()], "0", &[TOKEN, &list("")]).await;
    check(Do::List, vec![reply(404, ""), page()], "0", &[TOKEN, &list("")]).await;
    check(Do::List, vec![token("a"), page()], "0", &[TOKEN, &list(" <a>")]).await;
    check(
        Do::List,
        vec![token("a"), reply(403, CSRF_STALE), token("b"), page()],
        "0",
        &[TOKEN, &list(" <a>"), TOKEN, &list(" <b>")],
    )
    .await;
    check(
        Do::List,
        vec![no_csrf(), reply(403, CSRF_MISSING), token("b"), page()],
        "0",
        &[TOKEN, &list(""), TOKEN, &list(" <b>")],
    )
    .await;
    check(
        Do::List,
        vec![token("a"), reply(403, CSRF_STALE), token("b"), reply(403, CSRF_STALE), token("c"), reply(403, CSRF_STALE)],
        "error: POST /work_pools/filter on the Prefect server HOST: the server keeps refusing the CSRF tokens that it issues (403); do several servers without a common database share this address?",
        &[TOKEN, &list(" <a>"), TOKEN, &list(" <b>"), TOKEN, &list(" <c>")],
    )
    .await;
    check(
        Do::List,
        vec![reply(401, "")],
        "error: GET /csrf-token on the Prefect server HOST: the credentials are missing or wrong (401)",
        &[TOKEN],
    )
    .await;
}

#[tokio::test]
async fn clients_of_one_server_share_the_token() {
    let fake = Fake::start([reply(200, r#"{"token":"a"}"#), reply(204, ""), reply(204, "")]).await;
    let (one, two) = (fake.client(), fake.client_with(|config| config.api_url.push('/')));
    assert_eq!(run(&one, Do::Delete).await, "true");
    assert_eq!(run(&two, Do::Delete).await, "true");
    assert_eq!(
        fake.heard(),
        [TOKEN, "DELETE /api/work_pools/p <a>", "DELETE /api/work_pools/p <a>"]
    );
}

#[tokio::test]
async fn strange_answers_are_named() {
    check(
        Do::Find,
        vec![Reply::Answer(307, "Location: https://x.example/api/work_pools/p/?token=hunter2\r\n", String::new())],
        "error: GET /work_pools/p on the Prefect server HOST: the server redirects (307) to https://x.example/api/work_pools/p/; set the API URL to the final address, usually by writing https instead of http",
        &[GET],
    )
    .await;
    check(
        Do::Find,
        vec![reply(200, "<html>hunter2")],
        "error: GET /work_pools/p on the Prefect server HOST: unexpected answer, status 200: the body is not JSON; check that the API URL leads to the API, not to the web pages",
        &[GET],
    )
    .await;
    check(
        Do::Find,
        vec![reply(200, r#"{"id":7,"name":"hunter2"}"#)],
        "error: GET /work_pools/p on the Prefect server HOST: unexpected answer, status 200: the JSON does not have the shape of Prefect 3 (line 1, column 7); does the server's version fit?",
        &[GET],
    )
    .await;
    check(
        Do::Find,
        vec![reply(404, r#"{"detail":"Not Found"}"#)],
        "error: GET /work_pools/p on the Prefect server HOST: the server does not know this path (404); check the API URL, and that the server is Prefect 3",
        &[GET],
    )
    .await;
    check(
        Do::Version,
        vec![reply(200, r#""3.9.1""#)],
        r#"Some("3.9.1")"#,
        &["GET /api/admin/version"],
    )
    .await;
    check(Do::Version, vec![reply(404, "")], "None", &["GET /api/admin/version"]).await;
}

#[tokio::test]
async fn lists_are_read_to_the_short_page() {
    let page = |from: usize, to: usize| {
        let pools: Vec<Value> = (from..to)
            .map(|id| json!({ "id": id.to_string(), "name": "n", "type": "t" }))
            .collect();
        reply(200, &Value::from(pools).to_string())
    };
    let ask = |offset| {
        format!(
            r#"POST /api/work_pools/filter {{"work_pools":{{}},"limit":200,"offset":{offset}}}"#
        )
    };
    check(
        Do::List,
        vec![no_csrf(), page(0, 200), page(200, 203)],
        "203",
        &[TOKEN, &ask(0), &ask(200)],
    )
    .await;
    check(
        Do::List,
        vec![no_csrf(), page(0, 200), page(199, 399), page(0, 0)],
        "399",
        &[TOKEN, &ask(0), &ask(200), &ask(400)],
    )
    .await;
    check(
        Do::List,
        vec![no_csrf(), page(0, 200), page(0, 200)],
        "200",
        &[TOKEN, &ask(0), &ask(200)],
    )
    .await;
}

#[tokio::test]
async fn queues_have_their_own_traps() {
    let queue = |id: &str, name: &str| reply(200, &json!({ "id": id, "name": name }).to_string());
    let (q, r) = ("/api/work_pools/p/queues/q", "/api/work_pools/p/queues/r");
    let gone = || reply(404, r#"{"detail":"Work pool queue 'p/q' not found."}"#);
    let integrity = || reply(409, r#"{"detail":"Data integrity conflict."}"#);
    let patch = format!(r#"PATCH {q} {{"name":"r"}}"#);
    let (get_q, get_r) = (format!("GET {q}"), format!("GET {r}"));
    let on = "on the Prefect server HOST";

    check(
        Do::Rename,
        vec![no_csrf(), Reply::Hangup, gone(), queue("1", "r")],
        "done",
        &[TOKEN, &patch, &patch, &get_r],
    )
    .await;
    check(
        Do::Rename,
        vec![no_csrf(), gone()],
        &format!("error: PATCH /work_pools/p/queues/q {on}: no such object (404)"),
        &[TOKEN, &patch],
    )
    .await;
    check(Do::Rename, vec![no_csrf(), integrity(), queue("2", "r")], &format!("error: PATCH /work_pools/p/queues/q {on}: the name is taken (409); import the existing object, or choose another name"), &[TOKEN, &patch, &get_r]).await;
    check(Do::DeleteQueue, vec![queue("q0", "q"), reply(200, POOL)], &format!("error: DELETE /work_pools/p/queues/q {on}: this is the default queue of its work pool, which Prefect cannot delete; delete the pool, or forget the queue"), &[&get_q, GET]).await;
    check(
        Do::DeleteQueue,
        vec![queue("q1", "q"), reply(200, POOL), no_csrf(), reply(204, "")],
        "true",
        &[&get_q, GET, TOKEN, &format!("DELETE {q}")],
    )
    .await;
    check(Do::DeleteQueue, vec![gone()], "false", &[&get_q]).await;
    check(
        Do::CreateQueue,
        vec![no_csrf(), reply(404, MISSING)],
        &format!("error: POST /work_pools/p/queues {on}: no such object (404)"),
        &[TOKEN, r#"POST /api/work_pools/p/queues {"name":"q"}"#],
    )
    .await;
}

#[tokio::test]
async fn a_name_that_no_url_holds_is_not_sent() {
    let fake = Fake::start([]).await;
    let client = fake.client();
    let shown = |error: Error| error.to_string().replace(&fake.port.to_string(), "PORT");
    let new = NewWorkPool { name: "..".to_owned(), ..new_pool() };
    assert_eq!(
        shown(client.create_work_pool(&new).await.unwrap_err()),
        "`name`: the names `.` and `..` cannot be addressed through a URL; choose another"
    );
    let patch = WorkQueuePatch { name: Some("a/b".to_owned()), ..WorkQueuePatch::default() };
    assert_eq!(
        shown(client.update_work_queue("p", "q", &patch).await.unwrap_err()),
        "`name`: the name contains `/`; Prefect refuses each of `/ % & < >`"
    );
    assert!(client.find_work_pool("").await.is_err());
    assert_eq!(fake.heard(), [""; 0]);
}

#[tokio::test]
async fn unreachable_servers_are_named() {
    let port = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut config = Config::new(format!("http://127.0.0.1:{port}/api"));
    config.auth = Auth::Basic("admin:hunter2".into());
    let client = Prefect::with_policy(&config, quick()).unwrap();
    assert_eq!(
        run(&client, Do::Delete).await,
        format!(
            "error: GET /csrf-token on the Prefect server 127.0.0.1:{port}: no connection (Connection refused (os error 111)) in 4 tries; check that the server runs and that host and port are right"
        )
    );
    assert_eq!(format!("{client:?}"), "Prefect { .. }");

    let fake = Fake::start([]).await;
    let tls =
        fake.client_with(|config| config.api_url = format!("https://127.0.0.1:{}/api", fake.port));
    let came = run(&tls, Do::Find).await;
    assert!(
        came.contains("no secure connection (")
            && came.contains("in 1 try; check that the server speaks TLS"),
        "{came}"
    );
}

#[tokio::test]
async fn writes_take_turns_and_a_dropped_one_gives_its_turn_back() {
    let fake = Fake::start([no_csrf(), Reply::Silence, reply(200, POOL), reply(204, "")]).await;
    let (one, two) = (fake.client(), fake.client());
    let stuck = tokio::spawn(async move { run(&one, Do::Delete).await });
    while fake.heard().len() < 2 {
        tokio::task::yield_now().await;
    }
    let mut waiting = Box::pin(run(&two, Do::Update));
    let blocked = tokio::select! {
        biased;
        _ = &mut waiting => false,
        found = run(&two, Do::Find) => found == r#"Some("1")"#,
    };
    assert!(blocked, "a read passes while a write waits");
    assert_eq!(fake.heard(), [TOKEN, DELETE, GET]);
    stuck.abort();
    assert_eq!(waiting.await, "done");
    assert_eq!(fake.heard(), [TOKEN, DELETE, GET, PATCH]);
}
