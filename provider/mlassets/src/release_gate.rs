//! `mlassets_release_gate`: checks that a release must pass before anything is changed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tfplug::{Attr, Cx, DataSource, Draft, Error, Path, Result, Schema};

use crate::backend::gate::{
    Check, Endpoint, Expectation, Failure, Format, Gate, Limits, Query, Report, check_url, evidence,
};
use crate::backend::worm::{canonical_json, content_hash};
use crate::diagnose::sentence;

/// Checks that must pass before a release: reports of tools, questions to databases, endpoints. It is read while
/// planning, so a check that is missing, too old or not passed stops the plan, and all such checks are named at once.
///
/// Where a check depends on something that is still to be applied, Terraform reads the gate during the apply instead.
/// Make the resources that it guards depend on it, or use its `evidence`.
///
/// Nothing is changed anywhere: databases are asked in read-only transactions, endpoints are got without following
/// redirects. What a check has found is stored in the state, so let it ask for counts and states, not for secrets.
#[derive(Schema, Clone, Debug)]
#[tf(name = "release_gate")]
pub struct ReleaseGate {
    /// Files that tools have written, by the name of the check.
    pub reports: Option<BTreeMap<String, ReportCheck>>,
    /// Questions to databases, by the name of the check.
    pub queries: Option<BTreeMap<String, QueryCheck>>,
    /// Answers over HTTP, by the name of the check.
    pub endpoints: Option<BTreeMap<String, EndpointCheck>>,
    /// How old a report may be, in seconds; a day by default.
    #[tf(check = between(1..=31_536_000))]
    pub max_age_seconds: Option<i64>,
    /// Longest time for one check, in seconds; 10 by default.
    #[tf(check = between(1..=600))]
    pub timeout_seconds: Option<i64>,
    /// What each check has found.
    #[tf(computed)]
    pub results: Attr<BTreeMap<String, String>>,
    /// All that was seen, as canonical JSON: for a record of the release.
    #[tf(computed)]
    pub evidence: Attr<String>,
    /// SHA-256 of `evidence`.
    #[tf(computed)]
    pub evidence_sha256: Attr<String>,
}

/// A file that a tool has written.
#[derive(Schema, Clone, Debug)]
pub struct ReportCheck {
    /// The file; relative to where Terraform runs.
    #[tf(check = len(1..=4096), example = "\"${path.root}/reports/pytest.xml\"")]
    pub path: String,
    /// `junit`: at least one test has run, and none has failed. `exit`: the file holds an exit code, which must be 0.
    /// `json`: the value at `pointer` must be as expected.
    #[tf(check = one_of(&["json", "junit", "exit"]))]
    pub format: String,
    /// Where the value is in the JSON document, as in RFC 6901; the whole document by default.
    #[tf(check = explained("be a JSON pointer", |pointer: &String| check_pointer(pointer)), example = "\"/totals/percent_covered\"")]
    pub pointer: Option<String>,
    /// What the value must be: the text of a string, JSON of anything else.
    pub equals: Option<String>,
    /// The least number that passes.
    pub at_least: Option<f64>,
    /// The highest number that passes.
    pub at_most: Option<f64>,
    /// Where the JSON document says when it was made, as in RFC 3339. Otherwise the time of the file counts, which a copy
    /// may renew.
    #[tf(check = explained("be a JSON pointer", |pointer: &String| check_pointer(pointer)))]
    pub time_pointer: Option<String>,
}

/// A question to a database.
#[derive(Schema, Clone, Debug)]
pub struct QueryCheck {
    /// The database, by its name in the provider's `gate` block.
    pub database: String,
    /// One statement that reads; it gives one row with one column.
    #[tf(check = len(1..=100_000), example = "\"select count(*) from core.incident where resolved_at is null\"")]
    pub sql: String,
    /// What the value must be: the text of a string, JSON of anything else.
    pub equals: Option<String>,
    /// The least number that passes.
    pub at_least: Option<f64>,
    /// The highest number that passes.
    pub at_most: Option<f64>,
}

