//! A container of Azure Blob Storage.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use super::store::Part;
use crate::backend::artifacts::error::Error;
use crate::backend::azure::{Azure, Stretch, Written, block_id};

/// How many bytes of a blob are asked for at a time, so that a broken answer costs no more.
const STRETCH: u64 = 8 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Container {
    azure: Arc<Azure>,
    name: String,
}

/// A blob that is being read, all of it in the state that it had at first.
pub(super) struct Reader {
    azure: Arc<Azure>,
    container: String,
    name: String,
    etag: String,
    total: u64,
    /// How much of it was given away.
    read: u64,
    /// What was asked for, to know the size.
    first: Option<Bytes>,
}

/// The name of an upload. The service knows nothing of it but the names of its blocks, which begin with it.
pub(super) fn begin() -> String {
    Uuid::new_v4().simple().to_string()
}

impl Container {
    pub(super) fn new(azure: Arc<Azure>, name: &str) -> Self {
        Self { azure, name: name.to_owned() }
    }

    pub(super) fn uri(&self) -> String {
        format!("{}/{}", self.azure.server(), self.name)
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<BTreeMap<String, u64>, Error> {
        let listed = self.azure.list_current(&self.name, prefix).await?;
        let blobs = listed.into_iter().filter(|blob| !blob.is_folder);
        Ok(blobs.map(|blob| (blob.name, blob.size)).collect())
    }

    pub(super) async fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        only_new: bool,
    ) -> Result<bool, Error> {
        if only_new {
            let written = self.azure.put_new(&self.name, key, bytes, None, None).await?;
            return Ok(matches!(written, Written::New(_)));
        }
        self.azure.put_over(&self.name, key, bytes, None).await?;
        Ok(true)
    }

    pub(super) async fn part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        bytes: Vec<u8>,
    ) -> Result<Part, Error> {
        let tag = block_id(upload, number);
        self.azure.put_block(&self.name, key, &tag, bytes).await?;
        Ok(Part { tag, crc32: None })
    }

    pub(super) async fn complete(
        &self,
        key: &str,
        parts: Vec<Part>,
        only_new: bool,
    ) -> Result<bool, Error> {
        let ids: Vec<_> = parts.into_iter().map(|part| part.tag).collect();
        let written = self.azure.commit(&self.name, key, &ids, only_new).await?;
        Ok(matches!(written, Written::New(_)))
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        Ok(self.azure.delete(&self.name, key, None).await?)
    }

    pub(super) async fn open(&self, key: &str) -> Result<Option<Reader>, Error> {
        let Stretch { bytes, total, etag } =
            match self.azure.stretch(&self.name, key, (0, STRETCH), None).await {
                Err(error) if error.is("BlobNotFound") => return Ok(None),
                found => found?,
            };
        Ok(Some(Reader {
            azure: Arc::clone(&self.azure),
            container: self.name.clone(),
            name: key.to_owned(),
            etag,
            total,
            read: 0,
            first: Some(bytes),
        }))
    }
}

impl Reader {
    pub(super) fn size(&self) -> u64 {
        self.total
    }

    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        if self.read >= self.total {
            return Ok(None);
        }
        let bytes = match self.first.take() {
            Some(first) => first,
            None => self.stretch().await?,
        };
        self.read += bytes.len() as u64;
        Ok(Some(bytes))
    }

    async fn stretch(&self) -> Result<Bytes, Error> {
        let range = (self.read, STRETCH);
        let etag = Some(self.etag.as_str());
        Ok(self.azure.stretch(&self.container, &self.name, range, etag).await?.bytes)
    }
}
