//! `mlassets_artifact_distribution`: the artifacts of a version, published once.

use std::collections::BTreeMap;

use tfplug::schema::Kind;
use tfplug::{
    Applied, Attr, AttributeType, Change, Cx, Diagnostic, Draft, Error, Field, Keeping, List,
    Resource, Result, Schema, Value,
};

use crate::adopted;
use crate::backend::artifacts::{
    self, Found, Look, Manifest, NewVersion, Problem, Store, VersionFilter, VersionKey, changed,
    check_segment, check_source, check_sources, file_name,
};

/// The artifacts of a version of a model, published at `<environment>/<model>/<version>/` with their checksums in
/// `checksums.json`, and in `SHA256SUMS` for `sha256sum -c`.
///
/// The provider's block `artifacts` says where: in a directory, in S3 or on Azure.
///
/// A version appears whole or not at all, and never changes: other artifacts are a new version. Its bytes are checked
/// with every refresh, and what is wrong is shown in `problems` by the file's name. The next apply puts a damaged or
/// missing file back from its source, also `checksums.json`, if the sources still have the bytes that were published, and
/// fails otherwise. What is no part of the version is never removed.
///
/// A version that is there already with the same artifacts is taken over: an interrupted apply may have left it. So
/// two workspaces that declare the same version share it.
///
/// What counts about a source is the name of its file and its bytes, not its folder. Once a version is published, its
/// sources may go; as long as they are there, a plan compares them with what was published.
#[derive(Schema, Clone, Debug)]
#[tf(name = "artifact_distribution", import = "{environment}/{model}/{version}")]
pub struct ArtifactDistribution {
    /// The environment that the artifacts are for.
    #[tf(
        identity,
        check = explained("be an environment's name", |name: &String| check_segment(name)),
        example = "\"production\""
    )]
    pub environment: String,
    /// The model.
    #[tf(
        identity,
        check = explained("be a model's name", |name: &String| check_segment(name)),
        example = "\"ranker\""
    )]
    pub model: String,
    /// The version.
    #[tf(
        identity,
        check = explained("be a version's name", |name: &String| check_segment(name)),
        example = "\"2025-01-15-v1\""
    )]
    pub version: String,
    /// The path of the file for each artifact, by the artifact's name. The file keeps its name, which must
    /// begin with a letter or a digit and have up to 128 letters, digits, `.`, `_`, `+`, `-`. A relative path stays
    /// below the folder in which Terraform runs.
    #[tf(
        check = explained("name artifacts and their files", |sources: &Sources| check_sources(&sources.0)),
        example = "{ model_ai1 = \"artifacts/ai1.pkl\" }"
    )]
    pub artifacts: Sources,
    /// Destroying the resource, also to replace it, leaves the files where they are.
    #[tf(default = true, setting)]
    pub keep_on_destroy: Attr<bool>,
    /// A refresh reads every byte, and a plan every byte of the sources. Without it, a refresh looks at names and sizes
    /// only.
    #[tf(default = true, setting)]
    pub verify_on_read: Attr<bool>,
    /// How many files are copied at a time.
    #[tf(default = 4, setting, check = between(1..=64))]
    pub parallelism: Attr<i64>,
    /// Where the version is.
    #[tf(computed, keep)]
    pub version_path: Attr<String>,
    /// Where its `checksums.json` is.
    #[tf(computed, keep)]
    pub checksums_path: Attr<String>,
    /// Its address, for `artifact_uri` of `mlassets_model_version`: `file:///…`, `s3://<bucket>/…`, or
    /// `https://<account>.blob.core.windows.net/<container>/…`.
    #[tf(computed, keep)]
    pub uri: Attr<String>,
    /// SHA-256 of each artifact.
    #[tf(computed, keep)]
    pub checksums: Attr<BTreeMap<String, String>>,
    /// Name of the file of each artifact.
    #[tf(computed, keep)]
    pub files: Attr<BTreeMap<String, String>>,
    /// SHA-256 of `checksums.json`, which stands for all artifacts: `artifact_sha256` of `mlassets_model_version`.
    #[tf(computed, keep)]
    pub manifest_sha256: Attr<String>,
    /// Size of all artifacts in bytes.
    #[tf(computed, keep)]
    pub total_bytes: Attr<i64>,
    /// What is wrong with the version; empty when all is well.
    #[tf(computed, keep)]
    pub problems: Attr<Vec<String>>,
}

