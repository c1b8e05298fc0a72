//! What host and plugin tell each other before they are connected: variables in, one line out.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

use crate::identity::Identity;

/// What Terraform and `OpenTofu` say to show that they know what they start.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Where a plugin waits, and how to know that it is the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) socket: PathBuf,
    pub(crate) certificate: CertificateDer<'static>,
}

/// What the plugin is told, as Terraform does.
pub(crate) fn variables(identity: &Identity) -> [(&'static str, &str); 5] {
    [
        ("TF_PLUGIN_MAGIC_COOKIE", COOKIE),
        ("PLUGIN_PROTOCOL_VERSIONS", "6"),
        ("PLUGIN_MIN_PORT", "10000"),
        ("PLUGIN_MAX_PORT", "25000"),
        ("PLUGIN_CLIENT_CERT", &identity.pem),
    ]
}

/// Reads the plugin's one line.
pub(crate) fn parse(line: &str) -> Result<Address> {
    let fields: Vec<&str> = line.trim_end().split('|').collect();
    let ["1", version, network, address, "grpc", certificate, ..] = fields[..] else {
        bail!(
            "expected the handshake line of a plugin, `1|6|unix|<socket>|grpc|<certificate>`, found {line:?}"
        );
    };
    if version != "6" || network != "unix" {
        bail!(
            "the plugin offers protocol {version} over {network}; only protocol 6 over a unix socket is measured"
        );
    }
    let certificate = STANDARD_NO_PAD
        .decode(certificate)
        .context("the plugin's certificate is not base64 without padding")?;
    Ok(Address { socket: address.into(), certificate: certificate.into() })
}

#[cfg(test)]
mod tests {
    use super::{Address, parse};

    fn check(line: &str, expected: Result<Address, &str>) {
        match (parse(line), expected) {
            (Ok(address), Ok(expected)) => assert_eq!(address, expected),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, _) => panic!("{line:?} gave {found:?}"),
        }
    }

    #[test]
    fn lines() {
        let address = Address { socket: "/tmp/s".into(), certificate: vec![1, 2].into() };
        check("1|6|unix|/tmp/s|grpc|AQI\n", Ok(address.clone()));
        check("1|6|unix|/tmp/s|grpc|AQI|true\n", Ok(address));
        check("", Err("found \"\""));
        check("2|6|unix|/tmp/s|grpc|AQI\n", Err("expected the handshake line"));
        check("1|5|unix|/tmp/s|grpc|AQI\n", Err("offers protocol 5 over unix"));
        check("1|6|tcp|127.0.0.1:1|grpc|AQI\n", Err("offers protocol 6 over tcp"));
        check("1|6|unix|/tmp/s|grpc|AQ=\n", Err("not base64"));
    }
}
