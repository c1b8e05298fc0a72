//! The calls that assets need: containers, block blobs and their versions, immutability and legal holds.

use jiff::Timestamp;
use reqwest::Method;
use roxmltree::{Document, Node};

use super::error::{Error, Reason};
use super::{Answer, Azure, Request, http_date};

/// A container, as far as it matters for what is kept in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Container {
    /// Whether versions of its blobs can have immutability policies of their own.
    pub version_level_immutability: bool,
    /// Whether the container has a policy of its own, made through Azure Resource Manager.
    pub has_immutability_policy: bool,
    /// Whether the container has a legal hold.
    pub has_legal_hold: bool,
}

/// Whether a policy can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyMode {
    /// Those with the right to may shorten or remove it.
    Unlocked,
    /// It can only be extended, by anyone.
    Locked,
}

/// Until when a version of a blob cannot be changed or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Immutability {
    /// The end, in whole seconds.
    pub until: Timestamp,
    /// Whether it can be taken back before.
    pub mode: PolicyMode,
}

/// A version of a blob with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The bytes; empty where only properties were asked for.
    pub bytes: Vec<u8>,
    /// The version; none where the account keeps no versions.
    pub version: Option<String>,
    /// When it was written, by the server's clock.
    pub modified: Option<Timestamp>,
    /// Its policy, if it has one.
    pub immutability: Option<Immutability>,
    /// Whether it has a legal hold.
    pub legal_hold: bool,
}

/// A version of a blob in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedBlob {
    /// The name of the blob.
    pub name: String,
    /// The version. Later versions have greater texts.
    pub version: Option<String>,
    /// Whether a read without a version gets this one.
    pub is_current: bool,
    /// Number of bytes.
    pub size: u64,
    /// Whether it only stands for a folder, where the account has those.
    pub is_folder: bool,
    /// Its policy, if it has one.
    pub immutability: Option<Immutability>,
    /// Whether it has a legal hold.
    pub legal_hold: bool,
}

/// The outcome of a write that must not replace anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It was written, as this version if the account keeps versions.
    New(Option<String>),
    /// There was such a blob already, and it was left alone.
    Exists,
}

impl Azure {
    /// The container, or none.
    pub async fn container(&self, name: &str) -> Result<Option<Container>, Error> {
        let request = Request::new(format!("looking at container `{name}`"), Method::HEAD, name)
            .query("restype", "container");
        let answer = match self.send(&request).await {
            Err(error) if error.refusal().is_some_and(|(status, _)| status == 404) => {
                return Ok(None);
            }
            answer => answer?,
        };
        let is =
            |header| answer.header(header).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Ok(Some(Container {
            version_level_immutability: is("x-ms-immutable-storage-with-versioning-enabled"),
            has_immutability_policy: is("x-ms-has-immutability-policy"),
            has_legal_hold: is("x-ms-has-legal-hold"),
        }))
    }

    /// Makes a container that keeps no evidence, unless there is one.
    pub async fn create_container(&self, name: &str) -> Result<(), Error> {
        let request = Request::new(format!("creating container `{name}`"), Method::PUT, name)
            .query("restype", "container");
        match self.send(&request).await {
            Err(error) if error.is("ContainerAlreadyExists") => Ok(()),
            made => made.map(drop),
        }
    }

    /// The names of all containers that begin with `prefix`, sorted.
    pub async fn containers(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let step = "listing the containers";
        let mut names = Vec::new();
        let mut marker = String::new();
        loop {
            let mut request = Request::new(step, Method::GET, "").query("comp", "list");
            if !prefix.is_empty() {
                request = request.query("prefix", prefix);
            }
            if !marker.is_empty() {
                request = request.query("marker", marker);
            }
            let answer = self.send(&request).await?;
            let page = read_containers(&answer.body).ok_or_else(|| {
                let cause = "the list is not the XML of the Blob service".to_owned();
                Error::new(self.server(), step, Reason::Answer { cause })
            })?;
            names.extend(page.0);
            marker = page.1;
            if marker.is_empty() {
                break;
            }
        }
        names.sort();
        Ok(names)
    }

    /// What the server's clock says.
    pub async fn clock(&self, container: &str) -> Result<Timestamp, Error> {
        let step = format!("asking the time at container `{container}`");
        let request =
            Request::new(step.clone(), Method::HEAD, container).query("restype", "container");
        let answer = self.send(&request).await?;
        answer.header("date").and_then(read_date).ok_or_else(|| {
            let cause = "it has no date".to_owned();
            Error::new(self.server(), &step, Reason::Answer { cause })
        })
    }

