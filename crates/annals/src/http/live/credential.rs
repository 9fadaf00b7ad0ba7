//! The credentials of a stream's caller, kept so that they can be checked again.
//!
//! The check is the extractor of `caller.rs` itself, so that a stream ends for the same reasons for
//! which a request is refused.

use axum::http::request::Parts;
use axum::http::{Request, header};

use super::super::Http;
use super::super::caller::identify;
use super::super::error::Result;
use crate::access::{Caller, Permission};

/// The headers and marks of a request that identify the caller, and nothing else of it.
#[derive(Clone)]
pub(super) struct Credential(Parts);

impl Credential {
    /// Takes the credentials from a request.
    pub(super) fn of(parts: &Parts) -> Credential {
        let (mut kept, ()) = Request::new(()).into_parts();
        for name in [header::AUTHORIZATION, header::COOKIE] {
            for value in parts.headers.get_all(&name) {
                kept.headers.append(&name, value.clone());
            }
        }
        // The mark of the local socket.
        if let Some(caller) = parts.extensions.get::<Caller>() {
            kept.extensions.insert(caller.clone());
        }
        Credential(kept)
    }

    /// Returns the caller as they are now; a problem if they may no longer read events.
    pub(super) async fn reader(&self, http: &Http) -> Result<Caller> {
        let caller = identify(&self.0, http).await?;
        caller.may(Permission::ReadEvents)?;
        Ok(caller)
    }
}
