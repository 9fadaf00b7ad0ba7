//! The number of events written at once, for writers that share the journal with others.

use std::time::Duration;

/// The largest batch: no page is longer.
const MAX_BATCH: usize = 4_096;
const MIN_BATCH: usize = 4;

/// The size of a batch, adapted to how long the last ones took.
#[derive(Clone, Copy, Debug)]
pub struct BatchSizer {
    events: usize,
    /// The longest time a batch may take.
    longest: Duration,
}

impl BatchSizer {
    /// Makes a sizer for batches that take at most `longest`.
    pub const fn of(longest: Duration) -> BatchSizer {
        BatchSizer { events: 64, longest }
    }

    /// Returns the number of events in the next batch.
    pub fn events(&self) -> usize {
        self.events
    }

    /// Records how long a batch took.
    pub fn took(&mut self, events: usize, time: Duration) {
        if time > self.longest {
            self.events = (self.events / 2).max(MIN_BATCH);
        } else if time < self.longest / 3 && events == self.events {
            self.events = (self.events * 2).min(MAX_BATCH);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_shrink_when_they_take_long_and_grow_when_they_are_full_and_quick() {
        let mut batch_sizer = BatchSizer::of(Duration::from_millis(20));
        batch_sizer.took(64, Duration::from_millis(2));
        assert_eq!(batch_sizer.events(), 128);
        batch_sizer.took(3, Duration::from_millis(1));
        assert_eq!(batch_sizer.events(), 128);
        batch_sizer.took(128, Duration::from_millis(15));
        assert_eq!(batch_sizer.events(), 128);
        for _ in 0..10 {
            batch_sizer.took(1, Duration::from_millis(21));
        }
        assert_eq!(batch_sizer.events(), MIN_BATCH);
        for _ in 0..10 {
            batch_sizer.took(batch_sizer.events(), Duration::ZERO);
        }
        assert_eq!(batch_sizer.events(), MAX_BATCH);
    }
}
