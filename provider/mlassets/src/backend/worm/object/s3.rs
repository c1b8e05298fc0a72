//! Amazon S3 with Object Lock, and servers that speak its language.
//!
//! A server may accept a lock and not keep it, so who asks for one reads it back. A call that the server does
//! not offer is named as such.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, DefaultRetention, ObjectLockConfiguration,
    ObjectLockEnabled, ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode,
    ObjectLockRetention, ObjectLockRetentionMode, ObjectLockRule, StorageClass,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::backend::aws::{self, Aws};
use crate::backend::fault;
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{LockMode, Retention};
use crate::backend::worm::object::store::{Defaults, Listed, Object, Put, Upload, Version};

/// Where a bucket needs no location.
const FIRST_REGION: &str = "us-east-1";

/// How often two writers of one name may meet before one of them must have won.
const MEETINGS: u32 = 5;

/// How often an object is read whose bytes do not all arrive.
const GETS: u32 = 3;

const NO_LOCK: &str = "it was made without Object Lock; choose another name, or turn on versioning and Object Lock for it";

#[derive(Debug)]
pub(in crate::backend::worm) struct S3 {
    aws: Arc<Aws>,
}

impl S3 {
    pub(in crate::backend::worm) fn new(aws: Arc<Aws>) -> Self {
        Self { aws }
    }

    pub(in crate::backend::worm) fn place(&self) -> &str {
        self.aws.server()
    }

    pub(super) async fn bucket(&self, bucket: &str) -> Result<Option<Defaults>, Error> {
        let asked =
            self.client().await?.get_object_lock_configuration().bucket(bucket).send().await;
        let found = match self
            .told(asked, || format!("reading the lock configuration of bucket `{bucket}`"))
        {
            Err(error) if error.is("NoSuchBucket") => return Ok(None),
            Err(error) if error.is("ObjectLockConfigurationNotFoundError") => {
                return Err(self.unprotected(bucket, NO_LOCK));
            }
            found => found?,
        };
        let configuration = found.object_lock_configuration;
        if configuration.as_ref().and_then(|it| it.object_lock_enabled())
            != Some(&ObjectLockEnabled::Enabled)
        {
            return Err(self.unprotected(bucket, NO_LOCK));
        }
        let rule = configuration.and_then(|it| it.rule).and_then(|rule| rule.default_retention);
        let retention = rule.and_then(|rule| {
            let mode = mode(rule.mode?.as_str())?;
            let days = rule.days.or_else(|| Some(rule.years?.saturating_mul(365)))?;
            Some((mode, u32::try_from(days).ok()?))
        });
        Ok(Some(Defaults { retention, supported: true }))
    }

    pub(super) async fn buckets(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let client = self.client().await?;
        // Amazon answers for all regions, and a client reaches the buckets of one.
        let region = client.config().region().filter(|_| self.aws.is_amazon());
        let mut names = Vec::new();
        let mut pages = client
            .list_buckets()
            .set_prefix((!prefix.is_empty()).then(|| prefix.to_owned()))
            .set_bucket_region(region.map(ToString::to_string))
            .into_paginator()
            .send();
        while let Some(asked) = pages.next().await {
            let page = self.told(asked, || "listing the buckets".to_owned())?;
            names.extend(page.buckets().iter().filter_map(|it| it.name().map(str::to_owned)));
        }
        Ok(names)
    }

