//! Pseudo-random numbers that are the same every time.

use crate::cli::import::spread::mix;

/// A sequence of pseudo-random numbers: the demo is the same on every machine.
pub struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    /// Starts the sequence of a seed.
    pub fn new(seed: u64) -> Dice {
        Dice { seed: mix(seed), thrown: 0 }
    }

    /// Returns a number within `[from, to)`.
    pub fn within(&mut self, from: i64, to: i64) -> i64 {
        self.thrown += 1;
        let width = (to - from).max(1).unsigned_abs();
        let word = mix(self.seed ^ mix(self.thrown));
        from + i64::try_from(word % width).unwrap_or(0)
    }

    /// Returns `true` this often in a hundred times.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.within(0, 100) < percent
    }

    /// Returns one of these; the list must not be empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let length = i64::try_from(from.len()).unwrap_or(i64::MAX);
        let at = usize::try_from(self.within(0, length)).unwrap_or(0);
        &from[at]
    }
}
