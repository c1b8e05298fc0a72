//! One event for each change, whatever happens in which order.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tfplug::erased::{BoxFuture, Managed, Outcome, Shape};
use tfplug::schema::{Attribute, Block, Keep, Presence};
use tfplug::testing::{Action, Harness, config};
use tfplug::{Attr, Call, Error, Host, Result, Secret, Type, Value};

use super::{RECORD, around};
use crate::backend::worm::{Archive, NewBucket, Options};
use crate::provider::{AuditBlock, Backends, MlAssets, RegistryBlock, WormBlock};

const BUCKET: &str = "audit";

/// A place with an archive and a registry, and what happens there.
struct Bench {
    folder: tempfile::TempDir,
    backends: Arc<dyn Any + Send + Sync>,
}

impl Bench {
    fn new() -> Self {
        let audit = AuditBlock {
            bucket: Some(BUCKET.into()),
            environment: Some("test".into()),
            record_type: None,
        };
        Self::with(Attr::Known(audit))
    }

    fn with(audit: Attr<AuditBlock>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("worm")).unwrap();
        let text = |name: &str| folder.path().join(name).display().to_string();
        let configuration = MlAssets {
            actor: Some("ana".into()),
            prefect: Attr::Null,
            registry: Attr::Known(RegistryBlock {
                url: Some(Secret::from(&*text("registry.db"))),
                schema: None,
            }),
            worm: Attr::Known(WormBlock { directory: Some(text("worm")), ..WormBlock::default() }),
            audit,
            redis: Attr::Null,
            gate: Attr::Null,
            aws: Attr::Null,
            azure: Attr::Null,
            notify: Attr::Null,
            artifacts: Attr::Null,
        };
        let backends = Arc::new(Backends::new(configuration, &Host::default()).unwrap());
        Self { folder, backends }
    }

    async fn with_bucket() -> Self {
        let bench = Self::new();
        bench.make_bucket().await;
        bench
    }

    fn archive(&self) -> Archive {
        Archive::directory(self.folder.path().join("worm"), Options::new("ana")).unwrap()
    }

    async fn make_bucket(&self) {
        let bucket = NewBucket { name: BUCKET.into(), retention_days: 1 };
        self.archive().create_bucket(bucket).await.unwrap();
    }

    fn bucket(&self) -> PathBuf {
        self.folder.path().join("worm").join(BUCKET)
    }

    /// All events in the order of the chain, each with its path.
    async fn events(&self) -> Vec<(String, Json)> {
        let archive = self.archive();
        let mut records = archive.list_records(BUCKET).await.unwrap();
        records.sort_by_key(|found| found.record.as_ref().map(|record| record.sequence));
        let mut events = Vec::new();
        for found in records {
            assert_eq!(found.problems, []);
            let key = found.record.unwrap().key;
            let bytes = archive.read_record(key.clone()).await.unwrap();
            events.push((key.path, serde_json::from_slice(&bytes).unwrap()));
        }
        events
    }

    /// What was done, from which text to which.
    async fn story(&self) -> Vec<String> {
        let text = |side: &Json| side["text"].as_str().unwrap_or("-").to_owned();
        let events = self.events().await;
        let line = |event: &Json| {
            let operation = event["operation"].as_str().unwrap();
            format!("{operation} {} {}", text(&event["before"]), text(&event["after"]))
        };
        events.iter().map(|(_, event)| line(event)).collect()
    }
}

#[test]
fn a_block_that_cannot_be_used_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let check =
        |has_archive: bool, bucket: Option<&str>, environment: Option<&str>, expected: &str| {
            let directory = Some(folder.path().display().to_string());
            let worm = if has_archive {
                Attr::Known(WormBlock { directory, ..WormBlock::default() })
            } else {
                Attr::Null
            };
            let configuration = MlAssets {
                actor: None,
                prefect: Attr::Null,
                registry: Attr::Null,
                worm,
                audit: Attr::Known(AuditBlock {
                    bucket: bucket.map(str::to_owned),
                    environment: environment.map(str::to_owned),
                    record_type: None,
                }),
                redis: Attr::Null,
                gate: Attr::Null,
                aws: Attr::Null,
                azure: Attr::Null,
                notify: Attr::Null,
                artifacts: Attr::Null,
            };
            let error = Backends::new(configuration, &Host::default()).err().unwrap().to_string();
            assert_eq!(error, format!("audit: Audit not usable: {expected}"));
        };
    let detail =
        "Set `bucket` in the `audit` block, or the environment variable MLASSETS_AUDIT_BUCKET.";
    check(true, None, Some("test"), detail);
    let detail = "Set `environment` in the `audit` block, or the environment variable MLASSETS_AUDIT_ENVIRONMENT.";
    check(true, Some(BUCKET), None, detail);
    let detail = "The events go into the archive of the `worm` block, and there is none. Add it, or set \
                  MLASSETS_WORM_DIRECTORY.";
    check(false, Some(BUCKET), Some("test"), detail);
}

