//! `mlassets_worm_append`: a record of something that happened, as it happens.

use tfplug::{Action, Cx, Error, Progress, Result, Schema};

use crate::backend::worm::{
    Archive, Content, NewRecord, check_bucket, check_record_name, check_record_type,
};
use crate::records::written_before;
use crate::types::Moment;

/// Appends a record to a bucket of the write-once archive, such as the audit of a deployment that has just
/// happened.
///
/// Unlike the resource `mlassets_worm_record` it leaves nothing in the state: Terraform does not look after the
/// record, the archive does. It is written at `<record_type>/<YYYY>/<YYYYMM>/<name>` in the bucket and never
/// changes. Appending the same bytes under the same name again is no error and writes nothing; other bytes are an
/// error, so a name should hold what it is about, such as a version.
#[derive(Schema, Clone, Debug)]
#[tf(name = "worm_append")]
pub struct WormAppend {
    /// The bucket.
    #[tf(
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "mlassets_worm_bucket.audit.name"
    )]
    pub bucket: String,
    /// What kind of event it records: lower case letters, digits and underscores.
    #[tf(
        check = explained("be a type of record", |name: &String| check_record_type(name)),
        example = "\"model_distribution\""
    )]
    pub record_type: String,
    /// Name of the file, unique in the bucket for its type.
    #[tf(
        check = explained("be a record's name", |name: &String| check_record_name(name)),
        example = "\"2025-01-15-v1.json\""
    )]
    pub name: String,
    /// What is recorded.
    #[tf(example = "jsonencode({ version = \"2025-01-15-v1\" })")]
    pub content: String,
    /// When the event happened, as in RFC 3339; its month in UTC chooses the folder. Left out, it is now.
    #[tf(example = "\"2025-01-15T04:00:00Z\"")]
    pub event_time: Option<Moment>,
}

impl Action for WormAppend {
    type Backend = Archive;

    async fn invoke(cx: &Cx<Archive>, config: Self, progress: &Progress) -> Result<()> {
        let WormAppend { bucket, record_type, name, content, event_time } = config;
        let event_time = match event_time {
            Some(time) => time.0,
            None => written_before(cx, &bucket, &record_type, &name, &content)
                .await?
                .unwrap_or_else(jiff::Timestamp::now),
        };
        let content = Content::Bytes(content.into_bytes());
        let new =
            NewRecord { bucket, record_type, name, event_time, content, expected_sha256: None };
        let record = cx.append(new).await.map_err(Error::from)?.record;
        progress.say(format!(
            "{}/{} is entry {} with SHA-256 {}, kept until {}",
            record.key.bucket, record.key.path, record.sequence, record.sha256, record.retain_until
        ));
        Ok(())
    }
}
