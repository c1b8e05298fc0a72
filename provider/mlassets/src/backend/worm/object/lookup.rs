//! What somebody asks who writes records of one type and must not write one twice.

use std::collections::BTreeSet;

use crate::backend::worm::error::Error;
use crate::backend::worm::name::{check_record_name, check_record_type};
use crate::backend::worm::object::Objects;

impl Objects {
    pub(in crate::backend::worm) async fn verify_writable(
        &self,
        bucket: &str,
    ) -> Result<(), Error> {
        self.expect_end(bucket).await.map(drop)
    }

    pub(in crate::backend::worm) async fn written(
        &self,
        bucket: &str,
        record_type: &str,
        name: &str,
    ) -> Result<Option<Vec<u8>>, Error> {
        check_record_type(record_type)?;
        check_record_name(name)?;
        let end = format!("/{name}");
        let versions = self.store.list(bucket, &format!("{record_type}/")).await?;
        let ours = versions.iter().filter(|it| !it.is_marker && it.key.ends_with(&end));
        let Some(newest) = ours.clone().map(|version| &version.key).max() else { return Ok(None) };
        // What was written first counts: a later version is somebody else's.
        for version in ours.filter(|version| version.key == *newest) {
            if let Some(object) = self.store.get(bucket, newest, Some(&version.id)).await? {
                return Ok(Some(object.bytes));
            }
        }
        Ok(None)
    }

    pub(in crate::backend::worm) async fn paths(
        &self,
        bucket: &str,
        record_type: &str,
    ) -> Result<BTreeSet<String>, Error> {
        check_record_type(record_type)?;
        Ok(self.expect_sound(bucket).await?.chain.paths_of(record_type))
    }
}
