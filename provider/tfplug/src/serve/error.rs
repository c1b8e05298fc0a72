//! Why a provider cannot be served.

use std::fmt;
use std::io;

/// What kept the provider from serving; its text goes to stderr.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// Started by hand: no magic cookie.
    NotStartedByHost { program: String, version: String, address: String },
    /// An argument that no mode knows.
    Usage { argument: String, program: String },
    /// No protocol version in common.
    Version { host: String },
    /// The host offers no certificate, so it could not be told from others.
    NoClientCertificate { disabled: bool },
    /// `PLUGIN_CLIENT_CERT` cannot be read.
    ClientCertificate { reason: String },
    /// The own certificate or TLS setup failed.
    Tls { reason: String },
    /// `PLUGIN_MIN_PORT` or `PLUGIN_MAX_PORT` is no port, or they are swapped.
    Ports { minimum: String, maximum: String },
    /// The group of `PLUGIN_UNIX_SOCKET_GROUP` does not exist.
    Group { group: String },
    /// The socket path does not fit into a socket address.
    PathTooLong { path: String },
    /// Cannot listen.
    Listen { place: String, source: io::Error },
    /// The handshake line or the debug text cannot be written.
    Announce { source: io::Error },
    /// Threads or signal handlers cannot be set up.
    Runtime { source: io::Error },
}

impl ServeError {
    /// Exit code of the process.
    pub(crate) fn exit_code(&self) -> u8 {
        if matches!(self, Self::Usage { .. }) { 2 } else { 1 }
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStartedByHost { program, version, address } => write!(
                f,
                "{program} {version} is a Terraform provider: Terraform or OpenTofu starts it, \
                 it does nothing when run by hand.\n\n\
                 To use it, name it in a configuration and run `terraform init`:\n\n\
                 \x20 terraform {{\n\
                 \x20   required_providers {{\n\
                 \x20     {name} = {{\n\
                 \x20       source = \"{address}\"\n\
                 \x20     }}\n\
                 \x20   }}\n\
                 \x20 }}\n\n\
                 To run it under a debugger, start it with `-debug`. See also `-help`.",
                name = address.rsplit('/').next().unwrap_or(address),
            ),
            Self::Usage { argument, program } => write!(
                f,
                "unknown argument {argument:?}: expected `-debug`, `-version`, `-help` or nothing. \
                 Run `{program} -help` for examples."
            ),
            Self::Version { host } => write!(
                f,
                "the host speaks plugin protocol {host}, this provider speaks version 6: \
                 use Terraform 1.0 or newer, or OpenTofu"
            ),
            Self::NoClientCertificate { disabled: true } => write!(
                f,
                "the host gave no client certificate because TF_DISABLE_PLUGIN_TLS is set, and this \
                 provider accepts its host only with one: unset TF_DISABLE_PLUGIN_TLS, or start the \
                 provider with `-debug` to attach to it without TLS"
            ),
            Self::NoClientCertificate { disabled: false } => write!(
                f,
                "the host gave no client certificate in PLUGIN_CLIENT_CERT, and this provider accepts \
                 its host only with one: use a host that speaks AutoMTLS, as Terraform and OpenTofu \
                 do, or start the provider with `-debug` to attach to it without TLS"
            ),
            Self::ClientCertificate { reason } => write!(
                f,
                "the client certificate in PLUGIN_CLIENT_CERT cannot be read: {reason}; expected one \
                 certificate in PEM form from the host"
            ),
            Self::Tls { reason } => write!(
                f,
                "the server certificate cannot be made: {reason}. This is a bug in the provider, \
                 please report it"
            ),
            Self::Ports { minimum, maximum } => write!(
                f,
                "PLUGIN_MIN_PORT is {minimum:?} and PLUGIN_MAX_PORT is {maximum:?}: expected two port \
                 numbers, the smaller first"
            ),
            Self::Group { group } => write!(
                f,
                "PLUGIN_UNIX_SOCKET_GROUP names the group {group:?}, which does not exist here: \
                 use a group of /etc/group or the number of a group"
            ),
            Self::PathTooLong { path } => write!(
                f,
                "the socket path {path:?} is too long for a socket address (about 100 bytes): set \
                 TMPDIR or PLUGIN_UNIX_SOCKET_DIR to a shorter folder"
            ),
            Self::Listen { place, source } => write!(f, "cannot listen on {place}: {source}"),
            Self::Announce { source } => {
                write!(f, "cannot tell the host on stdout where to connect: {source}")
            }
            Self::Runtime { source } => {
                write!(f, "cannot start threads or handle signals: {source}")
            }
        }
    }
}

impl std::error::Error for ServeError {}

