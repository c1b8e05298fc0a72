//! Names of an archive: which are allowed, and where a record of a given time lies.
//!
//! The rules are the intersection of what a directory, S3 and Azure Blob accept, so that an archive can be
//! copied to another backend under the same names. Pure functions; no file is touched here.

use std::fmt;
use std::net::Ipv4Addr;

use jiff::Timestamp;
use jiff::tz::Offset;
use unicode_normalization::is_nfc;

use crate::backend::worm::error::Error;

/// Longest record name in bytes, the limit of every common file system.
const NAME_BYTES: usize = 255;

/// Checks the name of a bucket: 3 to 63 characters `a-z 0-9 . -`, a letter or digit at both ends, no two
/// dots in a row, not an IPv4 address (the rule of S3).
pub fn check_bucket(name: &str) -> Result<(), Error> {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let rule = if !(3..=63).contains(&bytes.len()) {
        "it must have 3 to 63 characters"
    } else if !bytes.iter().all(|byte| plain(byte) || matches!(byte, b'.' | b'-')) {
        "only `a` to `z`, `0` to `9`, `.` and `-` are allowed"
    } else if !bytes.first().is_some_and(plain) || !bytes.last().is_some_and(plain) {
        "it must begin and end with a letter or a digit"
    } else if name.contains("..") {
        "two dots in a row are not allowed"
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "it must not look like an IP address"
    } else {
        return Ok(());
    };
    Err(Error::name("bucket name", rule))
}

/// Checks a record type: 1 to 64 characters `a-z 0-9 _`.
pub fn check_record_type(name: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let rule = if !(1..=64).contains(&name.len()) {
        "it must have 1 to 64 characters"
    } else if !name.bytes().all(plain) {
        "only `a` to `z`, `0` to `9` and `_` are allowed"
    } else {
        return Ok(());
    };
    Err(Error::name("record type", rule))
}

/// Checks the name of a record: one path segment of at most 255 bytes in Unicode form NFC, without a leading
/// dot and without slashes, control characters or marks that change the direction of text.
pub fn check_record_name(name: &str) -> Result<(), Error> {
    let rule = if name.is_empty() {
        "it must not be empty"
    } else if name.len() > NAME_BYTES {
        "it must not be longer than 255 bytes"
    } else if name.starts_with('.') {
        "it must not begin with a dot"
    } else if name.contains(['/', '\\']) {
        "it must be one path segment, without `/` and `\\`"
    } else if name.chars().any(char::is_control) {
        "control characters are not allowed"
    } else if name.chars().any(misleads) {
        "characters that break lines or change the direction of text are not allowed"
    } else if !is_nfc(name) {
        "it must be in Unicode form NFC, or two names could look the same"
    } else {
        return Ok(());
    };
    Err(Error::name("record name", rule))
}

/// The folder of records of a type and time, in UTC: `record_type/YYYY/YYYYMM`.
///
/// Fails for a bad record type and for times before the year 1.
pub fn worm_path(record_type: &str, time: Timestamp) -> Result<String, Error> {
    check_record_type(record_type)?;
    let date = Offset::UTC.to_datetime(time);
    if date.year() < 1 {
        return Err(Error::EventTime);
    }
    let (year, month) = (date.year(), date.month());
    Ok(format!("{record_type}/{year:04}/{year:04}{month:02}"))
}

/// Where a record lies in its bucket: `record_type/YYYY/YYYYMM/name`, each part checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordPath {
    pub(super) folders: [String; 3],
    pub(super) name: String,
}

impl RecordPath {
    pub(super) fn new(record_type: &str, time: Timestamp, name: &str) -> Result<Self, Error> {
        check_record_name(name)?;
        Self::parse(&format!("{}/{name}", worm_path(record_type, time)?))
    }

    pub(super) fn parse(path: &str) -> Result<Self, Error> {
        let bad = || Error::name("record path", "it must read `record_type/YYYY/YYYYMM/name`");
        let parts: Vec<&str> = path.split('/').collect();
        let [record_type, year, month, name] = parts[..] else { return Err(bad()) };
        check_record_type(record_type)?;
        check_record_name(name)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let months = month.strip_prefix(year).and_then(|rest| rest.parse::<u8>().ok());
        if year.len() != 4
            || month.len() != 6
            || !digits(month)
            || year == "0000"
            || !months.is_some_and(|month| (1..=12).contains(&month))
        {
            return Err(bad());
        }
        Ok(Self { folders: [record_type, year, month].map(str::to_owned), name: name.to_owned() })
    }
}

impl fmt::Display for RecordPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.folders.join("/"), self.name)
    }
}

fn misleads(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
