//! Tickets for browsers, which cannot send a key or a header with a stream's request.
//!
//! A ticket stands for its maker's credentials: the stream ends when they end. Tickets are kept in
//! memory for a minute, by hash. After a restart the client asks for another.

use std::collections::HashMap;

use annals_event::Time;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use parking_lot::Mutex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::super::Http;
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use super::credential::Credential;
use crate::access::{Caller, Permission};
use crate::id::{self, Random};

/// Time that a ticket works: 1 minute, in microseconds.
const LIFE: i64 = 60 * 1_000_000;
/// Maximum number of unused tickets.
const MAX_TICKETS: usize = 10_000;

/// The unused tickets, by the SHA-256 of their secret.
#[derive(Default)]
pub(super) struct Tickets(Mutex<HashMap<[u8; 32], Ticket>>);

struct Ticket {
    credential: Credential,
    expires_at: Time,
}

impl Tickets {
    /// Makes a ticket; `None` if there are too many unused ones.
    fn make(&self, credential: Credential, now: Time, random: &dyn Random) -> Option<NewTicket> {
        let mut tickets = self.0.lock();
        if tickets.len() >= MAX_TICKETS {
            tickets.retain(|_, ticket| ticket.expires_at > now);
        }
        if tickets.len() >= MAX_TICKETS {
            return None;
        }
        let secret = id::secret(random);
        let expires_at = now.plus_micros(LIFE);
        tickets.insert(Sha256::digest(&secret).into(), Ticket { credential, expires_at });
        Some(NewTicket { ticket: secret, expires_at })
    }

    /// Uses up a ticket. If two requests use it at the same time, one succeeds.
    pub(super) fn redeem(&self, secret: &str, now: Time) -> Result<Credential> {
        let hash: [u8; 32] = Sha256::digest(secret).into();
        let taken = self.0.lock().remove(&hash);
        let ticket = taken.filter(|ticket| ticket.expires_at > now).ok_or_else(|| {
            Problem::unauthorized(
                "ticket_invalid",
                "This ticket was used already or has expired; get another from POST /api/v1/tickets.",
            )
        })?;
        Ok(ticket.credential)
    }
}

/// A ticket, which opens one stream.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct NewTicket {
    /// The ticket, to pass as `?ticket=` to `/api/v1/events/stream` or `/api/v1/events/ws`.
    ticket: String,
    /// The time when the ticket expires, if it is not used before.
    expires_at: Time,
}

/// Make a stream ticket
///
/// A ticket opens one stream as its maker, within a minute. It is for browsers, which cannot send a
/// key with a stream's request. The stream ends when the key or session ends that made the ticket.
#[utoipa::path(
    post, path = "/api/v1/tickets", operation_id = "create_ticket", tag = "Live", extensions(("x-permission" = json!(Permission::ReadEvents))),
    responses(
        (status = 201, description = "The ticket", body = NewTicket),
        (status = 403, description = "The caller may not read events", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many tickets wait to be used", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn create(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    parts: Parts,
) -> Result<(StatusCode, Json<NewTicket>)> {
    caller.may(Permission::ReadEvents)?;
    let made = http.edge.live.tickets.make(Credential::of(&parts), http.clock.now(), &*http.random);
    let ticket = made.ok_or_else(|| {
        let detail = "Too many tickets wait to be used; try again in a minute.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_tickets", detail).retry(60)
    })?;
    Ok((StatusCode::CREATED, Json(ticket)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SystemRandom;

    const NOW: Time = Time::from_micros(1_790_000_000_000_000);

    fn nobody() -> Credential {
        Credential::of(&axum::http::Request::new(()).into_parts().0)
    }

    #[test]
    fn a_ticket_works_once_and_for_a_minute() {
        let tickets = Tickets::default();
        let make = || tickets.make(nobody(), NOW, &SystemRandom).unwrap().ticket;
        let (one, two) = (make(), make());
        assert!(tickets.redeem(&one, NOW.plus_micros(LIFE - 1)).is_ok());
        assert_eq!(tickets.redeem(&one, NOW).err().map(|p| p.code), Some("ticket_invalid"));
        assert!(tickets.redeem(&two, NOW.plus_micros(LIFE)).is_err());
        assert!(tickets.redeem("", NOW).is_err());
    }

    #[test]
    fn those_that_have_expired_make_room() {
        let tickets = Tickets::default();
        for _ in 0..MAX_TICKETS {
            tickets.make(nobody(), NOW, &SystemRandom).unwrap();
        }
        assert!(tickets.make(nobody(), NOW, &SystemRandom).is_none());
        assert!(tickets.make(nobody(), NOW.plus_micros(LIFE), &SystemRandom).is_some());
    }
}
