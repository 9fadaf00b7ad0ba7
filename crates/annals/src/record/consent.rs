//! The step that applies consent and collection from the directory.

use annals_event::{ActorType, Class};

use super::{Dropped, Refusal, Source, Work};
use crate::access::RecordingPolicy;
use crate::config::RequireConsent;
use crate::store::Collection;

/// Drops an event that may not be recorded about its subject or its actor.
///
/// Acts of administration are kept, so that the record shows when a consent was withdrawn. Points
/// and what must be accounted for are kept without consent.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    if work.sender.source == Source::Annals {
        return Ok(());
    }
    let essential = work.draft.class.is_some_and(Class::is_essential);
    let consent_needed = work.intake.require_consent == RequireConsent::Children && !essential;
    let actor = work.draft.actor.as_ref().filter(|actor| actor.kind.is_person());
    // A child that the directory does not know is a child without consent.
    let unknown_child = actor.is_some_and(|actor| {
        let known = actor.id.as_deref().and_then(|id| work.intake.people.of(id));
        actor.kind == ActorType::Child && known.is_none()
    });
    if consent_needed && unknown_child {
        return Err(Refusal::Dropped { reason: Dropped::NoConsent });
    }
    let subject = work.draft.subject.as_ref().map(|subject| subject.id.as_str());
    let people = subject.into_iter().chain(actor.and_then(|actor| actor.id.as_deref()));
    for policy in people.filter_map(|id| work.intake.people.of(id)) {
        let RecordingPolicy { child, consent, collection } = policy;
        let kept = match collection {
            Collection::Full => true,
            Collection::Essential => essential,
            Collection::Off => false,
        };
        if !kept {
            return Err(Refusal::Dropped { reason: Dropped::Collection });
        }
        if consent_needed && child && !consent {
            return Err(Refusal::Dropped { reason: Dropped::NoConsent });
        }
    }
    Ok(())
}
