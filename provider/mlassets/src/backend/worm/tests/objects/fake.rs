//! A Blob service in memory that follows the documented rules of version-level immutability, and no more.
//!
//! A write keeps the version that was there; a delete without a version makes it an earlier one; a version under a
//! policy or a legal hold cannot be deleted; a locked policy is only extended. Signatures are not checked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;

/// A running fake; its thread ends with the test process.
#[derive(Clone)]
pub(super) struct Fake {
    address: SocketAddr,
    account: Arc<Mutex<Account>>,
}

#[derive(Default)]
struct Account {
    containers: BTreeMap<String, Container>,
    writes: u64,
    requests: u64,
    /// How far its clock is ahead.
    ahead: SignedDuration,
}

#[derive(Default)]
struct Container {
    version_level: bool,
    has_policy: bool,
    blobs: BTreeMap<String, Vec<Version>>,
}

#[derive(Clone)]
struct Version {
    id: String,
    bytes: Vec<u8>,
    modified: Timestamp,
    policy: Option<(Timestamp, String)>,
    hold: bool,
    is_current: bool,
}

struct Request {
    method: String,
    container: String,
    blob: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

#[derive(Default)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Fake {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let fake = Self { address: listener.local_addr().unwrap(), account: Arc::default() };
        let serving = fake.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(&stream.unwrap()));
            }
        });
        fake
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What an owner does through Azure Resource Manager.
    pub(super) fn add_container(&self, name: &str, version_level: bool, has_policy: bool) {
        let container = Container { version_level, has_policy, ..Container::default() };
        self.account.lock().unwrap().containers.insert(name.to_owned(), container);
    }

    pub(super) fn overwrite(&self, container: &str, blob: &str, bytes: &str) {
        self.account.lock().unwrap().put(container, blob, bytes.as_bytes().to_vec(), None);
    }

    pub(super) fn hide(&self, container: &str, blob: &str) {
        let mut account = self.account.lock().unwrap();
        for version in account.containers.get_mut(container).unwrap().blobs.get_mut(blob).unwrap() {
            version.is_current = false;
        }
    }

    /// Lets days pass by the service's clock.
    pub(super) fn pass_days(&self, days: i64) {
        self.account.lock().unwrap().ahead += SignedDuration::from_hours(24 * days);
    }

    /// How many requests were answered.
    pub(super) fn requests(&self) -> u64 {
        self.account.lock().unwrap().requests
    }

    fn serve(&self, stream: &TcpStream) {
        let Some(request) = Request::read(stream) else { return };
        let mut account = self.account.lock().unwrap();
        account.requests += 1;
        let (answer, now) = (account.answer(&request), account.now());
        drop(account);
        let mut text = format!("HTTP/1.1 {} Fake\r\nconnection: close\r\n", answer.status);
        let _ = write!(text, "date: {}\r\ncontent-length: {}\r\n", date(now), answer.body.len());
        for (name, value) in &answer.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        if request.method != "HEAD" {
            bytes.extend(&answer.body);
        }
        let mut stream = stream;
        let _ = stream.write_all(&bytes);
    }
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let (container, blob) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = query.map(|(name, value)| (name.to_owned(), plain(value))).collect();
        Some(Self { method, container: plain(container), blob: plain(blob), query, headers, body })
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.query.get(name).is_some_and(|found| found == value)
    }

    fn policy(&self) -> Option<(Timestamp, String)> {
        let until = self.headers.get("x-ms-immutability-policy-until-date")?;
        let until = DateTimeParser::new().parse_timestamp(until).ok()?;
        Some((until, self.headers.get("x-ms-immutability-policy-mode")?.to_lowercase()))
    }
}

impl Account {
    /// One container a page, so that pages are followed.
    fn list(&self, request: &Request) -> Answer {
        let prefix = request.query.get("prefix").map_or("", String::as_str);
        let marker = request.query.get("marker").map_or("", String::as_str);
        let mut names = self.containers.keys().map(String::as_str);
        let mut names = names.by_ref().filter(|name| name.starts_with(prefix) && *name >= marker);
        let first = names.next().map_or(String::new(), |name| {
            format!("<Container><Name>{name}</Name><Properties></Properties></Container>")
        });
        let next = names.next().unwrap_or_default();
        let text = format!(
            "<?xml version=\"1.0\"?><EnumerationResults><Containers>{first}</Containers>\
             <NextMarker>{next}</NextMarker></EnumerationResults>"
        );
        Answer { status: 200, headers: Vec::new(), body: text.into_bytes() }
    }

