//! A proxy for tests, before the real server of any protocol in which one side asks and waits for the other one: it
//! spoils chosen exchanges, as processes, machines and networks do that end in the middle of one.
//!
//! An exchange begins with the first bytes of a client after the server's last ones, in whichever connection; so signing
//! in is one or more of them. What only HTTP has, an answer that a gateway makes up, is in `http::tests::proxy`.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backend) enum Break {
    /// The request never arrives; the connection is reset.
    Reset,
    /// Half of the request arrives, and then the end of the connection.
    HalfRequest,
    /// The server does as asked; the connection ends before its answer.
    LostAnswer,
    /// The server does as asked; half of its answer arrives.
    HalfAnswer,
    /// The server does as asked; its answer arrives byte by byte.
    Crumbs,
    /// The server does as asked; its answer does not arrive while the client waits.
    Stall,
    /// The request never arrives, and the network is gone: the server never hears of the client again.
    Silence,
}

impl Break {
    /// Those that a client notices at once.
    pub(in crate::backend) const QUICK: [Self; 5] =
        [Self::LostAnswer, Self::Reset, Self::HalfAnswer, Self::HalfRequest, Self::Crumbs];
    /// Those that a client waits for.
    pub(in crate::backend) const SLOW: [Self; 2] = [Self::Stall, Self::Silence];
}

/// Which exchanges are spoiled, counted from 0 since a test said so.
#[derive(Clone, Copy, Debug)]
pub(in crate::backend) enum When {
    Never,
    Only(usize),
    /// This one and all after it.
    From(usize),
    Always,
}

impl When {
    pub(in crate::backend) fn is_now(self, number: usize) -> bool {
        match self {
            Self::Never => false,
            Self::Only(only) => only == number,
            Self::From(first) => first <= number,
            Self::Always => true,
        }
    }
}

/// A proxy on a port of its own; it ends with the runtime of its test.
pub(in crate::backend) struct Proxy {
    pub(in crate::backend) port: u16,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Debug)]
struct Plan {
    fault: Break,
    when: When,
    seen: usize,
}

impl Proxy {
    /// A proxy before the server at `upstream`, `host:port`, that spoils these exchanges.
    pub(in crate::backend) async fn start(upstream: String, fault: Break, when: When) -> Self {
        let listener =
            TcpListener::bind("127.0.0.1:0").await.expect("the loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let plan = Arc::new(Mutex::new(Plan { fault, when, seen: 0 }));
        let shared = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (upstream, plan) = (upstream.clone(), Arc::clone(&shared));
                // However a connection ends, its client is who has to cope with it.
                tokio::spawn(async move { drop(pass(client, &upstream, &plan).await) });
            }
        });
        Self { port, plan }
    }

    /// How many exchanges there were.
    pub(in crate::backend) fn seen(&self) -> usize {
        self.plan.lock().expect("nobody panics with it").seen
    }
}

impl Plan {
    /// What becomes of the next exchange.
    fn next(&mut self) -> Option<Break> {
        let number = self.seen;
        self.seen += 1;
        self.when.is_now(number).then_some(self.fault)
    }
}

/// One connection, until one of its sides, or a fault, ends it.
async fn pass(mut client: TcpStream, upstream: &str, plan: &Mutex<Plan>) -> io::Result<()> {
    let mut server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut given) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let (mut is_asking, mut fault) = (false, None);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let asked = &asked[..read?];
                if asked.is_empty() {
                    return Ok(());
                }
                if !is_asking {
                    fault = plan.lock().expect("nobody panics with it").next();
                    is_asking = true;
                }
                match fault {
                    Some(Break::Reset) => return client.set_zero_linger(),
                    Some(Break::HalfRequest) => return server.write_all(&asked[..asked.len() / 2]).await,
                    // Both connections stay as they are.
                    Some(Break::Silence) => std::future::pending().await,
                    _ => server.write_all(asked).await?,
                }
            }
            read = server.read(&mut given) => {
                let given = &given[..read?];
                if given.is_empty() {
                    return Ok(());
                }
                is_asking = false;
                match fault.take() {
                    Some(Break::LostAnswer) => return Ok(()),
                    Some(Break::HalfAnswer) => return client.write_all(&given[..given.len() / 2]).await,
                    Some(Break::Crumbs) => {
                        for crumb in given.chunks(1) {
                            client.write_all(crumb).await?;
                            tokio::task::yield_now().await;
                        }
                    }
                    Some(Break::Stall) => while client.read(&mut asked).await? > 0 {},
                    _ => client.write_all(given).await?,
                }
            }
        }
    }
}
