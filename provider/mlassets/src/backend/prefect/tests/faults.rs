//! Each call through a proxy that spoils exchanges with the real server: whatever breaks, the call comes true once, and
//! where nothing gets through, the error says which call on which server, after a bounded number of tries.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::live::{config, prefect};
use crate::backend::http::retry::Policy;
use crate::backend::http::tests::proxy::{Fault, Proxy, When};
use crate::backend::http::tests::quick;
use crate::backend::prefect::http::Request;
use crate::backend::prefect::{
    ConcurrencyLimitPatch, DeploymentFilter, Error, NewConcurrencyLimit, NewVariable, PauseHead,
    Prefect, VariablePatch,
};

/// One test at a time, as their proxies are servers of their own to the client, whose writes then take no turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// The calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    ListDeployments,
    FindDeployment,
    FlowNames,
    Pause,
    Resume,
    CreateVariable,
    FindVariable,
    UpdateVariable,
    DeleteVariable,
    CreateLimit,
    FindLimit,
    UpdateLimit,
    DeleteLimit,
    BeginPause,
    RecordPaused,
    ForgetPaused,
    EndPause,
}

const ALL: [Do; 17] = [
    Do::ListDeployments,
    Do::FindDeployment,
    Do::FlowNames,
    Do::Pause,
    Do::Resume,
    Do::CreateVariable,
    Do::FindVariable,
    Do::UpdateVariable,
    Do::DeleteVariable,
    Do::CreateLimit,
    Do::FindLimit,
    Do::UpdateLimit,
    Do::DeleteLimit,
    Do::BeginPause,
    Do::RecordPaused,
    Do::ForgetPaused,
    Do::EndPause,
];

/// What the calls are about, new for each.
struct World {
    real: Prefect,
    flow: String,
    flow_id: String,
    deployment: String,
    name: String,
}

