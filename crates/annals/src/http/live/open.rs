//! Opens a stream: finds its caller, its filter and its first position.

use axum::http::request::Parts;

use super::super::Http;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use super::credential::Credential;
use super::feed::Feed;
use crate::access::Caller;
use crate::filter::Filter;
use crate::journal::InvalidCursor;

/// A caller who may follow the events they ask for.
pub(super) struct Admitted {
    credential: Credential,
    caller: Caller,
    filter: Filter,
    after: u64,
}

/// Reads the parameters and identifies the caller, or returns the reason for refusing them.
pub(super) async fn admit(http: &Http, parts: &Parts) -> Result<Admitted> {
    let mut parameters = Parameters::read(parts.uri.query());
    let ticket = parameters.take("ticket")?;
    let after = parameters.take("after")?;
    let filter = parameters.filter()?;
    let after = position(http, parts, after.as_deref())?;
    let credential = match ticket {
        Some(ticket) => http.edge.live.tickets.redeem(&ticket, http.clock.now())?,
        None => Credential::of(parts),
    };
    let caller = credential.reader(http).await?;
    Ok(Admitted { credential, caller, filter, after })
}

impl Admitted {
    /// Opens the stream, if there is room for one more.
    pub(super) fn open(self, http: &Http) -> Result<Feed> {
        let slot = http.edge.live.slot()?;
        Ok(Feed::new(http.clone(), self.credential, self.caller, self.filter, self.after, slot))
    }
}

/// Returns the position at which the stream begins: that of `Last-Event-ID` or of `after`,
/// otherwise the head.
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
