//! The last step: one event, one canonical text, one commitment.

use annals_event::{Event, digest, json, limits};

use super::{Refusal, Work};
use crate::id;
use crate::store::Entry;

/// Bytes for everything beside the personal part: ids, times, category, action, points.
const SKELETON_BYTES: usize = 1_024;

/// Makes the entry.
pub(super) fn run(work: Work<'_>) -> Result<Entry, Refusal> {
    let category = work.category().to_owned();
    let Work { now, random, draft, mut derived, .. } = work;
    derived.id = draft.id.is_none();
    let mut event = Event {
        id: draft.id.unwrap_or_else(|| id::uuid_v7(random, now)),
        seq: 0,
        cursor: String::new(),
        occurred_at: draft.occurred_at.unwrap_or(now),
        created_at: now,
        category,
        action: draft.action,
        class: draft.class.unwrap_or_default(),
        severity: draft.severity.unwrap_or_default(),
        actor: draft.actor.unwrap_or_default(),
        subject: draft.subject,
        account: draft.account,
        entity: draft.entity,
        points: draft.points,
        changes: draft.changes,
        session_id: draft.session_id,
        page: draft.page,
        client: draft.client,
        request: draft.request,
        error: draft.error,
        cut: draft.cut,
        message: draft.message.unwrap_or_default(),
        metadata: draft.metadata,
        anonymised_at: None,
    };
    // Drafts that programs built may hold 1.0 where the stored text will say 1.
    event.metadata.values_mut().for_each(json::normalise);
    for change in &mut event.changes {
        let sides = [change.before.as_mut(), change.after.as_mut()];
        sides.into_iter().flatten().for_each(json::normalise);
    }

    let personal = digest::personal(&event);
    if personal.as_bytes().len() + SKELETON_BYTES > limits::EVENT_BYTES {
        return Err(Refusal::Rejected {
            code: "too_large",
            message: "the event has more than 64 KiB".to_owned(),
            errors: Vec::new(),
        });
    }
    let salt = id::bytes(random);
    let commitment = digest::commitment(&salt, personal.as_bytes());
    Ok(Entry { event, salt, commitment, personal, derived })
}
