//! What a provider says about itself when it is served.

/// Identity of a provider and the few choices about serving it.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Source address with host name, such as `registry.example.com/acme/things`.
    pub(crate) address: String,
    /// Version of the provider, as `-version` shows it.
    pub(crate) version: String,
    /// Where to listen.
    pub(crate) transport: Transport,
}

/// Where the provider listens for its host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Transport {
    /// A unix socket where there are any, else loopback.
    #[default]
    Native,
    /// TCP on 127.0.0.1, reachable for every user of the machine; the pinned
    /// certificate alone keeps others out.
    Loopback,
}

impl Options {
    /// A provider at `address`, listening in the way of the platform.
    pub(crate) fn new(address: impl Into<String>, version: impl Into<String>) -> Self {
        Self { address: address.into(), version: version.into(), transport: Transport::Native }
    }

    /// Last segment of the address: the name that resources begin with.
    pub(crate) fn name(&self) -> &str {
        self.address.rsplit('/').next().unwrap_or(&self.address)
    }

    /// Name of the binary, which the hosts prescribe.
    pub(crate) fn program(&self) -> String {
        format!("terraform-provider-{}", self.name())
    }
}
