//! The place where the host connects.
//!
//! A unix socket in a folder of its own, which only our user can enter, or for
//! a group that the host names. TCP on loopback elsewhere.

use std::io;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use super::environment::Environment;
use super::error::ServeError;
use super::options::Transport;
#[cfg(unix)]
use super::unix_socket::{SocketFile, bind};

/// A bound listener.
#[derive(Debug)]
pub(crate) enum Listener {
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
    Tcp(TcpListener),
}

/// Where a listener is bound, in the words of the handshake line. Dropping it
/// removes the socket file.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) network: &'static str,
    pub(crate) address: String,
    #[cfg(unix)]
    _file: Option<SocketFile>,
}

/// Binds what `transport` and the host's environment ask for.
pub(crate) async fn listen(
    environment: &Environment,
    transport: Transport,
) -> Result<(Listener, Place), ServeError> {
    #[cfg(unix)]
    if transport == Transport::Native {
        let (listener, file) = bind(environment)?;
        let address = file.path().to_string_lossy().into_owned();
        return Ok((
            Listener::Unix(listener),
            Place { network: "unix", address, _file: Some(file) },
        ));
    }
    #[cfg(not(unix))]
    let (Transport::Native | Transport::Loopback) = transport;
    loopback(environment).await
}

async fn loopback(environment: &Environment) -> Result<(Listener, Place), ServeError> {
    let (minimum, maximum) = port_range(environment)?;
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for port in minimum..=maximum {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => {
                let address = listener.local_addr().map_err(|source| failed(port, source))?;
                let place = Place {
                    network: "tcp",
                    address: address.to_string(),
                    #[cfg(unix)]
                    _file: None,
                };
                return Ok((Listener::Tcp(listener), place));
            }
            Err(error) => last = error,
        }
    }
    Err(failed(maximum, last))
}

fn failed(port: u16, source: io::Error) -> ServeError {
    ServeError::Listen { place: format!("{}:{port}", Ipv4Addr::LOCALHOST), source }
}

/// Ports to try; 0 lets the system choose where the host does not care.
fn port_range(environment: &Environment) -> Result<(u16, u16), ServeError> {
    let minimum = environment.variable("PLUGIN_MIN_PORT").unwrap_or("0");
    let maximum = environment.variable("PLUGIN_MAX_PORT").unwrap_or(minimum);
    match (minimum.parse::<u16>(), maximum.parse::<u16>()) {
        (Ok(low), Ok(high)) if low <= high => Ok((low, high)),
        _ => Err(ServeError::Ports { minimum: minimum.to_owned(), maximum: maximum.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Listener, listen, port_range};
    use crate::serve::environment::Environment;
    use crate::serve::options::Transport;

    fn environment(minimum: &str, maximum: &str) -> Environment {
        let variables = [("PLUGIN_MIN_PORT", minimum), ("PLUGIN_MAX_PORT", maximum)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Environment::new([], variables, "/tmp".into())
    }

    #[test]
    fn port_ranges() {
        let check = |minimum, maximum| port_range(&environment(minimum, maximum)).ok();
        assert_eq!(check("10000", "25000"), Some((10000, 25000)));
        assert_eq!(check("", ""), Some((0, 0)));
        assert_eq!(check("7", ""), Some((7, 7)));
        assert_eq!(check("2", "1"), None);
        assert_eq!(check("65536", "65537"), None);
        assert_eq!(check("a", "b"), None);
    }

    #[tokio::test]
    async fn takes_a_free_port_of_the_range() {
        let (Listener::Tcp(taken), first) =
            listen(&environment("", ""), Transport::Loopback).await.unwrap()
        else {
            panic!("expected TCP");
        };
        let port = taken.local_addr().unwrap().port();
        let (low, high) = (port.to_string(), port.saturating_add(40).to_string());
        let (_, second) = listen(&environment(&low, &high), Transport::Loopback).await.unwrap();
        assert_ne!(first.address, second.address);
        let error = listen(&environment(&low, &low), Transport::Loopback).await.unwrap_err();
        let expected = format!("cannot listen on 127.0.0.1:{port}: ");
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
}
