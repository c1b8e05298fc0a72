//! A bucket of S3.

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
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::store::Part;
use crate::backend::artifacts::error::Error;
use crate::backend::aws::{self, Aws};

/// How often two writers of one name may meet before one of them must have won.
const MEETINGS: u32 = 5;

#[derive(Debug)]
pub(super) struct Bucket {
    aws: Arc<Aws>,
    name: String,
}

/// An object that is being read.
pub(super) struct Reader {
    body: ByteStream,
    size: u64,
    /// Who is asked for what, for messages.
    server: String,
    step: String,
}

impl Bucket {
    pub(super) fn new(aws: Arc<Aws>, name: &str) -> Self {
        Self { aws, name: name.to_owned() }
    }

    pub(super) fn uri(&self) -> String {
        format!("s3://{}", self.name)
    }

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
                let size = object.size().and_then(|size| u64::try_from(size).ok());
                found.extend(object.key().map(|key| (key.to_owned(), size.unwrap_or_default())));
            }
        }
        Ok(found)
    }

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

    /// Begins an upload of many parts, and gives its name.
    pub(super) async fn begin(&self, key: &str) -> Result<String, Error> {
        let client = self.client().await?;
        let asked = client
            .create_multipart_upload()
            .bucket(&self.name)
            .key(key)
            .content_type("application/octet-stream")
            .send()
            .await;
        Ok(self.told(asked, || self.writing(key))?.upload_id.unwrap_or_default())
    }

    pub(super) async fn part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        bytes: Vec<u8>,
    ) -> Result<Part, Error> {
        let client = self.client().await?;
        let asked = client
            .upload_part()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload)
            .part_number(i32::try_from(number).unwrap_or(i32::MAX))
            .body(ByteStream::from(bytes))
            .send()
            .await;
        let sent = self.told(asked, || self.writing(key))?;
        Ok(Part { tag: sent.e_tag.unwrap_or_default(), crc32: sent.checksum_crc32 })
    }

    pub(super) async fn complete(
        &self,
        key: &str,
        upload: &str,
        parts: Vec<Part>,
        only_new: bool,
    ) -> Result<bool, Error> {
        let client = self.client().await?;
        let parts = (1..).zip(parts).map(|(number, Part { tag, crc32 })| {
            let part = CompletedPart::builder().part_number(number).e_tag(tag);
            part.set_checksum_crc32(crc32).build()
        });
        let asked = client
            .complete_multipart_upload()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload)
            .multipart_upload(
                CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build(),
            )
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

    /// Removes the parts of an upload, which cost as much as an object as long as nobody completes them.
    pub(super) async fn abandon(&self, key: &str, upload: &str) {
        let given_up = async {
            let abort = self.client().await?.abort_multipart_upload().bucket(&self.name).key(key);
            let asked = abort.upload_id(upload).send().await;
            self.told(asked, || format!("giving up the upload of `{key}`"))
        };
        if let Err(error) = given_up.await {
            tracing::warn!(%error, "the parts of an upload stay in the bucket");
        }
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        let client = self.client().await?;
        let asked = client.delete_object().bucket(&self.name).key(key).send().await;
        let step = || format!("deleting `{key}` in bucket `{}`", self.name);
        match self.told(asked, step) {
            Err(error) if error.is("NoSuchKey") => Ok(()),
            deleted => Ok(deleted.map(drop)?),
        }
    }

    pub(super) async fn open(&self, key: &str) -> Result<Option<Reader>, Error> {
        let client = self.client().await?;
        let asked = client.get_object().bucket(&self.name).key(key).send().await;
        match self.told(asked, || self.reading(key)) {
            Err(error) if error.is("NoSuchKey") => Ok(None),
            found => {
                let found = found?;
                let size = found.content_length().and_then(|size| u64::try_from(size).ok());
                let (server, step) = (self.aws.server().to_owned(), self.reading(key));
                let size = size.unwrap_or_default();
                Ok(Some(Reader { body: found.body, size, server, step }))
            }
        }
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

impl Reader {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let chunk = self.body.try_next().await.map_err(|error| {
            let reason = aws::Reason::Unreachable { cause: error.to_string() };
            aws::Error::new(&self.server, &self.step, reason)
        });
        Ok(chunk?)
    }
}

/// The condition was not met.
fn exists(error: &aws::Error) -> bool {
    error.is("PreconditionFailed") || error.refusal().is_some_and(|(status, _)| status == 412)
}

fn is_meeting(error: &aws::Error) -> bool {
    error.is("ConditionalRequestConflict")
}
