//! One call to be made, and what it does to the server.

use reqwest::Method;
use serde::Serialize;

/// One call to be made.
pub(in crate::backend) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Vec<u8>>,
    pub(super) effect: Effect,
}

/// What a call does to the server, which decides how it is tried again.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    /// Nothing.
    Read,
    /// The same however often it arrives.
    Settle(Points),
    /// Something new each time, or a conflict.
    Create(Points),
}

/// The names of the fault points around a call.
#[derive(Clone, Copy)]
pub(in crate::backend) struct Points {
    pub(in crate::backend) before_send: &'static str,
    pub(in crate::backend) after_response: &'static str,
}

const READ: Points =
    Points { before_send: "http.read.before_send", after_response: "http.read.after_response" };

impl Effect {
    pub(super) fn points(self) -> Points {
        match self {
            Self::Read => READ,
            Self::Settle(points) | Self::Create(points) => points,
        }
    }
}

impl Request {
    pub(in crate::backend) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, None, Effect::Read)
    }

    /// A query that needs a body.
    pub(in crate::backend) fn query(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self::new(Method::POST, path, Some(json(body)), Effect::Read)
    }

    pub(in crate::backend) fn create(
        path: impl Into<String>,
        body: &impl Serialize,
        points: Points,
    ) -> Self {
        Self::new(Method::POST, path, Some(json(body)), Effect::Create(points))
    }

    pub(in crate::backend) fn patch(
        path: impl Into<String>,
        body: &impl Serialize,
        points: Points,
    ) -> Self {
        Self::new(Method::PATCH, path, Some(json(body)), Effect::Settle(points))
    }

    /// A request without a body after which things are as they should be, however often it arrives.
    pub(in crate::backend) fn settle(path: impl Into<String>, points: Points) -> Self {
        Self::new(Method::POST, path, None, Effect::Settle(points))
    }

    /// The same with a body.
    pub(in crate::backend) fn settle_with(
        path: impl Into<String>,
        body: &impl Serialize,
        points: Points,
    ) -> Self {
        Self::new(Method::POST, path, Some(json(body)), Effect::Settle(points))
    }

    pub(in crate::backend) fn delete(path: impl Into<String>, points: Points) -> Self {
        Self::new(Method::DELETE, path, None, Effect::Settle(points))
    }

    /// A deletion that says in its body of what.
    pub(in crate::backend) fn delete_with(
        path: impl Into<String>,
        body: &impl Serialize,
        points: Points,
    ) -> Self {
        Self::new(Method::DELETE, path, Some(json(body)), Effect::Settle(points))
    }

    fn new(method: Method, path: impl Into<String>, body: Option<Vec<u8>>, effect: Effect) -> Self {
        Self { method, path: path.into(), body, effect }
    }

    pub(in crate::backend) fn is_read(&self) -> bool {
        matches!(self.effect, Effect::Read)
    }

    pub(in crate::backend) fn is_get(&self) -> bool {
        self.method == Method::GET
    }

    /// The method, as messages name it.
    pub(in crate::backend) fn verb(&self) -> &'static str {
        match self.method {
            Method::POST => "POST",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
            _ => "GET",
        }
    }

    pub(in crate::backend) fn path_without_query(&self) -> &str {
        self.path.split_once('?').map_or(&self.path, |(path, _)| path)
    }
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("the bodies are made of texts, numbers and JSON values")
}
