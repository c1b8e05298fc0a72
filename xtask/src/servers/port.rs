//! A free port of this machine.
//!
//! The port is given back before the server takes it, so another program may be quicker: who starts a server
//! tries once more with another port when that happens.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context as _, Result};

/// A port on loopback that was free a moment ago.
pub(super) fn free() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on loopback")?;
    Ok(listener.local_addr()?.port())
}

/// Whether a server's log says that another program has its port.
pub(super) fn was_taken(log: &str) -> bool {
    let log = log.to_lowercase();
    ["address already in use", "address in use", "port is already"]
        .iter()
        .any(|text| log.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_bound() {
        let port = free().unwrap();
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    }

    #[test]
    fn a_taken_port_is_seen_in_the_log() {
        for (log, taken) in [
            (
                "[Errno 98] error while attempting to bind on address ('127.0.0.1', 1): address already in use",
                true,
            ),
            ("could not bind IPv4 address \"127.0.0.1\": Address already in use", true),
            ("database system is ready to accept connections", false),
        ] {
            assert_eq!(was_taken(log), taken, "{log}");
        }
    }
}
