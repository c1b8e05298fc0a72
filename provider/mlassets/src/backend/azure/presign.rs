//! Shared access signatures of a blob, signed with a key of the account, or with a key that Microsoft Entra ID lends
//! to a user.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use roxmltree::Document;
use secrecy::{ExposeSecret as _, SecretString};

use super::config::Auth;
use super::error::{Error, Reason};
use super::{API_VERSION, Azure, Request, sign};
use crate::backend::presign::{Presign, Presigned, Verb};

/// How far the clocks of this machine and of the service may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The key of a user delegation, and who it stands for.
#[derive(Debug)]
pub(super) struct Delegation {
    /// `skoid`, `sktid`, `skt`, `ske`, `sks` and `skv`, in the order in which they are signed.
    pub(super) fields: [(&'static str, String); 6],
    /// The key, in base64.
    pub(super) key: SecretString,
}

impl Azure {
    /// Signs a URL. With a key of the account nobody is asked; with a login, the service is asked for a key to sign
    /// with. With a shared access signature it cannot be done.
    pub async fn presign(&self, wanted: &Presign) -> Result<Presigned, Error> {
        let (now, ends) = wanted.span();
        let query = match &self.config.auth {
            Auth::SharedKey(key) => self.sas(wanted, ends, key, None),
            Auth::Entra(_) => {
                let lent = self.delegation(wanted, now - SKEW, ends).await?;
                self.sas(wanted, ends, &lent.key, Some(&lent))
            }
            Auth::Sas(_) => {
                let cause = "a shared access signature cannot sign another one".to_owned();
                return Err(Error::new(
                    self.server(),
                    &wanted.step(),
                    Reason::Credentials { cause },
                ));
            }
        };
        let version = wanted.version.as_deref();
        let mut url = self.url(
            &Request::new(wanted.step(), Method::GET, &wanted.bucket)
                .blob(&wanted.key)
                .version(version),
        );
        let own = url.query().map(|own| format!("{own}&")).unwrap_or_default();
        url.set_query(Some(&format!("{own}{query}")));
        let headers = match wanted.verb {
            Verb::Get => Vec::new(),
            Verb::Put => vec![("x-ms-blob-type".to_owned(), "BlockBlob".to_owned())],
        };
        let headers = headers.into_iter().collect();
        Ok(Presigned { url: SecretString::from(url.as_str()), headers, ends })
    }

    /// The query of the URL, with its signature.
    pub(super) fn sas(
        &self,
        wanted: &Presign,
        ends: Timestamp,
        key: &SecretString,
        lent: Option<&Delegation>,
    ) -> String {
        let permissions = match wanted.verb {
            Verb::Get => "r",
            Verb::Put => "cw",
        };
        let protocol = if self.endpoint.scheme() == "https" { "https" } else { "https,http" };
        let (resource, version) = match &wanted.version {
            Some(version) => ("bv", version.as_str()),
            None => ("b", ""),
        };
        let ends = ends.to_string();
        let place = format!("/blob/{}/{}/{}", self.account, wanted.bucket, wanted.key);
        let mut lines = vec![permissions, "", &ends, &place];
        match lent {
            None => lines.push(""),
            Some(lent) => {
                lines.extend(lent.fields.iter().map(|(_, value)| value.as_str()));
                lines.extend(["", "", ""]);
            }
        }
        lines.extend(["", protocol, API_VERSION, resource, version, "", "", "", "", "", ""]);
        let signature = sign::signature(key.expose_secret(), &lines.join("\n"));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("se", &ends).append_pair("sp", permissions);
        query.append_pair("spr", protocol).append_pair("sv", API_VERSION);
        query.append_pair("sr", resource);
        for (name, value) in lent.iter().flat_map(|lent| &lent.fields) {
            query.append_pair(name, value);
        }
        query.append_pair("sig", &signature).finish()
    }

    /// A key to sign with for whoever is logged in, good from `start` to `ends`.
    async fn delegation(
        &self,
        wanted: &Presign,
        start: Timestamp,
        ends: Timestamp,
    ) -> Result<Delegation, Error> {
        let request = Request::new(wanted.step(), Method::POST, "")
            .query("restype", "service")
            .query("comp", "userdelegationkey")
            .header("content-type", "application/xml")
            .body(format!("<KeyInfo><Start>{start}</Start><Expiry>{ends}</Expiry></KeyInfo>"));
        let answer = self.send(&request).await?;
        read_delegation(&answer.body).ok_or_else(|| {
            let cause = "it holds no key of a user delegation".to_owned();
            Error::new(self.server(), &wanted.step(), Reason::Answer { cause })
        })
    }
}

pub(super) fn read_delegation(body: &[u8]) -> Option<Delegation> {
    let text = std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}');
    let document = Document::parse(text).ok()?;
    let root = document.root_element();
    let told = |name: &str| {
        root.children().find(|node| node.has_tag_name(name))?.text().map(str::to_owned)
    };
    let fields = [
        ("skoid", told("SignedOid")?),
        ("sktid", told("SignedTid")?),
        ("skt", told("SignedStart")?),
        ("ske", told("SignedExpiry")?),
        ("sks", told("SignedService")?),
        ("skv", told("SignedVersion")?),
    ];
    Some(Delegation { fields, key: SecretString::from(told("Value")?) })
}
