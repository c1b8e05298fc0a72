//! Each call through a proxy that spoils one exchange with the real PostgreSQL server, at each moment of a connection and
//! of a transaction: the call comes true, or the error says what was under way and where, after a bounded time. Said
//! again, it leaves what it leaves undisturbed, each change once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use url::Url;

use super::{Bench, metadata, new_version};
use crate::backend::audit::{self, Trail};
use crate::backend::registry::{
    AuditFilter, Deploy, DeploymentFilter, Error, Expected, Lend, Location, NewVersion, Options,
    Registry, Result, Retire, UpdateMetadata, VersionFilter, question,
};
use crate::backend::tests::proxy::{Break, Proxy, When};
use crate::backend::worm::{self, Archive, NewBucket};

/// No call takes longer, however it is disturbed.
const BOUND: Duration = Duration::from_secs(30);
/// How long a disturbed call waits for a connection, and for what a statement takes.
const BRIEF: Duration = Duration::from_millis(500);
/// So many calls are disturbed at once, most of which wait.
const AT_ONCE: usize = 12;
const MINUTE: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    Register,
    Update,
    Verify,
    Deploy,
    Retire,
    Archive,
    FindVersion,
    ListVersions,
    FindDeployment,
    ListDeployments,
    Audit,
    Origin,
    State,
    Hold,
    Lend,
    Ask,
}

/// The changes of rows, of which none may happen twice.
const CHANGES: [Do; 6] =
    [Do::Register, Do::Update, Do::Verify, Do::Deploy, Do::Retire, Do::Archive];

const OTHERS: [Do; 10] = [
    Do::FindVersion,
    Do::ListVersions,
    Do::FindDeployment,
    Do::ListDeployments,
    Do::Audit,
    Do::Origin,
    Do::State,
    Do::Hold,
    Do::Lend,
    Do::Ask,
];

/// A registry of many models, each with a version that is deployed, one that can be, and one that is not verified.
struct Ground {
    bench: Bench,
    next: AtomicUsize,
}

impl Ground {
    async fn new() -> Self {
        let bench = Bench::postgres().await;
        let models = "SET mlassets.actor = 'ana'; \
            INSERT INTO {schema}.model_registry (model_name, model_version, artifact_uri, artifact_sha256, metadata) \
              SELECT 'm' || n, v, 's3://models/' || v, repeat('0a', 32), '{\"git_sha\": \"abc123\"}' \
              FROM generate_series(0, 799) AS n, unnest(ARRAY['v1', 'v2', 'v3']) AS v; \
            UPDATE {schema}.model_registry SET status = 'verified' WHERE model_version <> 'v3'; \
            INSERT INTO {schema}.model_deployment (model_name, environment, model_version, row_version) \
              SELECT 'm' || n, 'prod', 'v1', 1 FROM generate_series(0, 799) AS n";
        bench.sql(models).await.unwrap();
        Self { bench, next: AtomicUsize::default() }
    }

