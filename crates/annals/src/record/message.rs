//! The sentence: the sender's own, else the catalog's.

use annals_event::Event;

use super::{Refusal, Work};

/// Renders the catalog's sentence where the sender sent none.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    if work.draft.message.is_none() {
        let event = preview(work);
        let sentence = work.intake.catalog.render(&event);
        work.draft.message = Some(work.intake.redactor.text(&sentence).into_owned());
        work.derived.message = true;
    }
    Ok(())
}

/// As much of the event as a sentence can speak of.
fn preview(work: &Work<'_>) -> Event {
    let draft = &work.draft;
    Event {
        id: draft.id.unwrap_or_default(),
        seq: 0,
        cursor: String::new(),
        occurred_at: work.now,
        created_at: work.now,
        category: work.category().to_owned(),
        action: draft.action.clone(),
        severity: draft.severity.unwrap_or_default(),
        actor: draft.actor.clone().unwrap_or_default(),
        subject: draft.subject.clone(),
        account: None,
        entity: draft.entity.clone(),
        points: draft.points,
        session_id: None,
        page: draft.page.clone(),
        client: None,
        request: None,
        error: draft.error.clone(),
        message: String::new(),
        metadata: draft.metadata.clone(),
        anonymised_at: None,
    }
}
