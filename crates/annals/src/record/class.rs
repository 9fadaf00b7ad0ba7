//! The step that decides the class, and so how long the event is kept.

use annals_event::{ActorType, Class};

use super::{Refusal, Source, Work};

/// Sets the class: the catalog's, or of actions that no catalog names:
///
/// * about a child: `activity`, so that what is known of children keeps the strict clock;
/// * from a browser or a person: `activity`;
/// * from the application's server or Annals itself: what the sender says, else `audit`, so that an
///   application's own audit trail keeps its actors.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    if work.draft.class.is_some() && work.sender.source == Source::Browser {
        return Err(Refusal::field("class", "must not be sent by a browser; leave it out"));
    }
    let named = work.intake.catalog.class(work.category(), &work.draft.action);
    let class = match (named, work.draft.class) {
        (Some(named), _) => named,
        (None, Some(Class::Ledger)) => {
            let message =
                "must be audit, activity or error: the ledger has the catalog's points alone";
            return Err(Refusal::field("class", message));
        }
        (None, Some(given)) if !given.is_essential() => given,
        _ if work.sender.source == Source::Browser || is_about_a_child(work) => Class::Activity,
        _ => Class::Audit,
    };
    work.draft.class = Some(class);
    Ok(())
}

fn is_about_a_child(work: &Work<'_>) -> bool {
    let (actor, subject) = (work.draft.actor.as_ref(), work.draft.subject.as_ref());
    let child = |id: &str| work.intake.people.of(id).is_some_and(|policy| policy.child);
    actor.is_some_and(|actor| actor.kind == ActorType::Child)
        || subject.is_some_and(|subject| child(&subject.id))
}
