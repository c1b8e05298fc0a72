//! A thing that is looked up, not managed.

use crate::context::Cx;
use crate::diag::Result;
use crate::draft::Draft;
use crate::resource::Schema;

/// The life of a data source, which is to be read.
///
/// A data source that shows just what a resource manages needs no code: see
/// [`Registry::lookup`](crate::Registry::lookup).
///
/// ```
/// use tfplug::{At, Attr, Cx, DataSource, Error, Result, Schema};
/// # struct Cloud;
/// # impl Cloud { async fn images(&self, _: &str) -> Result<Vec<String>> { Ok(Vec::new()) } }
///
/// /// The newest image of a family: `data "cloud_image" "it" { family = "debian" }`.
/// #[derive(Schema)]
/// #[tf(name = "image")]
/// struct Image {
///     /// The family.
///     family: String,
///     /// The image.
///     #[tf(computed)]
///     name: Attr<String>,
/// }
///
/// impl DataSource for Image {
///     type Backend = Cloud;
///
///     async fn read(cloud: &Cx<Cloud>, config: Self) -> Result<Self> {
///         let newest = cloud.images(&config.family).await?.into_iter().max();
///         let none = || Error::user("No image", "The family has no images.");
///         let newest = newest.ok_or_else(none).at(Self::FAMILY)?;
///         Ok(Image { name: Attr::Known(newest), ..config })
///     }
/// }
/// ```
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
