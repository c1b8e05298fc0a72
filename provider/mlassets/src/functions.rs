//! Provider functions: pure helpers for expressions.
//!
//! Their errors do not repeat the arguments: one may be marked as sensitive, of which a provider is not told.

use tfplug::{At, Error, Function, Result, Schema};

use crate::backend::registry::version::DatedVersion;
use crate::backend::worm;
use crate::types::Moment;

/// Takes a model version of the form `YYYY-MM-DD-vN` apart.
#[derive(Schema, Debug)]
#[tf(name = "model_version_parse")]
pub struct ModelVersionParse {
    /// The version, such as `2025-01-15-v1`.
    #[tf(example = "\"2025-01-15-v1\"")]
    pub version: String,
}

/// The parts of a model version.
#[derive(Schema, Debug)]
pub struct ParsedVersion {
    /// The day, as `YYYY-MM-DD`.
    pub date: String,
    /// The number of the version on that day.
    pub number: u64,
}

impl Function for ModelVersionParse {
    type Output = ParsedVersion;

    fn call(self) -> Result<ParsedVersion> {
        let parsed: DatedVersion = self
            .version
            .parse()
            .map_err(|_| {
                let detail = "The version is not of the form YYYY-MM-DD-vN, such as 2025-01-15-v1.";
                Error::user("Invalid version", detail)
            })
            .at(Self::VERSION)?;
        Ok(ParsedVersion { date: parsed.date.to_string(), number: parsed.number })
    }
}

/// The folder of a record in an archive: `<record_type>/<YYYY>/<YYYYMM>`, by the month in UTC.
#[derive(Schema, Debug)]
#[tf(name = "worm_path")]
pub struct WormPath {
    /// The type of the record.
    #[tf(example = "\"model_distribution\"")]
    pub record_type: String,
    /// When the event happened, as in RFC 3339.
    #[tf(example = "\"2025-01-15T04:00:00Z\"")]
    pub time: Moment,
}

impl Function for WormPath {
    type Output = String;

    fn call(self) -> Result<String> {
        worm::worm_path(&self.record_type, self.time.0).map_err(|error| match error {
            worm::Error::Name { rule, .. } => {
                let detail = format!("The record type is not allowed: {rule}.");
                Error::user("Invalid record type", detail).at(Self::RECORD_TYPE)
            }
            error => Error::from(error).at(Self::TIME),
        })
    }
}
