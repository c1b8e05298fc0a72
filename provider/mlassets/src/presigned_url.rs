//! `mlassets_presigned_url`: the right to do one thing with one object, for a while, as a URL.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tfplug::{Attr, Cx, Draft, EphemeralResource, Error, Failure, Opened, Result, Schema, Secret};

use crate::backend::presign::{Presign, Presigned, Verb};
use crate::backend::worm::check_bucket;
use crate::provider::Clouds;
use crate::types::Moment;

/// A signed URL: whoever has it may read or write one object in S3 or Azure Blob Storage until it ends, without any
/// other credentials.
///
/// It is made in each plan and each apply that needs it, and is in no state and in no plan. Nothing is asked of the
/// store for it, except for Azure with a login, whose service is asked for a key to sign with. So nothing says whether the
/// object is there, nor whether these credentials may touch it: the store decides when the URL is used.
///
/// A URL cannot be taken back. It also ends when the credentials end that signed it, which for temporary ones can be
/// sooner than `expires_at`.
///
/// For a record of a write-once archive, `bucket` is its bucket, `key` its `path`, and `version_id` its `version_id`, so
/// that the URL gives the evidence itself, whatever lies over it. A URL that writes adds another version over it and
/// changes nothing of it.
#[derive(Schema, Clone, Debug)]
#[tf(name = "presigned_url")]
pub struct PresignedUrl {
    /// Where the object is: on `s3`, as the provider's block `aws` says, or on `azure`.
    #[tf(default = "s3", check = one_of(&["s3", "azure"]))]
    pub store: Attr<String>,
    /// The bucket, or the container.
    #[tf(
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "mlassets_worm_record.release.bucket"
    )]
    pub bucket: String,
    /// The object.
    #[tf(check = len(1..=1_024), example = "mlassets_worm_record.release.path")]
    pub key: String,
    /// A version of the object to be read; the current one by default.
    #[tf(check = len(1..=1_024), example = "mlassets_worm_record.release.version_id")]
    pub version_id: Option<String>,
    /// What may be done with it: `GET` or `PUT`.
    #[tf(default = "GET", check = one_of(&["GET", "PUT"]))]
    pub method: Attr<String>,
    /// For how long, in seconds; at most seven days.
    #[tf(default = 900, check = between(1..=604_800))]
    pub expires_in: Attr<i64>,
    /// The URL.
    #[tf(computed)]
    pub url: Attr<Secret>,
    /// Headers that a request with it must have, such as `x-ms-blob-type` for writing on Azure.
    #[tf(computed)]
    pub headers: Attr<BTreeMap<String, String>>,
    /// When it ends, by the clock of this machine.
    #[tf(computed)]
    pub expires_at: Attr<Moment>,
}

impl EphemeralResource for PresignedUrl {
    type Backend = Clouds;
    type Handle = ();

    async fn open(cx: &Cx<Clouds>, config: Self) -> Result<Opened<Self>, Failure<()>> {
        let seconds = config.expires_in.known().and_then(|seconds| u64::try_from(seconds).ok());
        let puts = config.method.clone().known().is_some_and(|method| method == "PUT");
        let wanted = Presign {
            bucket: config.bucket.clone(),
            key: config.key.clone(),
            version: config.version_id.clone(),
            verb: if puts { Verb::Put } else { Verb::Get },
            lasts: Duration::from_secs(seconds.unwrap_or_default()),
        };
        let on_azure = config.store.clone().known().is_some_and(|store| store == "azure");
        let Presigned { url, headers, ends } = if on_azure {
            cx.azure.clone()?.presign(&wanted).await.map_err(Error::from)?
        } else {
            cx.aws.clone()?.presign(&wanted).await.map_err(Error::from)?
        };
        let signed = Self {
            url: Attr::Known(Secret::from(url.expose_secret())),
            headers: Attr::Known(headers),
            expires_at: Attr::Known(Moment(ends)),
            ..config
        };
        Ok(Opened::new(signed, ()))
    }

    fn validate(config: &mut Draft<'_, Self>) {
        let puts = config.get(Self::METHOD).known().is_some_and(|method| method == "PUT");
        if puts && config.get(Self::VERSION_ID).known().is_some() {
            let detail = "What is written becomes a version of its own. Leave `version_id` out.";
            config.deny(Self::VERSION_ID, "A version cannot be written", detail);
        }
    }
}