/// A label on a shelf: a kind of asset in memory, on which others may write, too.
struct Shelf {
    shape: Shape,
    world: Arc<World>,
}

#[derive(Default)]
struct World {
    text: Mutex<Option<String>>,
    /// A bucket that vanishes while something is changed.
    vanishes: Mutex<Option<PathBuf>>,
}

impl World {
    fn text(&self) -> Option<String> {
        self.text.lock().unwrap().clone()
    }

    fn write(&self, text: Option<&str>) {
        *self.text.lock().unwrap() = text.map(str::to_owned);
        if let Some(bucket) = self.vanishes.lock().unwrap().take() {
            hide(&bucket);
        }
    }
}

fn hide(bucket: &Path) {
    std::fs::rename(bucket, bucket.with_extension("gone")).unwrap();
}

fn show(bucket: &Path) {
    std::fs::rename(bucket.with_extension("gone"), bucket).unwrap();
}

impl Shelf {
    fn new(world: &Arc<World>) -> Self {
        let attribute = |name, presence| Attribute::new(name, Type::String, presence);
        let attributes = vec![
            Attribute { identity: true, ..attribute("name", Presence::Required) },
            attribute("text", Presence::Required),
            Attribute { sensitive: true, ..attribute("key", Presence::Optional) },
            Attribute { setting: true, ..attribute("mood", Presence::Optional) },
            Attribute { keep: Keep::Value, ..attribute("id", Presence::Computed) },
            attribute("seen", Presence::Computed),
        ];
        let block = Block { attributes, ..Block::default() };
        Shelf { shape: Shape::new(0, block).identified("{name}"), world: Arc::clone(world) }
    }

    fn found(plan: &Value, text: String) -> Value {
        Value::object([
            ("name", plan.member("name").clone()),
            ("text", text.into()),
            ("key", plan.member("key").clone()),
            ("mood", plan.member("mood").clone()),
            ("id", "id-1".into()),
            ("seen", "now".into()),
        ])
    }

    fn set(&self, plan: &Value) -> Outcome {
        let text = plan.member("text").as_str().unwrap().to_owned();
        if text == "refused" {
            let error = Some(Error::user("No", "Not this text."));
            return Outcome { state: None, error };
        }
        self.world.write(Some(&text));
        Outcome { state: Some(Self::found(plan, text)), error: None }
    }
}

impl Managed for Shelf {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn create(&self, _: Call, plan: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async move { self.set(&plan) })
    }

    fn read(
        &self,
        _: Call,
        _: Value,
        prior: Option<Value>,
    ) -> BoxFuture<'_, Result<Option<Value>>> {
        let prior = prior.unwrap_or_else(|| Value::object([("name", "a".into())]));
        Box::pin(async move { Ok(self.world.text().map(|text| Self::found(&prior, text))) })
    }

    fn update(&self, _: Call, _: Value, after: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async move { self.set(&after) })
    }

    fn delete(&self, _: Call, state: Value) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if state.member("mood").as_str() == Some("stubborn") {
                return Err(Error::user("No", "It stays."));
            }
            self.world.write(None);
            Ok(())
        })
    }

    fn upgrade(&self, _: i64, old: Json) -> Result<Json> {
        Ok(old)
    }
}

fn label(bench: &Bench, world: &Arc<World>) -> Harness {
    let kind = around("label", Arc::new(Shelf::new(world)));
    Harness::of(kind, Some(Arc::clone(&bench.backends)))
}

fn text(text: &str) -> tfplug::testing::Config {
    config!({ "name": "a", "text": text })
}

