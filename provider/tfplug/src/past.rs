//! What a resource was before: older shapes of its state, and other types that it takes the place of.

use std::fmt;
use std::marker::PhantomData;

use serde_json::Value as Json;

use crate::diag::{Error, Result};
use crate::engine::with_blocks;
use crate::resource::Schema;
use crate::wire::codec::state_json::{self, Tolerance};
use crate::wire::from_proto;

/// The past of the resource `R`. Each shape it had is a struct of its own, and how it becomes the present one a
/// function, so that the compiler knows both ends.
///
/// A field of the older state that its struct does not declare is dropped, and one that is missing is null.
///
/// ```
/// use tfplug::{Attr, Past, Schema};
///
/// /// A disk. Since version 2 its size is a number, since version 1 its kind has a name.
/// #[derive(Schema)]
/// #[tf(name = "disk", version = 2)]
/// struct Disk {
///     /// The name.
///     #[tf(identity)]
///     name: String,
///     /// How large, in GiB.
///     size: i64,
///     /// The kind.
///     kind: Option<String>,
/// }
///
/// /// A disk before version 2.
/// #[derive(Schema)]
/// #[tf(version = 1)]
/// struct DiskWithText {
///     /// The name.
///     name: String,
///     /// How large: `10 GiB`.
///     size: String,
///     /// The kind.
///     kind: Option<String>,
/// }
///
/// /// A disk in the beginning.
/// #[derive(Schema)]
/// struct FirstDisk {
///     /// The name.
///     name: String,
///     /// Whether it is a fast one.
///     fast: Option<bool>,
/// }
///
/// /// A volume of the provider that people come from.
/// #[derive(Schema)]
/// #[tf(name = "othercloud_volume", version = 3)]
/// struct Volume {
///     /// The label.
///     label: String,
///     /// How large, in GiB.
///     gigabytes: i64,
/// }
///
/// fn past() -> Past<Disk> {
///     Past::new()
///         .version(|old: DiskWithText| {
///             let size = old.size.trim_end_matches(" GiB").parse().unwrap_or(1);
///             Ok(Disk { name: old.name, size, kind: old.kind })
///         })
///         .version(|old: FirstDisk| {
///             let kind = old.fast.map(|fast| if fast { "ssd" } else { "hdd" }.to_owned());
///             Ok(Disk { name: old.name, size: 1, kind })
///         })
///         .moved("othercloud/othercloud", |from: Volume| {
///             Ok(Disk { name: from.label, size: from.gigabytes, kind: None })
///         })
/// }
/// ```
pub struct Past<R> {
    versions: Vec<(i64, Turn)>,
    sources: Vec<(Source, Turn)>,
    of: PhantomData<fn() -> R>,
}

/// How stored JSON of an older shape becomes that of the present one.
type Turn = Box<dyn Fn(&Json) -> Result<Json> + Send + Sync>;

/// A kind of resource, of this provider or another one, as a state names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The provider: `registry.terraform.io/namespace/name`, or without the host.
    pub provider: String,
    /// The full type name.
    pub type_name: String,
    /// The version of the state's shape.
    pub version: i64,
}

impl Source {
    /// Whether both are the same kind. Registries and mirrors have the same providers, so their host is left aside.
    fn is_kind_of(&self, stated: &Self) -> bool {
        let (provider, asked) = (&self.provider, &stated.provider);
        let same_provider = asked == provider
            || asked.strip_suffix(provider.as_str()).is_some_and(|host| host.ends_with('/'));
        same_provider && self.type_name == stated.type_name
    }
}

impl<R: Schema> Past<R> {
    /// None: the resource has always been what it is.
    pub fn new() -> Self {
        Past { versions: Vec::new(), sources: Vec::new(), of: PhantomData }
    }

    /// Upgrades a state with the version of `V`.
    #[must_use]
    pub fn version<V: Schema>(
        mut self,
        upgrade: impl Fn(V) -> Result<R> + Send + Sync + 'static,
    ) -> Self {
        self.versions.push((V::VERSION, turn(upgrade)));
        self
    }

    /// Takes over, by a `moved` block, what the provider `namespace/name` manages as a `V`, whose `name` is the
    /// full one there.
    #[must_use]
    pub fn moved<V: Schema>(
        mut self,
        provider: &str,
        become_this: impl Fn(V) -> Result<R> + Send + Sync + 'static,
    ) -> Self {
        let source = Source {
            provider: provider.to_owned(),
            type_name: V::TYPE_NAME.to_owned(),
            version: V::VERSION,
        };
        self.sources.push((source, turn(become_this)));
        self
    }

    /// A state of version `from` in the present shape; none if nothing is known of that version.
    pub(crate) fn upgrade(&self, from: i64, stored: &Json) -> Option<Result<Json>> {
        let known = self.versions.iter().find(|(version, _)| *version == from);
        known.map(|(_, turn)| turn(stored))
    }

    /// The state of another kind of resource in the shape of this one; none if nothing is known of that kind.
    pub(crate) fn take_over(&self, source: &Source, stored: &Json) -> Option<Result<Json>> {
        let mut known =
            self.sources.iter().filter(|(known, _)| known.is_kind_of(source)).peekable();
        let first = known.peek()?.0.version;
        match known.find(|(known, _)| known.version == source.version) {
            Some((_, turn)) => Some(turn(stored)),
            None => Some(Err(Error::user(
                "State of another version",
                format!(
                    "The state of this `{}` has version {}, and only version {first} can be taken over. Bring it there \
                     with another version of `{}` first, or import the resource instead.",
                    source.type_name, source.version, source.provider
                ),
            ))),
        }
    }

    /// What can be taken over.
    pub(crate) fn sources(self) -> Vec<Source> {
        self.sources.into_iter().map(|(source, _)| source).collect()
    }
}

impl<R: Schema> Default for Past<R> {
    fn default() -> Self {
        Past::new()
    }
}

impl<R> fmt::Debug for Past<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions: Vec<i64> = self.versions.iter().map(|(version, _)| *version).collect();
        let sources: Vec<&Source> = self.sources.iter().map(|(source, _)| source).collect();
        f.debug_struct("Past").field("versions", &versions).field("sources", &sources).finish()
    }
}

fn turn<V: Schema, R: Schema>(
    become_this: impl Fn(V) -> Result<R> + Send + Sync + 'static,
) -> Turn {
    Box::new(move |stored| {
        let shape = V::block();
        let old = from_proto::stored_json(stored, &shape.members().ty(), Tolerance::SameVersion)?;
        let old = with_blocks(shape.members(), old);
        let now = become_this(V::decode(old)?)?.encode().nulled_unknowns();
        state_json::encode(&now, &R::block().members().ty()).map_err(|error| {
            Error::bug(format!(
                "The state that was made of an older one cannot be stored: {error}."
            ))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_the_same_in_every_registry() {
        let source = |provider: &str, type_name: &str| Source {
            provider: provider.to_owned(),
            type_name: type_name.to_owned(),
            version: 0,
        };
        let known = source("acme/lab", "lab_disk");
        for (provider, type_name, expected) in [
            ("registry.terraform.io/acme/lab", "lab_disk", true),
            ("registry.opentofu.org/acme/lab", "lab_disk", true),
            ("acme/lab", "lab_disk", true),
            ("registry.terraform.io/acme/lab", "lab_volume", false),
            ("registry.terraform.io/other/lab", "lab_disk", false),
            ("registry.terraform.io/notacme/lab", "lab_disk", false),
        ] {
            let is = known.is_kind_of(&source(provider, type_name));
            assert_eq!(is, expected, "{provider} {type_name}");
        }
    }
}
