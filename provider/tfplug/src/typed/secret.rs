//! Values that must not be shown.

use std::fmt;

use zeroize::Zeroizing;

use super::AttributeType;
use crate::diag::Result;
use crate::schema::Kind;
use crate::value::Value;

/// A text that is never shown: `Debug` hides it, Terraform hides it, and its memory is wiped.
///
/// Terraform hides a sensitive value, yet it stores it. With `write_only` it is never stored, and a version
/// beside it says when there is a new one:
///
/// ```
/// use tfplug::{Schema, Secret};
///
/// /// A user.
/// #[derive(Debug, Schema)]
/// struct User {
///     /// The password. It is not stored.
///     #[tf(write_only, required, check = len(8..=usize::MAX))]
///     password: Option<Secret>,
///     /// A higher number sets the password anew.
///     password_version: i64,
/// }
///
/// let user = User { password: Some("hunter22".into()), password_version: 1 };
/// assert_eq!(format!("{user:?}"), "User { password: Some(Secret(…)), password_version: 1 }");
/// assert_eq!(user.password.unwrap().expose(), "hunter22");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Hides this text from now on.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text itself. What is done with it is the caller's responsibility.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Secret::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl AttributeType for Secret {
    const SENSITIVE: bool = true;

    fn kind() -> Kind {
        String::kind()
    }

    fn decode(value: Value) -> Result<Self> {
        String::decode(value).map(Secret::new)
    }

    fn encode(self) -> Value {
        Value::from(self.expose())
    }
}

/// A value of any type that Terraform must hide.
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive<T>(
    /// The value itself.
    pub T,
);

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(…)")
    }
}

impl<T: AttributeType> AttributeType for Sensitive<T> {
    const SENSITIVE: bool = true;

    fn kind() -> Kind {
        T::kind()
    }

    fn decode(value: Value) -> Result<Self> {
        T::decode(value).map(Sensitive)
    }

    fn encode(self) -> Value {
        self.0.encode()
    }

    fn same(left: &Value, right: &Value) -> bool {
        T::same(left, right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(
            format!("{:?} {:?}", Secret::from("hunter2"), Sensitive(7_i64)),
            "Secret(…) Sensitive(…)"
        );
    }
}