    fn now(&self) -> Timestamp {
        Timestamp::now() + self.ahead
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let now = self.now();
        if request.container.is_empty() && request.is("comp", "list") {
            return self.list(request);
        }
        let Some(container) = self.containers.get_mut(&request.container) else {
            return refuse(404, "ContainerNotFound");
        };
        if request.blob.is_empty() {
            return if request.is("comp", "list") {
                container.list(request)
            } else {
                container.describe()
            };
        }
        let versions = container.blobs.entry(request.blob.clone()).or_default();
        let named = request.query.get("versionid").cloned();
        let at = versions.iter().position(|version| match &named {
            Some(id) => version.id == *id,
            None => version.is_current,
        });
        let comp = request.query.get("comp").map_or("", String::as_str);
        match (request.method.as_str(), comp, at) {
            ("PUT", "", at) => {
                if request.headers.contains_key("if-none-match") && at.is_some() {
                    return refuse(409, "BlobAlreadyExists");
                }
                let policy = request.policy();
                if policy.as_ref().is_some_and(|(until, _)| *until <= now) {
                    return refuse(400, "InvalidHeaderValue");
                }
                let id = self.put(&request.container, &request.blob, request.body.clone(), policy);
                Answer { status: 201, headers: vec![("x-ms-version-id", id)], body: Vec::new() }
            }
            (_, _, None) => refuse(404, "BlobNotFound"),
            ("GET" | "HEAD", _, Some(at)) => versions[at].read(),
            ("PUT", "immutabilityPolicies", Some(at)) => versions[at].retain(request, now),
            ("PUT", "legalhold", Some(at)) => {
                versions[at].hold = request.headers["x-ms-legal-hold"] == "true";
                Answer { status: 200, ..Answer::default() }
            }
            ("DELETE", _, Some(at)) if named.is_none() => {
                versions[at].is_current = false;
                Answer { status: 202, ..Answer::default() }
            }
            ("DELETE", _, Some(at)) if versions[at].is_current => {
                refuse(403, "OperationNotAllowedOnRootBlob")
            }
            ("DELETE", _, Some(at)) => {
                if let Some(code) = versions[at].kept(now) {
                    return refuse(409, code);
                }
                versions.remove(at);
                Answer { status: 202, ..Answer::default() }
            }
            _ => refuse(501, "APINotImplemented"),
        }
    }

    fn put(
        &mut self,
        container: &str,
        blob: &str,
        bytes: Vec<u8>,
        policy: Option<(Timestamp, String)>,
    ) -> String {
        self.writes += 1;
        let now = self.now();
        let id = format!("2025-01-01T00:00:00.{:07}Z", self.writes);
        let container = self.containers.get_mut(container).unwrap();
        let versions = container.blobs.entry(blob.to_owned()).or_default();
        for version in versions.iter_mut() {
            version.is_current = false;
        }
        let modified = now;
        versions.push(Version {
            id: id.clone(),
            bytes,
            modified,
            policy,
            hold: false,
            is_current: true,
        });
        id
    }
}

impl Container {
    fn describe(&self) -> Answer {
        let headers = vec![
            ("x-ms-immutable-storage-with-versioning-enabled", self.version_level.to_string()),
            ("x-ms-has-immutability-policy", self.has_policy.to_string()),
            ("x-ms-has-legal-hold", "false".to_owned()),
        ];
        Answer { status: 200, headers, body: Vec::new() }
    }

    /// Two blobs a page, so that pages are followed.
    fn list(&self, request: &Request) -> Answer {
        let prefix = request.query.get("prefix").map_or("", String::as_str);
        let marker = request.query.get("marker").map_or("", String::as_str);
        let mut blobs = self.blobs.iter().filter(|(name, versions)| {
            name.starts_with(prefix) && name.as_str() >= marker && !versions.is_empty()
        });
        let mut text = "<?xml version=\"1.0\"?><EnumerationResults><Blobs>".to_owned();
        for (name, versions) in blobs.by_ref().take(2) {
            for version in versions {
                let current = if version.is_current {
                    "<IsCurrentVersion>true</IsCurrentVersion>"
                } else {
                    ""
                };
                let policy = version.policy.as_ref().map_or(String::new(), |(until, mode)| {
                    let until = date(*until);
                    format!(
                        "<ImmutabilityPolicyUntilDate>{until}</ImmutabilityPolicyUntilDate>\
                         <ImmutabilityPolicyMode>{mode}</ImmutabilityPolicyMode>"
                    )
                });
                let (id, hold) = (&version.id, version.hold);
                let _ = write!(
                    text,
                    "<Blob><Name>{name}</Name><VersionId>{id}</VersionId>{current}<Properties>{policy}\
                     <LegalHold>{hold}</LegalHold></Properties></Blob>"
                );
            }
        }
        let next = blobs.next().map_or("", |(name, _)| name);
        let _ = write!(text, "</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>");
        Answer { status: 200, headers: Vec::new(), body: text.into_bytes() }
    }
}

impl Version {
    fn read(&self) -> Answer {
        let mut headers = vec![
            ("x-ms-version-id", self.id.clone()),
            ("last-modified", date(self.modified)),
            ("x-ms-legal-hold", self.hold.to_string()),
        ];
        if let Some((until, mode)) = &self.policy {
            headers.push(("x-ms-immutability-policy-until-date", date(*until)));
            headers.push(("x-ms-immutability-policy-mode", mode.clone()));
        }
        Answer { status: 200, headers, body: self.bytes.clone() }
    }

    fn retain(&mut self, request: &Request, now: Timestamp) -> Answer {
        let Some((until, mode)) = request.policy() else {
            return refuse(400, "InvalidHeaderValue");
        };
        if let Some((held, "locked")) =
            self.policy.as_ref().map(|(until, mode)| (*until, mode.as_str()))
            && (mode != "locked" || until < held)
        {
            return refuse(409, "BlobImmutableDueToPolicy");
        }
        if until <= now {
            return refuse(400, "InvalidHeaderValue");
        }
        self.policy = Some((until, mode));
        Answer { status: 200, ..Answer::default() }
    }

    /// The code of what keeps it.
    fn kept(&self, now: Timestamp) -> Option<&'static str> {
        if self.hold {
            return Some("BlobImmutableDueToLegalHold");
        }
        self.policy.as_ref().filter(|(until, _)| *until > now).map(|_| "BlobImmutableDueToPolicy")
    }
}

fn refuse(status: u16, code: &str) -> Answer {
    let headers =
        vec![("x-ms-error-code", code.to_owned()), ("x-ms-request-id", "fake-1".to_owned())];
    Answer { status, headers, body: Vec::new() }
}

fn date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