/// An answer over HTTP.
#[derive(Schema, Clone, Debug)]
pub struct EndpointCheck {
    /// Where it is got, by HTTP or HTTPS; without a password.
    #[tf(check = explained("be an address", |url: &String| check_url(url).map(drop)), example = "\"https://prefect.example.com/api/health\"")]
    pub url: String,
    /// A bearer token to send, by its name in the provider's `gate` block.
    pub token: Option<String>,
    /// The status that passes; 200 by default.
    #[tf(check = between(100..=599))]
    pub status: Option<i64>,
    /// Where in the JSON of the answer a value is that must be as expected, as in RFC 6901.
    #[tf(check = explained("be a JSON pointer", |pointer: &String| check_pointer(pointer)))]
    pub pointer: Option<String>,
    /// What the value must be: the text of a string, JSON of anything else.
    pub equals: Option<String>,
    /// The least number that passes.
    pub at_least: Option<f64>,
    /// The highest number that passes.
    pub at_most: Option<f64>,
}

impl DataSource for ReleaseGate {
    type Backend = Gate;

    async fn read(cx: &Cx<Gate>, config: Self) -> Result<Self> {
        let checks = config.checks()?;
        if checks.is_empty() {
            let detail = "A gate without checks lets everything through. Declare `reports`, `queries` or `endpoints`.";
            return Err(Error::user("Nothing is checked", detail));
        }
        let seconds = |given: Option<i64>, default: u32| given.unwrap_or_else(|| default.into());
        let limits = Limits {
            now: Timestamp::now(),
            max_age: SignedDuration::from_secs(seconds(config.max_age_seconds, 86_400)),
            timeout: Duration::from_secs(seconds(config.timeout_seconds, 10).unsigned_abs()),
        };
        let places: BTreeMap<_, _> =
            checks.iter().map(|(name, (place, _))| (name.clone(), place.clone())).collect();
        let verdicts =
            cx.run(checks.into_iter().map(|(name, (_, check))| (name, check)), limits).await;
        let (mut passed, mut errors) = (BTreeMap::new(), Vec::new());
        for (name, verdict) in verdicts {
            match verdict {
                Ok(facts) => drop(passed.insert(name, facts)),
                Err(failure) => {
                    let place = places.get(&name).cloned().unwrap_or(Path::ROOT);
                    errors.push(explain(&name, &failure).at(place));
                }
            }
        }
        if let Some(error) = errors.into_iter().reduce(Error::and) {
            return Err(error);
        }
        let evidence = canonical_json(&evidence(&passed));
        let results = passed.into_iter().map(|(name, facts)| (name, facts.found)).collect();
        Ok(ReleaseGate {
            results: Attr::Known(results),
            evidence_sha256: Attr::Known(content_hash(evidence.as_bytes())),
            evidence: Attr::Known(evidence),
            ..config
        })
    }

    fn validate(config: &mut Draft<'_, Self>) {
        let reports = config.get(Self::REPORTS).known().unwrap_or_default();
        for (name, report) in reports {
            let place = Self::REPORTS.key(name);
            let expects = report.pointer.is_some()
                || report.time_pointer.is_some()
                || report.expected().is_some();
            if report.format == "json" && report.expected().is_none() {
                let detail = "A report in JSON needs `equals`, `at_least` or `at_most`.";
                config.deny(place, "Nothing is expected", detail);
            } else if report.format != "json" && expects {
                let detail = format!(
                    "Only a report in JSON has values to look at; this one is read as `{}`.",
                    report.format
                );
                config.deny(place, "Nothing can be expected", detail);
            }
        }
        for (name, query) in config.get(Self::QUERIES).known().unwrap_or_default() {
            if query.expected().is_none() {
                let detail = "A query needs `equals`, `at_least` or `at_most`.";
                config.deny(Self::QUERIES.key(name), "Nothing is expected", detail);
            }
        }
        for (name, endpoint) in config.get(Self::ENDPOINTS).known().unwrap_or_default() {
            if endpoint.pointer.is_some() != endpoint.expected().is_some() {
                let detail =
                    "`pointer` and one of `equals`, `at_least` and `at_most` belong together.";
                config.deny(Self::ENDPOINTS.key(name), "Half an expectation", detail);
            }
        }
    }
}

