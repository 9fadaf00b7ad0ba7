//! The step that checks the sender: sources by the catalog, browsers for their own person only.

use annals_event::{ActorType, FieldError};

use super::{Refusal, Source, Work};

/// Refuses fields that the sender may not set, and names each.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let source = work.sender.source;
    let (category, action) = (work.category(), work.draft.action.as_str());
    if !work.intake.catalog.may_send(source, category, action) {
        let message = format!(
            "a sender of kind `{}` may not send `{category}` / `{action}`",
            source.as_str()
        );
        return Err(Refusal::Rejected {
            code: "source_not_allowed",
            errors: vec![FieldError::new("action", message.clone())],
            message,
        });
    }
    if source == Source::Browser {
        browser(work)?;
        let severity = work.intake.catalog.severity(work.category(), &work.draft.action);
        work.draft.severity = Some(severity);
    }
    Ok(())
}

/// Refuses what a browser may not send, because anybody at its console could send it.
fn browser(work: &Work<'_>) -> Result<(), Refusal> {
    let (draft, sender) = (&work.draft, work.sender);
    let mut errors = Vec::new();
    if draft.severity.is_some() {
        errors.push(FieldError::new("severity", "must not be sent by a browser; leave it out"));
    }
    if draft.points.is_some() {
        errors.push(FieldError::new("points", "must not be sent by a browser; leave it out"));
    }
    // The browser's user: a person with an id, or nobody.
    let own = sender.actor.as_ref().and_then(|actor| actor.id.as_deref());
    if let Some(actor) = &draft.actor {
        let kind = sender.actor.as_ref().map_or(ActorType::Anonymous, |own| own.kind);
        if actor.kind != kind {
            errors.push(FieldError::new("actor.type", "must be the caller's own; leave it out"));
        }
        if actor.id.as_deref().is_some_and(|id| Some(id) != own) {
            errors.push(FieldError::new("actor.id", "must be the caller's own; leave it out"));
        }
    }
    let mine = |id: &str| Some(id) == own;
    if let Some(subject) = &draft.subject
        && !mine(&subject.id)
        && !sender.dependants.contains(&subject.id)
    {
        let message = "must be the caller or one of the caller's children";
        errors.push(FieldError::new("subject.id", message));
    }
    if draft.account.as_ref().is_some_and(|account| !mine(&account.id)) {
        errors.push(FieldError::new("account.id", "must be the caller's own; leave it out"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::fields(errors)) }
}
