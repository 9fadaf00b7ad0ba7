//! May this sender say this? Sources by the catalog; a browser speaks for its own person only.

use annals_event::{ActorType, FieldError};

use super::{Refusal, Source, Work};

/// Refuses what the sender may not say, naming each field.
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

/// What a browser may not say, because anybody at its console could say it.
fn browser(work: &Work<'_>) -> Result<(), Refusal> {
    let (draft, sender) = (&work.draft, work.sender);
    let mut errors = Vec::new();
    if draft.severity.is_some() {
        errors.push(FieldError::new("severity", "is not taken from a browser"));
    }
    if draft.points.is_some() {
        errors.push(FieldError::new("points", "is not taken from a browser"));
    }
    // Who the browser's user is: a person with an id, or nobody.
    let own = sender.actor.as_ref().and_then(|actor| actor.id.as_deref());
    if let Some(actor) = &draft.actor {
        let kind = sender.actor.as_ref().map_or(ActorType::Anonymous, |own| own.kind);
        if actor.kind != kind {
            errors.push(FieldError::new("actor.type", "is another than the caller's"));
        }
        if actor.id.as_deref().is_some_and(|id| Some(id) != own) {
            errors.push(FieldError::new("actor.id", "is another than the caller's"));
        }
    }
    let mine = |id: &str| Some(id) == own;
    if let Some(subject) = &draft.subject
        && !mine(&subject.id)
        && !sender.dependants.contains(&subject.id)
    {
        let message = "is neither the caller nor one of the caller's children";
        errors.push(FieldError::new("subject.id", message));
    }
    if draft.account.as_ref().is_some_and(|account| !mine(&account.id)) {
        errors.push(FieldError::new("account.id", "is another than the caller's"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::fields(errors)) }
}
