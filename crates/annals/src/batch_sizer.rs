//! How many events are written at once, by whoever shares a writer with others.

use std::time::Duration;

/// No page is longer.
const MAX_BATCH: usize = 4_096;
const MIN_BATCH: usize = 4;

/// The size of a slice, learned from how long the last ones took.
#[derive(Clone, Copy, Debug)]
pub struct BatchSizer {
    events: usize,
    /// None may take longer than this.
    longest: Duration,
}

impl BatchSizer {
    /// The pace at which no slice holds a writer for longer than this.
    pub const fn of(longest: Duration) -> BatchSizer {
        BatchSizer { events: 64, longest }
    }

    /// Events in the next slice.
    pub fn events(&self) -> usize {
        self.events
    }

    /// Notes how long a slice took.
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
    fn slices_shrink_when_they_take_long_and_grow_when_they_are_full_and_quick() {
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
