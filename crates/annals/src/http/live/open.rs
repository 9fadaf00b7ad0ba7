//! What opens a stream: who is calling, which events, and after which one.

use axum::http::request::Parts;

use super::super::Http;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use super::credential::Credential;
use super::feed::Feed;
use crate::journal::InvalidCursor;

/// Opens a stream for a request, or says why not.
pub(super) async fn open(http: &Http, parts: &Parts) -> Result<Feed> {
    let mut parameters = Parameters::read(parts.uri.query());
    let ticket = parameters.take("ticket")?;
    let after = parameters.take("after")?;
    let filter = parameters.filter()?;
    let after = position(http, parts, after.as_deref())?;
    let credential = match ticket {
        Some(ticket) => http.live.tickets.take(&ticket, http.clock.now())?,
        None => Credential::of(parts),
    };
    let caller = credential.reader(http).await?;
    let slot = http.live.slot()?;
    Ok(Feed::new(http.clone(), credential, caller, filter, after, slot))
}

/// Where the stream begins: what a reconnecting client has seen last, else what it asks for, else
/// now.
fn position(http: &Http, parts: &Parts, after: Option<&str>) -> Result<u64> {
    let last = parts.headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let (name, cursor) = match (last.filter(|last| !last.is_empty()), after) {
        (Some(last), _) => ("Last-Event-ID", last),
        (None, Some(after)) => ("after", after),
        (None, None) => return Ok(*http.journal.head().borrow()),
    };
    http.cursors.open_event(cursor).map_err(|error| match error {
        InvalidCursor::Forged => Problem::parameter(name, error.to_string()),
        InvalidCursor::Gone => error.into(),
    })
}
