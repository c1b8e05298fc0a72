//! One plain HTTP GET to a server on this machine, which is all that chores need.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// The body that `127.0.0.1:port` answers to `GET path`; a status other than 200 is an error.
pub(crate) fn get(port: u16, path: &str) -> Result<String> {
    let limit = Duration::from_secs(10);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, limit)
        .with_context(|| format!("nothing answers at {address}"))?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    // HTTP/1.0 keeps the answer free of chunks and ends it with the connection.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: application/json\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).with_context(|| format!("{address} broke off its answer"))?;
    parse(&String::from_utf8_lossy(&answer)).with_context(|| format!("GET http://{address}{path}"))
}

fn parse(answer: &str) -> Result<String> {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        bail!("the answer is not HTTP");
    };
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        bail!("expected status 200, got `{status}`");
    }
    Ok(body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_comes_with_status_200_only() {
        assert_eq!(parse("HTTP/1.1 200 OK\r\nserver: x\r\n\r\ntrue").unwrap(), "true");
        for (answer, expected) in [
            ("HTTP/1.1 503 Busy\r\n\r\n", "expected status 200, got `HTTP/1.1 503 Busy`"),
            ("hello", "the answer is not HTTP"),
        ] {
            assert_eq!(format!("{:#}", parse(answer).unwrap_err()), expected);
        }
    }
}
