//! The command line of a provider binary.

use super::error::ServeError;
use super::options::Options;

/// What the process was asked to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Started by a host, which reads the handshake line.
    Plugin,
    /// Started by a developer; hosts attach to it.
    Debug,
    /// Print the version.
    Version,
    /// Print how to use the program.
    Help,
}

impl Mode {
    /// The mode that `arguments` ask for. One argument is all there can be.
    pub(crate) fn parse(arguments: &[String], options: &Options) -> Result<Self, ServeError> {
        let usage = |argument: &String| ServeError::Usage {
            argument: argument.clone(),
            program: options.program(),
        };
        if let [_, second, ..] = arguments {
            return Err(usage(second));
        }
        let Some(argument) = arguments.first() else {
            return Ok(Self::Plugin);
        };
        match argument.as_str() {
            "-debug" | "--debug" => Ok(Self::Debug),
            "-version" | "--version" => Ok(Self::Version),
            "-help" | "--help" | "-h" => Ok(Self::Help),
            _ => Err(usage(argument)),
        }
    }
}

/// Answer to `-version`, one line.
pub(crate) fn version(options: &Options) -> String {
    format!("{} {}\n", options.program(), options.version)
}

/// Answer to `-help`.
pub(crate) fn help(options: &Options) -> String {
    let Options { address, version, .. } = options;
    let program = options.program();
    format!(
        "\
{program} {version}, the Terraform provider {address}

Terraform and OpenTofu start this program without arguments. By hand:

  {program} -debug      serve until interrupted, so that a debugger can be attached
  {program} -version    print the version
  {program} -help       print this text

Examples

  Debug a plan: start the provider in one terminal,
    $ {program} -debug
  copy the line that begins with TF_REATTACH_PROVIDERS= to another one, put `export `
  before it, and run there
    $ terraform plan

  See what the provider does, and only the provider:
    $ TF_LOG_PROVIDER=DEBUG terraform plan
"
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::{Mode, help, version};
    use crate::serve::options::Options;

    fn options() -> Options {
        Options::new("registry.example.com/acme/things", "1.2.3")
    }

    fn check(arguments: &[&str], expected: Result<Mode, &str>) {
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mode = Mode::parse(&arguments, &options()).map_err(|error| error.to_string());
        match (mode, expected) {
            (Err(text), Err(part)) => assert!(text.contains(part), "{text}"),
            (mode, expected) => assert_eq!(mode, expected.map_err(str::to_owned)),
        }
    }

    #[test]
    fn modes() {
        check(&[], Ok(Mode::Plugin));
        check(&["-debug"], Ok(Mode::Debug));
        check(&["--debug"], Ok(Mode::Debug));
        check(&["-version"], Ok(Mode::Version));
        check(&["--version"], Ok(Mode::Version));
        check(&["-help"], Ok(Mode::Help));
        check(&["--help"], Ok(Mode::Help));
        check(&["debug"], Err("unknown argument \"debug\""));
        check(&["-debug", "-v"], Err("unknown argument \"-v\""));
    }

    #[test]
    fn texts() {
        expect![[r"
            terraform-provider-things 1.2.3
        "]]
        .assert_eq(&version(&options()));
        expect![[r"
            terraform-provider-things 1.2.3, the Terraform provider registry.example.com/acme/things

            Terraform and OpenTofu start this program without arguments. By hand:

              terraform-provider-things -debug      serve until interrupted, so that a debugger can be attached
              terraform-provider-things -version    print the version
              terraform-provider-things -help       print this text

            Examples

              Debug a plan: start the provider in one terminal,
                $ terraform-provider-things -debug
              copy the line that begins with TF_REATTACH_PROVIDERS= to another one, put `export `
              before it, and run there
                $ terraform plan

              See what the provider does, and only the provider:
                $ TF_LOG_PROVIDER=DEBUG terraform plan
        "]].assert_eq(&help(&options()));
    }
}
