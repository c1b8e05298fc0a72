//! What is known of a record before it is written, for all who write one.

use jiff::Timestamp;

use crate::backend::worm::{Archive, Error, content_hash};

/// The time of the record that an interrupted run left behind, if there is one: the same bucket, type and name
/// with the same bytes.
pub(crate) async fn written_before(
    archive: &Archive,
    bucket: &str,
    record_type: &str,
    name: &str,
    content: &str,
) -> Result<Option<Timestamp>, Error> {
    let wanted = content_hash(content.as_bytes());
    archive.event_time(bucket, record_type, name, &wanted).await
}
