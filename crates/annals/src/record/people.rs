//! The step that fills in actor and subject.

use annals_event::{Actor, ActorType, Subject};

use super::{Refusal, Source, Work};

/// Fills in actor and subject.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let draft = &mut work.draft;
    let actor = if work.sender.source == Source::Browser {
        // The name is set too: a browser could write another person's name under its own id.
        work.sender
            .actor
            .clone()
            .unwrap_or(Actor { kind: ActorType::Anonymous, ..Actor::default() })
    } else {
        // The default of an actor is the system.
        let given = draft.actor.take().or_else(|| work.sender.actor.clone());
        given.unwrap_or_default()
    };
    match &mut draft.subject {
        Some(subject) => {
            // The subject is the actor, so it gets the same name.
            if subject.name.is_none() && actor.id.as_ref() == Some(&subject.id) {
                subject.name.clone_from(&actor.name);
            }
        }
        None => {
            draft.subject = actor
                .id
                .clone()
                .filter(|_| actor.kind.is_person())
                .map(|id| Subject { id, name: actor.name.clone() });
        }
    }
    draft.actor = Some(actor);
    Ok(())
}