impl ReleaseGate {
    /// Each check by its name, with its place in the configuration.
    fn checks(&self) -> Result<BTreeMap<String, (Path, Check)>> {
        let mut all = BTreeMap::new();
        let mut error: Option<Error> = None;
        let mut add = |name: &String, place: Path, check: Check| {
            if all.insert(name.clone(), (place.clone(), check)).is_some() {
                let detail =
                    format!("Two checks are called `{name}`; each needs a name of its own.");
                let twice = Error::user("Two checks of one name", detail).at(place);
                error = Some(match error.take() {
                    Some(earlier) => earlier.and(twice),
                    None => twice,
                });
            }
        };
        for (name, report) in self.reports.iter().flatten() {
            add(
                name,
                Self::REPORTS.key(name.as_str()).path().clone(),
                Check::Report(report.check()),
            );
        }
        for (name, query) in self.queries.iter().flatten() {
            add(name, Self::QUERIES.key(name.as_str()).path().clone(), Check::Query(query.check()));
        }
        for (name, endpoint) in self.endpoints.iter().flatten() {
            add(
                name,
                Self::ENDPOINTS.key(name.as_str()).path().clone(),
                Check::Endpoint(endpoint.check()?),
            );
        }
        error.map_or(Ok(all), Err)
    }
}

impl ReportCheck {
    fn expected(&self) -> Option<Expectation> {
        expectation(self.equals.as_ref(), self.at_least, self.at_most)
    }

    fn check(&self) -> Report {
        let format = match self.format.as_str() {
            "junit" => Format::Junit,
            "exit" => Format::Exit,
            _ => Format::Json {
                pointer: self.pointer.clone().unwrap_or_default(),
                time_pointer: self.time_pointer.clone(),
                expected: self.expected().unwrap_or_default(),
            },
        };
        Report { path: PathBuf::from(&self.path), format }
    }
}

impl QueryCheck {
    fn expected(&self) -> Option<Expectation> {
        expectation(self.equals.as_ref(), self.at_least, self.at_most)
    }

    fn check(&self) -> Query {
        Query {
            database: self.database.clone(),
            sql: self.sql.clone(),
            expected: self.expected().unwrap_or_default(),
        }
    }
}

impl EndpointCheck {
    fn expected(&self) -> Option<Expectation> {
        expectation(self.equals.as_ref(), self.at_least, self.at_most)
    }

    fn check(&self) -> Result<Endpoint> {
        Ok(Endpoint {
            url: check_url(&self.url).map_err(|_| Error::bug("An address was not checked."))?,
            token: self.token.clone(),
            status: self.status.and_then(|status| u16::try_from(status).ok()).unwrap_or(200),
            pointer: self.pointer.clone(),
            expected: self.expected().unwrap_or_default(),
        })
    }
}

fn expectation(
    equals: Option<&String>,
    at_least: Option<f64>,
    at_most: Option<f64>,
) -> Option<Expectation> {
    let expected = Expectation { equals: equals.cloned(), at_least, at_most };
    (!expected.is_empty()).then_some(expected)
}

fn explain(name: &str, failure: &Failure) -> Error {
    let (what, detail) = match failure {
        Failure::Missing(detail) => ("is missing", detail),
        Failure::Stale(detail) => ("is too old", detail),
        Failure::Undated(detail) => ("has no time that counts", detail),
        Failure::Failed(detail) => ("has not passed", detail),
        Failure::Unreadable(detail) => ("cannot be made", detail),
    };
    Error::user(format!("The check `{name}` {what}"), sentence(detail))
}

fn check_pointer(pointer: &str) -> Result<(), &'static str> {
    if pointer.is_empty() || pointer.starts_with('/') {
        Ok(())
    } else {
        Err("it must begin with `/`, or be empty for the whole document")
    }
}
