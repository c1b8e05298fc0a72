//! Looking at a version in a bucket: its manifest, and what is wrong with its objects.

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Objects;
use crate::backend::artifacts::error::Error;
use crate::backend::artifacts::model::{
    Artifact, CHECKSUMS, Found, INCOMPLETE, Look, Manifest, Problem, SUMS, VersionKey, told,
};
use crate::backend::artifacts::stream::Meter;

/// How many objects are read at a time.
const PARALLEL: usize = 4;

impl Objects {
    pub(in crate::backend::artifacts) async fn find(
        &self,
        key: &VersionKey,
        anchor: Option<&str>,
        look: Look,
        meter: &Meter,
    ) -> Result<Option<Found>, Error> {
        key.check()?;
        let (folder, location) = (self.folder(key), self.uri(key));
        let Some(text) = self.bucket.read_small(&format!("{folder}{CHECKSUMS}")).await? else {
            // To who remembers a version its objects are no leftovers.
            if anchor.is_none() || self.bucket.list(&folder).await?.is_empty() {
                return Ok(None);
            }
            let problems = vec![Problem::Manifest(INCOMPLETE)];
            return Ok(Some(Found { location, manifest: None, problems }));
        };
        let manifest = match Manifest::parse(&text) {
            Ok(manifest) => manifest,
            Err(problem) => {
                return Ok(Some(Found { location, manifest: None, problems: vec![problem] }));
            }
        };
        let mut problems = Vec::new();
        problems.extend(manifest.other_than(anchor));
        let there = self.bucket.list(&folder).await?;
        meter.expect(manifest.total_bytes());
        let seen: Vec<Option<Problem>> = stream::iter(manifest.artifacts.clone())
            .map(|(name, artifact)| {
                let (size, folder) = (there.get(&artifact.file).copied(), &folder);
                async move { self.examine(folder, name, artifact, size, look, meter).await }
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        problems.extend(seen.into_iter().flatten());
        let sums = self.bucket.read_small(&format!("{folder}{SUMS}")).await?;
        if sums.as_deref() != Some(manifest.sums().as_bytes()) {
            problems.push(Problem::Sums);
        }
        let foreign = there.into_keys().filter(|name| !manifest.owns(name));
        problems.extend(foreign.map(|name| Problem::Foreign { name }));
        Ok(Some(Found { location, manifest: Some(manifest), problems }))
    }

    /// What is wrong with one artifact, of whose object the list told the size.
    async fn examine(
        &self,
        folder: &str,
        artifact: String,
        expected: Artifact,
        size: Option<u64>,
        look: Look,
        meter: &Meter,
    ) -> Result<Option<Problem>, Error> {
        let Artifact { file, sha256: expected, size: bytes } = expected;
        let problem = match size {
            None => Some(Problem::Missing { artifact: artifact.clone(), file: file.clone() }),
            Some(found) if found != bytes => {
                let (artifact, file) = (artifact.clone(), file.clone());
                Some(Problem::Size { artifact, file, expected: bytes, found })
            }
            Some(_) if look == Look::Sizes => return Ok(None),
            Some(_) => {
                let (artifact, file) = (artifact.clone(), file.clone());
                match self.bucket.digest(&format!("{folder}{file}"), meter).await? {
                    None => Some(Problem::Missing { artifact, file }),
                    Some(found) => (found != expected).then_some(Problem::Bytes {
                        artifact,
                        file,
                        expected,
                        found,
                    }),
                }
            }
        };
        if look == Look::Bytes {
            meter.say(told(&artifact, &file, problem.as_ref()));
        }
        Ok(problem)
    }
}
