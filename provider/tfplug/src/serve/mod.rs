//! The process around a provider: from the first argument to the exit code.
//!
//! [`run`] is the whole of a provider's `main`. In reading order: what we are
//! told ([`environment`], [`command_line`]), how host and provider find and
//! trust each other ([`handshake`], [`listen`], [`tls`]), how calls come in
//! ([`accept`], [`server`], [`plugin_services`]), what ends us ([`lifetime`],
//! [`stop`]), and what others see of us ([`log`], [`panic`], [`reattach`]).
//!
//! **Invariants:** nothing outside of this folder touches arguments,
//! environment variables or stdout; nothing in it knows what a resource is.

mod accept;
mod command_line;
mod environment;
mod error;
mod handshake;
mod lifetime;
mod listen;
mod log;
mod log_level;
mod log_line;
mod options;
mod panic;
mod plugin_services;
mod reattach;
mod server;
mod stop;
#[cfg(test)]
mod tests;
mod tls;
#[cfg(unix)]
mod unix_socket;

use std::io::{self, Write};
use std::process::{self, ExitCode};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use self::accept::connections;
use self::command_line::{Mode, help, version};
pub(crate) use self::environment::{Environment, variable};
pub(crate) use self::error::ServeError;
use self::handshake::{Handshake, check_cookie, check_version};
use self::lifetime::Lifetime;
use self::listen::{Place, listen};
pub(crate) use self::options::Options;
pub(crate) use self::panic::{PanicMessage, catch};
use self::plugin_services::PluginServices;
use self::server::{Routes, serve_until};
pub(crate) use self::stop::StopSignal;
use self::tls::{ServerTls, host_certificate};
use crate::wire::generated::tfplugin6::provider_server::Provider;

/// More threads than this only cost memory: handlers mostly wait.
const MOST_THREADS: usize = 8;

/// Does everything that a provider binary does. `service` makes the provider;
/// its handlers take their tokens from the signal, which its `StopProvider`
/// triggers.
pub(crate) fn run<S, F>(options: &Options, service: F) -> ExitCode
where
    S: Provider,
    F: FnOnce(StopSignal) -> S,
{
    ExitCode::from(run_in(&Environment::read(), options, service, io::stdout()))
}

/// [`run`] with everything from outside given; `output` is stdout.
pub(crate) fn run_in<S, F>(
    environment: &Environment,
    options: &Options,
    service: F,
    mut output: impl Write,
) -> u8
where
    S: Provider,
    F: FnOnce(StopSignal) -> S,
{
    let result = Mode::parse(environment.arguments(), options).and_then(|mode| match mode {
        Mode::Version => announce(&mut output, &version(options)),
        Mode::Help => announce(&mut output, &help(options)),
        Mode::Plugin | Mode::Debug => {
            let trust = Trust::establish(mode, environment, options)?;
            panic::install_hook();
            log::start(mode, environment, options);
            let runtime = runtime()?;
            let result = runtime.block_on(async {
                let stop = StopSignal::new();
                let service = service(stop.clone());
                serve(service, stop, trust, environment, options, &mut output).await
            });
            // Work of handlers that still runs must not keep us alive.
            runtime.shutdown_background();
            result
        }
    });
    match result {
        Ok(()) => 0,
        Err(error) => {
            // When nobody reads stderr any more there is nobody to tell.
            let _ = writeln!(io::stderr(), "{error}");
            error.exit_code()
        }
    }
}

/// Whom we serve, settled before anything is built.
#[derive(Debug)]
pub(crate) enum Trust {
    /// The host that started us, known by its certificate.
    Host { tls: ServerTls, asked_to_multiplex: bool },
    /// Whoever may open the socket.
    Developer,
}

impl Trust {
    fn establish(
        mode: Mode,
        environment: &Environment,
        options: &Options,
    ) -> Result<Self, ServeError> {
        if mode == Mode::Debug {
            return Ok(Self::Developer);
        }
        check_cookie(environment, options)?;
        check_version(environment)?;
        let tls = ServerTls::new(host_certificate(environment)?)?;
        let asked_to_multiplex = environment.variable("PLUGIN_MULTIPLEX_GRPC").is_some();
        Ok(Self::Host { tls, asked_to_multiplex })
    }

    fn mode(&self) -> Mode {
        match self {
            Self::Host { .. } => Mode::Plugin,
            Self::Developer => Mode::Debug,
        }
    }

    /// What `output` gets when we are ready.
    fn announcement(&self, place: &Place, options: &Options) -> String {
        match self {
            Self::Host { tls, asked_to_multiplex } => Handshake {
                network: place.network,
                address: &place.address,
                certificate: &tls.certificate,
                asked_to_multiplex: *asked_to_multiplex,
            }
            .line(),
            Self::Developer => {
                reattach::text(&reattach::value(&options.address, place, process::id()))
            }
        }
    }
}

/// Serves until the host, a signal or the end of the host ends it. The socket
/// is gone when it returns.
pub(crate) async fn serve<S: Provider>(
    service: S,
    stop: StopSignal,
    trust: Trust,
    environment: &Environment,
    options: &Options,
    output: &mut impl Write,
) -> Result<(), ServeError> {
    let end = CancellationToken::new();
    let lifetime = Lifetime::begin(trust.mode())?;
    let (listener, place) = listen(environment, options.transport).await?;
    let (tls, host_may_end) = match &trust {
        Trust::Host { tls, .. } => (Some(TlsAcceptor::from(tls.config.clone())), true),
        Trust::Developer => (None, false),
    };
    let incoming = connections(listener, tls);
    let routes = Routes::new(service, PluginServices::new(end.clone(), host_may_end));
    // The listener queues whoever is faster than the server below.
    announce(output, &trust.announcement(&place, options))?;
    info!(address = place.address, version = options.version, "provider ready");
    let ended = end.clone();
    let watch = tokio::spawn(async move {
        let reason = lifetime.end().await;
        debug!(%reason, "provider ends");
        ended.cancel();
    });
    serve_until(routes, incoming, &end, &stop).await;
    watch.abort();
    Ok(())
}

fn announce(output: &mut impl Write, text: &str) -> Result<(), ServeError> {
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|source| ServeError::Announce { source })
}

fn runtime() -> Result<Runtime, ServeError> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread()
        .worker_threads(cores.min(MOST_THREADS))
        .thread_name("provider")
        .enable_all()
        .build()
        .map_err(|source| ServeError::Runtime { source })
}
