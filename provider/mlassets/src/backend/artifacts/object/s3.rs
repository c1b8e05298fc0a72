//! The few calls of S3 that a store makes, each object in a stream.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::reading::Reading;
use crate::backend::artifacts::error::Error;
use crate::backend::artifacts::stream::Meter;
use crate::backend::aws::{self, Aws};

/// No manifest is longer, in bytes.
const LONGEST: i64 = 16 * 1024 * 1024;

/// How often two writers of one name may meet before one of them must have won.
const MEETINGS: u32 = 5;

#[derive(Debug)]
pub(super) struct Bucket {
    aws: Arc<Aws>,
    name: String,
}

impl Bucket {
    pub(super) fn new(aws: Arc<Aws>, name: &str) -> Self {
        Self { aws, name: name.to_owned() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The objects whose keys begin with `prefix`: the rest of their keys, and their sizes.
    pub(super) async fn list(&self, prefix: &str) -> Result<BTreeMap<String, u64>, Error> {
        let client = self.client().await?;
        let mut pages = client
            .list_objects_v2()
            .bucket(&self.name)
            .set_prefix((!prefix.is_empty()).then(|| prefix.to_owned()))
            .into_paginator()
            .send();
        let mut found = BTreeMap::new();
        while let Some(asked) = pages.next().await {
            let page =
                self.told(asked, || format!("listing `{prefix}` in bucket `{}`", self.name))?;
            for object in page.contents() {
                let name = object.key().and_then(|key| key.strip_prefix(prefix));
                // Some tools write objects that stand for folders.
                let Some(name) = name.filter(|name| !name.is_empty() && !name.ends_with('/'))
                else {
                    continue;
                };
                let size = object.size().and_then(|size| u64::try_from(size).ok());
                found.insert(name.to_owned(), size.unwrap_or_default());
            }
        }
        Ok(found)
    }

    /// The bytes of an object that should be short; none if there is no such object.
    pub(super) async fn read_small(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some((mut body, size)) = self.open(key).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        // Whoever reads it finds that it is none.
        if size > LONGEST {
            return Ok(Some(bytes));
        }
        while let Some(chunk) = self.chunk(key, &mut body).await? {
            bytes.extend_from_slice(chunk.as_ref());
        }
        Ok(Some(bytes))
    }

    /// SHA-256 of an object; none if there is no such object.
    pub(super) async fn digest(&self, key: &str, meter: &Meter) -> Result<Option<String>, Error> {
        let Some((mut body, _)) = self.open(key).await? else { return Ok(None) };
        let mut hash = Sha256::new();
        while let Some(chunk) = self.chunk(key, &mut body).await? {
            meter.pass(chunk.as_ref().len() as u64)?;
            hash.update(chunk.as_ref());
        }
        Ok(Some(hex::encode(hash.finalize())))
    }

    /// Writes an object; false if `only_new` and there is one already.
    pub(super) async fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        only_new: bool,
    ) -> Result<bool, Error> {
        let client = self.client().await?;
        let sha256 = STANDARD.encode(Sha256::digest(&bytes));
        let bytes = SdkBody::from(bytes);
        let mut wait = Duration::from_millis(50);
        for meeting in 1..=MEETINGS {
            let body = bytes.try_clone().ok_or_else(|| self.answerless(key))?;
            let asked = client
                .put_object()
                .bucket(&self.name)
                .key(key)
                .body(ByteStream::new(body))
                .checksum_sha256(&sha256)
                .content_type("application/octet-stream")
                .set_if_none_match(only_new.then(|| "*".to_owned()))
                .send()
                .await;
            match self.told(asked, || self.writing(key)) {
                Ok(_) => return Ok(true),
                Err(error) if exists(&error) => return Ok(false),
                // Two writers met, and neither may have won.
                Err(error) if is_meeting(&error) && meeting < MEETINGS => {
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(self.answerless(key))
    }

    /// Writes an object of many parts, of which `first` is the first; false if `only_new` and there is one already.
    /// The next part is read while one is on its way.
    pub(super) async fn put_parts(
        &self,
        key: &str,
        first: Vec<u8>,
        parts: &mut Reading,
        only_new: bool,
    ) -> Result<bool, Error> {
        let client = self.client().await?;
        let asked = client
            .create_multipart_upload()
            .bucket(&self.name)
            .key(key)
            .content_type("application/octet-stream")
            .send()
            .await;
        let upload = self.told(asked, || self.writing(key))?.upload_id.unwrap_or_default();
        let written = self.send_parts(client, key, &upload, first, parts, only_new).await;
        if !matches!(written, Ok(true)) {
            // Parts that nobody completes cost as much as an object.
            let abort = client.abort_multipart_upload().bucket(&self.name).key(key);
            let asked = abort.upload_id(&upload).send().await;
            if let Err(error) = self.told(asked, || format!("giving up the upload of `{key}`")) {
                tracing::warn!(%error, "the parts of an upload stay in the bucket");
            }
        }
        written
    }

    async fn send_parts(
        &self,
        client: &Client,
        key: &str,
        upload: &str,
        first: Vec<u8>,
        parts: &mut Reading,
        only_new: bool,
    ) -> Result<bool, Error> {
        let mut done = Vec::new();
        let mut part = first;
        while !part.is_empty() {
            let number = i32::try_from(done.len() + 1).unwrap_or(i32::MAX);
            let sending = client
                .upload_part()
                .bucket(&self.name)
                .key(key)
                .upload_id(upload)
                .part_number(number)
                .body(ByteStream::from(part))
                .send();
            let (asked, next) = tokio::join!(sending, parts.next());
            let sent = self.told(asked, || self.writing(key))?;
            let completed = CompletedPart::builder()
                .part_number(number)
                .set_e_tag(sent.e_tag)
                .set_checksum_crc32(sent.checksum_crc32)
                .build();
            done.push(completed);
            part = next?;
        }
        let asked = client
            .complete_multipart_upload()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(done)).build())
            .set_if_none_match(only_new.then(|| "*".to_owned()))
            .send()
            .await;
        match self.told(asked, || self.writing(key)) {
            Ok(_) => Ok(true),
            // Who met another writer looks at what that one wrote.
            Err(error) if exists(&error) || is_meeting(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an object; that it is not there is no error.
    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        let client = self.client().await?;
        let asked = client.delete_object().bucket(&self.name).key(key).send().await;
        let step = || format!("deleting `{key}` in bucket `{}`", self.name);
        match self.told(asked, step) {
            Err(error) if error.is("NoSuchKey") => Ok(()),
            deleted => Ok(deleted.map(drop)?),
        }
    }

    async fn open(&self, key: &str) -> Result<Option<(ByteStream, i64)>, Error> {
        let client = self.client().await?;
        let asked = client.get_object().bucket(&self.name).key(key).send().await;
        match self.told(asked, || self.reading(key)) {
            Err(error) if error.is("NoSuchKey") => Ok(None),
            found => {
                let found = found?;
                let size = found.content_length().unwrap_or(0);
                Ok(Some((found.body, size)))
            }
        }
    }

    async fn chunk(
        &self,
        key: &str,
        body: &mut ByteStream,
    ) -> Result<Option<impl AsRef<[u8]> + Send + use<>>, Error> {
        let chunk = body.try_next().await.map_err(|error| {
            let reason = aws::Reason::Unreachable { cause: error.to_string() };
            aws::Error::new(self.aws.server(), self.reading(key), reason)
        });
        Ok(chunk?)
    }

    async fn client(&self) -> Result<&Client, aws::Error> {
        self.aws.s3().await
    }

    fn reading(&self, key: &str) -> String {
        format!("reading `{key}` in bucket `{}`", self.name)
    }

    fn writing(&self, key: &str) -> String {
        format!("writing `{key}` in bucket `{}`", self.name)
    }

    fn answerless(&self, key: &str) -> Error {
        let cause = "other writers of the same name came in between each time".to_owned();
        let reason = aws::Reason::Answer { cause };
        aws::Error::new(self.aws.server(), self.writing(key), reason).into()
    }

    fn told<T, E>(
        &self,
        asked: Result<T, SdkError<E, HttpResponse>>,
        step: impl FnOnce() -> String,
    ) -> Result<T, aws::Error>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        asked.map_err(|error| aws::Error::from_sdk(self.aws.server(), step(), &error))
    }
}

/// The condition was not met.
fn exists(error: &aws::Error) -> bool {
    error.is("PreconditionFailed") || error.refusal().is_some_and(|(status, _)| status == 412)
}

fn is_meeting(error: &aws::Error) -> bool {
    error.is("ConditionalRequestConflict")
}
