//! What a caller showed when they came, kept so that they can be asked for again.
//!
//! Asking again is what the extractor of `caller.rs` does itself: whatever lets a request in, or no longer
//! does, holds for a stream too.

use axum::http::request::Parts;
use axum::http::{Request, header};

use super::super::Http;
use super::super::caller::identify;
use super::super::error::Result;
use crate::access::{Caller, Permission};

/// The headers and marks of a request that say who is calling, and nothing else of it.
#[derive(Clone)]
pub(super) struct Credential(Parts);

impl Credential {
    /// Takes them from a request.
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

    /// Who is calling now; a problem when they may read no more.
    pub(super) async fn reader(&self, http: &Http) -> Result<Caller> {
        let caller = identify(&self.0, http).await?;
        caller.may(Permission::ReadEvents)?;
        Ok(caller)
    }
}