/// Paths of files by the names of artifacts. Two are the same if the artifacts and the files' names are: where a file
/// came from is of no matter once it is published.
#[derive(Clone, Debug)]
pub struct Sources(pub BTreeMap<String, String>);

impl AttributeType for Sources {
    fn kind() -> Kind {
        BTreeMap::<String, String>::kind()
    }

    fn decode(value: Value) -> Result<Self> {
        BTreeMap::decode(value).map(Sources)
    }

    fn encode(self) -> Value {
        self.0.encode()
    }

    fn same(left: &Value, right: &Value) -> bool {
        let files = |value: &Value| Self::decode(value.clone()).ok().and_then(|it| it.files());
        left == right || files(left).is_some_and(|found| files(right) == Some(found))
    }
}

const IMMUTABLE: &str = "Version is immutable";
const NEW_VERSION: &str = "A version never changes. Publish other artifacts under a new version.";

impl Resource for ArtifactDistribution {
    type Backend = Store;

    fn plan(draft: &mut Draft<'_, Self>) {
        let named = [Self::ENVIRONMENT, Self::MODEL, Self::VERSION];
        let is_new = draft.is_create() || named.into_iter().any(|field| differs(draft, field));
        let Attr::Known(sources) = draft.configured(Self::ARTIFACTS) else { return };
        if is_new {
            for (artifact, path) in &sources.0 {
                if let Err(problem) = check_source(path) {
                    let detail =
                        format!("The source of artifact `{artifact}`, `{path}`, {problem}.");
                    draft.deny(Self::ARTIFACTS, "Source not usable", detail);
                }
            }
            return;
        }
        if draft.change(Self::ARTIFACTS).is_some() {
            draft.deny(Self::ARTIFACTS, IMMUTABLE, NEW_VERSION);
            return;
        }
        if draft.get(Self::VERIFY_ON_READ).unwrap_or(true)
            && let Some(checksums) = draft.prior(Self::CHECKSUMS)
            && let Some(error) = other_bytes(&sources, &checksums)
        {
            draft.deny(Self::ARTIFACTS, IMMUTABLE, error);
        }
        if draft.change(Self::VERIFY_ON_READ) == Some((false, true)) {
            // What was not looked at so far.
            draft.set(Self::PROBLEMS, Attr::Unknown);
        } else if draft.prior(Self::PROBLEMS).is_some_and(|problems| !problems.is_empty()) {
            draft.set(Self::PROBLEMS, Vec::new());
            // From here files are put back; the state may know other places, or after an import none.
            draft.set(Self::ARTIFACTS, Attr::Known(sources));
        }
    }

    async fn create(cx: &Cx<Store>, plan: Self) -> Applied<Self> {
        let mut hold = adopted::hold::<Self>(cx, &plan.key().to_string()).await;
        let new = NewVersion {
            key: plan.key(),
            sources: plan.artifacts.0.clone(),
            parallelism: usize::try_from(plan.parallelism.unwrap_or(4)).unwrap_or(1),
        };
        let is_new = cx.publish(new, cx.call().cancelled()).await.map_err(Error::from)?;
        if !is_new {
            hold.adopt();
        }
        // The bytes were hashed on their way.
        let found = cx.find(plan.key(), None, Look::Sizes, cx.call().cancelled()).await;
        let found = found.map_err(Error::from)?;
        let found = found.ok_or_else(|| Error::remote("Version vanished", "Run it again."))?;
        Ok(plan.is(cx, found))
    }

