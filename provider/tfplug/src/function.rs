//! A pure function for expressions: `provider::mlassets::worm_path(…)`.

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
pub trait Function: Schema {
    /// What it returns.
    type Output: AttributeType;

    /// Whether the last parameter takes all arguments that are left.
    const VARIADIC: bool = false;

    /// Computes the result.
    fn call(self) -> Result<Self::Output>;
}
