//! What may stand in an event's place once a person is forgotten, on every engine alike.

use annals_event::digest::{self, Hash};
use annals_event::{Actor, Event};

use super::seal::{Sealed, leaf_of};
use super::{Result, StoreError};

/// The event that stands there, and the commitment under which what remains of it still has its
/// leaf. A broken event stays as it is: what was done to it must show.
pub(super) fn kept<'a>(there: Option<&'a Sealed>, remains: &Event) -> Result<(&'a Event, Hash)> {
    there.and_then(|sealed| fitting(sealed, remains)).ok_or_else(|| {
        StoreError::Damaged(format!("the event at position {} is not the one written", remains.seq))
    })
}

fn fitting<'a>(sealed: &'a Sealed, remains: &Event) -> Option<(&'a Event, Hash)> {
    let leaf = leaf_of(sealed)?;
    let event = sealed.event.as_ref().ok()?;
    let of_salt = |salt| digest::commitment(&salt, digest::personal(event).as_bytes());
    let commitment = sealed.commitment.or_else(|| sealed.salt.map(of_salt))?;
    let somebody = |actor: &Actor| actor.id.is_some() || actor.name.is_some();
    // People and visits stay as they are or go; nobody comes in their place.
    let fits = remains.anonymised_at.is_some()
        && digest::leaf(remains, &commitment) == leaf
        && (remains.actor == event.actor || !somebody(&remains.actor))
        && (remains.subject == event.subject || remains.subject.is_none())
        && (remains.account == event.account || remains.account.is_none())
        // A visit is one person's, and goes with them.
        && (remains.session_id.is_none()
            || (remains.session_id == event.session_id
                && (&remains.subject, &remains.actor) == (&event.subject, &event.actor)));
    fits.then_some((event, commitment))
}