    async fn read(
        cx: &Cx<Store>,
        (environment, model, version): (String, String, String),
        prior: Option<Self>,
    ) -> Result<Option<Self>> {
        let key = VersionKey { environment, model, version };
        let verify = prior.as_ref().is_none_or(|prior| prior.verify_on_read.unwrap_or(true));
        let look = if verify { Look::Bytes } else { Look::Sizes };
        let anchor = prior.as_ref().and_then(Self::anchor);
        let Some(found) = cx.find(key.clone(), anchor, look, cx.call().cancelled()).await? else {
            return Ok(None);
        };
        match (prior, &found.manifest) {
            (Some(prior), _) => Ok(Some(prior.is(cx, found))),
            (None, Some(manifest)) => {
                let unknown = Self::unknown(key, manifest);
                Ok(Some(unknown.is(cx, found)))
            }
            (None, None) => Err(damaged(&key, found.problems)),
        }
    }

    async fn update(cx: &Cx<Store>, Change { before, after }: Change<Self>) -> Applied<Self> {
        // What was unknown in the plan.
        if after.artifacts.files() != before.artifacts.files() {
            return Err(Error::user(IMMUTABLE, NEW_VERSION).at(Self::ARTIFACTS).into());
        }
        if after.problems == Attr::Unknown {
            let stop = cx.call().cancelled();
            let found = cx.find(after.key(), before.anchor(), Look::Bytes, stop).await;
            let gone =
                || Error::remote("Version vanished", "Plan again, and it is published anew.");
            return Ok(after.is(cx, found.map_err(Error::from)?.ok_or_else(gone)?));
        }
        if before.problems.as_ref().known().is_none_or(Vec::is_empty) {
            return Ok(after);
        }
        let sources = after.artifacts.0.clone();
        let restored =
            cx.restore(after.key(), before.anchor(), sources, cx.call().cancelled()).await;
        let wanted = |error: artifacts::Error| {
            let is_source = matches!(error, artifacts::Error::Source { .. });
            let error = Error::from(error);
            if is_source { error.and(before.needs_repair()) } else { error }
        };
        let found = restored.map_err(wanted).keeping(before)?;
        Ok(after.is(cx, found))
    }

    async fn delete(cx: &Cx<Store>, state: Self) -> Result<()> {
        if state.keep_on_destroy.unwrap_or(true) {
            let detail = "Terraform has forgotten the version; its files are where they were.";
            cx.call().warn(Diagnostic::warning("The artifacts stay", detail).at(Self::VERSION));
            return Ok(());
        }
        let hold = adopted::hold::<Self>(cx, &state.key().to_string()).await;
        if hold.spares(cx) {
            return Ok(());
        }
        Ok(cx.remove(state.key()).await?)
    }
}

/// Which versions are listed.
#[derive(Schema, Debug)]
pub struct ArtifactDistributions {
    /// Only those for this environment.
    #[tf(
        check = explained("be an environment's name", |name: &String| check_segment(name)),
        example = "\"production\""
    )]
    pub environment: Option<String>,
    /// Only those of this model.
    #[tf(check = explained("be a model's name", |name: &String| check_segment(name)), example = "\"ranker\"")]
    pub model: Option<String>,
}

impl List for ArtifactDistribution {
    type Filter = ArtifactDistributions;

    async fn list(
        cx: &Cx<Store>,
        filter: ArtifactDistributions,
        found: &tfplug::Found<Self>,
    ) -> Result<()> {
        let ArtifactDistributions { environment, model } = filter;
        for key in cx.list(VersionFilter { environment, model }).await? {
            // The sizes say enough of a version that nobody has looked after so far.
            let seen = cx.find(key.clone(), None, Look::Sizes, cx.call().cancelled()).await;
            match seen.map_err(Error::from) {
                Ok(Some(Found { manifest: Some(manifest), location, problems })) => {
                    let unknown = Self::unknown(key.clone(), &manifest);
                    let seen = Found { manifest: Some(manifest), location, problems };
                    found.add(key.to_string(), unknown.is(cx, seen)).await;
                }
                Ok(Some(Found { problems, .. })) => {
                    found.leave_out(&key, damaged(&key, problems)).await;
                }
                Ok(None) => {}
                Err(error) => found.leave_out(&key, error).await,
            }
        }
        Ok(())
    }
}

impl Sources {
    /// The file's name of each artifact; none if one has none.
    fn files(&self) -> Option<BTreeMap<String, String>> {
        let files = self.0.iter();
        files.map(|(name, path)| Some((name.clone(), file_name(path).ok()?.to_owned()))).collect()
    }
}

