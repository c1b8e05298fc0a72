//! Signed URLs of S3, made by the SDK without asking the server.

use std::time::SystemTime;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use secrecy::SecretString;

use super::{Aws, Error};
use crate::backend::presign::{LONGEST, Presign, Presigned, Verb};

impl Aws {
    /// Signs a URL. Credentials may have to be asked for, S3 itself is not. One that is signed with temporary
    /// credentials ends with them, which is not told.
    pub async fn presign(&self, wanted: &Presign) -> Result<Presigned, Error> {
        let (now, ends) = wanted.span();
        let config = PresigningConfig::builder()
            .start_time(SystemTime::from(now))
            .expires_in(wanted.lasts.min(LONGEST))
            .build()
            .expect("no more than a week is asked for");
        let client = self.s3().await?;
        let Presign { bucket, key, version, verb, .. } = wanted;
        let signed = match verb {
            Verb::Get => {
                let get = client.get_object().bucket(bucket).key(key);
                let asked = get.set_version_id(version.clone()).presigned(config).await;
                self.signed(wanted, asked)?
            }
            Verb::Put => {
                let put = client.put_object().bucket(bucket).key(key);
                self.signed(wanted, put.presigned(config).await)?
            }
        };
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = headers.collect();
        Ok(Presigned { url: SecretString::from(signed.uri()), headers, ends })
    }

    fn signed<E>(
        &self,
        wanted: &Presign,
        asked: Result<PresignedRequest, SdkError<E, HttpResponse>>,
    ) -> Result<PresignedRequest, Error>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        asked.map_err(|error| Error::from_sdk(self.server(), wanted.step(), &error))
    }
}