fn record(harness: &Harness) -> String {
    harness.state().member("audit_record_id").as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_change_is_told_once() {
    let bench = Bench::with_bucket().await;
    let world = Arc::new(World::default());
    let mut label = label(&bench, &world);
    label.apply(text("red")).await.unwrap();
    assert_eq!(label.plan(text("red")).await.unwrap().action, Action::NoOp);
    let first = record(&label);
    let (path, event) = bench.events().await.remove(0);
    assert_eq!(path, first);
    let at = event["at"].as_str().unwrap().to_owned();
    assert!(at.parse::<jiff::Timestamp>().is_ok());
    assert_eq!(
        event,
        json!({
            "asset": { "type": "mlassets_label", "id": "a" }, "operation": "create", "at": at, "actor": "ana",
            "environment": "test", "before": null, "after": { "name": "a", "text": "red", "id": "id-1" },
            "previous": null,
        })
    );

    label.apply(text("blue")).await.unwrap();
    let second = record(&label);
    assert_ne!(first, second);
    let settings = config!({ "name": "a", "text": "blue", "mood": "calm" });
    label.apply(settings.clone()).await.unwrap();
    assert_eq!(record(&label), second, "a setting is no change");

    world.write(Some("green"));
    label.refresh().await.unwrap();
    label.apply(settings.clone()).await.unwrap();
    world.write(Some("grey"));
    label.refresh().await.unwrap();
    let grey = config!({ "name": "a", "text": "grey", "mood": "calm" });
    assert_eq!(label.plan(grey.clone()).await.unwrap().action, Action::Update, "it is to be told");
    label.apply(grey.clone()).await.unwrap();
    label.refresh().await.unwrap();
    assert_eq!(label.plan(grey).await.unwrap().action, Action::NoOp);
    let refused = label.apply(text("refused")).await.unwrap_err().to_string();
    assert!(refused.contains("Not this text"), "{refused}");
    label.destroy().await.unwrap();

    let told = [
        "create - red",
        "update red blue",
        "found blue green",
        "update green blue",
        "found blue grey",
        "destroy grey -",
    ];
    assert_eq!(bench.story().await, told);
    let events = bench.events().await;
    for pair in events.windows(2) {
        assert_eq!(pair[1].1["previous"], *pair[0].0);
    }
}

#[tokio::test]
async fn a_plan_knows_whether_there_is_an_audit() {
    for (audited, bench) in [(true, Bench::with_bucket().await), (false, Bench::with(Attr::Null))] {
        let mut label = label(&bench, &Arc::default());
        for step in ["red", "blue"] {
            let planned = label.plan(text(step)).await.unwrap().planned;
            let expected = if audited { Value::UNKNOWN } else { Value::Null };
            assert_eq!(*planned.member(RECORD), expected, "{step}");
            label.apply(text(step)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_secret_is_not_told() {
    let bench = Bench::with_bucket().await;
    let mut label = label(&bench, &Arc::default());
    label.apply(config!({ "name": "a", "text": "t", "key": "hunter2" })).await.unwrap();
    let (_, event) = bench.events().await.remove(0);
    assert_eq!(event["after"]["key"], "(sensitive)");
    assert!(!event.to_string().contains("hunter2"));
}

#[tokio::test]
async fn without_its_bucket_nothing_is_changed() {
    let bench = Bench::new();
    let world = Arc::new(World::default());
    let mut label = label(&bench, &world);
    let error = label.apply(text("red")).await.unwrap_err().to_string();
    let place = bench.folder.path().join("worm");
    let detail = format!(
        "Audit not usable: The audit bucket `audit` does not take the event: there is no bucket `audit` in `{}`; create it \
         first.",
        place.display()
    );
    assert!(error.contains(&detail), "{error}");
    assert_eq!(world.text(), None);
    bench.make_bucket().await;
    label.apply(text("red")).await.unwrap();
    hide(&bench.bucket());
    label.apply(text("blue")).await.unwrap_err();
    label.destroy().await.unwrap_err();
    assert_eq!(world.text().as_deref(), Some("red"));
    // Who only looks, or changes nothing, needs no bucket.
    label.refresh().await.unwrap();
    assert_eq!(label.plan(text("red")).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn an_event_that_failed_is_told_by_the_next_apply() {
    let bench = Bench::with_bucket().await;
    let world = Arc::new(World::default());
    let mut label = label(&bench, &world);
    let lose = || *world.vanishes.lock().unwrap() = Some(bench.bucket());
    lose();
    label.apply(text("red")).await.unwrap_err();
    show(&bench.bucket());
    label.apply(text("red")).await.unwrap();
    lose();
    let error = label.apply(text("blue")).await.unwrap_err().to_string();
    assert!(error.contains("The audit bucket `audit` does not take the event"), "{error}");
    assert_eq!(label.state().member("text").as_str(), Some("blue"), "what exists is kept");
    show(&bench.bucket());
    label.refresh().await.unwrap();
    assert_eq!(label.plan(text("blue")).await.unwrap().action, Action::Update);
    label.apply(text("blue")).await.unwrap();
    assert_eq!(bench.story().await, ["create - red", "found red blue"]);
}

#[tokio::test]
async fn a_destruction_that_fails_is_told_to_be_none() {
    let bench = Bench::with_bucket().await;
    let mut label = label(&bench, &Arc::default());
    let stubborn = config!({ "name": "a", "text": "t", "mood": "stubborn" });
    label.apply(stubborn).await.unwrap();
    label.destroy().await.unwrap_err();
    label.apply(text("t")).await.unwrap();
    label.destroy().await.unwrap();
    let told = ["create - t", "destroy t -", "kept - t", "destroy t -"];
    assert_eq!(bench.story().await, told);
}

#[tokio::test]
async fn a_vanished_event_stops_the_next_change() {
    let bench = Bench::with_bucket().await;
    let mut label = label(&bench, &Arc::default());
    label.apply(text("one")).await.unwrap();
    // The whole archive is taken back to what it was before the second event.
    let older = bench.folder.path().join("older");
    copy(&bench.bucket(), &older);
    label.apply(text("two")).await.unwrap();
    let path = record(&label);
    let newer = bench.folder.path().join("newer");
    std::fs::rename(bench.bucket(), &newer).unwrap();
    copy(&older, &bench.bucket());
    let expected = format!("the event `{path}` is the newest one that the state knows of");
    let refused = label.apply(text("three")).await.unwrap_err().to_string();
    assert!(refused.to_lowercase().contains(&expected), "{refused}");
    let refused = label.destroy().await.unwrap_err().to_string();
    assert!(refused.to_lowercase().contains(&expected), "{refused}");
    assert_eq!(bench.story().await, ["create - one"]);
    // Its file alone is gone.
    std::fs::remove_dir_all(bench.bucket()).unwrap();
    std::fs::rename(&newer, bench.bucket()).unwrap();
    let file = bench.bucket().join(&path);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    label.apply(text("three")).await.unwrap_err();
    // It is there with other bytes.
    std::fs::write(&file, vec![b' '; bytes.len()]).unwrap();
    let refused = label.apply(text("three")).await.unwrap_err().to_string();
    let expected = format!("event `{path}` in the audit bucket `audit` is not as it was told: ");
    assert!(refused.contains(&expected), "{refused}");
    std::fs::write(&file, bytes).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o444);
    std::fs::set_permissions(&file, mode).unwrap();
    label.apply(text("three")).await.unwrap();
    assert_eq!(bench.story().await, ["create - one", "update one two", "update two three"]);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

/// A step of a random story.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// An apply of this text.
    Apply(u8),
    /// An apply of this text whose event is lost.
    Interrupted(u8),
    /// An apply of this text whose state is lost, though its event is not.
    Forgotten(u8),
    /// Somebody else writes this text.
    Meddle(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..4_u8, 0..4_u8).prop_map(|(kind, text)| match kind {
        0 => Step::Apply(text),
        1 => Step::Interrupted(text),
        2 => Step::Forgotten(text),
        _ => Step::Meddle(text),
    });
    proptest::collection::vec(step, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Each apply tells what was changed before it, and then its own change; nothing twice, without a gap.
    #[test]
    fn events_are_the_changes(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(holds(steps));
    }
}

async fn holds(steps: Vec<Step>) {
    let bench = Bench::with_bucket().await;
    let world = Arc::new(World::default());
    let mut label = label(&bench, &world);
    label.apply(text("0")).await.unwrap();
    let mut told = vec!["0".to_owned()];
    for step in steps.into_iter().chain([Step::Apply(9)]) {
        label.refresh().await.unwrap();
        let before = label.current().cloned();
        let (there, now) = (world.text().unwrap(), |number: u8| number.to_string());
        let tell = |told: &mut Vec<String>, text: String| {
            if told.last() != Some(&text) {
                told.push(text);
            }
        };
        match step {
            Step::Meddle(number) => world.write(Some(&now(number))),
            Step::Apply(number) => {
                label.apply(text(&now(number))).await.unwrap();
                tell(&mut told, there);
                tell(&mut told, now(number));
            }
            Step::Forgotten(number) => {
                label.apply(text(&now(number))).await.unwrap();
                label.set_current(before);
                tell(&mut told, there);
                tell(&mut told, now(number));
            }
            Step::Interrupted(number) => {
                let changes = there != now(number);
                *world.vanishes.lock().unwrap() = changes.then(|| bench.bucket());
                let applied = label.apply(text(&now(number))).await;
                assert_eq!(applied.is_err(), changes);
                tell(&mut told, there);
                if changes {
                    show(&bench.bucket());
                }
            }
        }
    }
    let events = bench.events().await;
    let after: Vec<_> =
        events.iter().map(|(_, event)| event["after"]["text"].as_str().unwrap()).collect();
    assert_eq!(after, told);
    for pair in events.windows(2) {
        assert_eq!(pair[1].1["before"], pair[0].1["after"]);
        assert_eq!(pair[1].1["previous"], *pair[0].0);
    }
}