impl ArtifactDistribution {
    fn key(&self) -> VersionKey {
        VersionKey {
            environment: self.environment.clone(),
            model: self.model.clone(),
            version: self.version.clone(),
        }
    }

    fn anchor(&self) -> Option<String> {
        self.manifest_sha256.clone().known()
    }

    /// Why a source is read again.
    fn needs_repair(&self) -> Error {
        let problems: String = self
            .problems
            .as_ref()
            .known()
            .into_iter()
            .flatten()
            .map(|problem| format!("\n- {problem}"))
            .collect();
        let detail = format!(
            "The sources are needed to put right what is wrong with `{}`:{problems}\nRestore them as they were published, or \
             the files of the version from a backup.",
            self.key()
        );
        Error::user("Version is damaged", detail).at(Self::VERSION)
    }

    /// A version of which only the name and the manifest are known.
    fn unknown(key: VersionKey, manifest: &Manifest) -> Self {
        ArtifactDistribution {
            environment: key.environment,
            model: key.model,
            version: key.version,
            artifacts: Sources(files(manifest)),
            keep_on_destroy: Attr::Known(true),
            verify_on_read: Attr::Known(true),
            parallelism: Attr::Known(4),
            version_path: Attr::Unknown,
            checksums_path: Attr::Unknown,
            uri: Attr::Unknown,
            checksums: Attr::Unknown,
            files: Attr::Unknown,
            manifest_sha256: Attr::Unknown,
            total_bytes: Attr::Unknown,
            problems: Attr::Unknown,
        }
    }

    /// As it was found. A manifest that is not the one that was published says nothing, so what it said stays.
    fn is(self, store: &Store, found: Found) -> Self {
        let Found { location, manifest, problems } = found;
        let changed = problems.iter().any(|it| matches!(it, Problem::OtherManifest { .. }));
        let problems = Attr::Known(problems.iter().map(ToString::to_string).collect());
        let Some(manifest) = manifest.filter(|_| !changed) else {
            return Self { problems, ..self };
        };
        let sums = manifest.artifacts.iter();
        let sums = sums.map(|(name, artifact)| (name.clone(), artifact.sha256.clone())).collect();
        Self {
            checksums_path: Attr::Known(format!("{location}/checksums.json")),
            version_path: Attr::Known(location),
            uri: Attr::Known(store.uri(&self.key())),
            checksums: Attr::Known(sums),
            files: Attr::Known(files(&manifest)),
            manifest_sha256: Attr::Known(manifest.sha256()),
            total_bytes: Attr::Known(i64::try_from(manifest.total_bytes()).unwrap_or(i64::MAX)),
            problems,
            ..self
        }
    }
}

fn files(manifest: &Manifest) -> BTreeMap<String, String> {
    let artifacts = manifest.artifacts.iter();
    artifacts.map(|(name, artifact)| (name.clone(), artifact.file.clone())).collect()
}

/// What to say of sources that have other bytes than those that were published.
fn other_bytes(sources: &Sources, checksums: &BTreeMap<String, String>) -> Option<String> {
    let changed = changed(&sources.0, checksums, 4);
    let named = changed.iter().map(|name| format!("`{name}` (`{}`)", sources.0[name]));
    let named = named.collect::<Vec<_>>().join(", ");
    let what = if changed.len() == 1 { "The source of" } else { "The sources of" };
    let have = if changed.len() == 1 { "has" } else { "have" };
    let text = format!("{what} {named} {have} other bytes than were published. {NEW_VERSION}");
    (!changed.is_empty()).then_some(text)
}

/// Whether the value changes, or may.
fn differs(
    draft: &Draft<'_, ArtifactDistribution>,
    field: Field<ArtifactDistribution, String>,
) -> bool {
    draft.prior(field).is_some_and(|prior| draft.get(field) != Attr::Known(prior))
}

fn damaged(key: &VersionKey, problems: Vec<Problem>) -> Error {
    artifacts::Error::Damaged { version: key.to_string(), problems }.into()
}