#[cfg(test)]
mod tests {
    use std::io;

    use expect_test::{Expect, expect};

    use super::ServeError;

    fn check(error: &ServeError, code: u8, text: &Expect) {
        assert_eq!(error.exit_code(), code);
        text.assert_eq(&error.to_string());
    }

    fn io_error() -> io::Error {
        io::Error::from(io::ErrorKind::PermissionDenied)
    }

    #[test]
    fn started_by_hand() {
        let error = ServeError::NotStartedByHost {
            program: "terraform-provider-things".to_owned(),
            version: "1.2.3".to_owned(),
            address: "registry.example.com/acme/things".to_owned(),
        };
        check(
            &error,
            1,
            &expect![[r#"
            terraform-provider-things 1.2.3 is a Terraform provider: Terraform or OpenTofu starts it, it does nothing when run by hand.

            To use it, name it in a configuration and run `terraform init`:

              terraform {
                required_providers {
                  things = {
                    source = "registry.example.com/acme/things"
                  }
                }
              }

            To run it under a debugger, start it with `-debug`. See also `-help`."#]],
        );
    }

    #[test]
    fn usage() {
        let error = ServeError::Usage {
            argument: "--serve".to_owned(),
            program: "terraform-provider-things".to_owned(),
        };
        check(
            &error,
            2,
            &expect![[
                r#"unknown argument "--serve": expected `-debug`, `-version`, `-help` or nothing. Run `terraform-provider-things -help` for examples."#
            ]],
        );
    }

    #[test]
    fn version() {
        check(
            &ServeError::Version { host: "4,5".to_owned() },
            1,
            &expect![
                "the host speaks plugin protocol 4,5, this provider speaks version 6: use Terraform 1.0 or newer, or OpenTofu"
            ],
        );
    }

    #[test]
    fn no_client_certificate() {
        check(
            &ServeError::NoClientCertificate { disabled: true },
            1,
            &expect![
                "the host gave no client certificate because TF_DISABLE_PLUGIN_TLS is set, and this provider accepts its host only with one: unset TF_DISABLE_PLUGIN_TLS, or start the provider with `-debug` to attach to it without TLS"
            ],
        );
        check(
            &ServeError::NoClientCertificate { disabled: false },
            1,
            &expect![
                "the host gave no client certificate in PLUGIN_CLIENT_CERT, and this provider accepts its host only with one: use a host that speaks AutoMTLS, as Terraform and OpenTofu do, or start the provider with `-debug` to attach to it without TLS"
            ],
        );
    }

    #[test]
    fn client_certificate() {
        let reason = "no items found".to_owned();
        check(
            &ServeError::ClientCertificate { reason },
            1,
            &expect![
                "the client certificate in PLUGIN_CLIENT_CERT cannot be read: no items found; expected one certificate in PEM form from the host"
            ],
        );
    }

    #[test]
    fn tls() {
        check(
            &ServeError::Tls { reason: "no entropy".to_owned() },
            1,
            &expect![
                "the server certificate cannot be made: no entropy. This is a bug in the provider, please report it"
            ],
        );
    }

    #[test]
    fn ports() {
        let error = ServeError::Ports { minimum: "x".to_owned(), maximum: "25000".to_owned() };
        check(
            &error,
            1,
            &expect![[
                r#"PLUGIN_MIN_PORT is "x" and PLUGIN_MAX_PORT is "25000": expected two port numbers, the smaller first"#
            ]],
        );
    }

    #[test]
    fn group() {
        check(
            &ServeError::Group { group: "nobodies".to_owned() },
            1,
            &expect![[
                r#"PLUGIN_UNIX_SOCKET_GROUP names the group "nobodies", which does not exist here: use a group of /etc/group or the number of a group"#
            ]],
        );
    }

    #[test]
    fn path_too_long() {
        check(
            &ServeError::PathTooLong { path: "/a/b".to_owned() },
            1,
            &expect![[
                r#"the socket path "/a/b" is too long for a socket address (about 100 bytes): set TMPDIR or PLUGIN_UNIX_SOCKET_DIR to a shorter folder"#
            ]],
        );
    }

    #[test]
    fn listen_announce_runtime() {
        let place = "/tmp/tfplug-1/s".to_owned();
        check(
            &ServeError::Listen { place, source: io_error() },
            1,
            &expect!["cannot listen on /tmp/tfplug-1/s: permission denied"],
        );
        check(
            &ServeError::Announce { source: io_error() },
            1,
            &expect!["cannot tell the host on stdout where to connect: permission denied"],
        );
        check(
            &ServeError::Runtime { source: io_error() },
            1,
            &expect!["cannot start threads or handle signals: permission denied"],
        );
    }
}
