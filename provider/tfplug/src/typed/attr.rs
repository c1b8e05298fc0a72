//! A value that may be null or unknown.

/// The value of an attribute while planning, when it may be unknown.
///
/// The methods are named after those of [`Option`]. There is no `unwrap`: an unknown value is an
/// ordinary thing, and a program that forgets it fails at a user's desk.
///
/// A field has this type where the provider sets the value (`computed`, `default`), or where code that
/// runs during the plan must see it. Elsewhere `T` and `Option<T>` are enough.
///
/// ```
/// use tfplug::Attr;
///
/// fn describe(size: Attr<i64>) -> String {
///     match size {
///         Attr::Known(size) => format!("{size} machines"),
///         Attr::Null => "as many as the service likes".to_owned(),
///         Attr::Unknown => "known after apply".to_owned(),
///     }
/// }
///
/// assert_eq!(describe(3.into()), "3 machines");
/// assert_eq!(describe(None.into()), "as many as the service likes");
/// assert_eq!(Attr::Known(3).map(|size| size * 2).unwrap_or(1), 6);
/// assert_eq!(Attr::<i64>::Unknown.known(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attr<T> {
    /// The value is known.
    Known(T),
    /// There is no value.
    #[default]
    Null,
    /// The value will be known once something else is created.
    Unknown,
}

impl<T> Attr<T> {
    /// The value, if it is known and not null.
    pub fn known(self) -> Option<T> {
        match self {
            Attr::Known(value) => Some(value),
            Attr::Null | Attr::Unknown => None,
        }
    }

    /// A reference inside.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Attr::Known(value) => Attr::Known(value),
            Attr::Null => Attr::Null,
            Attr::Unknown => Attr::Unknown,
        }
    }

    /// Another value made from a known one.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Attr::Known(value) => Attr::Known(f(value)),
            Attr::Null => Attr::Null,
            Attr::Unknown => Attr::Unknown,
        }
    }

    /// The value, or another one where it is null or unknown.
    pub fn unwrap_or(self, default: T) -> T {
        self.known().unwrap_or(default)
    }

    /// Whether it is known and not null.
    pub fn is_known(&self) -> bool {
        matches!(self, Attr::Known(_))
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Attr::Null)
    }

    /// Whether it is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Attr::Unknown)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Attr::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Attr::Null, Attr::Known)
    }
}
