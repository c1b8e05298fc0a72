//! Stands in for Terraform providers: real Terraform plans, applies and tests with the providers' own
//! schemas, and with no cloud, no account and no network behind them.
//!
//! A schema says what can be written and what the provider decides. So Terraform finds every misspelt
//! argument, wrong type, missing reference and unknown key of `for_each`; what only the service knows
//! (whether an instance class exists, whether a name is taken) it does not find.
//!
//! * [`document`], [`facts`], [`catalog`]: which providers there are, and where their schemas come from
//! * [`convert`], [`kind`], [`provider`]: a schema becomes a provider that [`tfplug`] serves
//! * [`known`], [`check`]: what a provider knows and refuses while it plans
//! * [`fill`], [`mock`], [`values`]: what an apply makes up, and what users want instead
//! * [`cli`], [`mirror`], [`trim`]: the program around it

pub mod catalog;
pub mod check;
pub mod cli;
pub mod convert;
pub mod document;
pub mod facts;
pub mod fill;
pub mod kind;
pub mod known;
pub mod mirror;
pub mod mock;
pub mod provider;
pub mod settings;
pub mod standin;
pub mod trim;
pub mod values;