    /// A model that no other call is about.
    fn model(&self) -> String {
        format!("m{}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    async fn run(&self, what: Do, registry: &Registry, model: &str) -> Result<String> {
        let owned = || model.to_owned();
        let environment = "prod".to_owned();
        Ok(match what {
            Do::Register => {
                let new = NewVersion { model: owned(), ..new_version("v4") };
                registry.register(&new).await?.version.row_version.to_string()
            }
            Do::Update => {
                let update = UpdateMetadata {
                    model: owned(),
                    version: "v2".into(),
                    expected_row_version: Some(2),
                    description: "weekly".into(),
                    metadata: metadata(r#"{"git_sha": "abc123", "note": "kept"}"#),
                };
                registry.update_metadata(&update).await?.row_version.to_string()
            }
            Do::Verify => registry.mark_verified(model, "v3").await?.status.to_string(),
            Do::Deploy => {
                let deploy = Deploy {
                    model: owned(),
                    environment,
                    version: "v2".into(),
                    expected: Expected::Row(1),
                    allow_rollback: false,
                };
                registry.deploy(&deploy).await?.row_version.to_string()
            }
            Do::Retire => {
                let retire = Retire { model: owned(), environment, expected: Expected::Row(1) };
                // Whoever hears nothing at first finds that it is done.
                let ended = registry.retire(&retire).await?;
                ended.map_or_else(|| "v1".to_owned(), |ended| ended.version)
            }
            Do::Archive => registry.archive(model, "v2").await?.status.to_string(),
            Do::FindVersion => registry.find_version(model, "v2").await?.is_some().to_string(),
            Do::ListVersions => {
                let filter = VersionFilter { model: Some(owned()), ..VersionFilter::default() };
                registry.list_versions(&filter).await?.len().to_string()
            }
            Do::FindDeployment => {
                registry.find_deployment(model, "prod").await?.is_some().to_string()
            }
            Do::ListDeployments => {
                let filter =
                    DeploymentFilter { model: Some(owned()), ..DeploymentFilter::default() };
                registry.list_deployments(&filter).await?.len().to_string()
            }
            Do::Audit => registry.audit(&of(model)).await?.len().to_string(),
            Do::Origin => registry.origin().await?,
            Do::State => {
                let state = registry.schema_state().await?;
                format!("{state:?}").split(", versions").next().unwrap_or_default().to_owned()
            }
            Do::Hold => {
                let held = registry.hold(model, MINUTE).await?;
                registry.check_hold(&held.id).await?;
                registry.release(&held.id).await?;
                "held".to_owned()
            }
            Do::Lend => {
                let lent = registry.lend(Lend { writes: false, lifetime: MINUTE }).await?;
                self.ends_at(&lent.username, lent.expires_at).await;
                let later = registry.lend_on(&lent.username, MINUTE * 2).await?;
                self.ends_at(&lent.username, later).await;
                registry.take_back(&lent.username).await?;
                "lent".to_owned()
            }
            Do::Ask => {
                let asked = question(registry.location(), "SELECT 41 + 1", BRIEF * 4).await?;
                format!("{asked:?}")
            }
        })
    }

    /// What was told of the end of a user's time is what the server says.
    async fn ends_at(&self, username: &str, end: jiff::Timestamp) {
        let sql = format!(
            "DO $$ BEGIN ASSERT (SELECT rolvaliduntil FROM pg_roles WHERE rolname = '{username}') = '{end}'; END $$"
        );
        self.bench.sql(&sql).await.unwrap();
    }

    /// All that there is about a model.
    async fn after(&self, model: &str) -> String {
        let registry = &self.bench.registry;
        let filter = VersionFilter { model: Some(model.to_owned()), ..VersionFilter::default() };
        let versions = registry.list_versions(&filter).await.unwrap();
        let versions = versions.into_iter().map(|row| {
            format!("{} {} {} {:?}", row.version, row.status, row.row_version, row.description)
        });
        let filter =
            DeploymentFilter { model: Some(model.to_owned()), ..DeploymentFilter::default() };
        let deployments = registry.list_deployments(&filter).await.unwrap();
        let deployments = deployments
            .into_iter()
            .map(|row| format!("{} {} {}", row.version, row.status, row.row_version));
        let audit = registry.audit(&of(model)).await.unwrap();
        let audit = audit.into_iter().map(|entry| format!("{} {}", entry.op, entry.version));
        versions.chain(deployments).chain(audit).collect::<Vec<_>>().join(", ")
    }

    /// Disturbs one exchange of a call, and then does the same in peace.
    async fn survives(&self, what: Do, fault: Break, number: usize, expected: &(String, String)) {
        let label = format!("{what:?}, {fault:?} of exchange {number}");
        let model = self.model();
        let proxy = proxy(fault, When::Only(number)).await;
        let registry = through(&proxy, &self.bench.schema, BRIEF);
        let came = tokio::time::timeout(BOUND, self.run(what, &registry, &model)).await;
        match came.unwrap_or_else(|_| panic!("{label}: it does not end")) {
            Ok(answer) => assert_eq!(answer, expected.0, "{label}"),
            Err(error) => says_where_and_what(&registry, &error, &label),
        }
        drop(registry);
        let again = self.run(what, &self.bench.registry, &model).await;
        assert_eq!(again.as_ref().ok(), Some(&expected.0), "{label}: {again:?}");
        assert_eq!(self.after(&model).await, expected.1, "{label}");
    }

    /// What a call answers and leaves, and of how many exchanges it consists.
    async fn undisturbed(&self, what: Do) -> ((String, String), usize) {
        let (proxy, model) = (proxy(Break::Reset, When::Never).await, self.model());
        let registry = through(&proxy, &self.bench.schema, BOUND);
        let answer = self.run(what, &registry, &model).await.unwrap();
        let seen = proxy.seen();
        assert_eq!(self.run(what, &registry, &model).await.unwrap(), answer, "{what:?} again");
        ((answer, self.after(&model).await), seen)
    }

    /// Users that a disturbed call has left to their end.
    async fn close(self) {
        let sql = format!(
            "SELECT rolname::text FROM pg_roles WHERE shobj_description(oid, 'pg_authid') LIKE '%.{}'",
            self.bench.schema
        );
        for row in self.bench.client().await.query(&sql, &[]).await.unwrap() {
            self.bench.registry.take_back(row.get(0)).await.unwrap();
        }
        self.bench.close().await;
    }
}

fn of(model: &str) -> AuditFilter {
    AuditFilter { model: Some(model.to_owned()), ..AuditFilter::default() }
}

fn url() -> Url {
    Url::parse(&std::env::var("MLASSETS_TEST_POSTGRES_URL").unwrap()).unwrap()
}

async fn proxy(fault: Break, when: When) -> Proxy {
    let url = url();
    let upstream = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    Proxy::start(upstream, fault, when).await
}

/// A registry behind the proxy, whose waits are short.
fn through(proxy: &Proxy, schema: &str, longest: Duration) -> Registry {
    let mut url = url();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(proxy.port)).unwrap();
    let options = Options {
        schema: schema.to_owned(),
        connect_timeout: longest,
        statement_timeout: longest,
        ..Options::new("ana")
    };
    Registry::new(Location::parse(url.as_str()).unwrap(), options).unwrap()
}

#[track_caller]
fn says_where_and_what(registry: &Registry, error: &Error, label: &str) {
    let text = error.to_string();
    assert!(text.contains(&registry.location().to_string()), "{label}: {text}");
    let is_lost = matches!(error, Error::LockLost { .. });
    let says = is_lost || text.starts_with("cannot connect to ") || text.contains(" while ");
    assert!(says, "{label}: {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_survives_each_fault() {
    let ground = Ground::new().await;
    let mut cases = Vec::new();
    for (turn, what) in CHANGES.into_iter().chain(OTHERS).enumerate() {
        let (expected, seen) = ground.undisturbed(what).await;
        assert!(seen > 3, "{what:?}: {seen}");
        for number in 0..seen {
            // Each fault meets each moment of the call with the most statements; elsewhere they take turns.
            let mut faults = match what {
                Do::Deploy => Break::QUICK.to_vec(),
                _ => vec![Break::QUICK[(turn + number) % Break::QUICK.len()]],
            };
            if CHANGES.contains(&what) && !faults.contains(&Break::LostAnswer) {
                faults.push(Break::LostAnswer);
            }
            match (turn + number) % 4 {
                0 => faults.push(Break::Stall),
                // Nobody but the system finds out that the holder of a lock is gone.
                2 if what != Do::Hold => faults.push(Break::Silence),
                _ => {}
            }
            cases.extend(faults.into_iter().map(|fault| (what, fault, number, expected.clone())));
        }
    }
    let survived = iter(&cases).map(async |(what, fault, number, expected)| {
        ground.survives(*what, *fault, *number, expected).await;
    });
    survived.buffer_unordered(AT_ONCE).collect::<()>().await;
    ground.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_survives_each_fault() {
    let whole = async |registry: &Registry| {
        registry.migrate().await?;
        Ok::<_, Error>(format!("{:?}", registry.schema_state().await?))
    };
    let bench = Bench::postgres_unmigrated();
    let counted = proxy(Break::Reset, When::Never).await;
    let expected = whole(&through(&counted, &bench.schema, BOUND)).await.unwrap();
    bench.close().await;
    let cases = (0..counted.seen()).flat_map(|number| {
        let other =
            [Break::Reset, Break::HalfAnswer, Break::HalfRequest, Break::Stall, Break::Silence]
                [number % 5];
        [(Break::LostAnswer, number), (other, number)]
    });
    let survived = iter(cases).map(async |(fault, number)| {
        let label = format!("{fault:?} of exchange {number}");
        let bench = Bench::postgres_unmigrated();
        let proxy = proxy(fault, When::Only(number)).await;
        let registry = through(&proxy, &bench.schema, BRIEF * 2);
        let came = tokio::time::timeout(BOUND * 2, whole(&registry)).await;
        match came.unwrap_or_else(|_| panic!("{label}: it does not end")) {
            Ok(state) => assert_eq!(state, expected, "{label}"),
            Err(error) => says_where_and_what(&registry, &error, &label),
        }
        assert_eq!(whole(&bench.registry).await.unwrap(), expected, "{label}");
        bench.close().await;
    });
    survived.buffer_unordered(AT_ONCE / 2).collect::<()>().await;
}

/// What a registry's database has written down becomes an event once, though reading it is disturbed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outbox_is_emptied_once() {
    let bench = Bench::postgres().await;
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v1").await;
    bench.deploy("v2").await;
    let trail = async || {
        let folder = tempfile::tempdir().unwrap();
        let archive = || Archive::directory(folder.path(), worm::Options::new("ana")).unwrap();
        let new = NewBucket { name: "audit".into(), retention_days: 1 };
        archive().create_bucket(new).await.unwrap();
        let options = audit::Options {
            bucket: "audit".into(),
            record_type: audit::RECORD_TYPE.into(),
            environment: "test".into(),
            actor: "ana".into(),
        };
        let (other, trail) = (archive(), Trail::new(archive(), options).unwrap());
        (folder, other, trail)
    };
    let counted = proxy(Break::Reset, When::Never).await;
    let (_folder, _archive, whole) = trail().await;
    whole.deliver(&through(&counted, &bench.schema, BOUND)).await.unwrap();
    for number in 0..counted.seen() {
        let fault = Break::QUICK[number % 5];
        let label = format!("{fault:?} of exchange {number}");
        let proxy = proxy(fault, When::Only(number)).await;
        let registry = through(&proxy, &bench.schema, BRIEF);
        let (_folder, archive, trail) = trail().await;
        if let Err(error) = trail.deliver(&registry).await {
            let audit::Error::Registry(error) = error else { panic!("{label}: {error}") };
            says_where_and_what(&registry, &error, &label);
        }
        trail.deliver(&bench.registry).await.unwrap();
        let report = archive.verify_bucket("audit", None).await.unwrap();
        assert_eq!(report.problems, [], "{label}");
        // Two versions were registered and verified, and two deployed.
        assert_eq!(report.records, 6, "{label}");
    }
    bench.close().await;
}

/// A transaction whose end is not heard of, and then nobody is there to ask.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_gets_through_the_error_says_so() {
    let ground = Ground::new().await;
    let mut said = BTreeSet::new();
    for what in CHANGES {
        let (expected, seen) = ground.undisturbed(what).await;
        let model = ground.model();
        let proxy = proxy(Break::LostAnswer, When::From(seen - 1)).await;
        let registry = through(&proxy, &ground.bench.schema, BRIEF);
        let error = ground.run(what, &registry, &model).await.unwrap_err();
        assert!(matches!(error, Error::ConnectionLost { .. }), "{error}");
        let text = error.to_string().replace(&registry.location().to_string(), "PLACE");
        let (start, rest) = text.split_once(" (").unwrap();
        let end = rest.rsplit_once("); ").unwrap().1;
        assert!(rest.contains("; then cannot connect to PLACE: "), "{text}");
        said.insert(format!("{start}; {end}"));
        assert_eq!(ground.after(&model).await, expected.1, "{what:?} is done nevertheless");
        // Before the first statement nothing can have happened.
        let away = self::proxy(Break::Reset, When::Always).await;
        let registry = through(&away, &ground.bench.schema, BRIEF);
        let error = ground.run(what, &registry, &model).await.unwrap_err();
        assert!(matches!(error, Error::Connect { .. }), "{error}");
    }
    expect_test::expect![[r"
        the connection to PLACE was lost while archiving a version; whether that was done is not known, repeating it is safe
        the connection to PLACE was lost while changing a version; whether that was done is not known, repeating it is safe
        the connection to PLACE was lost while deploying a version; whether that was done is not known, repeating it is safe
        the connection to PLACE was lost while ending a deployment; whether that was done is not known, repeating it is safe
        the connection to PLACE was lost while marking a version as verified; whether that was done is not known, repeating it is safe
        the connection to PLACE was lost while registering a version; whether that was done is not known, repeating it is safe"]].assert_eq(&said.into_iter().collect::<Vec<_>>().join("\n"));
    ground.close().await;
}
