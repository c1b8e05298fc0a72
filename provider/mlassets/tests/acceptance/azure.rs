//! The Blob service of Azure of the tests: a workspace that reaches it, and someone who meddles with it.

use mlassets::backend::azure::{Auth, Azure, Config};
use url::Url;

use crate::harness::{Workspace, told, unique};
use crate::registries::wait;

/// The account, and a container that nobody else has.
pub(crate) struct Blobs {
    pub(crate) container: String,
    account: String,
    key: String,
    endpoint: String,
}

impl Blobs {
    /// The server, with a new container.
    pub(crate) fn new() -> Self {
        let mut url = Url::parse(&told("MLASSETS_TEST_AZURE_URL")).expect("the variable is a URL");
        let account = url.username().to_owned();
        let key = url.password().expect("the variable holds the account's key").to_owned();
        url.set_username("").expect("a server has a host");
        url.set_password(None).expect("a server has a host");
        let endpoint = url.as_str().trim_end_matches('/').to_owned();
        let blobs = Self { container: unique("models"), account, key, endpoint };
        blobs.make(&blobs.container);
        blobs
    }

    /// Makes a container, unless there is one.
    pub(crate) fn make(&self, container: &str) {
        wait(self.client().create_container(container)).expect("a container can be made");
    }

    /// A workspace whose `azure` block is in the environment.
    pub(crate) fn reach(&self, workspace: Workspace) -> Workspace {
        workspace
            .env("AZURE_STORAGE_ACCOUNT", &self.account)
            .env("AZURE_STORAGE_SERVICE_ENDPOINT", &self.endpoint)
            .env("AZURE_STORAGE_KEY", &self.key)
    }

    /// The key of the account.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The address of the container.
    pub(crate) fn uri(&self) -> String {
        format!("{}/{}", self.endpoint, self.container)
    }

    /// A client of the provider's own.
    pub(crate) fn client(&self) -> Azure {
        let config = Config {
            endpoint: Some(self.endpoint.clone()),
            ..Config::new(&self.account, Auth::SharedKey(self.key.as_str().into()))
        };
        Azure::new(config).expect("the configuration is sound")
    }
}