impl World {
    /// What must be there before `what` is done.
    async fn before(what: Do) -> Self {
        let real = prefect();
        let name = format!("fault-{}", Uuid::new_v4().simple());
        let make = async |path: &str, body: Value| -> Value {
            for _ in 0..20 {
                match real.0.read(&Request::query(path, &body)).await {
                    // Tests that write together keep a server on SQLite busy for long.
                    Err(Error::Unavailable { .. }) => {}
                    made => return made.unwrap(),
                }
            }
            panic!("the server is busy for ever: {path}")
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (mut flow_id, mut deployment) = (String::new(), String::new());
        if matches!(
            what,
            Do::ListDeployments | Do::FindDeployment | Do::FlowNames | Do::Pause | Do::Resume
        ) {
            flow_id = text(&make("/flows/", json!({ "name": name })).await["id"]);
            let body = json!({ "name": "d", "flow_id": flow_id, "paused": what == Do::Resume });
            deployment = text(&make("/deployments/", body).await["id"]);
        }
        let world = World { flow: name.clone(), real, flow_id, deployment, name };
        match what {
            Do::FindVariable | Do::UpdateVariable | Do::DeleteVariable => {
                world.real.create_variable(&world.variable()).await.unwrap();
            }
            Do::FindLimit | Do::UpdateLimit | Do::DeleteLimit => {
                world.real.create_concurrency_limit(&world.limit()).await.unwrap();
            }
            Do::RecordPaused => drop(world.real.begin_pause(world.head()).await.unwrap()),
            Do::ForgetPaused | Do::EndPause => {
                let mut record = world.real.begin_pause(world.head()).await.unwrap();
                world.real.record_paused(&mut record, ids(0..120)).await.unwrap();
            }
            _ => {}
        }
        world
    }

    fn variable(&self) -> NewVariable {
        NewVariable { name: self.name.clone(), value: json!({ "a": 1 }), tags: Vec::new() }
    }

    fn limit(&self) -> NewConcurrencyLimit {
        let name = self.name.clone();
        NewConcurrencyLimit { name, limit: 1, active: true, slot_decay_per_second: 0.5 }
    }

    fn head(&self) -> PauseHead {
        PauseHead {
            pause: self.name.clone(),
            reason: None,
            ticket: Some("OPS-1".to_owned()),
            paused_at: "2025-01-15T04:00:00Z".to_owned(),
        }
    }

    async fn run(&self, what: Do, prefect: &Prefect) -> Result<String, Error> {
        let name = &self.name;
        Ok(match what {
            Do::ListDeployments => {
                let filter = DeploymentFilter {
                    flow: Some(self.flow.clone()),
                    ..DeploymentFilter::default()
                };
                prefect.list_deployments(&filter).await?.len().to_string()
            }
            Do::FindDeployment => {
                prefect.find_deployment(&self.flow, "d").await?.is_some().to_string()
            }
            Do::FlowNames => prefect.flow_names([self.flow_id.as_str()]).await?.len().to_string(),
            Do::Pause => prefect.set_paused(&self.deployment, true).await?.to_string(),
            Do::Resume => prefect.set_paused(&self.deployment, false).await?.to_string(),
            Do::CreateVariable => {
                prefect.create_variable(&self.variable()).await.map(|_| "made")?.to_owned()
            }
            Do::FindVariable => prefect.find_variable(name).await?.is_some().to_string(),
            Do::UpdateVariable => {
                let patch =
                    VariablePatch { value: Some(json!(2)), tags: Some(vec!["t".to_owned()]) };
                prefect.update_variable(name, &patch).await.map(|()| "done")?.to_owned()
            }
            Do::DeleteVariable => prefect.delete_variable(name).await?.to_string(),
            Do::CreateLimit => {
                prefect.create_concurrency_limit(&self.limit()).await.map(|_| "made")?.to_owned()
            }
            Do::FindLimit => prefect.find_concurrency_limit(name).await?.is_some().to_string(),
            Do::UpdateLimit => {
                let patch =
                    ConcurrencyLimitPatch { limit: Some(2), ..ConcurrencyLimitPatch::default() };
                prefect.update_concurrency_limit(name, &patch).await.map(|()| "done")?.to_owned()
            }
            Do::DeleteLimit => prefect.delete_concurrency_limit(name).await?.to_string(),
            Do::BeginPause => prefect.begin_pause(self.head()).await?.paused().len().to_string(),
            Do::RecordPaused => {
                let mut record = prefect.begin_pause(self.head()).await?;
                prefect.record_paused(&mut record, ids(0..120)).await?;
                record.paused().len().to_string()
            }
            Do::ForgetPaused => {
                let mut record = prefect.begin_pause(self.head()).await?;
                prefect.forget_paused(&mut record, &ids(90..110).collect()).await?;
                record.paused().len().to_string()
            }
            Do::EndPause => prefect.end_pause(name).await.map(|()| "done")?.to_owned(),
        })
    }

    /// What the real server has, after `what` was done once.
    async fn after(&self) -> String {
        let variables = self.real.variables_beginning(&self.name).await.unwrap();
        let variables: Vec<_> = variables
            .into_iter()
            .map(|variable| format!("{} {:?}", variable.value, variable.tags))
            .collect();
        let limit = self.real.find_concurrency_limit(&self.name).await.unwrap();
        let record = self.real.find_pause(&self.name).await.unwrap();
        let paused = match self.deployment.as_str() {
            "" => false,
            _ => self.real.find_deployment(&self.flow, "d").await.unwrap().unwrap().paused,
        };
        let recorded = record.map(|record| (record.head == self.head(), record.paused().len()));
        let limit = limit.map(|limit| (limit.limit, limit.active, limit.slot_decay_per_second));
        format!("{variables:?} {limit:?} {recorded:?} {paused}")
    }
}

fn ids(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|number| format!("0b2c5d1e-7b7c-4f0e-9d52-{number:012}"))
}

/// A client whose calls go through the proxy, and that has its CSRF token if it needs one. Other tests keep the server
/// busy as well, which a patient policy waits out.
async fn through(proxy: &Proxy, policy: Policy) -> Prefect {
    let mut config = config();
    config.api_url = format!("http://127.0.0.1:{}/api", proxy.port);
    config.timeout = Duration::from_secs(5);
    let prefect = Prefect::with_policy(&config, policy).unwrap();
    prefect.flow_names([ids(0..1).next().unwrap().as_str()]).await.unwrap();
    prefect
}

fn patient() -> Policy {
    Policy {
        tries: 9,
        busy_tries: 40,
        first: Duration::from_millis(20),
        longest: Duration::from_secs(1),
        ..quick()
    }
}

async fn proxy() -> Proxy {
    let url = url::Url::parse(&config().api_url).unwrap();
    Proxy::start(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())).await
}

