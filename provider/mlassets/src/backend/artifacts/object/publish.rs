//! Publishing a version in a bucket, and putting back objects of one that is damaged.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Objects;
use super::reading::Reading;
use crate::backend::artifacts::error::Error;
use crate::backend::artifacts::model::{
    Artifact, CHECKSUMS, Found, INCOMPLETE, Look, Manifest, NewVersion, Problem, SUMS, VersionKey,
};
use crate::backend::artifacts::name::{check_sources, file_name};
use crate::backend::artifacts::stream::Meter;
use crate::backend::fault;

impl Objects {
    pub(in crate::backend::artifacts) async fn publish(
        &self,
        new: &NewVersion,
        meter: &Meter,
    ) -> Result<bool, Error> {
        let NewVersion { key, sources, parallelism } = new;
        key.check()?;
        check_sources(sources).map_err(Error::Name)?;
        let folder = self.folder(key);
        fault::point("artifact_distribution.create.before_look");
        if self.manifest(&folder).await?.is_some() {
            let artifacts = self.each(sources, *parallelism, meter, None).await?;
            self.is_same(key, &Manifest { artifacts }, meter).await?;
            return Ok(false);
        }
        let there = self.bucket.list(&folder).await?;
        let artifacts = self.each(sources, *parallelism, meter, Some((key, &there))).await?;
        fault::point("artifact_distribution.create.copied");
        let manifest = Manifest { artifacts };
        let sums = manifest.sums().into_bytes();
        // Where this is there already, it is what it should be or is found to be a problem below.
        self.bucket.put(&format!("{folder}{SUMS}"), sums, true).await?;
        fault::point("artifact_distribution.create.before_manifest");
        let text = manifest.text().into_bytes();
        let new = self.bucket.put(&format!("{folder}{CHECKSUMS}"), text, true).await?;
        fault::point("artifact_distribution.create.after_manifest");
        if !new {
            // Somebody else was faster.
            self.is_same(key, &manifest, meter).await?;
        }
        Ok(new)
    }

    pub(in crate::backend::artifacts) async fn restore(
        &self,
        key: &VersionKey,
        anchor: Option<&str>,
        sources: &BTreeMap<String, String>,
        meter: &Meter,
    ) -> Result<Found, Error> {
        let damaged = |problems| Error::Damaged { version: key.to_string(), problems };
        let gone = || damaged(vec![Problem::Manifest(INCOMPLETE)]);
        let folder = self.folder(key);
        let mut found = self.find(key, anchor, Look::Bytes, meter).await?.ok_or_else(gone)?;
        if found.has_lost_manifest() {
            let artifacts = self.each(sources, 1, meter, None).await.ok();
            let remade = artifacts.and_then(|artifacts| Manifest::anchored(artifacts, anchor));
            let manifest = remade.ok_or_else(|| damaged(found.problems))?;
            let text = manifest.text().into_bytes();
            self.bucket.put(&format!("{folder}{CHECKSUMS}"), text, false).await?;
            found = self.find(key, anchor, Look::Bytes, meter).await?.ok_or_else(gone)?;
        }
        let Some(manifest) = found.repairable() else { return Err(damaged(found.problems)) };
        for problem in &found.problems {
            fault::point("artifact_distribution.update.before_restore");
            let Some(artifact) = problem.artifact() else {
                let sums = manifest.sums().into_bytes();
                self.bucket.put(&format!("{folder}{SUMS}"), sums, false).await?;
                continue;
            };
            let expected = &manifest.artifacts[artifact];
            let path = sources.get(artifact).ok_or_else(|| damaged(found.problems.clone()))?;
            // What is there is replaced only by the very bytes, so they are read once before.
            for only_read in [true, false] {
                let mut reading = Reading::open(artifact, path, meter).await?;
                if only_read {
                    while !reading.next().await?.is_empty() {}
                } else {
                    let object = format!("{folder}{}", expected.file);
                    self.send(&object, &mut reading, false).await?;
                }
                let (sha256, _) = reading.done();
                if sha256 != expected.sha256 {
                    return Err(Error::OtherSource {
                        version: key.to_string(),
                        artifact: artifact.to_owned(),
                        expected: expected.sha256.clone(),
                        found: sha256,
                    });
                }
            }
            fault::point("artifact_distribution.update.after_restore");
        }
        match self.find(key, anchor, Look::Bytes, meter).await? {
            Some(found) if found.problems.is_empty() => Ok(found),
            Some(found) => Err(damaged(found.problems)),
            None => Err(gone()),
        }
    }

    /// Reads all sources, and writes those into a version, if one is named, that are not there yet.
    async fn each(
        &self,
        sources: &BTreeMap<String, String>,
        parallelism: usize,
        meter: &Meter,
        to: Option<(&VersionKey, &BTreeMap<String, u64>)>,
    ) -> Result<BTreeMap<String, Artifact>, Error> {
        let sources: Vec<_> = sources.clone().into_iter().collect();
        stream::iter(sources)
            .map(|(artifact, path)| async move {
                let mut reading = Reading::open(&artifact, &path, meter).await?;
                let file = file_name(&path).map_err(Error::Name)?.to_owned();
                let object = |key| format!("{}{file}", self.folder(key));
                let new = match to {
                    Some((key, there)) if !there.contains_key(&file) => {
                        self.send(&object(key), &mut reading, true).await?
                    }
                    _ => false,
                };
                while !reading.next().await?.is_empty() {}
                let (sha256, size) = reading.done();
                if let Some((key, _)) = to.filter(|_| !new)
                    && self.bucket.digest(&object(key), meter).await?.as_ref() != Some(&sha256)
                {
                    return Err(self.in_the_way(key, artifact, file).await);
                }
                fault::point("artifact_distribution.file_copied");
                meter.say(format!("artifact `{artifact}`: {size} bytes copied"));
                Ok((artifact, Artifact { file, sha256, size }))
            })
            .buffered(parallelism.max(1))
            .try_collect()
            .await
    }

    /// Writes one object from a source; false if `only_new` and there is one already.
    async fn send(
        &self,
        object: &str,
        reading: &mut Reading,
        only_new: bool,
    ) -> Result<bool, Error> {
        let first = reading.next().await?;
        if first.len() < reading.part() {
            return self.bucket.put(object, first, only_new).await;
        }
        self.bucket.put_parts(object, first, reading, only_new).await
    }

    /// What it means that other bytes have the name of an artifact.
    async fn in_the_way(&self, key: &VersionKey, artifact: String, file: String) -> Error {
        match self.manifest(&self.folder(key)).await {
            Ok(Some(_)) => Error::Taken {
                version: key.to_string(),
                differences: vec![format!("`{artifact}` (`{file}`) has other bytes there")],
            },
            Ok(None) => Error::Leftover { version: self.uri(key), artifact, file },
            Err(error) => error,
        }
    }

    /// Whether the version that is there is this one, whole.
    async fn is_same(&self, key: &VersionKey, new: &Manifest, meter: &Meter) -> Result<(), Error> {
        let found = self.find(key, None, Look::Bytes, meter).await?;
        Found::is_same(found, key, new)
    }
}
