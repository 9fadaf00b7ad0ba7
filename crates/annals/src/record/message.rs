//! The step that renders the sentence, unless the sender sent one.

use std::borrow::Cow;
use std::mem;

use annals_event::Event;

use super::{Refusal, Work};

/// Renders the catalog's sentence if the sender sent none.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    if work.draft.message.is_none() {
        let category = work.category().to_owned();
        let draft = &mut work.draft;
        // The fields are moved into a temporary event and back, because copying them would cost
        // more.
        let event = Event {
            id: draft.id.unwrap_or_default(),
            seq: 0,
            cursor: String::new(),
            occurred_at: work.now,
            created_at: work.now,
            category,
            action: mem::take(&mut draft.action),
            class: draft.class.unwrap_or_default(),
            severity: draft.severity.unwrap_or_default(),
            actor: draft.actor.take().unwrap_or_default(),
            subject: draft.subject.take(),
            account: None,
            entity: draft.entity.take(),
            points: draft.points,
            changes: Vec::new(),
            session_id: None,
            page: draft.page.take(),
            client: None,
            request: None,
            error: draft.error.take(),
            cut: Vec::new(),
            message: String::new(),
            metadata: mem::take(&mut draft.metadata),
            anonymised_at: None,
        };
        let sentence = work.intake.catalog.render(&event);
        draft.message = Some(match work.intake.redactor.text(&sentence) {
            Cow::Borrowed(_) => sentence,
            Cow::Owned(clean) => clean,
        });
        let Event { action, actor, subject, entity, page, error, metadata, .. } = event;
        draft.action = action;
        draft.actor = Some(actor);
        draft.subject = subject;
        draft.entity = entity;
        draft.page = page;
        draft.error = error;
        draft.metadata = metadata;
        work.derived.message = true;
    }
    Ok(())
}
