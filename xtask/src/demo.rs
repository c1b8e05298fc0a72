//! demo
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo xtask demo")]
pub(crate) struct Arguments {}
pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    Ok(())
}
