//! Questions of those who write a record once although they may be interrupted: can it be written, was it written?

use std::collections::BTreeSet;
use std::io::Read as _;

use crate::backend::worm::directory::{Depth, Directory};
use crate::backend::worm::error::Error;
use crate::backend::worm::name::{check_record_name, check_record_type};

impl Directory {
    pub(in crate::backend::worm) fn verify_writable(&self, bucket: &str) -> Result<(), Error> {
        self.hold_sound(bucket, self.folder(bucket)?, Depth::End).map(drop)
    }

    pub(in crate::backend::worm) fn written(
        &self,
        bucket: &str,
        record_type: &str,
        name: &str,
    ) -> Result<Option<Vec<u8>>, Error> {
        check_record_type(record_type)?;
        check_record_name(name)?;
        let Some(kind) = self.folder(bucket)?.folder(record_type)? else { return Ok(None) };
        for year in kind.names()?.into_iter().rev() {
            let Some(year) = kind.folder(year)? else { continue };
            for month in year.names()?.into_iter().rev() {
                let Some(month) = year.folder(month)? else { continue };
                if let Some(mut file) = month.file(name)? {
                    let mut bytes = Vec::new();
                    let read = file.read_to_end(&mut bytes);
                    read.map_err(|error| Error::io("read", &month.path(name), error))?;
                    return Ok(Some(bytes));
                }
            }
        }
        Ok(None)
    }

    pub(in crate::backend::worm) fn paths(
        &self,
        bucket: &str,
        record_type: &str,
    ) -> Result<BTreeSet<String>, Error> {
        check_record_type(record_type)?;
        let (_, chain) = self.expect(bucket, Depth::Whole)?;
        chain.sound(bucket)?;
        Ok(chain.paths_of(record_type))
    }
}
