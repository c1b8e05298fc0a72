//! A typed client of the model registry of MLflow 2.9 and newer: registered models with their aliases, and model
//! versions with their tags.
//!
//! MLflow has no transactions and no conditions on writes: each call is all or nothing by itself, and the last writer
//! wins. What is built on that is not the matter of this room, see `registry`. Stages are deprecated and never used.
//! Calls are tried again as `crate::backend::http` says; a creation whose answer was lost ends as
//! [`Error::Ambiguous`].

mod answer;
mod config;
mod error;
mod model;
mod version;

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use serde::Deserialize;
use url::form_urlencoded;

pub use super::http::Step;
pub use config::{Address, Auth, Config};
pub use error::{Call, Denied, Error, Refusal};
pub use model::{Alias, Model};
pub use version::{ModelVersion, NewModelVersion, Tag};

use super::http::retry::Policy;
use super::http::{Answer, Doubt, Exchange, Failure, Request, Setup};

/// Where the API begins, below the address of the server.
const API: &str = "/api/2.0/mlflow";

/// A client of one MLflow server. Clones share its connections.
#[derive(Clone)]
pub struct Mlflow(Arc<Http>);

struct Http {
    exchange: Exchange,
    /// `host` or `host:port`, for messages.
    host: String,
}

impl Mlflow {
    /// Makes a client. Nothing is sent: a wrong host or password shows at the first call.
    ///
    /// # Errors
    /// [`Error::Client`] if the credentials fit into no header, or the file of certificates cannot be used.
    pub fn new(config: &Config) -> Result<Self, Error> {
        Self::with_policy(config, Policy::default())
    }

    pub(in crate::backend) fn with_policy(config: &Config, policy: Policy) -> Result<Self, Error> {
        let client = |message: String| Error::Client { server: config.address.host(), message };
        let setup = Setup {
            base: format!("{}{API}", config.address.url()),
            headers: config.headers().map_err(client)?,
            timeout: config.timeout,
            roots: config.roots().map_err(client)?,
            policy,
            busy: answer::busy,
        };
        let exchange = Exchange::new(setup).map_err(client)?;
        Ok(Self(Arc::new(Http { exchange, host: config.address.host() })))
    }

    async fn send(&self, request: &Request) -> Result<Answer, Error> {
        let call = || self.call(request);
        let sent = self.0.exchange.answer(request, &HeaderMap::new(), &mut Doubt::None).await;
        let answer = sent.map_err(|failure| match failure {
            Failure::Unavailable { status, tries, wait } => {
                Error::Unavailable { call: call(), status, tries, wait }
            }
            Failure::Broken { step, cause, tries } => {
                Error::Transport { call: call(), step, cause, tries }
            }
            Failure::Ambiguous { cause } => Error::Ambiguous { call: call(), cause },
        })?;
        if answer.is_success() { Ok(answer) } else { Err(answer::error(&answer, call())) }
    }

    async fn read<T: for<'a> Deserialize<'a>>(&self, request: &Request) -> Result<T, Error> {
        answer::json(&self.send(request).await?, self.call(request))
    }

    #[expect(clippy::unnecessary_box_returns, reason = "an error carries it boxed")]
    fn call(&self, request: &Request) -> Box<Call> {
        let path = format!("{API}{}", request.path_without_query());
        Box::new(Call { method: request.verb(), server: self.0.host.clone(), path })
    }

    /// All pages of a search. A server that gives the same page for ever is left.
    async fn pages<P: for<'a> Deserialize<'a>>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        mut take: impl FnMut(P) -> Option<String>,
    ) -> Result<(), Error> {
        let mut token = None::<String>;
        loop {
            let mut query = query.to_vec();
            query.push(("max_results", "1000"));
            if let Some(token) = &token {
                query.push(("page_token", token));
            }
            let request = Request::get(with_query(path, &query));
            let next = take(self.read(&request).await?).filter(|next| !next.is_empty());
            if next.is_some() && next == token {
                let problem = "a page refers to itself as the next one".to_owned();
                return Err(Error::Unexpected { call: self.call(&request), status: 200, problem });
            }
            match next {
                None => return Ok(()),
                next => token = next,
            }
        }
    }
}

impl fmt::Debug for Mlflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mlflow({})", self.0.host)
    }
}

fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{path}?{query}")
}
