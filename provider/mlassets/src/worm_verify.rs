//! `mlassets_worm_verify`: a bucket of the archive, checked from beginning to end.

use tfplug::{Action, At as _, Cx, Error, Progress, Result, Schema};

use crate::backend::worm::{Anchor, Archive, check_bucket, counted};

/// Checks each record of a bucket and the whole chain of its entries: bytes, sizes, modes or locks, order, and that
/// nothing is there that does not belong. Nothing is changed. What is wrong fails the run, all of it at once.
///
/// A chain that was cut at its end, or written anew as a whole, is only noticed by someone who knows an entry of
/// it: give `anchor` an entry that was noted elsewhere. `mlassets_worm_bucket` keeps the newest one that it saw.
#[derive(Schema, Clone, Debug)]
#[tf(name = "worm_verify")]
pub struct WormVerify {
    /// The bucket.
    #[tf(
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "mlassets_worm_bucket.audit.name"
    )]
    pub bucket: String,
    /// An entry that the chain must still have.
    pub anchor: Option<ChainEntry>,
}

/// An entry of a bucket's chain.
#[derive(Schema, Clone, Debug)]
pub struct ChainEntry {
    /// Its number, from 1.
    #[tf(check = at_least(1), example = "mlassets_worm_bucket.audit.head_sequence")]
    pub sequence: i64,
    /// Its hash, 64 hexadecimal digits.
    #[tf(check = len(64..=64), example = "mlassets_worm_bucket.audit.head_hash")]
    pub hash: String,
}

impl Action for WormVerify {
    type Backend = Archive;

    async fn invoke(cx: &Cx<Archive>, config: Self, progress: &Progress) -> Result<()> {
        let anchor = config.anchor.and_then(|entry| {
            let sequence = u64::try_from(entry.sequence).ok()?;
            Some(Anchor { sequence, hash: entry.hash })
        });
        let report = cx.verify_bucket(&config.bucket, anchor).await.map_err(Error::from)?;
        let newest = match &report.head {
            Some(head) => format!(", the newest with the hash {}", head.hash),
            None => String::new(),
        };
        progress.say(format!(
            "{}: {}, {} deleted after their retention, {}{newest}",
            config.bucket,
            counted(report.records, "record", "records"),
            report.deleted,
            counted(report.entries, "entry", "entries"),
        ));
        if report.problems.is_empty() {
            return Ok(());
        }
        let listed: Vec<String> =
            report.problems.iter().map(|problem| format!("- {problem}")).collect();
        let detail = format!(
            "The bucket {:?} is not as it was written. What is wrong:\n{}",
            config.bucket,
            listed.join("\n")
        );
        Err(Error::user("Archive is damaged", detail)).at(Self::BUCKET)
    }
}
