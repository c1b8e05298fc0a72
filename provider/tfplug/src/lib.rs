//! Terraform providers in Rust: one struct says what a resource is, four functions are its life.
//!
#![doc = include_str!("../README.md")]
//!
//! # A whole provider
//!
#![doc = "```no_run"]
#![doc = include_str!("../examples/note.rs")]
#![doc = "```"]
//!
//! # A whole test
//!
//! With the feature `testing`; the resource is left out here, it keeps labels in memory. A step that
//! Terraform would refuse is an error, such as a plan that is not kept.
//!
//! ```
//! # use std::collections::BTreeMap;
//! # use std::sync::{Arc, Mutex};
//! # use tfplug::{Applied, Change, Cx, Resource, Result, Schema};
//! # /// A label.
//! # #[derive(Schema)]
//! # #[tf(name = "label")]
//! # struct Label {
//! #     /// What it is called.
//! #     #[tf(identity, check = len(1..=9))]
//! #     key: String,
//! #     /// What it says.
//! #     text: String,
//! # }
//! # type Labels = Mutex<BTreeMap<String, String>>;
//! # impl Resource for Label {
//! #     type Backend = Labels;
//! #     async fn create(labels: &Cx<Labels>, plan: Self) -> Applied<Self> {
//! #         labels.lock().unwrap().insert(plan.key.clone(), plan.text.clone());
//! #         Ok(plan)
//! #     }
//! #     async fn read(labels: &Cx<Labels>, key: String, _: Option<Self>) -> Result<Option<Self>> {
//! #         let text = labels.lock().unwrap().get(&key).cloned();
//! #         Ok(text.map(|text| Label { key, text }))
//! #     }
//! #     async fn update(labels: &Cx<Labels>, change: Change<Self>) -> Applied<Self> {
//! #         Self::create(labels, change.after).await
//! #     }
//! #     async fn delete(labels: &Cx<Labels>, state: Self) -> Result<()> {
//! #         labels.lock().unwrap().remove(&state.key);
//! #         Ok(())
//! #     }
//! # }
//! # #[cfg(not(feature = "testing"))]
//! # fn main() {}
//! # #[cfg(feature = "testing")]
//! use tfplug::testing::{Action, Harness, Problem, config, laws};
//!
//! # #[cfg(feature = "testing")]
//! #[tokio::main] // `#[tokio::test]` in a test
//! async fn main() -> std::result::Result<(), Problem> {
//!     // What is declared makes sense: defaults pass their checks, import IDs can be read back.
//!     laws::resource::<Label>()?;
//!
//!     let labels = Arc::new(Labels::default());
//!     let mut label = Harness::new::<Label, _>(Arc::clone(&labels));
//!     let blue = config!({ "key": "colour", "text": "blue" });
//!     assert_eq!(label.plan(&blue).await?.action, Action::Create);
//!     label.apply(&blue).await?;
//!     assert_eq!(labels.lock().unwrap()["colour"], "blue");
//!     assert_eq!(label.plan(&blue).await?.action, Action::NoOp);
//!
//!     // Somebody changes it by hand: the next plan takes it back.
//!     labels.lock().unwrap().insert("colour".to_owned(), "red".to_owned());
//!     label.refresh().await?;
//!     assert_eq!(label.plan(&blue).await?.action, Action::Update);
//!     label.assert_converges(&blue).await?;
//!
//!     let refused = label.plan(config!({ "key": "", "text": "blue" })).await.unwrap_err();
//!     assert_eq!(
//!         refused.to_string(),
//!         "Validate: the provider refused\n  \
//!          key: Invalid value: `key` must have 1 to 9 characters, found 0."
//!     );
//!
//!     label.destroy().await?;
//!     assert!(labels.lock().unwrap().is_empty());
//!     Ok(())
//! }
//! ```
//!
//! # Where to look
//!
//! | to | see |
//! |---|---|
//! | declare what there is: types, defaults, checks, blocks | [the derive](macro@Schema), [`schema::check`] |
//! | bring it into being and change it | [`Resource`], [`Keeping`], [`Cx`] |
//! | look at a plan before it is carried out | [`Resource::plan`], [`Draft`], [`Attr`] |
//! | configure the provider and reach a service | [`Provider`], [`Provide`] |
//! | hold something only while Terraform runs | [`EphemeralResource`], [`Opened`] |
//! | do something when it is asked for | [`Action`], [`Progress`] |
//! | look something up, or compute it | [`DataSource`], [`Registry::lookup`], [`Function`] |
//! | show what there is, to be imported | [`List`] |
//! | read older states, and those of other providers | [`Past`] |
//! | tell what went wrong, and where | [`Error`], [`At`] |
//! | hide what is secret | [`Secret`], [`Sensitive`] |
//! | write the pages of the registry | [`docs`] |

#[cfg(test)]
extern crate self as tfplug;

#[doc(hidden)]
#[path = "derive.rs"]
pub mod __derive;
pub mod action;
pub mod context;
pub mod data_source;
pub mod deferral;
pub mod diag;
pub mod docs;
pub mod draft;
pub mod engine;
pub mod ephemeral;
pub mod erased;
pub mod function;
pub mod identity;
pub mod list;
pub mod past;
pub mod path;
pub mod provider;
pub mod resource;
mod rpc;
pub mod schema;
mod serve;
#[cfg(feature = "state-store")]
pub mod state_store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod typed;
pub mod value;
#[doc(hidden)]
pub mod wire;

pub use action::{Action, Progress};
pub use context::{Call, Cx, Private};
pub use data_source::DataSource;
pub use deferral::Deferral;
pub use diag::{At, Blame, Diagnostic, Diags, Error, Result, Severity};
pub use draft::Draft;
pub use ephemeral::{EphemeralResource, Opened};
pub use erased::Provide;
pub use function::Function;
pub use list::{Found, List};
pub use past::Past;
pub use path::{Field, Path, Place, Step};
pub use provider::{Host, Provider, Registry, Served, serve, serve_any};
pub use resource::{Applied, Change, Failure, Identified, Keeping, Resource, Schema, immutable};
#[cfg(feature = "state-store")]
pub use state_store::StateStore;
pub use tfplug_derive::Schema;
pub use typed::{Attr, AttributeType, Json, Secret, Sensitive, Set, Slot};
pub use value::{Number, Type, Value};
