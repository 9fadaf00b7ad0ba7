//! A period: whole days, and the same number of days before them.

use std::ops::Range;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde::Serialize;

/// The longest period.
pub const MAX_DAYS: i32 = 366;
/// Days in a period, unless asked otherwise.
pub const DEFAULT_DAYS: i32 = 30;

/// Days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Period {
    /// The first day.
    pub start_date: Date,
    /// The last day.
    pub end_date: Date,
    /// How many.
    pub days: i32,
}

/// What is wrong with two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidPeriod {
    /// The end lies before the beginning.
    Backwards,
    /// It is longer than [`MAX_DAYS`].
    TooLong,
    /// Years before 1900 or after 9999 hold no event.
    OutOfRange,
}

impl Period {
    /// From one day to another.
    ///
    /// # Errors
    /// Such days make no period.
    pub fn between(start_date: Date, end_date: Date) -> Result<Period, InvalidPeriod> {
        if end_date < start_date {
            return Err(InvalidPeriod::Backwards);
        }
        if !(1900..=9999).contains(&start_date.year()) || end_date.year() > 9999 {
            return Err(InvalidPeriod::OutOfRange);
        }
        let days = (end_date - start_date).get_days() + 1;
        if days > MAX_DAYS {
            return Err(InvalidPeriod::TooLong);
        }
        Ok(Period { start_date, end_date, days })
    }

    /// So many days, of which this is the last.
    pub fn ending(end_date: Date, days: i32) -> Period {
        Period { start_date: moved(end_date, 1 - days), end_date, days }
    }

    /// As many days, right before.
    #[must_use]
    pub fn before(&self) -> Period {
        Period::ending(moved(self.start_date, -1), self.days)
    }

    /// Each day.
    pub fn each(&self) -> impl Iterator<Item = Date> + use<> {
        let start = self.start_date;
        (0..self.days).map(move |days| moved(start, days))
    }

    /// The same, half-open.
    pub fn range(&self) -> Range<Date> {
        self.start_date..moved(self.end_date, 1)
    }
}

/// Periods lie within the years that dates can hold, with room on both sides.
fn moved(date: Date, days: i32) -> Date {
    let span: Span = days.days();
    date.saturating_add(span)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_and_the_one_before_meet() {
        let period = Period::between(date(2026, 3, 1), date(2026, 3, 31)).unwrap();
        assert_eq!(period, Period::ending(date(2026, 3, 31), 31));
        let before = period.before();
        let days = (before.start_date, before.end_date, before.days);
        assert_eq!(days, (date(2026, 1, 29), date(2026, 2, 28), 31));
        assert_eq!(before.range(), date(2026, 1, 29)..date(2026, 3, 1));
        let each: Vec<Date> = period.each().collect();
        assert_eq!((each.len(), each[0], each[30]), (31, date(2026, 3, 1), date(2026, 3, 31)));
        // A leap day counts.
        assert_eq!(Period::between(date(2028, 1, 1), date(2028, 12, 31)).unwrap().days, 366);
    }

    #[test]
    fn what_is_no_period_is_told() {
        let between = |a, b| Period::between(a, b).unwrap_err();
        let day = date(2026, 11, 21);
        assert_eq!(between(day, date(2026, 11, 20)), InvalidPeriod::Backwards);
        assert_eq!(between(day, date(2027, 11, 22)), InvalidPeriod::TooLong);
        let old = date(1899, 12, 31);
        assert_eq!(between(old, old), InvalidPeriod::OutOfRange);
        assert!(Period::between(date(1900, 1, 1), date(1900, 1, 1)).is_ok());
        assert!(Period::between(date(9999, 12, 31), date(9999, 12, 31)).is_ok());
    }
}
