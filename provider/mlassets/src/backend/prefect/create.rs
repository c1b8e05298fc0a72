//! Creation that survives a lost answer without doubling anything.
//!
//! Names are unique, so the object can be looked up. Found, it is ours if it is as we asked for and younger
//! than our first try, both ages taken from the server's clock. Not found, it is safe to ask again: if the
//! lost request still arrives, one of the two meets the conflict.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::DATE;
use serde::Deserialize;

use super::error::{Conflict, Error};
use super::http::{Doubt, Http, Request};
use crate::backend::retry::http_date;

/// What a server knows about an object's birth.
pub(super) trait Created {
    /// RFC 3339.
    fn created(&self) -> Option<&str>;
    /// Remembers that it was found after a lost answer, so that it may be somebody else's of the same moment.
    fn mark_found(&mut self);
}

enum Found<T> {
    Ours(T),
    Foreign,
    Nothing,
    Untold,
}

impl Http {
    /// Sends `create`; after a lost answer, `find` asks for the object by its name and `as_asked` compares.
    pub(super) async fn create<T: Created + for<'a> Deserialize<'a>>(
        &self,
        create: &Request,
        find: &Request,
        as_asked: impl Fn(&T) -> bool,
    ) -> Result<T, Error> {
        self.create_or(create, find, as_asked, |error| error).await
    }

    /// The same where every conflict means that the name is taken. The server does not always say so.
    pub(super) async fn create_by_name<T: Created + for<'a> Deserialize<'a>>(
        &self,
        create: &Request,
        find: &Request,
        as_asked: impl Fn(&T) -> bool,
    ) -> Result<T, Error> {
        let named = |error| match error {
            Error::Conflict { call, .. } => Error::Conflict { call, conflict: Conflict::NameTaken },
            error => error,
        };
        self.create_or(create, find, as_asked, named).await
    }

    async fn create_or<T: Created + for<'a> Deserialize<'a>>(
        &self,
        create: &Request,
        find: &Request,
        as_asked: impl Fn(&T) -> bool,
        explain: impl Fn(Error) -> Error,
    ) -> Result<T, Error> {
        const ROUNDS: u32 = 3;
        let began = Instant::now();
        let mut doubt = Doubt::None;
        let mut round = 1;
        loop {
            let sent = self.send(create).await;
            doubt = doubt.max(sent.doubt);
            let error = match sent.result.map_err(&explain) {
                Ok(answer) => return answer.json(&self.call(create)),
                Err(error @ Error::Ambiguous { .. }) => error,
                Err(error @ Error::Conflict { conflict: Conflict::NameTaken, .. })
                    if doubt > Doubt::None =>
                {
                    error
                }
                Err(error) => return Err(error),
            };
            match self.look_up(find, began.elapsed(), &as_asked).await {
                Found::Ours(mut object) => {
                    object.mark_found();
                    return Ok(object);
                }
                Found::Foreign => {
                    let (call, conflict) = (self.call(create), Conflict::NameTaken);
                    return Err(Error::Conflict { call, conflict });
                }
                Found::Nothing if round < ROUNDS => round += 1,
                Found::Nothing | Found::Untold => {
                    let cause = match error {
                        Error::Ambiguous { cause, .. } => cause,
                        _ => "the name is taken since, perhaps by this very request".to_owned(),
                    };
                    return Err(Error::Ambiguous { call: self.call(create), cause });
                }
            }
        }
    }

    async fn look_up<T: Created + for<'a> Deserialize<'a>>(
        &self,
        find: &Request,
        since_begun: Duration,
        as_asked: impl Fn(&T) -> bool,
    ) -> Found<T> {
        let answer = match self.send(find).await.result {
            Ok(answer) => answer,
            Err(error) if error.is_object_missing() => return Found::Nothing,
            Err(_) => return Found::Untold,
        };
        let now = answer.headers.get(DATE).and_then(|date| http_date(date.to_str().ok()?));
        let Ok(object) = answer.json::<T>(&self.call(find)) else { return Found::Untold };
        if !as_asked(&object) {
            return Found::Foreign;
        }
        let born = object.created().and_then(|created| created.parse::<Timestamp>().ok());
        match (born, now) {
            (Some(born), Some(now)) if is_younger(born, now, since_begun) => Found::Ours(object),
            (Some(_), Some(_)) => Found::Foreign,
            _ => Found::Untold,
        }
    }
}

/// Whether something born at `born` is at `now` no older than `age`, give or take the second that the header
/// `Date` rounds away.
fn is_younger(born: Timestamp, now: Timestamp, age: Duration) -> bool {
    let lived = Duration::try_from(now.duration_since(born)).unwrap_or_default();
    lived <= age + Duration::from_secs(1)
}
