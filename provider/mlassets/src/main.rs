//! The provider binary `terraform-provider-mlassets`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tfplug::serve::<mlassets::provider::MlAssets>(env!("CARGO_PKG_VERSION"))
}
