//! A pure function for expressions: `provider::<name>::<function>(…)`.

use crate::diag::Result;
use crate::resource::Schema;
use crate::typed::AttributeType;

/// A provider function. The fields of the struct are its parameters, in order.
///
/// `T` takes a value, `Option<T>` also null, [`Attr<T>`](crate::Attr) with `#[tf(optional)]` also an
/// unknown value; with [`VARIADIC`](Function::VARIADIC) a last field `Vec<T>` takes all arguments that are
/// left. An error at a field's path is shown at its argument.
///
/// Terraform calls functions at any time, on a provider without configuration, and holds them to give
/// the same result for the same arguments.
///
/// ```
/// use tfplug::{At, Error, Function, Result, Schema};
///
/// /// The part of a text between two places: `provider::notes::cut("a note", 2, 6)` is `"note"`.
/// #[derive(Schema)]
/// #[tf(name = "cut")]
/// struct Cut {
///     /// The text.
///     text: String,
///     /// Where the part begins, counted in bytes from 0.
///     #[tf(check = at_least(0))]
///     from: i64,
///     /// Where it ends; the end of the text when null.
///     to: Option<i64>,
/// }
///
/// impl Function for Cut {
///     type Output = String;
///
///     fn call(self) -> Result<String> {
///         let from = usize::try_from(self.from).unwrap_or(0);
///         let to = self.to.map_or(self.text.len(), |to| usize::try_from(to).unwrap_or(0));
///         let part = self.text.get(from..to).map(str::to_owned);
///         part.ok_or_else(|| Error::user("No such part", "The text has no such part.")).at(Self::TO)
///     }
/// }
///
/// let cut = |from, to| Cut { text: "a note".to_owned(), from, to }.call();
/// assert_eq!(cut(2, None)?, "note");
/// assert_eq!(cut(2, Some(9)).unwrap_err().to_string(), "to: No such part: The text has no such part.");
/// # Ok::<(), Error>(())
/// ```
pub trait Function: Schema {
    /// What it returns.
    type Output: AttributeType;

    /// Whether the last parameter takes all arguments that are left.
    const VARIADIC: bool = false;

    /// Computes the result.
    fn call(self) -> Result<Self::Output>;
}
