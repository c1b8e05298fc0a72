//! The CSRF token of one server: asked for once, kept for most of its hour, renewed when refused.
//!
//! Nobody configures this. A server without the protection says so (422, or 404 if it is older), and that
//! is remembered until it refuses a call for lack of a token after all.

use std::time::{Duration, Instant};

use reqwest::header::HeaderValue;
use tokio::sync::Mutex;

use super::error::Error;

/// The server lets a token live for an hour.
const FRESH: Duration = Duration::from_mins(55);

#[derive(Default)]
pub(super) struct Csrf(Mutex<State>);

#[derive(Clone, Default)]
enum State {
    #[default]
    Unknown,
    Disabled,
    Token(Token),
}

/// A token as a header value, marked as secret.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) value: HeaderValue,
    fetched: Instant,
}

impl Token {
    pub(super) fn new(mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        Self { value, fetched: Instant::now() }
    }
}

/// Which token a caller can use.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// Whichever is there.
    Any,
    /// Not this one, which the server refused; or, without one, the server refused to go without.
    NewerThan(Option<&'a Token>),
}

impl Csrf {
    /// The token to send, or nothing for a server without CSRF protection. `fetch` asks the server; callers at the same time
    /// wait for one of them, since each new token ends the one before.
    pub(super) async fn token(
        &self,
        wanted: Wanted<'_>,
        fetch: impl AsyncFnOnce() -> Result<Option<Token>, Error>,
    ) -> Result<Option<Token>, Error> {
        let mut state = self.0.lock().await;
        match (&*state, wanted) {
            (State::Disabled, Wanted::Any) => return Ok(None),
            (State::Token(token), Wanted::Any) if token.fetched.elapsed() < FRESH => {
                return Ok(Some(token.clone()));
            }
            // Somebody else has renewed it since.
            (State::Token(token), Wanted::NewerThan(refused))
                if refused.is_none_or(|refused| refused.value != token.value) =>
            {
                return Ok(Some(token.clone()));
            }
            _ => {}
        }
        let token = fetch().await?;
        *state = token.clone().map_or(State::Disabled, State::Token);
        Ok(token)
    }
}
