//! The step that sets the time: the server's clock, unless a trusted sender sends one.

use annals_event::validate::validate_time;

use super::{Refusal, Source, Work};

/// Sets `occurred_at`; the rules are in the [module's doc](super).
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let draft = &mut work.draft;
    if work.sender.source == Source::Command {
        draft.occurred_at = None;
        draft.age_ms = None;
    }
    if draft.occurred_at.is_some() && !work.sender.trusted_time {
        let message = "may be sent with service and admin keys only; send `age_ms` instead";
        return Err(Refusal::field("occurred_at", message));
    }
    validate_time(draft, work.now).map_err(|error| Refusal::fields(vec![error]))?;
    if let Some(age) = draft.age_ms.take() {
        // At most 24 hours, as checked before, so the product cannot overflow.
        let micros = i64::try_from(age).unwrap_or(i64::MAX).saturating_mul(1_000);
        draft.occurred_at = Some(work.now.plus_micros(micros.saturating_neg()));
        work.derived.age = true;
    }
    if draft.occurred_at.is_none() {
        // The store puts `created_at` here, under its lock.
        draft.occurred_at = Some(work.now);
        work.derived.occurred_at = true;
    }
    Ok(())
}
