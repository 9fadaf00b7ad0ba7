//! A spread of rows that know only their day over that day.
//!
//! Rows of one group (a student's day) become a session. It starts at a time of day computed from
//! the group's hash, and each row follows after a gap computed from the hash too. Nothing is
//! random: the same file gives the same times. The order within the file is kept.

use std::collections::HashMap;

use annals_event::Time;
use sha2::{Digest, Sha256};

use super::template::{RowContext, Template};
use super::when::{DAY, SECOND};

/// Groups remembered in each of two generations, for constant memory. A group that returns after
/// this many others starts a new session.
const REMEMBERED: usize = 131_072;

/// A spread of rows over their day.
#[derive(Clone, Debug)]
pub struct Spread {
    /// The template whose value makes rows one session; it should include the day.
    pub group: Template,
    /// The time of day, in microseconds, before which no session starts.
    pub from: i64,
    /// The time of day, in microseconds, before which every session starts.
    pub to: i64,
    /// The shortest and the longest gap, in microseconds.
    pub gap: (i64, i64),
    /// The last time of day used by each group, by the group's hash.
    pub young: HashMap<u64, i64>,
    /// The previous generation, dropped when the young one is full.
    pub old: HashMap<u64, i64>,
}

impl Spread {
    /// Returns the time of a row whose day begins at `midnight`.
    pub fn place(&mut self, midnight: Time, context: &RowContext<'_>) -> Time {
        let group = self.group.expand(context).unwrap_or_default();
        let digest: [u8; 32] = Sha256::digest(group.as_bytes()).into();
        let [key, start, step] = words(&digest);
        let at = match self.young.get(&key).or_else(|| self.old.get(&key)) {
            None => within(start, self.from, self.to),
            Some(&last) => {
                // Mixed with the last time, so that the gaps of one session differ.
                let mixed = mix(step ^ last.unsigned_abs());
                let gap = within(mixed, self.gap.0, self.gap.1);
                // A long session must not run into the next day: its gaps shrink instead.
                last + gap.min((DAY - SECOND - last) / 8).max(0)
            }
        };
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, at);
        midnight.plus_micros(at)
    }
}

/// Returns three numbers from a hash.
fn words(digest: &[u8; 32]) -> [u64; 3] {
    let word = |at: usize| {
        let bytes = digest.iter().skip(at * 8).take(8);
        bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
    };
    [word(0), word(1), word(2)]
}

/// Returns a number within `[from, to)`.
fn within(word: u64, from: i64, to: i64) -> i64 {
    let width = to.saturating_sub(from).max(1).unsigned_abs();
    from + i64::try_from(word % width).unwrap_or(0)
}

/// Computes SplitMix64's last step: every bit of the input affects every bit of the output.
pub fn mix(mut word: u64) -> u64 {
    word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::template::Columns;
    use super::*;
    use csv::StringRecord;

    fn spread() -> Spread {
        let mut columns = Columns::fixed(vec!["who".into()]);
        Spread {
            group: Template::parse("{who}", &mut columns).unwrap(),
            from: 7 * 3_600 * SECOND,
            to: 21 * 3_600 * SECOND,
            gap: (20 * SECOND, 180 * SECOND),
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    fn times(spread: &mut Spread, who: &str, rows: usize) -> Vec<i64> {
        let cells = StringRecord::from(vec![who]);
        let context = RowContext { cells: &cells, day: "", line: 1, secret: b"" };
        let place = |_| spread.place(Time::from_micros(0), &context).as_micros();
        (0..rows).map(place).collect()
    }

    #[test]
    fn a_group_is_a_session() {
        let times = times(&mut spread(), "student-1", 20);
        assert!(times[0] >= 7 * 3_600 * SECOND && times[0] < 21 * 3_600 * SECOND);
        for pair in times.windows(2) {
            let gap = pair[1] - pair[0];
            assert!((20 * SECOND..180 * SECOND).contains(&gap), "{gap}");
        }
    }

    #[test]
    fn a_long_session_stays_within_its_day_and_in_order() {
        let times = times(&mut spread(), "student-1", 2_000);
        assert!(times.is_sorted());
        assert!(*times.last().unwrap() < DAY);
    }

    #[test]
    fn other_rows_between_do_not_matter() {
        let mut mixed = spread();
        let mut first = times(&mut mixed, "a", 3);
        times(&mut mixed, "b", 5);
        first.extend(times(&mut mixed, "a", 3));
        assert_eq!(first, times(&mut spread(), "a", 6));
    }
}
