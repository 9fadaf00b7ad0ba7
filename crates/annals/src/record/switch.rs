//! Is it wanted? Recording can be switched off, wholly or by category.

use super::{Dropped, Refusal, Source, Work};
use crate::catalog::Class;

/// Drops events of categories that are switched off.
///
/// Two things cannot be: the ledger, because a balance without its event cannot exist; and what
/// Annals records of its own administration, because otherwise whoever may turn recording off
/// could act unseen from then on.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let switch = work.intake.recording();
    let on = switch.enabled && *switch.categories.get(work.category()).unwrap_or(&true);
    let class = work.intake.catalog.class(work.category(), &work.draft.action);
    if on || class == Class::Ledger || work.sender.source == Source::Annals {
        Ok(())
    } else {
        Err(Refusal::Dropped { reason: Dropped::RecordingOff })
    }
}
