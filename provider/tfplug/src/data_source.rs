//! A thing that is looked up, not managed.

use crate::context::Cx;
use crate::diag::Result;
use crate::draft::Draft;
use crate::resource::Schema;

/// The life of a data source, which is to be read.
///
/// A data source that shows just what a resource manages needs no code: see
/// [`Registry::lookup`](crate::Registry::lookup).
pub trait DataSource: Schema {
    /// What [`read`](DataSource::read) talks to.
    type Backend: Send + Sync + 'static;

    /// Completes the configuration with what was found. Configured values must come back as they are.
    fn read(cx: &Cx<Self::Backend>, config: Self) -> impl Future<Output = Result<Self>> + Send;

    /// Looks at a configuration as a whole. Values may be unknown.
    fn validate(config: &mut Draft<'_, Self>) {
        let _ = config;
    }
}