    /// Writes a block blob unless there is one of that name. `lock` is set with it.
    pub async fn put_new(
        &self,
        container: &str,
        name: &str,
        bytes: Vec<u8>,
        lock: Option<Immutability>,
        tier: Option<&str>,
    ) -> Result<Written, Error> {
        let mut request = upload(container, name, bytes, lock, tier);
        request = request.header("if-none-match", "*");
        match self.send(&request).await {
            Ok(answer) => Ok(Written::New(answer.header("x-ms-version-id").map(str::to_owned))),
            Err(error) if is_there(&error) => Ok(Written::Exists),
            Err(error) => Err(error),
        }
    }

    /// Writes a block blob as the newest version, whatever there is, and says which version it is.
    pub async fn put_over(
        &self,
        container: &str,
        name: &str,
        bytes: Vec<u8>,
        lock: Option<Immutability>,
    ) -> Result<Option<String>, Error> {
        let answer = self.send(&upload(container, name, bytes, lock, None)).await?;
        Ok(answer.header("x-ms-version-id").map(str::to_owned))
    }

    /// A version of a blob with its bytes, the current one if none is named; nothing if it is not there.
    pub async fn get(
        &self,
        container: &str,
        name: &str,
        version: Option<&str>,
    ) -> Result<Option<Blob>, Error> {
        self.read(Method::GET, container, name, version).await
    }

    /// The properties of a version of a blob, the current one if none is named; nothing if it is not there.
    pub async fn head(
        &self,
        container: &str,
        name: &str,
        version: Option<&str>,
    ) -> Result<Option<Blob>, Error> {
        self.read(Method::HEAD, container, name, version).await
    }

    /// Deletes a version of a blob; that it is not there is no error.
    pub async fn delete(
        &self,
        container: &str,
        name: &str,
        version: Option<&str>,
    ) -> Result<(), Error> {
        let step = format!("deleting `{name}` in container `{container}`");
        let request = Request::new(step, Method::DELETE, container).blob(name).version(version);
        match self.send(&request).await {
            Err(error) if error.refusal().is_some_and(|(status, _)| status == 404) => Ok(()),
            deleted => deleted.map(drop),
        }
    }

    /// Every version of every blob whose name begins with `prefix`, by name, older versions first.
    pub async fn list(&self, container: &str, prefix: &str) -> Result<Vec<ListedBlob>, Error> {
        let include = Some("versions,immutabilitypolicy,legalhold");
        let mut listed = self.pages(container, prefix, include).await?;
        listed.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(listed)
    }

    /// Every blob whose name begins with `prefix`, as a read without a version gets it, by name.
    pub async fn list_current(
        &self,
        container: &str,
        prefix: &str,
    ) -> Result<Vec<ListedBlob>, Error> {
        self.pages(container, prefix, None).await
    }

    async fn pages(
        &self,
        container: &str,
        prefix: &str,
        include: Option<&str>,
    ) -> Result<Vec<ListedBlob>, Error> {
        let step = format!("listing `{prefix}` in container `{container}`");
        let mut listed = Vec::new();
        let mut marker = String::new();
        loop {
            let mut request = Request::new(step.clone(), Method::GET, container)
                .query("restype", "container")
                .query("comp", "list");
            if let Some(include) = include {
                request = request.query("include", include);
            }
            if !prefix.is_empty() {
                request = request.query("prefix", prefix);
            }
            if !marker.is_empty() {
                request = request.query("marker", marker);
            }
            let answer = self.send(&request).await?;
            let page = read_page(&answer.body).ok_or_else(|| {
                let cause = "the list is not the XML of the Blob service".to_owned();
                Error::new(self.server(), &step, Reason::Answer { cause })
            })?;
            listed.extend(page.0);
            marker = page.1;
            if marker.is_empty() {
                return Ok(listed);
            }
        }
    }

    /// Sets or extends the policy of a version of a blob.
    pub async fn set_immutability(
        &self,
        container: &str,
        name: &str,
        version: Option<&str>,
        policy: Immutability,
    ) -> Result<(), Error> {
        let step = format!("locking `{name}` in container `{container}` until {}", policy.until);
        let request = Request::new(step, Method::PUT, container)
            .blob(name)
            .version(version)
            .query("comp", "immutabilityPolicies");
        self.send(&locked(request, policy)).await.map(drop)
    }

    /// Sets or clears the legal hold of a version of a blob.
    pub async fn set_legal_hold(
        &self,
        container: &str,
        name: &str,
        version: Option<&str>,
        hold: bool,
    ) -> Result<(), Error> {
        let what = if hold { "setting" } else { "clearing" };
        let step = format!("{what} the legal hold of `{name}` in container `{container}`");
        let request = Request::new(step, Method::PUT, container)
            .blob(name)
            .version(version)
            .query("comp", "legalhold")
            .header("x-ms-legal-hold", hold.to_string());
        self.send(&request).await.map(drop)
    }

