//! Blobs that no memory needs to hold: written in blocks that become visible together, read in stretches of one and
//! the same state. Each block and each stretch is a request of its own, which is tried again like any other.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::Method;

use super::blob::{Written, is_there};
use super::error::{Error, Reason};
use super::{Answer, Azure, Request};

/// A stretch of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The bytes; fewer than were asked for only at the end of the blob.
    pub bytes: Bytes,
    /// The size of the whole blob in bytes.
    pub total: u64,
    /// The state of the blob that the bytes are from.
    pub etag: String,
}

/// The name of a block within its blob. All blocks of a blob must have names of one length, those that others have
/// left there included; two writers must not use the same.
pub fn block_id(upload: &str, number: u32) -> String {
    STANDARD.encode(format!("{upload}-{number:05}"))
}

impl Azure {
    /// Sends a block of a blob. Nobody sees it before [`Azure::commit`] names it, and the service forgets it after a week.
    pub async fn put_block(
        &self,
        container: &str,
        name: &str,
        id: &str,
        bytes: Vec<u8>,
    ) -> Result<(), Error> {
        let step = format!("writing a block of `{name}` in container `{container}`");
        let request = Request::new(step, Method::PUT, container)
            .blob(name)
            .query("comp", "block")
            .query("blockid", id)
            .body(bytes);
        self.send(&request).await.map(drop)
    }

    /// Makes a blob of these blocks, in this order, and forgets its other blocks. If `only_new`, it is left alone where
    /// there is one, or where another writer has made one in between and with it this one's blocks forgotten.
    pub async fn commit(
        &self,
        container: &str,
        name: &str,
        ids: &[String],
        only_new: bool,
    ) -> Result<Written, Error> {
        let mut list = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>".to_owned();
        for id in ids {
            // The latest of this name: when this request is tried again, the blocks may be part of the blob already.
            let _ = write!(list, "<Latest>{id}</Latest>");
        }
        list.push_str("</BlockList>");
        let step = format!("putting `{name}` together in container `{container}`");
        let mut request = Request::new(step, Method::PUT, container)
            .blob(name)
            .query("comp", "blocklist")
            .header("content-type", "application/xml")
            .header("x-ms-blob-content-type", "application/octet-stream")
            .body(list.into_bytes());
        if only_new {
            request = request.header("if-none-match", "*");
        }
        match self.send(&request).await {
            Ok(answer) => Ok(Written::New(answer.header("x-ms-version-id").map(str::to_owned))),
            Err(error) if only_new && (is_there(&error) || error.is("InvalidBlockList")) => {
                Ok(Written::Exists)
            }
            Err(error) => Err(error),
        }
    }

    /// Up to `length` bytes of a blob from `from` on. With `etag` it is an error if the blob has changed since.
    pub async fn stretch(
        &self,
        container: &str,
        name: &str,
        (from, length): (u64, u64),
        etag: Option<&str>,
    ) -> Result<Stretch, Error> {
        let step = format!("reading `{name}` in container `{container}`");
        let last = from + length.max(1) - 1;
        let mut request = Request::new(step.clone(), Method::GET, container)
            .blob(name)
            .header("x-ms-range", format!("bytes={from}-{last}"));
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        let answer = match self.send(&request).await {
            Ok(answer) => answer,
            // An empty blob has no first byte.
            Err(error) if from == 0 && error.is("InvalidRange") => {
                return Ok(Stretch { bytes: Bytes::new(), total: 0, etag: String::new() });
            }
            Err(error) => return Err(error),
        };
        let found = read_stretch(answer);
        // An empty stretch before the end would be asked for again and again.
        if found.bytes.is_empty() && from < found.total {
            let cause = "it holds none of the bytes that were asked for".to_owned();
            return Err(Error::new(self.server(), &step, Reason::Answer { cause }));
        }
        Ok(found)
    }
}

/// Without a range in the answer, it is the whole blob.
fn read_stretch(answer: Answer) -> Stretch {
    let total = answer.header("content-range").and_then(|range| range.rsplit_once('/'));
    let total = total.and_then(|(_, total)| total.parse().ok());
    let etag = answer.header("etag").unwrap_or_default().to_owned();
    let total = total.unwrap_or(answer.body.len() as u64);
    Stretch { bytes: answer.body, total, etag }
}
