//! Entries of badge awards, made by the steps of intake.

use std::sync::Arc;

use annals_event::Draft;

use crate::clock::Clock;
use crate::follow::AwardEntry;
use crate::id::Random;
use crate::record::{Intake, Refusal, Sender, Source};
use crate::store::Entry;

/// Makes entries of awards, at the server's time.
pub struct Awards {
    /// The steps of intake.
    pub intake: Arc<Intake>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub random: Arc<dyn Random>,
}

impl AwardEntry for Awards {
    fn entry(&self, award: Draft) -> Option<Entry> {
        let sender = Sender { source: Source::Command, ..Sender::default() };
        match self.intake.process(&sender, award, self.clock.now(), &*self.random) {
            Ok(entry) => Some(entry),
            Err(Refusal::Dropped { .. }) => None,
            Err(Refusal::Rejected { message, .. }) => {
                // Another attempt would fail, too, and must not hold up other awards.
                tracing::error!(message, "an award was refused");
                None
            }
        }
    }
}
