//! The events of the families while they are made.

use annals_event::{Draft, Time};

pub use crate::cli::import::when::{DAY, SECOND};

/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// The age of the youngest event, because clocks differ a little.
const YOUNGEST: i64 = MINUTE;

/// The change of a balance that an event asks for; points are positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds points.
    Add(i64),
    /// Takes points, as far as there are any.
    Take(i64),
    /// Requests a reward of this cost.
    Request(i64),
    /// Redeems a reward, requested or not.
    Redeem(i64),
    /// Withdraws a request.
    Cancel,
}

/// An event that is recorded unless the points rules refuse it.
pub struct Planned {
    /// Its time.
    pub time: Time,
    /// The draft.
    pub draft: Draft,
    /// The change of a balance that it asks for.
    pub change: Option<Change>,
}

/// The planned events so far, in no order.
pub struct Story {
    /// The moment the record ends.
    pub now: Time,
    /// The events.
    pub planned: Vec<Planned>,
}

impl Story {
    /// Adds an event.
    pub fn event(&mut self, time: Time, draft: Draft) {
        self.plan(Planned { time, draft, change: None });
    }

    /// Adds an event that changes a balance.
    pub fn points(&mut self, time: Time, draft: Draft, change: Change) {
        self.plan(Planned { time, draft, change: Some(change) });
    }

    fn plan(&mut self, planned: Planned) {
        if planned.time.micros_since(self.now) <= -YOUNGEST {
            self.planned.push(planned);
        }
    }
}