    /// The folders right below `prefix`, which is empty or ends with a slash, as whole prefixes.
    pub(in crate::backend::worm) async fn folders(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<String>, Error> {
        let mut folders = Vec::new();
        let mut pages = self
            .client()
            .await?
            .list_objects_v2()
            .bucket(bucket)
            .delimiter("/")
            .set_prefix((!prefix.is_empty()).then(|| prefix.to_owned()))
            .into_paginator()
            .send();
        while let Some(asked) = pages.next().await {
            let page = self.told(asked, || {
                format!("listing the folders of `{prefix}` in bucket `{bucket}`")
            })?;
            let found = page.common_prefixes().iter();
            folders.extend(found.filter_map(|it| it.prefix().map(str::to_owned)));
        }
        Ok(folders)
    }

    pub(super) async fn create_bucket(&self, bucket: &str) -> Result<(), Error> {
        let client = self.client().await?;
        let region = client.config().region().map_or(FIRST_REGION, |region| region.as_ref());
        let location = (region != FIRST_REGION).then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(region))
                .build()
        });
        let asked = client
            .create_bucket()
            .bucket(bucket)
            .object_lock_enabled_for_bucket(true)
            .set_create_bucket_configuration(location)
            .send()
            .await;
        match self.told(asked, || format!("creating bucket `{bucket}`")) {
            // Whether it is ours shows when it is looked at.
            Err(error)
                if error.is("BucketAlreadyOwnedByYou") || error.is("BucketAlreadyExists") =>
            {
                Ok(())
            }
            created => Ok(created.map(drop)?),
        }
    }

    pub(super) async fn set_default(
        &self,
        bucket: &str,
        mode: LockMode,
        days: u32,
    ) -> Result<(), Error> {
        let retention = DefaultRetention::builder()
            .mode(ObjectLockRetentionMode::from(mode.name()))
            .days(i32::try_from(days).unwrap_or(i32::MAX))
            .build();
        let configuration = ObjectLockConfiguration::builder()
            .object_lock_enabled(ObjectLockEnabled::Enabled)
            .rule(ObjectLockRule::builder().default_retention(retention).build())
            .build();
        let asked = self
            .client()
            .await?
            .put_object_lock_configuration()
            .bucket(bucket)
            .object_lock_configuration(configuration)
            .send()
            .await;
        self.told(asked, || format!("setting the default retention of bucket `{bucket}`"))?;
        let found = self.bucket(bucket).await?.unwrap_or_default();
        if found.retention == Some((mode, days)) {
            return Ok(());
        }
        let reason =
            "the server accepts a default retention and does not keep it; use a server that does";
        Err(self.unprotected(bucket, reason))
    }

    pub(super) async fn delete_bucket(&self, bucket: &str) -> Result<(), Error> {
        let asked = self.client().await?.delete_bucket().bucket(bucket).send().await;
        match self.told(asked, || format!("deleting bucket `{bucket}`")) {
            Err(error) if error.is("NoSuchBucket") => Ok(()),
            deleted => Ok(deleted.map(drop)?),
        }
    }

    pub(in crate::backend::worm) async fn list(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<Version>, Error> {
        let client = self.client().await?;
        let (mut key, mut version) = (None, None);
        let mut listed: Vec<(Version, Option<DateTime>)> = Vec::new();
        loop {
            let asked = client
                .list_object_versions()
                .bucket(bucket)
                .set_prefix((!prefix.is_empty()).then(|| prefix.to_owned()))
                .set_key_marker(key.take())
                .set_version_id_marker(version.take())
                .send()
                .await;
            let page = self.told(asked, || format!("listing `{prefix}` in bucket `{bucket}`"))?;
            for it in page.versions() {
                let found = version_of(it.key(), it.version_id(), it.is_latest(), false);
                listed.push((found, it.last_modified().copied()));
            }
            for it in page.delete_markers() {
                let found = version_of(it.key(), it.version_id(), it.is_latest(), true);
                listed.push((found, it.last_modified().copied()));
            }
            if !page.is_truncated().unwrap_or(false) {
                break;
            }
            key = page.next_key_marker().map(str::to_owned);
            version = page.next_version_id_marker().map(str::to_owned);
            if key.is_none() {
                break;
            }
        }
        // A server lists the newest version of a key first. Turned around and sorted by time, which is coarse, the
        // order of what it lists in one row stays.
        listed.reverse();
        let time = |time: &Option<DateTime>| time.map(|time| (time.secs(), time.subsec_nanos()));
        listed.sort_by(|(a, a_time), (b, b_time)| {
            (&a.key, a.is_current, time(a_time)).cmp(&(&b.key, b.is_current, time(b_time)))
        });
        Ok(listed.into_iter().map(|(version, _)| version).collect())
    }

    /// The current objects whose keys begin with `prefix`, by key.
    pub(in crate::backend::worm) async fn objects(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<BTreeMap<String, Listed>, Error> {
        let mut objects = BTreeMap::new();
        let mut pages = self
            .client()
            .await?
            .list_objects_v2()
            .bucket(bucket)
            .set_prefix((!prefix.is_empty()).then(|| prefix.to_owned()))
            .into_paginator()
            .send();
        while let Some(asked) = pages.next().await {
            let page = self.told(asked, || format!("listing `{prefix}` in bucket `{bucket}`"))?;
            for object in page.contents() {
                let size = u64::try_from(object.size().unwrap_or_default()).unwrap_or_default();
                let listed = Listed { size, written_at: moment(object.last_modified()) };
                objects.insert(object.key().unwrap_or_default().to_owned(), listed);
            }
        }
        Ok(objects)
    }

    pub(in crate::backend::worm) async fn get(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Object>, Error> {
        let mut tries = 1;
        loop {
            match self.get_once(bucket, key, version).await {
                // The SDK tries again until an answer begins, and not when it breaks off.
                Err(Error::Aws(error)) if error.is_broken_off() && tries < GETS => tries += 1,
                got => return got,
            }
        }
    }

    async fn get_once(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Object>, Error> {
        let asked = self
            .client()
            .await?
            .get_object()
            .bucket(bucket)
            .key(key)
            .set_version_id(version.map(str::to_owned))
            .send()
            .await;
        let step = || format!("reading `{key}` in bucket `{bucket}`");
        let found = match self.told(asked, step) {
            Err(error) if is_gone(&error) => return Ok(None),
            found => found?,
        };
        let object = Object {
            bytes: Vec::new(),
            id: found.version_id().unwrap_or_default().to_owned(),
            stored_at: moment(found.last_modified()),
            retention: retention(found.object_lock_mode(), found.object_lock_retain_until_date()),
            legal_hold: found.object_lock_legal_hold_status()
                == Some(&ObjectLockLegalHoldStatus::On),
        };
        let bytes = found.body.collect().await.map_err(|error| {
            let cause = error.to_string();
            aws::Error::new(self.place(), step(), aws::Reason::BrokenOff { cause })
        })?;
        Ok(Some(Object { bytes: bytes.to_vec(), ..object }))
    }

    pub(super) async fn head(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
    ) -> Result<Option<Object>, Error> {
        let asked = self
            .client()
            .await?
            .head_object()
            .bucket(bucket)
            .key(key)
            .version_id(version)
            .send()
            .await;
        let found = match self.told(asked, || format!("looking at `{key}` in bucket `{bucket}`")) {
            Err(error) if is_gone(&error) => return Ok(None),
            found => found?,
        };
        Ok(Some(Object {
            bytes: Vec::new(),
            id: found.version_id().unwrap_or(version).to_owned(),
            stored_at: moment(found.last_modified()),
            retention: retention(found.object_lock_mode(), found.object_lock_retain_until_date()),
            legal_hold: found.object_lock_legal_hold_status()
                == Some(&ObjectLockLegalHoldStatus::On),
        }))
    }

    pub(super) async fn put_new(&self, upload: Upload<'_>) -> Result<Put, Error> {
        let mut wait = Duration::from_millis(50);
        for _ in 1..MEETINGS {
            match self.put(upload, true).await {
                // Two writers met, and neither may have won.
                Err(error) if error.is("ConditionalRequestConflict") => {
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                written => return self.written_or_exists(upload, written),
            }
        }
        self.written_or_exists(upload, self.put(upload, true).await)
    }

    pub(super) async fn put_over(&self, upload: Upload<'_>) -> Result<String, Error> {
        let version = self.put(upload, false).await?;
        self.named(upload, version)
    }

    /// Writes an object unless there is one, in a bucket that may keep no versions. False means that there is one.
    pub(in crate::backend::worm) async fn copy_new(
        &self,
        upload: Upload<'_>,
    ) -> Result<bool, Error> {
        match self.put(upload, true).await {
            Ok(_) => Ok(true),
            Err(error) if exists(&error) || error.is("ConditionalRequestConflict") => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn retain(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
        retention: Retention,
    ) -> Result<(), Error> {
        let wanted = ObjectLockRetention::builder()
            .mode(ObjectLockRetentionMode::from(retention.mode.name()))
            .retain_until_date(DateTime::from_secs(retention.until.as_second()))
            .build();
        let asked = self
            .client()
            .await?
            .put_object_retention()
            .bucket(bucket)
            .key(key)
            .version_id(version)
            .retention(wanted)
            .send()
            .await;
        let step = || format!("locking `{key}` in bucket `{bucket}` until {}", retention.until);
        Ok(self.told(asked, step).map(drop)?)
    }

    pub(super) async fn hold(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
        hold: bool,
    ) -> Result<(), Error> {
        let status =
            if hold { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off };
        let asked = self
            .client()
            .await?
            .put_object_legal_hold()
            .bucket(bucket)
            .key(key)
            .version_id(version)
            .legal_hold(ObjectLockLegalHold::builder().status(status).build())
            .send()
            .await;
        let what = if hold { "setting" } else { "clearing" };
        let step = || format!("{what} the legal hold of `{key}` in bucket `{bucket}`");
        Ok(self.told(asked, step).map(drop)?)
    }

    pub(super) async fn delete(&self, bucket: &str, key: &str, version: &str) -> Result<(), Error> {
        let asked = self
            .client()
            .await?
            .delete_object()
            .bucket(bucket)
            .key(key)
            .version_id(version)
            .send()
            .await;
        match self.told(asked, || format!("deleting `{key}` in bucket `{bucket}`")) {
            Err(error) if is_gone(&error) => Ok(()),
            deleted => Ok(deleted.map(drop)?),
        }
    }

    pub(super) async fn now(&self, bucket: &str) -> Result<Timestamp, Error> {
        let probe = DateProbe::default();
        let asked = self
            .client()
            .await?
            .head_bucket()
            .bucket(bucket)
            .customize()
            .interceptor(probe.clone())
            .send()
            .await;
        let step = || format!("asking the time at bucket `{bucket}`");
        self.told(asked, step)?;
        let date = probe.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let read =
            |text: String| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
        Ok(date.and_then(read).ok_or_else(|| {
            let cause = "it has no date".to_owned();
            aws::Error::new(self.place(), step(), aws::Reason::Answer { cause })
        })?)
    }

    async fn put(&self, upload: Upload<'_>, only_new: bool) -> Result<Option<String>, aws::Error> {
        let Upload { bucket, key, bytes, retention, class } = upload;
        let asked = self
            .client()
            .await?
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(ByteStream::from(bytes.to_vec()))
            .checksum_sha256(STANDARD.encode(Sha256::digest(bytes)))
            .content_type("application/octet-stream")
            .set_if_none_match(only_new.then(|| "*".to_owned()))
            .set_storage_class(class.map(StorageClass::from))
            .set_object_lock_mode(retention.map(|it| ObjectLockMode::from(it.mode.name())))
            .set_object_lock_retain_until_date(
                retention.map(|it| DateTime::from_secs(it.until.as_second())),
            )
            .send()
            .await;
        let step = || format!("writing `{key}` in bucket `{bucket}`");
        Ok(self.told(asked, step)?.version_id)
    }

    fn written_or_exists(
        &self,
        upload: Upload<'_>,
        written: Result<Option<String>, aws::Error>,
    ) -> Result<Put, Error> {
        match written {
            Ok(version) => Ok(Put::New(self.named(upload, version)?)),
            Err(error) if exists(&error) => Ok(Put::Exists),
            Err(error) => Err(error.into()),
        }
    }

    fn named(&self, upload: Upload<'_>, version: Option<String>) -> Result<String, Error> {
        let reason = "it keeps no versions; turn on versioning and Object Lock for it";
        version.ok_or_else(|| self.unprotected(upload.bucket, reason))
    }

    async fn client(&self) -> Result<&Client, aws::Error> {
        fault::point("s3.before_call");
        self.aws.s3().await
    }

    fn unprotected(&self, bucket: &str, reason: &'static str) -> Error {
        Error::Unprotected { bucket: bucket.to_owned(), place: self.place().to_owned(), reason }
    }

    fn told<T, E>(
        &self,
        asked: Result<T, SdkError<E, HttpResponse>>,
        step: impl FnOnce() -> String,
    ) -> Result<T, aws::Error>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        fault::point("s3.answered");
        asked.map_err(|error| aws::Error::from_sdk(self.place(), step(), &error))
    }
}

/// Keeps the date of an answer, which the SDK does not tell.
#[derive(Clone, Debug, Default)]
struct DateProbe(Arc<Mutex<Option<String>>>);

impl Intercept for DateProbe {
    fn name(&self) -> &'static str {
        "DateProbe"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

/// Whether a write was refused since there is such an object.
fn exists(error: &aws::Error) -> bool {
    error.refusal().is_some_and(|(status, _)| status == 412)
}

/// Whether an object or a version of it is not there. A delete marker answers with 405.
fn is_gone(error: &aws::Error) -> bool {
    error
        .refusal()
        .is_some_and(|(status, code)| (status == 404 && code != "NoSuchBucket") || status == 405)
}

fn version_of(
    key: Option<&str>,
    id: Option<&str>,
    is_latest: Option<bool>,
    is_marker: bool,
) -> Version {
    Version {
        key: key.unwrap_or_default().to_owned(),
        id: id.unwrap_or_default().to_owned(),
        is_current: is_latest.unwrap_or(false),
        is_marker,
    }
}

fn mode(text: &str) -> Option<LockMode> {
    [LockMode::Governance, LockMode::Compliance].into_iter().find(|mode| mode.name() == text)
}

fn retention(lock: Option<&ObjectLockMode>, until: Option<&DateTime>) -> Option<Retention> {
    Some(Retention { mode: mode(lock?.as_str())?, until: moment(Some(until?)) })
}

/// A moment in whole seconds.
fn moment(time: Option<&DateTime>) -> Timestamp {
    time.and_then(|time| Timestamp::from_second(time.secs()).ok()).unwrap_or_default()
}
