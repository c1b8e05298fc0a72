//! The catalogue and the examples under the real tools: Terraform with the stand-in's providers, Helm, checkers.

mod charts;
mod examples;
pub(crate) mod host;
mod mistakes;
mod modules;
mod project;
pub(crate) mod tools;

use crate::Trial;

pub(crate) use self::host::clean;

pub(crate) fn trials() -> Vec<Trial> {
    let all = [modules::trials(), examples::trials(), mistakes::trials(), charts::trials()];
    all.into_iter().flatten().collect()
}
