//! Awards of badges, made ready to be written as what commands on points make is.

use std::sync::Arc;

use annals_event::Draft;

use crate::clock::Clock;
use crate::follow::AwardEntry;
use crate::id::Random;
use crate::record::{Intake, Refusal, Sender, Source};
use crate::store::Entry;

/// Takes awards through the steps of intake, at the server's time.
pub struct Awards {
    /// The steps.
    pub intake: Arc<Intake>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub random: Arc<dyn Random>,
}

impl AwardEntry for Awards {
    fn entry(&self, award: Draft) -> Option<Entry> {
        let sender = Sender { source: Source::Command, ..Sender::default() };
        match self.intake.process(&sender, award, self.clock.now(), &*self.random) {
            Ok(entry) => Some(entry),
            Err(Refusal::Dropped { .. }) => None,
            Err(Refusal::Rejected { message, .. }) => {
                // Another try would fare no better, and must not keep the others from theirs.
                tracing::error!(message, "an award was refused");
                None
            }
        }
    }
}
