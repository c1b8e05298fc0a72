//! Types of attributes that several kinds share.

use jiff::Timestamp;
use tfplug::schema::Kind;
use tfplug::{Attr, AttributeType, Error, Result, Value};
use uuid::Uuid;

/// Prefect's own provider, whose work pools and queues are the same things as ours.
pub(crate) const PREFECT_PROVIDER: &str = "prefecthq/prefect";

/// A moment, written as in RFC 3339: `2025-01-15T04:00:00Z`.
///
/// Two texts that mean the same moment are equal, whatever their offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl AttributeType for Moment {
    fn kind() -> Kind {
        String::kind()
    }

    fn decode(value: Value) -> Result<Self> {
        let text = String::decode(value)?;
        // The text stays out of the message: it may be marked as sensitive, of which a provider is not told.
        text.parse().map(Moment).map_err(|_| {
            let detail = "Expected a time as in RFC 3339, such as \"2025-01-15T04:00:00Z\", of a day that there is and \
                          before the last one of the year 9999.";
            Error::user("Invalid time", detail)
        })
    }

    fn encode(self) -> Value {
        Value::from(self.0.to_string())
    }

    fn same(left: &Value, right: &Value) -> bool {
        left == right
            || matches!((Self::decode(left.clone()), Self::decode(right.clone())), (Ok(left), Ok(right)) if left == right)
    }
}

/// A UUID, equal in upper and lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockId(pub Uuid);

impl AttributeType for BlockId {
    fn kind() -> Kind {
        String::kind()
    }

    fn decode(value: Value) -> Result<Self> {
        let text = String::decode(value)?;
        Uuid::try_parse(&text).map(BlockId).map_err(|_| {
            let detail = "Expected a UUID, such as \"0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01\".";
            Error::user("Invalid UUID", detail)
        })
    }

    fn encode(self) -> Value {
        Value::from(self.0.to_string())
    }

    fn same(left: &Value, right: &Value) -> bool {
        left == right
            || matches!((Self::decode(left.clone()), Self::decode(right.clone())), (Ok(left), Ok(right)) if left == right)
    }
}

impl Moment {
    /// What a service says; null if it says nothing, or nothing that is a moment.
    pub(crate) fn read(text: Option<&str>) -> Attr<Self> {
        text.and_then(|text| text.parse().ok()).map(Moment).into()
    }
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Moment(time)
    }
}

/// The text as the user wrote it: where the service has an empty text, the user may have written that
/// or nothing at all.
pub(crate) fn text_or_none(found: String, prior: Option<&String>) -> Option<String> {
    if found.is_empty() { prior.filter(|prior| prior.is_empty()).cloned() } else { Some(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_same_in_any_offset() {
        assert!(Moment::same(&"2025-01-15T04:00:00Z".into(), &"2025-01-15T13:00:00+09:00".into()));
        assert!(!Moment::same(&"2025-01-15T04:00:00Z".into(), &"2025-01-15T04:00:00+09:00".into()));
        let error = Moment::decode("yesterday".into()).unwrap_err().to_string();
        assert_eq!(
            error,
            "Invalid time: Expected a time as in RFC 3339, such as \"2025-01-15T04:00:00Z\", of a day that there is and before \
             the last one of the year 9999."
        );
    }

    #[test]
    fn a_uuid_is_the_same_in_any_case() {
        let id = "0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01";
        assert!(BlockId::same(&id.into(), &id.to_uppercase().into()));
        assert!(!BlockId::same(&id.into(), &id.replace('1', "2").into()));
        let error = BlockId::decode("hunter2".into()).unwrap_err().to_string();
        assert_eq!(error, format!("Invalid UUID: Expected a UUID, such as {id:?}."));
    }

    #[test]
    fn an_empty_text_is_what_the_user_wrote() {
        assert_eq!(text_or_none(String::new(), None), None);
        assert_eq!(text_or_none(String::new(), Some(&String::new())), Some(String::new()));
        assert_eq!(text_or_none(String::new(), Some(&"gone".to_owned())), None);
    }
}
