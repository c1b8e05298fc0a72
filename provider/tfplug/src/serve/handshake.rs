//! What is settled before the first connection: may we run, which version do
//! we speak, where are we.

use super::environment::Environment;
use super::error::ServeError;
use super::options::Options;

/// Value of `TF_PLUGIN_MAGIC_COOKIE`. No secret: it tells a host from a person.
pub(crate) const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Version of the handshake itself.
const CORE_VERSION: u32 = 1;

/// Version of the provider service, see `proto/tfplugin6.proto`.
pub(crate) const PROTOCOL_VERSION: u32 = 6;

/// Tells whether a host started us.
pub(crate) fn check_cookie(environment: &Environment, options: &Options) -> Result<(), ServeError> {
    if environment.variable("TF_PLUGIN_MAGIC_COOKIE") == Some(COOKIE) {
        return Ok(());
    }
    Err(ServeError::NotStartedByHost {
        program: options.program(),
        version: options.version.clone(),
        address: options.address.clone(),
    })
}

/// Tells whether the host speaks our version. Very old hosts do not say, and
/// then check our answer themselves.
pub(crate) fn check_version(environment: &Environment) -> Result<(), ServeError> {
    let Some(offered) = environment.variable("PLUGIN_PROTOCOL_VERSIONS") else {
        return Ok(());
    };
    if offered.split(',').any(|version| version.trim().parse() == Ok(PROTOCOL_VERSION)) {
        return Ok(());
    }
    Err(ServeError::Version { host: offered.to_owned() })
}

/// The line that tells the host where to connect.
#[derive(Debug)]
pub(crate) struct Handshake<'a> {
    /// `unix` or `tcp`.
    pub(crate) network: &'a str,
    /// Path, or host and port.
    pub(crate) address: &'a str,
    /// Server certificate, base64 of DER without padding.
    pub(crate) certificate: &'a str,
    /// The host asked for all connections to go over one socket. We have none
    /// beside the first, and say so: claiming to would make it speak yamux.
    pub(crate) asked_to_multiplex: bool,
}

impl Handshake<'_> {
    /// The whole line with its end.
    pub(crate) fn line(&self) -> String {
        let Self { network, address, certificate, asked_to_multiplex } = self;
        // Old hosts take the seventh field for a part of the sixth.
        let multiplex = if *asked_to_multiplex { "|false" } else { "" };
        format!(
            "{CORE_VERSION}|{PROTOCOL_VERSION}|{network}|{address}|grpc|{certificate}{multiplex}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{COOKIE, Handshake, check_cookie, check_version};
    use crate::serve::environment::Environment;
    use crate::serve::options::Options;

    fn environment(name: &str, value: &str) -> Environment {
        Environment::new([], [(name.to_owned(), value.to_owned())], "/tmp".into())
    }

    #[test]
    fn cookie() {
        let check = |value: &str| {
            let options = Options::new("registry.example.com/acme/things", "1.2.3");
            check_cookie(&environment("TF_PLUGIN_MAGIC_COOKIE", value), &options).is_ok()
        };
        assert!(check(COOKIE));
        assert!(!check(""));
        assert!(!check("another"));
    }

    #[test]
    fn versions() {
        let check =
            |value: &str| check_version(&environment("PLUGIN_PROTOCOL_VERSIONS", value)).is_ok();
        assert!(check("5,6"));
        assert!(check("6,5"));
        assert!(check("6"));
        assert!(check(""), "a very old host does not say");
        assert!(!check("4,5"));
        assert!(!check("66"));
        assert!(!check("x"));
    }

    #[test]
    fn line() {
        let line = |certificate, asked_to_multiplex| {
            let (network, address) = ("unix", "/tmp/tfplug-1/s");
            Handshake { network, address, certificate, asked_to_multiplex }.line()
        };
        assert_eq!(line("MIIB", false), "1|6|unix|/tmp/tfplug-1/s|grpc|MIIB\n");
        assert_eq!(line("MIIB", true), "1|6|unix|/tmp/tfplug-1/s|grpc|MIIB|false\n");
    }
}