    async fn read(
        &self,
        method: Method,
        container: &str,
        name: &str,
        version: Option<&str>,
    ) -> Result<Option<Blob>, Error> {
        let step = format!("reading `{name}` in container `{container}`");
        let request = Request::new(step, method, container).blob(name).version(version);
        match self.send(&request).await {
            Ok(answer) => Ok(Some(Blob::from(answer))),
            Err(error) if error.is("ContainerNotFound") => Err(error),
            Err(error) if error.refusal().is_some_and(|(status, _)| status == 404) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether a write on the condition that there is no such blob was refused because there is one.
pub(super) fn is_there(error: &Error) -> bool {
    // Where the present version is immutable, the condition may not be looked at first.
    ["BlobAlreadyExists", "ConditionNotMet", "BlobImmutableDueToPolicy"]
        .iter()
        .any(|code| error.is(code))
}

fn upload(
    container: &str,
    name: &str,
    bytes: Vec<u8>,
    lock: Option<Immutability>,
    tier: Option<&str>,
) -> Request {
    let step = format!("writing `{name}` in container `{container}`");
    let mut request = Request::new(step, Method::PUT, container)
        .blob(name)
        .header("x-ms-blob-type", "BlockBlob")
        .header("content-type", "application/octet-stream");
    if let Some(tier) = tier {
        request = request.header("x-ms-access-tier", tier);
    }
    if let Some(lock) = lock {
        request = locked(request, lock);
    }
    request.body(bytes)
}

fn locked(request: Request, policy: Immutability) -> Request {
    let mode = match policy.mode {
        PolicyMode::Unlocked => "Unlocked",
        PolicyMode::Locked => "Locked",
    };
    request
        .header("x-ms-immutability-policy-until-date", http_date(policy.until))
        .header("x-ms-immutability-policy-mode", mode)
}

/// Reads an HTTP date such as `Sun, 22 Nov 2026 00:21:18 GMT`.
fn read_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn immutability(until: Option<&str>, mode: Option<&str>) -> Option<Immutability> {
    let until = read_date(until?)?;
    let mode = match mode? {
        mode if mode.eq_ignore_ascii_case("locked") => PolicyMode::Locked,
        mode if mode.eq_ignore_ascii_case("unlocked") => PolicyMode::Unlocked,
        _ => return None,
    };
    Some(Immutability { until, mode })
}

impl From<Answer> for Blob {
    fn from(answer: Answer) -> Self {
        let hold = answer.header("x-ms-legal-hold");
        Self {
            version: answer.header("x-ms-version-id").map(str::to_owned),
            modified: answer.header("last-modified").and_then(read_date),
            immutability: immutability(
                answer.header("x-ms-immutability-policy-until-date"),
                answer.header("x-ms-immutability-policy-mode"),
            ),
            legal_hold: hold.is_some_and(|hold| hold.eq_ignore_ascii_case("true")),
            bytes: answer.body.to_vec(),
        }
    }
}

/// The blobs of a page, and where the next page begins, if there is one.
fn read_page(body: &[u8]) -> Option<(Vec<ListedBlob>, String)> {
    let text = std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}');
    let page = Document::parse(text).ok()?;
    let root = page.root_element();
    let blobs = child(root, "Blobs")?.children().filter(|node| node.has_tag_name("Blob"));
    let listed = blobs.map(listed_blob).collect::<Option<_>>()?;
    Some((listed, text_of(root, "NextMarker").unwrap_or_default().to_owned()))
}

/// The containers of a page, and where the next page begins, if there is one.
fn read_containers(body: &[u8]) -> Option<(Vec<String>, String)> {
    let text = std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}');
    let page = Document::parse(text).ok()?;
    let root = page.root_element();
    let containers = child(root, "Containers")?.children();
    let containers = containers.filter(|node| node.has_tag_name("Container"));
    let names =
        containers.map(|it| text_of(it, "Name").map(str::to_owned)).collect::<Option<_>>()?;
    Some((names, text_of(root, "NextMarker").unwrap_or_default().to_owned()))
}

fn listed_blob(blob: Node<'_, '_>) -> Option<ListedBlob> {
    let version = text_of(blob, "VersionId").map(str::to_owned);
    let properties = child(blob, "Properties");
    let property = |name| properties.and_then(|properties| text_of(properties, name));
    Some(ListedBlob {
        name: text_of(blob, "Name")?.to_owned(),
        // Without versions each blob is what a read gets.
        is_current: text_of(blob, "IsCurrentVersion").map_or(version.is_none(), |it| it == "true"),
        version,
        size: property("Content-Length").and_then(|size| size.parse().ok()).unwrap_or_default(),
        is_folder: property("ResourceType") == Some("directory"),
        immutability: immutability(
            property("ImmutabilityPolicyUntilDate"),
            property("ImmutabilityPolicyMode"),
        ),
        legal_hold: property("LegalHold") == Some("true"),
    })
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name(name))
}

fn text_of<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text()
}
