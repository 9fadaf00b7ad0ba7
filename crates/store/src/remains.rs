//! The rules for an event's anonymised form, the same for every engine.

use annals_event::digest::{self, Hash};
use annals_event::{Actor, Event};

use super::seal::{Sealed, leaf_of};
use super::{Result, StoreError};

/// The stored event, and the commitment with which the anonymised form keeps its leaf. A broken
/// event is refused, since the change to it must stay visible.
pub fn kept<'a>(there: Option<&'a Sealed>, remains: &Event) -> Result<(&'a Event, Hash)> {
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
    // People and sessions stay or are removed; nobody new may appear.
    let fits = remains.anonymised_at.is_some()
        && digest::leaf(remains, &commitment) == leaf
        && (remains.actor == event.actor || !somebody(&remains.actor))
        && (remains.subject == event.subject || remains.subject.is_none())
        && (remains.account == event.account || remains.account.is_none())
        // A session belongs to one person, and is removed with them.
        && (remains.session_id.is_none()
            || (remains.session_id == event.session_id
                && (&remains.subject, &remains.actor) == (&event.subject, &event.actor)));
    fits.then_some((event, commitment))
}