/// Spoils one exchange of the call after the other, until there is none left.
async fn survives(what: Do, fault: Fault) {
    let proxy = proxy().await;
    let client = through(&proxy, patient()).await;
    let world = World::before(what).await;
    proxy.spoil(fault, When::Never);
    let answer = world.run(what, &client).await.unwrap();
    let expected = world.after().await;
    for number in 0..proxy.seen() {
        let label = format!("{what:?}, {fault:?} of exchange {number}");
        let world = World::before(what).await;
        proxy.spoil(fault, When::Only(number));
        let came = world.run(what, &client).await;
        assert_eq!(came.as_ref().ok(), Some(&answer), "{label}: {came:?}");
        assert_eq!(world.after().await, expected, "{label}");
    }
}

async fn all_survive(fault: Fault) {
    let _turn = TURN.lock().await;
    for what in ALL {
        survives(what, fault).await;
    }
}

#[tokio::test]
async fn a_request_that_is_cut_off() {
    all_survive(Fault::CutBefore).await;
}

#[tokio::test]
async fn an_answer_that_is_cut_off() {
    all_survive(Fault::CutAfter).await;
}

#[tokio::test]
async fn half_an_answer() {
    all_survive(Fault::HalfAnswer).await;
}

#[tokio::test]
async fn an_answer_that_does_not_come() {
    let _turn = TURN.lock().await;
    // Waiting for it takes its time, so not every call is tried.
    for what in
        [Do::ListDeployments, Do::Pause, Do::CreateVariable, Do::CreateLimit, Do::DeleteLimit]
    {
        survives(what, Fault::Stall).await;
    }
}

#[tokio::test]
async fn a_gateway_that_gives_up() {
    all_survive(Fault::BadGateway).await;
}

#[tokio::test]
async fn a_server_that_is_busy() {
    all_survive(Fault::Busy).await;
}

#[tokio::test]
async fn where_nothing_gets_through_the_error_says_so() {
    /// Tries of one call, with the look-ups after lost answers.
    const MOST: usize = 20;
    let _turn = TURN.lock().await;
    let mut said = BTreeSet::new();
    for what in ALL {
        let proxy = proxy().await;
        let client = through(&proxy, quick()).await;
        let world = World::before(what).await;
        for fault in Fault::ALL.into_iter().filter(|fault| *fault != Fault::Stall) {
            proxy.spoil(fault, When::Always);
            let error =
                world.run(what, &client).await.expect_err("nothing gets through").to_string();
            assert!(proxy.seen() <= MOST, "{what:?}, {fault:?}: {} exchanges", proxy.seen());
            let (call, rest) =
                error.split_once(" on the Prefect server ").expect("a call and a server");
            let call = call.split('/').take(2).collect::<Vec<_>>().join("/");
            let problem = rest.split_once(": ").expect("a problem").1;
            said.insert(format!(
                "{call}: {}",
                problem.split([' ', ',']).take(4).collect::<Vec<_>>().join(" ")
            ));
            assert!(rest.starts_with(&format!("127.0.0.1:{}", proxy.port)), "{error}");
        }
    }
    expect_test::expect![[r"
        DELETE /v2: the request was sent
        DELETE /v2: the server is overloaded
        DELETE /variables: the request was sent
        DELETE /variables: the server is overloaded
        GET /deployments: the connection broke before
        GET /deployments: the connection broke inside
        GET /deployments: the server is overloaded
        GET /v2: the connection broke before
        GET /v2: the connection broke inside
        GET /v2: the server is overloaded
        GET /variables: the connection broke before
        GET /variables: the connection broke inside
        GET /variables: the server is overloaded
        PATCH /v2: the request was sent
        PATCH /v2: the server is overloaded
        PATCH /variables: the request was sent
        PATCH /variables: the server is overloaded
        POST /deployments: the connection broke before
        POST /deployments: the connection broke inside
        POST /deployments: the request was sent
        POST /deployments: the server is overloaded
        POST /flows: the connection broke before
        POST /flows: the connection broke inside
        POST /flows: the server is overloaded
        POST /v2: the request was sent
        POST /v2: the server is overloaded
        POST /variables: the connection broke before
        POST /variables: the connection broke inside
        POST /variables: the request was sent
        POST /variables: the server is overloaded"]]
    .assert_eq(&said.into_iter().collect::<Vec<_>>().join("\n"));
}
